"""The promised times of a case as lamps, and beside them the citizen's own statutory periods, which nothing stops."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tickets.due import BEIJING, DAY_HOURS, add_work_hours, before_work_hours
from tickets.model import Limit, Ticket
from tickets.states import State

LIMIT_YELLOW = 30  # days left of a statutory period
LIMIT_RED = 7


@dataclass(frozen=True)
class Promise:
    """A stage of the work: what it is called, the working hours for it, from how many left the lamp is yellow."""

    name: str
    hours: float
    yellow: float


STAGES: dict[State, Promise] = {
    State.SUBMITTED: Promise("分派", 4, 1),
    State.TRIAGE: Promise("分派", 4, 1),
    State.RETURNED: Promise("重新分派", 4, 1),
    State.REOPENED: Promise("重新接手", 4, 1),
    State.ASSIGNED: Promise("签收", DAY_HOURS, 4),
    State.ACCEPTED: Promise("首次联系当事人", DAY_HOURS, 4),
}


@dataclass(frozen=True)
class Clock:
    """One running promise: yellow from `yellow_at`, red from `due_at`. `side` clocks turn the case yellow at most."""

    name: str
    due_at: datetime
    yellow_at: datetime
    side: bool = False


def clocks(ticket: Ticket) -> tuple[Clock, ...]:
    """The promises that run now, the most pressing first."""
    return tuple(sorted(_clocks(ticket), key=lambda clock: (clock.due_at, clock.name)))


def _clocks(ticket: Ticket) -> Iterator[Clock]:
    if not ticket.open:
        return
    if ticket.order_due_at:
        yield _clock("答复督办单", ticket.order_due_at, 4)
    if ticket.paused_at is not None:
        return
    yield _clock("办结", ticket.due_at, yellow_hours(ticket))
    stage = STAGES.get(ticket.state)
    if stage and ticket.entered_at and not (ticket.state is State.ACCEPTED and ticket.contacted_at):
        yield _clock(stage.name, add_work_hours(ticket.entered_at, stage.hours), stage.yellow)
    for task in ticket.co:
        if task.done_at is None:
            yield _clock(f"{task.team}协办", task.due_at, 4, side=True)


def _clock(name: str, due_at: datetime, yellow: float, side: bool = False) -> Clock:
    return Clock(name, due_at, before_work_hours(due_at, yellow), side)


def yellow_hours(ticket: Ticket) -> float:
    """From how many working hours before the end the promise is yellow: 4 of a day, 1 day of a week, else 3 days."""
    if ticket.state is State.MEDIATING:
        return 5 * DAY_HOURS
    if ticket.hours <= DAY_HOURS:
        return 4
    return DAY_HOURS if ticket.hours <= 5 * DAY_HOURS else 3 * DAY_HOURS


def red_at(ticket: Ticket) -> datetime | None:
    """When the lamp turns red if nothing happens, None when no promise runs. Side clocks never make it red."""
    return min((clock.due_at for clock in _clocks(ticket) if not clock.side), default=None)


def yellow_at(ticket: Ticket) -> datetime | None:
    """When the lamp turns yellow if nothing happens."""
    return min((clock.yellow_at for clock in _clocks(ticket)), default=None)


def lamp(ticket: Ticket, now: datetime) -> str:
    """The promised-time lamp: green | yellow | red; "green" when no promise runs."""
    red, yellow = red_at(ticket), yellow_at(ticket)
    if red and now >= red:
        return "red"
    return "yellow" if yellow and now >= yellow else "green"


def next_due(ticket: Ticket) -> datetime:
    """What presses first: the end of the nearest running promise; of a case whose clock stands still, its own promise."""
    running = clocks(ticket)
    return running[0].due_at if running else ticket.due_at


def limit_lamp(limit: Limit, now: datetime) -> str:
    """The lamp of a statutory period: "red" in its last week and after it, "yellow" in its last month, else "green"."""
    left = days_left(limit, now)
    return "red" if left <= LIMIT_RED else "yellow" if left <= LIMIT_YELLOW else "green"


def days_left(limit: Limit, now: datetime) -> int:
    """Days until the last day of the period; negative when it is over."""
    return (limit.last_day - today(now)).days


def today(now: datetime) -> date:
    """The day it is in Beijing."""
    return now.astimezone(BEIJING).date()
