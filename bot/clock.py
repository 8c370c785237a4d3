"""What happens by itself as time passes: silence after a closed case, overdue cases, cases nobody touches, old chat."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.turn import Turns, where
from handlers.desk import tell_supervisors
from handlers.types import ChangeTicket, Effect, Facts, Reply, Send
from storage import Conflict, Store, Wanted
from tickets.states import Action, Role, State
from tickets.ticket import Actor, Ticket, apply, lamp

log = logging.getLogger(__name__)

EVERY = 300.0  # seconds between two looks
SILENCE = timedelta(days=7)  # a resolved case is archived when the citizen says nothing for so long
BATCH = 200  # cases of one kind looked at in one round
SYSTEM = Actor(id="system", role=Role.SYSTEM, name="系统")
DONE = "工单 {number} 办结后您一直没回话，先归档了。没解决的话还可以重开一次，发“进度”就行。"


async def keep_time(turns: Turns, keep_days: int) -> None:
    """Look around every few minutes until cancelled. A look that fails is logged and tried again."""
    while True:
        await turns.recover()  # what failed while the database was away; harmless for turns under way
        for job in (archive_silent, tell_overdue):
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


def tell_overdue(store: Store, now: datetime) -> None:
    """Tell the supervisors once about each case whose promised time is over."""
    facts = Facts(now=now, number="", team=store.team())
    for ticket in _late(store, now):
        effects: tuple[Effect, ...] = tell_supervisors(
            facts, ticket, f"工单 {ticket.number} 超过承诺时间：{ticket.title}"
        )
        changed, event = apply(ticket, Action.NOTE, SYSTEM, now, OVERDUE)
        store.perform((ChangeTicket(ticket=changed, event=event), *effects), now)


OVERDUE = "超过承诺时间，已告诉督办员"


def _late(store: Store, now: datetime) -> Iterator[Ticket]:
    """Open cases with a red lamp that the supervisors have not heard of since the promise was last moved."""
    for ticket in store.queue(Wanted(open=True), BATCH):
        if lamp(ticket, now) == "red" and not any(
            event.text == OVERDUE and event.at >= ticket.due_at for event in store.events(ticket.number)
        ):
            yield ticket


def _purge(store: Store, now: datetime, keep_days: int) -> None:
    store.purge(now - timedelta(days=keep_days))
