"""Train the model from the content and say how long it took."""

from __future__ import annotations

import sys
import time

from knowledge.base import MODEL
from knowledge.content import CONTENT, read_content
from knowledge.fingerprint import fingerprint
from knowledge.model import stored_fingerprint
from knowledge.training import train


def main() -> None:
    if "--if-needed" in sys.argv and stored_fingerprint(MODEL) == fingerprint(CONTENT):
        return
    start = time.perf_counter()
    content = read_content()
    model = train(content)
    model.save(MODEL)
    questions = sum(len(topic.questions) for topic in content.topics.values())
    print(f"{questions} 条问法，{len(model.classes)} 类，{time.perf_counter() - start:.1f} 秒，存到 {MODEL}")


if __name__ == "__main__":
    main()
