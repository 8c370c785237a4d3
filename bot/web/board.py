"""The supervisor's one screen, figures and lamps."""

from collections import Counter

from aiohttp import web

from bot.web.desk import LAMPS, row
from bot.web.keys import site
from bot.web.login import csrf_of
from bot.web.pages import page, read
from handlers.types import Member
from storage import Board, Store, Wanted
from tickets.states import ROLE_NAMES, STATES, State
from tickets.ticket import Ticket, lamp

LOOKED_AT = 500  # open cases whose lamps are counted
PRESSING = 10


async def board(request: web.Request, me: Member) -> web.StreamResponse:
    """Figures, lamps, and what presses most."""
    here = site(request)
    now = here.clock()

    def look(store: Store) -> tuple[Board, tuple[Ticket, ...], int]:
        wanted = Wanted(open=True)
        return store.board(now), store.queue(wanted, LOOKED_AT), store.count(wanted)

    figures, cases, in_hand = await read(here, look)
    lamps = Counter(lamp(ticket, now) for ticket in cases)
    pressing = sorted((t for t in cases if t.paused_at is None), key=lambda t: t.due_at)[:PRESSING]
    return page(
        request, "board.html", me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), figures=figures,
        in_hand=in_hand, lamps=[(name, LAMPS[name], lamps[name]) for name in LAMPS], part=in_hand > LOOKED_AT,
        towns=Counter(t.town or "没写镇乡" for t in cases).most_common(12), states=_states(figures),
        people=Counter(t.owner_name or "没人接" for t in cases).most_common(12),
        rows=[row(ticket, me, now) for ticket in pressing],
    )  # fmt: skip


def _states(figures: Board) -> list[tuple[str, int]]:
    """Each state that has cases, in the order of a case's life."""
    return [(STATES[state].label, figures.states[state]) for state in State if figures.states.get(state)]
