"""The records of a case: who acts, the case itself, what happened to it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tickets.states import STATES, Role, State


class NotAllowed(Exception):
    """The action cannot happen now. The message is a Chinese sentence to show to whoever tried."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something: a staff id or a person key, the role he acts in, and the name shown to others."""

    id: str
    role: Role
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class CoTask:
    """What another team does for a case: `what`, until `due_at`, done at `done_at` with `result`."""

    team: str
    what: str
    due_at: datetime
    done_at: datetime | None = None
    result: str = ""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A statutory period of the citizen: `id` the dl-* topic, its last day, the article. Nothing stops it."""

    id: str
    title: str
    last_day: date
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A mediation session."""

    at: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class Mediation:
    """The entry of a case in the mediation register. `party`… is the other side, `signed_on` the day both signed."""

    party: str = ""
    channel: str = ""
    chat: str = ""
    person: str = ""
    code: str = ""  # the secret in the link for the other side, "" when it has come in
    invited_at: datetime | None = None
    applicant_at: datetime | None = None
    party_at: datetime | None = None
    begun_at: datetime | None = None
    meetings: tuple[Meeting, ...] = ()
    details: str = ""  # name and address of the other side, for the papers
    terms: str = ""  # what both agreed on, before and after it is signed
    signed_on: date | None = None
    confirm_by: date | None = None


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """One case. Times are aware datetimes; `facts` are the (question, answer) pairs the person gave, in order.

    `before` are (label, words) of what was said with the bot before the case was opened. `hours` is the promised work time, `due_at` when it is over; `entered_at` when the state was entered. `excluded` are
    staff ids who may not own the case; `reads_from` is from when on the owner reads the words of a mediation. `order_due_at` is when a supervision order must be answered.
    """

    number: str
    channel: str
    chat: str
    person: str
    kind: str  # "service" | "question" | "emergency"
    title: str
    opened_at: datetime
    due_at: datetime
    hours: int = 40
    state: State = State.DRAFT
    service: str = ""
    topic: str = ""
    town: str = ""
    team: str = ""
    phone: str = ""
    other_party: str = ""
    applicant: str = ""  # name and address of the person, for the papers
    facts: tuple[tuple[str, str], ...] = ()
    before: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    owner: str = ""
    owner_name: str = ""
    excluded: tuple[str, ...] = ()
    reads_from: datetime | None = None
    outcome: str = ""
    rating: str = ""
    solved: str = ""  # "yes" | "part" | "no"
    reopened: int = 0
    returned: int = 0
    swapped: int = 0
    linked: tuple[str, ...] = ()
    merged_into: str = ""
    co: tuple[CoTask, ...] = ()
    limits: tuple[Limit, ...] = ()
    mediation: Mediation = field(default_factory=Mediation)
    snoozed_until: date | None = None
    order_due_at: datetime | None = None
    warned: str = ""  # the colour of the lamp somebody was told of: "yellow" | "red"
    entered_at: datetime | None = None
    contacted_at: datetime | None = None
    closed_at: datetime | None = None
    called_at: datetime | None = None
    paused_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether work is left to do."""
        return STATES[self.state].open


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to a case. Never changed once stored.

    `public` events are shown to the citizen; `closed` ones only to those who work on the case.
    """

    number: str
    at: datetime
    actor: str
    role: Role
    name: str
    action: str
    before: str
    after: str
    text: str = ""
    public: bool = True
    closed: bool = False
    data: dict[str, Any] = field(default_factory=dict)
