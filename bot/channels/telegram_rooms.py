"""Keeps the room of a case, a topic of the staff's group, as the case is: opened, named, its card pinned, closed.

Nothing is remembered here: what a room shows by now is kept in storage, and each letter to it brings it up to date first.
"""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import Bot
from telegram.error import BadRequest

from bot.channels.telegram_read import NAME
from bot.channels.telegram_write import keyboard, pieces, safe
from bot.turn import Turns
from handlers.room import card, title
from handlers.types import Facts, Reply
from storage import Room, Store
from tickets.ticket import Event, Ticket

log = logging.getLogger(__name__)

LONGEST_NAME = 128
# how Telegram says that a topic is not there any more
LOST = ("thread not found", "topic_deleted", "topic_id_invalid", "topic not found", "topic was deleted")
SAME = ("not modified", "topic_not_modified")
FORGOTTEN = "forgotten"


def is_lost(error: BadRequest) -> bool:
    """Whether the topic was deleted by somebody."""
    return any(sign in error.message.lower() for sign in LOST)


@dataclass(frozen=True)
class _Case:
    ticket: Ticket
    events: tuple[Event, ...]
    room: Room | None


class Rooms:
    """Opens and renews rooms. One letter at a time goes to a room, so no two calls for one case overlap."""

    def __init__(self, bot: Bot, turns: Turns, clock: Callable[[], datetime], site: str = "") -> None:
        self._bot, self._turns, self._clock, self._site = bot, turns, clock, site

    async def ready(self, group: int, number: str) -> int:
        """The topic for this case, up to date; 0 when it has none any more. Raises TelegramError."""
        case = await self._turns.read(lambda store: _load(store, number))
        if case is None:
            return 0
        if any(event.action == FORGOTTEN for event in case.events):
            return await self._delete(group, case)
        room = case.room if case.room and case.room.group == str(group) else None
        room = room or await self._open(group, case)
        room = await self._named(group, room, case)
        room = await self._carded(group, room, case)
        await self._opened(group, room, case)
        return int(room.thread)

    async def lost(self, number: str) -> None:
        """The topic is gone; the next letter opens another."""
        await self._turns.write(lambda store: store.drop_room(number))

    async def _keep(self, room: Room) -> Room:
        await self._turns.write(lambda store: store.keep_room(room))
        return room

    async def _open(self, group: int, case: _Case) -> Room:
        name = _name(case.ticket)
        topic = await self._bot.create_forum_topic(group, name)
        thread = str(topic.message_thread_id)
        return await self._keep(
            Room(number=case.ticket.number, channel=NAME, group=str(group), thread=thread, name=name)
        )

    async def _named(self, group: int, room: Room, case: _Case) -> Room:
        name = _name(case.ticket)
        if room.name == name:
            return room
        await self._unless_same(self._bot.edit_forum_topic(group, int(room.thread), name=name))
        return await self._keep(replace(room, name=name))

    async def _carded(self, group: int, room: Room, case: _Case) -> Room:
        """The card, pinned once and changed in place."""
        reply = card(case.ticket, case.events, Facts(now=self._clock(), number=""))
        mark = _mark(reply)
        if room.shown == mark:
            return room
        piece = pieces(reply, self._site)[0]
        if room.card:
            try:
                await self._unless_same(
                    self._bot.edit_message_text(
                        piece.text, group, int(room.card), entities=piece.entities, reply_markup=keyboard(reply)
                    )
                )
                return await self._keep(replace(room, shown=mark))
            except BadRequest as error:
                if is_lost(error):
                    raise
                log.info("a card is gone and is written anew")
        sent = await self._bot.send_message(
            group, piece.text, entities=piece.entities, reply_markup=keyboard(reply), message_thread_id=int(room.thread),
            disable_notification=True,
        )  # fmt: skip
        room = await self._keep(replace(room, card=str(sent.message_id), shown=mark))
        try:
            await self._bot.pin_chat_message(group, sent.message_id, disable_notification=True)
        except BadRequest:
            log.warning("a card could not be pinned: the bot needs the right to pin messages")
        return room

    async def _opened(self, group: int, room: Room, case: _Case) -> None:
        """Closed with the case, open while there is work. The bot may write in a closed topic."""
        if room.open == case.ticket.open:
            return
        act = self._bot.reopen_forum_topic if case.ticket.open else self._bot.close_forum_topic
        await self._unless_same(act(group, int(room.thread)))
        await self._keep(replace(room, open=case.ticket.open))

    async def _delete(self, group: int, case: _Case) -> int:
        """The person asked to be forgotten: the topic with his words goes."""
        if case.room and case.room.group == str(group):
            try:
                await self._bot.delete_forum_topic(group, int(case.room.thread))
            except BadRequest as error:
                if not is_lost(error):
                    raise
            await self.lost(case.ticket.number)
        return 0

    async def _unless_same(self, call: Awaitable[object]) -> None:
        """Telegram calls it an error when nothing changes."""
        try:
            await call
        except BadRequest as error:
            if not any(sign in error.message.lower() for sign in SAME):
                raise


def _load(store: Store, number: str) -> _Case | None:
    ticket = store.ticket(number)
    return _Case(ticket, store.events(number), store.room(number)) if ticket else None


def _name(ticket: Ticket) -> str:
    name = safe(title(ticket))
    while len(name.encode("utf-16-le")) // 2 > LONGEST_NAME:
        name = name[:-1]
    return name


def _mark(reply: Reply) -> str:
    """What tells one card from another; the time left on the clocks is not told every minute."""
    labels = [one.data for row in reply.buttons for one in row]
    return hashlib.sha256("\n".join([reply.text, *labels]).encode()).hexdigest()[:16]
