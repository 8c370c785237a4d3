"""A whole small bot for the tests of the Telegram channel: real turns, real SQLite file, real outbox, fake Telegram."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import both
from bot.channels.telegram import TelegramChannel
from bot.outbox import Limits, Outbox
from bot.rooms import Feed
from bot.turn import Turns
from handlers.types import Facts, Message, Outcome, Reply, Session
from storage import Lanes, Store, open_lanes
from tests.fakes.bot_api import TOKEN, FakeBotApi


@dataclass
class Desk:
    """`heard` is what the conversation was given, in the order in which it was given."""

    api: FakeBotApi
    lanes: Lanes
    turns: Turns
    channel: TelegramChannel
    outbox: Outbox
    files: Path
    heard: list[Message] = field(default_factory=list)


def echo(message: Message, session: Session, facts: Facts, knowledge: Any) -> Outcome:
    """Says what it got."""
    return Outcome(replies=(Reply(text=f"答：{message.text or message.button or '文件'}"),))


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def desk(
    api: FakeBotApi, folder: Path, handle: Callable[..., Outcome] = echo, *, knowledge: Any = None,
    running: bool = True, limits: Mapping[str, Limits] | None = None, token: str = TOKEN, **options: Any,
) -> AsyncIterator[Desk]:  # fmt: skip
    """The bot, running unless told otherwise. Stops as the real one does."""
    heard: list[Message] = []

    def hear(message: Message, session: Session, facts: Facts, known: Any) -> Outcome:
        heard.append(message)
        return handle(message, session, facts, known)

    lanes = open_lanes(f"sqlite:///{folder}/desk.db")
    turns = Turns(lanes, hear, knowledge, now, secrets.randbelow)
    files = folder / "files"
    options = {"long_poll": 5, "settle": 0.15, "first_pause": 0.05, **options}
    channel = TelegramChannel(token, api.url, turns, files, now, **options)
    outbox = Outbox(lanes, {"telegram": channel}, limits or {}, receipts={"telegram": channel.receipt})
    feed = Feed(turns)
    turns.wake = both(outbox.wake, feed.wake)
    await turns.recover()
    jobs = [asyncio.create_task(outbox.run())]
    feeding = asyncio.create_task(feed.run())
    receiving = asyncio.create_task(channel.run()) if running else None
    try:
        yield Desk(api, lanes, turns, channel, outbox, files, heard)
    finally:
        feeding.cancel()
        if receiving:
            receiving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await receiving
        await turns.close()
        outbox.stop()
        await asyncio.gather(*jobs)
        await channel.close()
        lanes.close()


async def until(ready: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while True:
            if ready():
                return
            await asyncio.sleep(0.01)


async def until_stored(it: Desk, ready: Callable[[Store], Any], seconds: float = 20.0) -> None:
    """Wait until the database says so."""
    async with asyncio.timeout(seconds):
        while True:
            if await it.turns.read(ready):
                return
            await asyncio.sleep(0.01)
