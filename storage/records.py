"""What storage hands out and takes in, and the two ways in which it says no."""

from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.types import Attachment, Message, Reply
from tickets.roles import Role
from tickets.ticket import Event


class StorageError(Exception):
    """Storage cannot do what was asked. The message is one Chinese sentence for whoever runs the system."""


class Conflict(Exception):
    """Somebody else was first: a case changed, a number or code was taken, the message was handled. Play it again."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Something to be delivered to a chat, and how far it got: waiting, sending, sent, or failed for good."""

    id: int
    channel: str
    chat: str
    reply: Reply
    ticket: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None
    external_id: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """One line of a chat: either `message` (what came in) or `reply` (what we said). `position` goes into `history`."""

    position: str
    at: datetime
    message: Message | None = None
    reply: Reply | None = None


@dataclass(frozen=True, kw_only=True)
class Room:
    """The room of a case in the staff's group: `thread` on the channel's wire, `card` the pinned message.

    `name` and `shown` are what it shows by now (the title, a mark of the card's words), `open` whether it takes messages.
    """

    number: str
    channel: str
    group: str
    thread: str
    card: str = ""
    name: str = ""
    shown: str = ""
    open: bool = True


@dataclass(frozen=True, kw_only=True)
class Happened:
    """An event at its place in the history of all cases, with what was handed in."""

    position: int
    event: Event
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A question that was asked `count` times in vain, as last worded."""

    text: str
    count: int
    action: str
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """A question that was taken for `wrong` until the person himself picked `right`, `count` times."""

    text: str
    right: str
    wrong: tuple[str, ...]
    count: int


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Somebody read the new text of a citation (`label`, checked in version `old`) and found the topic still right."""

    topic: str
    label: str
    old: str
    new: str
    member: str
    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A text for a topic's file. `base` marks the file it was made from, `parent` the published draft (0 none).

    `state`: draft | proposed | published | replaced | dropped. `note` is said to the colleagues.
    """

    id: int = 0
    topic: str
    file: str
    body: str
    base: str
    parent: int
    state: str = "draft"
    note: str = ""
    author: str
    author_name: str
    reviewer: str = ""
    reviewer_name: str = ""
    at: datetime
    decided_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Broken:
    """Where the history of cases was tampered with, and how it shows (a Chinese sentence)."""

    position: int
    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Use:
    """Somebody of the staff took something out: `what` of the case `number`, if it was one; `detail` holds no words."""

    at: datetime
    member: str
    name: str
    role: Role
    what: str  # file | paper | export | month | search | audit
    number: str = ""
    detail: str = ""
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which cases to list. None means "whatever"; `text` are words that must all occur.

    `lamp` "red" or "yellow": cases whose lamp is so `at` that moment (or worse), and nobody was told of it yet.
    `limit_by`: open cases with a statutory period of the citizen that ends on that day or before. `ordered`: a supervision
    order waits for its answer. `to_call`: the sample of cases closed since then that nobody has called about yet.
    """

    open: bool | None = None
    state: str | None = None
    owner: str | None = None
    team: str | None = None
    town: str | None = None
    urgent: bool | None = None
    lamp: str = ""
    at: datetime | None = None
    limit_by: date | None = None
    ordered: bool = False
    to_call: datetime | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Board:
    """A few figures: cases by state, open ones by lamp, by town with the late ones, by owner, without owner; open ones
    with a statutory period that ends within a month; letters and messages that hang; when the oldest open one came.
    """

    states: dict[str, int] = field(default_factory=dict)
    unowned: int = 0
    late: int = 0
    yellow: int = 0
    limits: int = 0
    towns: dict[str, tuple[int, int]] = field(default_factory=dict)
    letters_waiting: int = 0
    letters_failed: int = 0
    unhandled: int = 0
    oldest: datetime | None = None
