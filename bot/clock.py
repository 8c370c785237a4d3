"""What happens by itself as time passes: lamps, statutory periods, cases nobody takes or that wait for a day, old chat."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.turn import Turns, where
from handlers.desk import SYSTEM, letters, limit_line, tell_change, tell_staff, tell_supervisors
from handlers.types import ChangeTicket, Facts, Member, Reply, Send
from storage import Conflict, Store, Wanted
from tickets.clocks import clocks, days_left, today
from tickets.due import say_day, say_time
from tickets.model import Limit
from tickets.states import Action, Role, State
from tickets.ticket import NotAllowed, Ticket, apply, lamp

log = logging.getLogger(__name__)

EVERY = 300.0  # seconds between two looks
SILENCE = timedelta(days=7)  # a resolved case is archived when the citizen says nothing for so long
BATCH = 200  # cases of one kind looked at in one round
DONE = "工单 {number} 办结后您一直没回话，先归档了。没解决的话还可以重开一次，发“进度”就行。"


async def keep_time(turns: Turns, keep_days: int) -> None:
    """Look around every few minutes until cancelled. A look that fails is logged and tried again."""
    while True:
        await turns.recover()  # what failed while the database was away; harmless for turns under way
        for job in JOBS:
            await _try(turns, job)
        await _try(turns, lambda store, now: _purge(store, now, keep_days))
        await asyncio.sleep(EVERY)


async def _try(turns: Turns, job: Callable[[Store, datetime], None]) -> None:
    try:
        now = turns.clock()
        await turns.write(lambda store: job(store, now))
    except Conflict:
        return  # somebody was at the case in this very moment; the next look sees the result
    except Exception as error:
        log.error("housekeeping failed: %s", where(error))


def archive_silent(store: Store, now: datetime) -> None:
    """Archive what was resolved SILENCE ago and never confirmed; the citizen is told."""
    silent = [one for state in (State.RESOLVED, State.FEEDBACK) for one in store.queue(Wanted(state=state), BATCH)]
    for ticket in silent:
        if ticket.updated_at is not None and now - ticket.updated_at >= SILENCE:
            changed, event = apply(ticket, Action.ARCHIVE, SYSTEM, now)
            if ticket.state is State.FEEDBACK:  # he said that it is solved; only his grade is missing
                store.perform((ChangeTicket(ticket=changed, event=event),), now)
                continue
            reply = Reply(text=DONE.format(number=ticket.number), ticket=ticket.number)
            told = Send(channel=ticket.channel, chat=ticket.chat, reply=reply)
            store.perform((ChangeTicket(ticket=changed, event=event), told), now)


def wake_snoozed(store: Store, now: datetime) -> None:
    """On the day agreed upon a case that was put aside is in hand again, and its owner is told."""
    facts = Facts(now=now, number="", team=store.team())
    for ticket in store.queue(Wanted(state=State.SNOOZED), BATCH):
        if ticket.snoozed_until is not None and ticket.snoozed_until <= today(now):
            changed, event = apply(ticket, Action.WAKE, SYSTEM, now, "约好的日子到了")
            told = tell_staff(facts, changed, f"工单 {ticket.number} 约好的日子到了，接着办：{ticket.title}")
            store.perform((ChangeTicket(ticket=changed, event=event), *told), now)


def release_untouched(store: Store, now: datetime) -> None:
    """A case that was handed to somebody who did not take it within the promise goes back to the queue."""
    facts = Facts(now=now, number="", team=store.team())
    for ticket in store.queue(Wanted(state=State.ASSIGNED), BATCH):
        if lamp(ticket, now) == "red":
            text = f"{ticket.owner_name}没有按时签收，退回队列"
            changed, event = apply(ticket, Action.RELEASE, SYSTEM, now, text)
            told = tell_change(facts, ticket, changed, f"工单 {ticket.number} {text}：{ticket.title}")
            store.perform((ChangeTicket(ticket=changed, event=event), *told), now)


def warn(store: Store, now: datetime) -> None:
    """A yellow lamp gives the owner a 提示单, a red one tells the supervisors; once for each state and colour."""
    facts = Facts(now=now, number="", team=store.team())
    for ticket in store.queue(Wanted(lamp="red", at=now), BATCH):
        told = tell_supervisors(facts, ticket, f"工单 {ticket.number} 超过承诺时间：{ticket.title}")
        _warned(store, ticket, now, "red", OVERDUE, told)
    for ticket in store.queue(Wanted(lamp="yellow", at=now), BATCH):
        names = "、".join(f"{clock.name} {say_time(clock.due_at)}前" for clock in clocks(ticket))
        told = tell_staff(facts, ticket, f"提示单 {ticket.number}：快到承诺时间了。{names}。{ticket.title}")
        _warned(store, ticket, now, "yellow", f"快到承诺时间：{names}", told)


OVERDUE = "超过承诺时间，已告诉督办员"


def _warned(store: Store, ticket: Ticket, now: datetime, colour: str, text: str, told: tuple[Send, ...]) -> None:
    """Writes it down; a case that cannot be warned of any more, for it is resolved, is passed over."""
    with contextlib.suppress(NotAllowed):
        changed, event = apply(ticket, Action.WARN, SYSTEM, now, text, colour=colour)
        store.perform((ChangeTicket(ticket=changed, event=event), *told), now)


def remind_limits(store: Store, now: datetime) -> None:
    """Thirty, seven and one day before a statutory period of the citizen ends he and the owner are told, once each."""
    facts = Facts(now=now, number="", team=store.team())
    for ticket in store.queue(Wanted(limit_by=today(now) + timedelta(days=REMIND_DAYS[0])), BATCH):
        said = {event.data.get("reminded") for event in store.events(ticket.number)}
        for limit in ticket.limits:
            days = next((one for one in reversed(REMIND_DAYS) if 0 <= days_left(limit, now) <= one), None)
            mark = f"{limit.id} {limit.last_day} {days}"
            if days is not None and mark not in said:
                ticket = _remind(store, ticket, limit, mark, facts)


REMIND_DAYS = (30, 7, 1)


def _remind(store: Store, ticket: Ticket, limit: Limit, mark: str, facts: Facts) -> Ticket:
    line = limit_line(limit, facts.now)
    changed, event = apply(ticket, Action.NOTE, SYSTEM, facts.now, f"已提醒当事人：{line}", reminded=mark)
    reply = Reply(text=f"提醒您（工单 {ticket.number}）：\n{line}\n{LIMIT_CARE}", ticket=ticket.number)
    told = (Send(channel=ticket.channel, chat=ticket.chat, reply=reply),) if ticket.chat else ()
    staff = tell_staff(facts, changed, f"工单 {ticket.number} {line}")
    store.perform((ChangeTicket(ticket=changed, event=event), *told, *staff), facts.now)
    return changed


LIMIT_CARE = "交工单、申请调解都不会让这个日子停下来。快到了先去办那一头，拿不准发“人工”。"


def remind_confirmation(store: Store, now: datetime) -> None:
    """Ten days before the time for judicial confirmation of an agreement is over both sides are told."""
    for ticket in store.queue(Wanted(state=State.AGREEMENT), BATCH):
        end = ticket.mediation.confirm_by
        if end is not None and 0 <= (end - today(now)).days <= CONFIRM_DAYS_LEFT:
            changed, event = apply(ticket, Action.REMIND_CONFIRM, SYSTEM, now, f"最晚{say_day(end)}")
            told = letters(changed, Action.REMIND_CONFIRM, SYSTEM_MEMBER, event.text)
            store.perform((ChangeTicket(ticket=changed, event=event), *told), now)


CONFIRM_DAYS_LEFT = 10
SYSTEM_MEMBER = Member(id=SYSTEM.id, name="", role=Role.SYSTEM)


def _purge(store: Store, now: datetime, keep_days: int) -> None:
    store.purge(now - timedelta(days=keep_days))


JOBS = (archive_silent, wake_snoozed, release_untouched, warn, remind_limits, remind_confirmation)
