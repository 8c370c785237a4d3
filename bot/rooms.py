"""Tells the rooms of the staff's group what happens to their cases, wherever it happens: read off the history, in order.

The letters and the mark how far the history was told commit together, so nothing is told twice or left out.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from bot.turn import Turns, where
from handlers.desk import TRACE
from handlers.room import told
from handlers.types import Reply, Send, room
from storage import Conflict, Happened, Store
from storage.rooms import TOLD

log = logging.getLogger(__name__)

AT_ONCE = 100  # events told in one transaction
REST = 5.0  # seconds after which it looks even if nobody called: another process may have written


class Feed:
    """Runs until cancelled."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """Something may have happened. Callable from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Tell what happened, again and again."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            try:
                if await self.tell():
                    continue
            except Exception as error:
                log.error("the rooms could not be told: %s", where(error))
            try:
                await asyncio.wait_for(self._wake.wait(), REST)
            except TimeoutError:
                continue

    async def tell(self) -> int:
        """Tell the next events; how many there were."""
        if not await self._turns.read(_waiting):
            return 0
        now = self._turns.clock()
        try:
            return await self._turns.write(lambda store: tell(store, now))
        except Conflict:
            return 0  # another process was first


def _waiting(store: Store) -> bool:
    """Whether there is a group and something it was not told."""
    return bool(store.group()[1]) and bool(store.happened(int(store.meta(TOLD)), 1))


def tell(store: Store, now: datetime) -> int:
    """One batch in one transaction. Raises Conflict when another process told it."""
    channel, group = store.group()
    before = store.meta(TOLD)
    happened = store.happened(int(before), AT_ONCE)
    if not happened:
        return 0
    store.turn_meta(TOLD, before, str(happened[-1].position))
    store.perform([one for each in happened for one in _letters(store, channel, group, each, happened)], now)
    return len(happened)


def _letters(store: Store, channel: str, group: str, one: Happened, batch: Sequence[Happened]) -> list[Send]:
    """What the room of the case is sent: the words, or at least an empty letter that brings the room up to date."""
    ticket = store.ticket(one.event.number)
    if ticket is None or one.event.action == "seen":
        return []
    place = room(group, ticket.number)
    trace = {name: one.event.data[name] for name in TRACE if name in one.event.data}
    here = one.event.data.get("room") == place
    text = told(ticket, one.event, here)
    files = () if one.event.closed or here else one.attachments
    last = one is next(each for each in reversed(batch) if each.event.number == ticket.number)
    if not text and not last:
        return []
    said = {} if here else trace
    reply = Reply(text=text, ticket=ticket.number if text else "", attachments=files, **said)
    return [Send(channel=channel, chat=place, reply=reply, urgent=ticket.urgent and ticket.open)]
