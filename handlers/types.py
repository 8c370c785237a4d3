"""The words of the seam between the conversation and the outside: what comes in, what goes out. Imports nothing of I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tickets.routing import Route
from tickets.states import Role
from tickets.ticket import Event, Ticket


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file, photo, voice note or place that came with a message. `ref` is where the channel kept it."""

    kind: str  # photo | file | voice | video | location | contact | sticker
    name: str = ""
    ref: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something a person sent. (`channel`, `id`) is unique; `chat` is where the answer goes; `group` more than one reader.

    `button` is the data of a tapped button, "" otherwise. `reply_to` is the ticket number of the letter it replies to, if any.
    `origin` names the message on its wire for good, also when it is edited; `answers` is the origin of the words it replies
    to, which came to this chat in a letter.
    """

    id: str
    channel: str
    chat: str
    person: str
    at: datetime
    text: str = ""
    button: str = ""
    name: str = ""
    attachments: tuple[Attachment, ...] = ()
    edited: bool = False
    group: bool = False
    reply_to: str = ""
    origin: str = ""
    answers: str = ""

    @property
    def key(self) -> str:
        """The person over all chats of this channel."""
        return f"{self.channel}:{self.person}"


@dataclass(frozen=True)
class Button:
    """A button. `data` is at most 64 bytes and means the same after a restart; see handlers/buttons.py."""

    label: str
    data: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """An article a reply rests on. `link` is the in-product address of its text, `caveat` is shown as it is."""

    label: str
    law: str
    article: str
    version: str
    caveat: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the bot says, for any channel: plain text, sources, rows of buttons. `by` names the person behind it, if any.

    `ask` tells the channel what kind of answer is awaited: "" | "text" | "phone" | "place" | "file". `origin` is the
    message whose words these are, `answers` the one that they answer, `edits` the one whose earlier words they replace.
    With `sign` a channel that can puts that sign on the message `origin` instead of saying something.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    sources: tuple[Source, ...] = ()
    ticket: str = ""
    by: str = ""
    ask: str = ""
    attachments: tuple[Attachment, ...] = ()
    origin: str = ""
    answers: str = ""
    edits: str = ""
    sign: str = ""


def room(group: str, number: str) -> str:
    """The chat that is the room of one case in the staff's group."""
    return f"{group}/{number}"


def room_of(chat: str) -> tuple[str, str]:
    """The group and the number of the case of a room; two empty texts for any other chat."""
    group, slash, number = chat.partition("/")
    return (group, number) if slash else ("", "")


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the conversation remembers of one chat. `want` is the handler that owns it ("" none), `step` where it is.

    `topic` is what was last answered, `query` what was last asked, `asked_at` when; `misses` how often in a row in vain.
    `refused` are the topics that were offered for the query and were not it. `said` are his last words on the matter,
    oldest first: what a person who takes it over has to know.
    """

    want: str = ""
    step: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    topic: str = ""
    query: str = ""
    asked_at: datetime | None = None
    misses: int = 0
    refused: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of the staff. `channel` and `chat` are where the bot reaches him, "" when only the pages do."""

    id: str
    name: str
    role: Role
    channel: str = ""
    chat: str = ""
    town: str = ""
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All a handler may know beside message and session. Time and fresh ids come in here, so nothing needs patching.

    `tickets` are the sender's own cases (newest first); `named` the case the message names, if he may see it, `other` the
    second one; `invited` the case in whose mediation he is the other side, or whose invitation he shows; `events`
    what happened to that one, or else to his newest; `queue` the open cases, only for staff; `team` all active staff,
    `loads` their open cases by id and `routes` the table of who gets what, both only while a form is being filled in;
    `code` the valid invitation in the text with its role `invite`, or else a fresh code; `link` the member who asked for
    that invitation to connect his own account with.
    """

    now: datetime
    number: str
    code: str = ""
    tickets: tuple[Ticket, ...] = ()
    me: Member | None = None
    named: Ticket | None = None
    other: Ticket | None = None
    invited: Ticket | None = None
    events: tuple[Event, ...] = ()
    queue: tuple[Ticket, ...] = ()
    team: tuple[Member, ...] = ()
    routes: tuple[Route, ...] = ()
    loads: Mapping[str, int] = field(default_factory=dict)
    invite: Role | None = None
    link: Member | None = None
    history: tuple[str, ...] = ()
    has_admin: bool = True


class Effect:
    """Something to do beside answering; carried out in the same transaction as the turn."""


@dataclass(frozen=True, kw_only=True)
class OpenTicket(Effect):
    ticket: Ticket
    event: Event
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeTicket(Effect):
    """`ticket` replaces the stored one if that still has version `ticket.version - 1`; else the turn is played again."""

    ticket: Ticket
    event: Event
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Send(Effect):
    """A letter to another chat. `urgent` letters go first."""

    channel: str
    chat: str
    reply: Reply
    urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class Enrol(Effect):
    """The sender becomes staff: the invitation `code` is used up."""

    code: str
    member: Member


@dataclass(frozen=True, kw_only=True)
class Invite(Effect):
    """A one-time invitation for `role` is written down."""

    code: str
    role: Role
    by: str


@dataclass(frozen=True, kw_only=True)
class UseGroup(Effect):
    """From now on every case has a room in this group; with `chat` "" in none."""

    channel: str
    chat: str


@dataclass(frozen=True, kw_only=True)
class LogQuestion(Effect):
    """What was asked and how it was decided, for the weekly list of gaps. `useful` comes later, by Rate."""

    text: str
    action: str
    topics: tuple[str, ...] = ()
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Rate(Effect):
    """A thumb for the last answer on `topic`: "yes", "no", or "wrong" (another topic was meant)."""

    topic: str
    useful: str
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class Forget(Effect):
    """Delete the sender's history and session, mask him in closed cases. Open cases stay until they are closed."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one message led to."""

    replies: tuple[Reply, ...] = ()
    session: Session = field(default_factory=Session)
    effects: tuple[Effect, ...] = ()
