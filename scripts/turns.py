"""How many turns a second, every one of them on the disk before it counts: one chat alone, and a crowd.

python scripts/turns.py [sqlite:///path | postgresql://…]: a conversation that only echoes, so that storage is measured.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.turn import Handle, Turns
from handlers.types import Facts, Message, Outcome, Reply, Session
from storage import open_lanes


def echo(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
    """The least a conversation does: answer and remember."""
    return Outcome(replies=(Reply(text=message.text),), session=Session(query=message.text))


def turns_per_second(
    url: str, chats: int, each: int, texts: Sequence[str] = ("你好",), handle: Handle = echo, knowledge: Any = None
) -> float:
    """`chats` people at once send `each` messages, one after the other's answer. The answers count as shown."""
    return asyncio.run(_measure(url, chats, each, texts, handle, knowledge))


async def _measure(url: str, chats: int, each: int, texts: Sequence[str], handle: Handle, knowledge: Any) -> float:
    lanes = open_lanes(url)
    turns = Turns(lanes, handle, knowledge, lambda: datetime.now(UTC))
    run = time.time_ns()

    async def chat(person: str) -> None:
        for n in range(each):
            now, text = datetime.now(UTC), texts[n % len(texts)]
            sent = Message(id=f"{run}-{person}-{n}", channel="bench", chat=person, person=person, at=now, text=text)
            await turns.receive(sent, inline=True)

    start = time.perf_counter()
    await asyncio.gather(*(chat(f"p{n}") for n in range(chats)))
    seconds = time.perf_counter() - start
    await turns.close()
    lanes.close()
    return chats * each / seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/bench.db"
        turns_per_second(url, 1, 20)  # the first turns open files and compile statements
        alone, crowd = turns_per_second(url, 1, 300), turns_per_second(url, 50, 40)
    print(json.dumps({"turns_per_second": {"one_chat": round(alone), "fifty_chats": round(crowd)}}))


if __name__ == "__main__":
    main()
