"""A case and what happens to it: `open_ticket` begins one, `apply` is the only way it changes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tickets.due import add_work_hours, overdue, work_hours_between
from tickets.states import ACTIONS, STATES, TRANSITIONS, Action, Role, State

REOPEN_LIMIT = 1  # a second "not solved" goes to the supervisor as a new case
RETURN_LIMIT = 2  # the second return is the supervisor's


class NotAllowed(Exception):
    """The action cannot happen now. The message is a Chinese sentence to show to whoever tried."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something: a staff id or a person key, the role he acts in, and the name shown to others."""

    id: str
    role: Role
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """One case. Times are aware datetimes; `facts` are the (question, answer) pairs the person gave, in order."""

    number: str
    channel: str
    chat: str
    person: str
    kind: str  # "service" | "question" | "emergency"
    title: str
    opened_at: datetime
    due_at: datetime
    state: State = State.SUBMITTED
    service: str = ""
    topic: str = ""
    town: str = ""
    team: str = ""
    phone: str = ""
    other_party: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    owner: str = ""
    owner_name: str = ""
    outcome: str = ""
    rating: str = ""
    reopened: int = 0
    returned: int = 0
    paused_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether work is left to do."""
        return STATES[self.state].open


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to a case. Never changed once stored; `public` events are shown to the citizen."""

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
    data: dict[str, Any] = field(default_factory=dict)


def open_ticket(*, now: datetime, hours: int, by: Actor, **details: Any) -> tuple[Ticket, Event]:
    """A new case due in `hours` working hours from `now`, and its first event. `details` are Ticket fields."""
    ticket = Ticket(opened_at=now, due_at=add_work_hours(now, hours), updated_at=now, **details)
    event = Event(
        number=ticket.number, at=now, actor=by.id, role=by.role, name=by.name, action="open",
        before="", after=ticket.state, text=ticket.title,
    )  # fmt: skip
    return ticket, event


def check(ticket: Ticket, action: Action, by: Actor, text: str) -> None:
    """Raises NotAllowed when `by` cannot do `action` to `ticket` now, with the reason in a sentence."""
    info = ACTIONS[action]
    if by.role not in info.who:
        raise NotAllowed(f"您的身份不能做“{info.label}”。")
    if (ticket.state, action) not in TRANSITIONS:
        raise NotAllowed(f"工单 {ticket.number} 现在是“{STATES[ticket.state].label}”，不能{info.label}。")
    if action is Action.CLAIM and ticket.owner:
        raise NotAllowed(f"工单 {ticket.number} 已经由{ticket.owner_name}接手。")
    if by.role is Role.CITIZEN and by.id != ticket.person:
        raise NotAllowed("这不是您的工单。")
    if _needs_owner(action) and by.role in (Role.CLERK, Role.MEDIATOR) and ticket.owner not in ("", by.id):
        raise NotAllowed(f"工单 {ticket.number} 由{ticket.owner_name}在办，请先转交。")
    if info.needs and not text.strip():
        raise NotAllowed(f"请写上{info.needs}。")
    if action is Action.REOPEN and ticket.reopened >= REOPEN_LIMIT:
        raise NotAllowed("这件事已经重开过一次。请发“人工”另开一单，会直接交督办员。")


def _needs_owner(action: Action) -> bool:
    return action not in (Action.CLAIM, Action.NOTE, Action.ASSIGN, Action.TRIAGE, Action.SUPPLY)


def apply(
    ticket: Ticket, action: Action, by: Actor, now: datetime, text: str = "", **data: Any
) -> tuple[Ticket, Event]:
    """The case after `action` and the event that records it. Raises NotAllowed.

    `data` may hold `owner` and `owner_name` (ASSIGN), `rating` (RATE) and whatever else the event should remember.
    """
    check(ticket, action, by, text)
    target = TRANSITIONS[(ticket.state, action)]
    changed = replace(ticket, state=target, updated_at=now, version=ticket.version + 1)
    changed = _clock(ticket, changed, now)
    changed = _effects(changed, action, by, text, data)
    event = Event(
        number=ticket.number, at=now, actor=by.id, role=by.role, name=by.name, action=action,
        before=ticket.state, after=target, text=text, public=ACTIONS[action].public, data=data,
    )  # fmt: skip
    return changed, event


def _clock(before: Ticket, after: Ticket, now: datetime) -> Ticket:
    """Freeze the promised time in states whose clock stands still; move it on by the frozen work time afterwards."""
    runs = STATES[after.state].clock
    if not runs and before.paused_at is None:
        return replace(after, paused_at=now)
    if runs and before.paused_at is not None:
        frozen = work_hours_between(before.paused_at, now)
        return replace(after, paused_at=None, due_at=add_work_hours(before.due_at, frozen))
    return after


def _effects(ticket: Ticket, action: Action, by: Actor, text: str, data: dict[str, Any]) -> Ticket:
    if action in (Action.CLAIM, Action.ACCEPT) or (not ticket.owner and action in _TAKES):
        return replace(ticket, owner=by.id, owner_name=by.name)
    if action is Action.ASSIGN:
        return replace(ticket, owner=data.get("owner", ""), owner_name=data.get("owner_name", text))
    if action is Action.RELEASE:
        return replace(ticket, owner="", owner_name="")
    if action is Action.RETURN:
        return replace(ticket, owner="", owner_name="", returned=ticket.returned + 1)
    if action in (Action.RESOLVE, Action.REDIRECT):
        return replace(ticket, outcome=text)
    if action is Action.REOPEN:
        return replace(ticket, reopened=ticket.reopened + 1, outcome="")
    if action is Action.RATE:
        return replace(ticket, rating=str(data.get("rating", text)))
    return ticket


# whoever asks the citizen something about a case that nobody owns becomes its owner
_TAKES = frozenset({Action.ASK, Action.START})


def lamp(ticket: Ticket, now: datetime) -> str:
    """The promised-time lamp: "red" late, "yellow" under a quarter of a working day left, else "green"."""
    if not ticket.open or ticket.paused_at is not None:
        return "green"
    return overdue(ticket.due_at, now)
