"""A small bot in a process of its own, to be killed: `python -m tests.fakes.small_bot API FOLDER PAUSE`."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from handlers.types import Facts, Message, Outcome, Session
from tests.fakes.bot_api import FakeBotApi
from tests.fakes.telegram_desk import desk, echo


async def main(api: str, folder: str, pause: float) -> None:
    """Answers everything, `pause` seconds after it came."""

    def slow(message: Message, session: Session, facts: Facts, knowledge: Any) -> Outcome:
        time.sleep(pause)
        return echo(message, session, facts, knowledge)

    telegram = FakeBotApi()
    telegram.url = api
    async with desk(telegram, Path(folder), slow):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
