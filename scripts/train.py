"""Train the model from the content and say how long it took."""

from __future__ import annotations

import time

from knowledge.base import MODEL
from knowledge.content import read_content
from knowledge.training import train


def main() -> None:
    start = time.perf_counter()
    content = read_content()
    model = train(content)
    model.save(MODEL)
    questions = sum(len(topic.questions) for topic in content.topics.values())
    print(f"{questions} 条问法，{len(model.classes)} 类，{time.perf_counter() - start:.1f} 秒，存到 {MODEL}")


if __name__ == "__main__":
    main()
