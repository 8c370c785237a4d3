"""The store in portable SQL: the verbs by noun, and what joins them, a turn and its effects."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from handlers.types import (
    ChangeTicket,
    Effect,
    Enrol,
    Forget,
    Invite,
    LogQuestion,
    Message,
    OpenTicket,
    Outcome,
    Rate,
    Send,
    Session,
    UseGroup,
)
from storage.database import Database
from storage.editing import Editing
from storage.letters import Letters
from storage.people import People
from storage.questions import Questions
from storage.talk import Talk
from storage.uses import Uses


class Turn:
    """What an effect may need to know of the turn it belongs to; `message` None for acts from the pages."""

    def __init__(self, place: int, now: datetime, message: Message | None = None) -> None:
        self.place = place
        self.now = now
        self.message = message

    @property
    def sender(self) -> Message:
        """The message; an effect that speaks of the sender makes no sense without one."""
        if self.message is None:
            raise ValueError("this effect needs a message")
        return self.message


class SqlStore(Talk, Letters, People, Questions, Editing, Uses):
    """All verbs of storage.base.Store over any Database."""

    def __init__(self, database: Database, copy: Callable[[Database, Path], None]) -> None:
        self.db = database
        self.shared = database.shared
        self._copy = copy

    def atomic(self) -> AbstractContextManager[None]:
        return self.db.atomic()

    def snapshot(self) -> AbstractContextManager[None]:
        return self.db.snapshot()

    def close(self) -> None:
        self.db.close()

    def backup(self, file: Path) -> None:
        self._copy(self.db, file)

    def finish(
        self, message: Message, outcome: Outcome, now: datetime, *, inline: bool = False, before: Session | None = None
    ) -> None:
        with self.db.atomic():
            turn = Turn(self._mark_handled(message, now), now, message)
            self._keep_session(message, outcome.session, before)
            for effect in outcome.effects:
                EFFECTS[type(effect)](self, effect, turn)
            for reply in outcome.replies:
                self._post(message.channel, message.chat, reply, now, turn.place, answer=True, sent=inline)

    def perform(self, effects: Sequence[Effect], now: datetime) -> None:
        with self.db.atomic():
            turn = Turn(self._last_turn(), now)
            for effect in effects:
                EFFECTS[type(effect)](self, effect, turn)

    def migrate_chat(self, channel: str, old: str, new: str) -> None:
        with self.db.atomic():
            self._move_talk(channel, old, new)
            self._move_tickets(channel, old, new)
            self._move_members(channel, old, new)
            self._move_letters(channel, old, new)
            self._move_rooms(channel, old, new)

    def _forget(self, sender: Message, now: datetime) -> None:
        self._forget_talk(sender.channel, sender.person)
        self.db.run("DELETE FROM questions WHERE channel = ? AND person = ?", sender.channel, sender.person)
        self._forget_cases(sender.key, now)


def _open(store: SqlStore, effect: OpenTicket, turn: Turn) -> None:
    store._open_ticket(effect.ticket, effect.event, effect.attachments)


def _change(store: SqlStore, effect: ChangeTicket, turn: Turn) -> None:
    store._change_ticket(effect.ticket, effect.event, effect.attachments)


def _send(store: SqlStore, effect: Send, turn: Turn) -> None:
    store._post(effect.channel, effect.chat, effect.reply, turn.now, turn.place, urgent=effect.urgent)


def _enrol(store: SqlStore, effect: Enrol, turn: Turn) -> None:
    channel, person = (turn.message.channel, turn.message.person) if turn.message else (effect.member.channel, "")
    store._enrol(effect, channel, person, turn.now)


def _invite(store: SqlStore, effect: Invite, turn: Turn) -> None:
    store._invite(effect, turn.now)


def _log(store: SqlStore, effect: LogQuestion, turn: Turn) -> None:
    store._log_question(effect, turn.message, turn.now)


def _rate(store: SqlStore, effect: Rate, turn: Turn) -> None:
    store._rate(effect, turn.sender, turn.now)


def _forget(store: SqlStore, effect: Forget, turn: Turn) -> None:
    store._forget(turn.sender, turn.now)


def _use_group(store: SqlStore, effect: UseGroup, turn: Turn) -> None:
    store._use_group(effect.channel, effect.chat)


EFFECTS: dict[type[Effect], Callable[[SqlStore, Any, Turn], None]] = {
    OpenTicket: _open,
    ChangeTicket: _change,
    Send: _send,
    Enrol: _enrol,
    Invite: _invite,
    LogQuestion: _log,
    Rate: _rate,
    Forget: _forget,
    UseGroup: _use_group,
}
