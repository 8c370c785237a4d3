"""Who is looking at a case right now, and who is writing: so that two people do not answer at once. Kept in memory only."""

import time
from collections.abc import Callable

from aiohttp import web

from bot.web.keys import site
from bot.web.login import posted
from bot.web.pages import read
from handlers.rights import sees
from handlers.types import Member

GONE = 25.0  # seconds without a sign after which somebody is no longer there
CASES = 5000  # cases remembered at once


class Presence:
    """number → member → (name, last sign, writing)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cases: dict[str, dict[str, tuple[str, float, bool]]] = {}

    def sign(self, number: str, me: Member, writing: bool) -> list[tuple[str, bool]]:
        """Notes that `me` is there; who else is: (name, writing)."""
        now = self._clock()
        if len(self._cases) > CASES:
            self._cases.clear()  # everybody signs again within seconds
        there = {id: one for id, one in self._cases.get(number, {}).items() if now - one[1] < GONE}
        there[me.id] = (me.name, now, writing)
        self._cases[number] = there
        return sorted((name, busy) for id, (name, _, busy) in there.items() if id != me.id)


async def sign(request: web.Request, me: Member) -> web.StreamResponse:
    """An open page of a case says so every few seconds."""
    here, number = site(request), request.match_info["number"]
    fields = await posted(request)
    ticket = await read(here, lambda store: store.ticket(number))
    if ticket is None or not sees(ticket, me):
        raise web.HTTPNotFound
    others = here.presence.sign(number, me, fields.get("writing") == "1")
    return web.json_response({"others": [f"{name}{'正在写' if writing else '在看'}" for name, writing in others]})
