"""The verbs of the desk: what storage promises, whichever database is behind it.

Every verb that writes is one transaction. Nothing here knows a channel's wire or a database's dialect.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from handlers.types import Attachment, Effect, Member, Message, Outcome, Reply, Session
from storage.records import Board, Broken, Confusion, Draft, Happened, Letter, Miss, Room, Said, Signed, Use, Wanted
from tickets.figures import Line
from tickets.states import Role
from tickets.ticket import Event, Ticket


class Store(Protocol):
    """One connection's view. Not for two threads at once; see storage.lanes."""

    shared: bool  # whether several processes may serve from this database

    # transactions

    def atomic(self) -> AbstractContextManager[None]:
        """All verbs inside commit together or not at all; inside another, only the inner part is undone on an error."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All verbs that read inside see the same moment."""

    def close(self) -> None:
        """Give the connection back."""

    # one turn

    def journal(self, message: Message) -> bool:
        """Keep an incoming message. On return it is durable. False if this message was here before."""

    def waiting(self, limit: int = 1000) -> list[Message]:
        """Messages journalled but not handled, oldest first."""

    def stored_replies(self, message: Message) -> tuple[Reply, ...] | None:
        """What was answered to this message; None if it was not handled yet."""

    def session(self, message: Message) -> Session:
        """What the conversation remembers of the sender in this chat."""

    def finish(
        self, message: Message, outcome: Outcome, now: datetime, *, inline: bool = False, before: Session | None = None
    ) -> None:
        """Handled mark, session, effects, replies and letters of one turn, in one transaction.

        `inline`: the channel shows the replies itself, they count as sent. `before`: the session the turn started from.
        Raises Conflict, with nothing done, when the message was handled, the session moved on, a case changed or a
        number or invitation is taken.
        """

    def perform(self, effects: Sequence[Effect], now: datetime) -> None:
        """Effects without a message: acts from the staff pages and of the clock. One transaction; raises Conflict."""

    def history(self, channel: str, chat: str, limit: int = 50, before: str = "") -> list[Said]:
        """What was said both ways, oldest first: the last `limit` lines before position `before` ("" the end)."""

    def recent_texts(self, message: Message, limit: int = 10) -> tuple[str, ...]:
        """What the sender wrote in this chat before `message`, oldest first."""

    # cases

    def ticket(self, number: str) -> Ticket | None:
        """The case with this number."""

    def tickets_of(self, person: str, limit: int = 50) -> tuple[Ticket, ...]:
        """The cases of a person (`Message.key`), newest first."""

    def tickets_by_phone(self, phone: str, limit: int = 20) -> tuple[Ticket, ...]:
        """The cases with this telephone number, newest first."""

    def case_of_party(self, person: str) -> Ticket | None:
        """The case in whose mediation that person (`Message.key`) is the other side, open ones first."""

    def case_by_code(self, code: str) -> Ticket | None:
        """The open case whose invitation to the other side has this code."""

    def queue(self, wanted: Wanted, limit: int = 50, offset: int = 0) -> tuple[Ticket, ...]:
        """Cases that fit: open before closed, urgent first, then by what presses next."""

    def count(self, wanted: Wanted) -> int:
        """How many cases fit."""

    def record(self, since: datetime, until: datetime) -> list[Line]:
        """The cases that were opened or closed from `since` until before `until`."""

    def loads(self) -> dict[str, int]:
        """How many open cases each member of staff has, by id."""

    def events(self, number: str, public_only: bool = False) -> tuple[Event, ...]:
        """What happened to a case, in order. Erased words read as erased."""

    def saw(self, number: str, member: Member, now: datetime) -> bool:
        """Writes into the history that `member` looked at the case, once a day. False when that stands there already."""

    def handed_in(self, number: str) -> tuple[tuple[Attachment, Event], ...]:
        """What was handed in for a case, in order, each with the event it came with."""

    def attachment_refs(self) -> set[str]:
        """Every `ref` still needed by a case or a kept message; other kept files may go."""

    def happened(self, after: int, limit: int) -> list[Happened]:
        """What happened to all cases from the position after `after` on, in order."""

    def has_seen(self, number: str, member: Member, now: datetime) -> bool:
        """Whether it is written down that `member` looked at the case today."""

    def history_of_all(self, after: int, limit: int) -> list[Mapping[str, Any]]:
        """Events as they are kept, with their seals, from the position after `after` on: for the auditor."""

    def used(self, use: Use) -> bool:
        """Writes a use down for good. False when the same stands there since a few minutes."""

    def has_used(self, use: Use) -> bool:
        """Whether the same use stands there since a few minutes."""

    def uses(self, after: int, limit: int) -> Sequence[Use]:
        """Uses in order, from the one with the id `after` on."""

    def audit_verify(self) -> Broken | None:
        """Walks the whole chained history; the first place that does not hold, or None."""

    def audit_head(self) -> tuple[int, str]:
        """Number of events and the hash of the last: written down elsewhere, it proves nothing was cut off."""

    def board(self, now: datetime) -> Board:
        """The supervisor's figures."""

    # letters

    def due_letters(
        self, now: datetime, lease_until: datetime, channels: Sequence[str], limit: int = 30
    ) -> list[Letter]:
        """Claims letters to send now, at most one a chat: urgent ones first, then answers and citizens, then staff.

        Nobody else gets them before `lease_until`. A chat whose first letter waits for a retry gives nothing.
        """

    def next_letter_at(self, now: datetime, channels: Sequence[str]) -> datetime | None:
        """The next moment after `now` when a retry or a lease falls due."""

    def sent(self, letter: int, external_id: str, now: datetime) -> None:
        """The letter arrived; `external_id` is the channel's own id for it."""

    def failed(self, letter: int, error: str, now: datetime, retry_at: datetime | None) -> None:
        """It did not arrive: try again at `retry_at`, or never (None); then its case shows an internal event."""

    def release(self, letters: Sequence[int]) -> None:
        """Claimed but not tried: back to waiting."""

    def reset_stuck(self, now: datetime | None = None) -> int:
        """Letters whose lease ran out by `now` (None: all that are claimed) wait again. For the start after a kill."""

    def letters_of(self, number: str) -> list[Letter]:
        """All letters of a case with their delivery state, in order."""

    def letter_by_external(self, channel: str, chat: str, external_id: str) -> Letter | None:
        """The letter the channel knows under this id: whoever replies to it means its case."""

    def letter_by_origin(self, channel: str, chat: str, origin: str) -> Letter | None:
        """The last letter that brought the words of the message `origin` to this chat."""

    def migrate_chat(self, channel: str, old: str, new: str) -> None:
        """A chat got another address: cases, sessions, staff and unsent letters follow."""

    # rooms

    def group(self) -> tuple[str, str]:
        """Channel and chat of the group in which cases have rooms; two empty texts when there is none."""

    def room(self, number: str) -> Room | None:
        """The room of a case."""

    def room_at(self, channel: str, group: str, thread: str) -> Room | None:
        """The room behind a thread of the group."""

    def keep_room(self, room: Room) -> None:
        """Write a room down, new or changed."""

    def drop_room(self, number: str) -> None:
        """The room is gone."""

    # people

    def member(self, channel: str, person: str) -> Member | None:
        """The active member of staff behind a sender."""

    def member_by_id(self, member: str) -> Member | None:
        """The member, active or not."""

    def team(self) -> tuple[Member, ...]:
        """All active staff, by name."""

    def members(self) -> tuple[Member, ...]:
        """All staff, also those who left."""

    def keep_member(self, member: Member) -> None:
        """Write a member down, new or changed. One who is not active loses his logins."""

    def invitation(self, code: str, now: datetime) -> Role | None:
        """The role an unused, unexpired invitation is for."""

    def new_token(self, member: str, kind: str, until: datetime) -> str:
        """A fresh secret that stands for a member until then. Only its hash is kept."""

    def member_by_token(self, token: str, kind: str, now: datetime, once: bool = False) -> Member | None:
        """The active member behind a secret; with `once` it works only this time."""

    def drop_token(self, token: str) -> None:
        """The secret no longer works."""

    # content

    def sign(self, signed: Sequence[Signed]) -> None:
        """Write down that somebody released a topic. One who signs the same twice counts once."""

    def signed(self) -> tuple[Signed, ...]:
        """All releases, in order."""

    def keep_draft(self, draft: Draft) -> Draft:
        """A new draft (id 0), or the next version of one. Raises Conflict when it changed or was decided meanwhile."""

    def publish(self, draft: Draft) -> Draft:
        """The proposed draft becomes the text of its topic. Raises Conflict unless its `parent` still is that text."""

    def draft(self, id: int) -> Draft | None:
        """The draft with this id."""

    def drafts(self, state: str = "", topic: str = "", limit: int = 200) -> tuple[Draft, ...]:
        """Drafts in a state, of a topic, newest first."""

    # questions, housekeeping

    def misses(self, since: datetime, limit: int = 100) -> list[Miss]:
        """Questions not answered, answered badly, or that failed, most frequent first."""

    def confusions(self, since: datetime, limit: int = 100) -> list[Confusion]:
        """Questions whose answer people corrected themselves, most frequent first."""

    def purge(self, before: datetime) -> int:
        """Deletes chat history older than `before`: handled messages, delivered letters, questions. Cases stay."""

    def meta(self, name: str) -> str:
        """A note the system left for itself, "" if none."""

    def set_meta(self, name: str, value: str) -> None:
        """Leave such a note."""

    def turn_meta(self, name: str, old: str, new: str) -> None:
        """Change a note from `old` to `new`. Raises Conflict when it is not `old` any more."""

    def backup(self, file: Path) -> None:
        """A whole, checked copy as one file while everything runs. Raises StorageError."""
