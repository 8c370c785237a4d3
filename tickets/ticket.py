"""A case and what happens to it: `open_ticket` begins one, `apply` is the only way it changes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tickets.changes import CHANGES, UNKEPT, not_his
from tickets.clocks import lamp
from tickets.due import add_work_hours, work_hours_between
from tickets.model import Actor, Event, NotAllowed, Ticket
from tickets.states import ACTIONS, STATES, TRANSITIONS, Action, Role, State
from tickets.towns import town_of

__all__ = ["Actor", "Event", "NotAllowed", "Ticket", "apply", "check", "lamp", "open_ticket", "reads"]

REOPEN_LIMIT = 1  # a second "not solved" goes to the supervisor as a new case
REOPEN_DAYS = 30  # after so many days it is a new case
RETURN_LIMIT = 2  # the second return is the supervisor's


def open_ticket(*, now: datetime, hours: int, by: Actor, **details: Any) -> tuple[Ticket, Event]:
    """A new case due in `hours` working hours from `now`, and its first event. `details` are Ticket fields."""
    details["town"] = town_of(details.get("town", ""))
    draft = Ticket(opened_at=now, due_at=add_work_hours(now, hours), hours=hours, paused_at=now, **details)
    ticket, event = apply(draft, Action.SUBMIT, by, now, draft.title)
    return replace(ticket, version=0), event


def check(ticket: Ticket, action: Action, by: Actor, now: datetime, text: str) -> None:
    """Raises NotAllowed when `by` cannot do `action` to `ticket` now, with the reason in a sentence."""
    info = ACTIONS[action]
    if by.role not in info.who:
        raise NotAllowed(f"您的身份不能做“{info.label}”。")
    if (ticket.state, action) not in TRANSITIONS:
        raise NotAllowed(f"工单 {ticket.number} 现在是“{STATES[ticket.state].label}”，不能{info.label}。")
    _check_person(ticket, action, by)
    if info.needs and not text.strip():
        raise NotAllowed(f"请写上{info.needs}。")
    if action is Action.REOPEN:
        _check_reopen(ticket, now)


def _check_person(ticket: Ticket, action: Action, by: Actor) -> None:
    """Whether the case is his to act on."""
    if action is Action.CLAIM and ticket.owner:
        raise NotAllowed(f"工单 {ticket.number} 已经由{ticket.owner_name}接手。")
    if action in (Action.CLAIM, Action.ACCEPT) and by.id in ticket.excluded:
        raise NotAllowed("您已经回避这件事，不能再接。")
    if by.role is Role.CITIZEN and action is not Action.SUBMIT and by.id != ticket.person:
        raise NotAllowed("这不是您的工单。")
    if by.role is Role.PARTY and by.id != (ticket.mediation.person or (by.id if action is Action.JOIN else "")):
        raise NotAllowed("这不是您的调解。")
    if not_his(ticket, action, by.id, by.role):
        why = f"由{ticket.owner_name}在办，请先转交" if ticket.owner else "还没有人接手，请先接单"
        raise NotAllowed(f"工单 {ticket.number} {why}。")
    twice = ticket.state is State.RETURNED and ticket.returned >= RETURN_LIMIT
    if twice and by.role in (Role.CLERK, Role.MEDIATOR) and action is not Action.NOTE:
        raise NotAllowed("这张单退回两次了，由督办员来定。")


def _check_reopen(ticket: Ticket, now: datetime) -> None:
    if ticket.reopened >= REOPEN_LIMIT:
        raise NotAllowed("这件事已经重开过一次。请发“人工”另开一单，会直接交督办员。")
    if ticket.closed_at and now - ticket.closed_at > timedelta(days=REOPEN_DAYS):
        raise NotAllowed(f"办结超过 {REOPEN_DAYS} 天了，请发“人工”另开一单，写上原来的号 {ticket.number}。")


def apply(
    ticket: Ticket, action: Action, by: Actor, now: datetime, text: str = "", **data: Any
) -> tuple[Ticket, Event]:
    """The case after `action` and the event that records it. Raises NotAllowed.

    `data` holds what the action asks for (tickets.changes.ASKS) and whatever else the event should remember.
    """
    check(ticket, action, by, now, text)
    info, target = ACTIONS[action], TRANSITIONS[(ticket.state, action)]
    entered = ticket.entered_at if target is ticket.state else now
    warned = ticket.warned if target is ticket.state else ""
    changed = replace(
        ticket, state=target, entered_at=entered, updated_at=now, version=ticket.version + 1, warned=warned
    )  # fmt: skip
    changed = _clock(ticket, changed, now)
    if action in CHANGES:
        changed = CHANGES[action](changed, by, now, text, data)
    event = Event(
        number=ticket.number, at=now, actor=by.id, role=by.role, name=by.name, action=action,
        before=ticket.state, after=target, text=text, public=info.public, closed=info.closed,
        data={} if info.asks in UNKEPT else data,
    )  # fmt: skip
    return changed, event


def reads(ticket: Ticket, event: Event, id: str) -> bool:
    """Whether the member reads words and files of an event: those of a mediation are for the owner and who wrote them."""
    if not event.closed:
        return True
    since = ticket.reads_from is None or event.at >= ticket.reads_from
    return bool(id) and (id == event.actor or (id == ticket.owner and since))


def _clock(before: Ticket, after: Ticket, now: datetime) -> Ticket:
    """Freeze the promised time in states whose clock stands still; move it on by the frozen work time afterwards."""
    runs = STATES[after.state].clock
    if not runs and before.paused_at is None:
        return replace(after, paused_at=now)
    if runs and before.paused_at is not None:
        frozen = work_hours_between(before.paused_at, now)
        return replace(after, paused_at=None, due_at=add_work_hours(before.due_at, frozen))
    return after
