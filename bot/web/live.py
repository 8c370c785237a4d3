"""Telling open desk pages that something happened, whichever process did it: they look at the end of the history."""

import asyncio
from contextlib import suppress

from aiohttp import web

from bot.web.keys import Site, site
from bot.web.pages import read
from handlers.types import Member

LOOK = 1.0  # seconds between looks of one page; a look is one row
BREATH = 15.0  # seconds without news after which a sign of life is sent
PAGES = 12  # open pages of one member


async def events(request: web.Request, me: Member) -> web.StreamResponse:
    """A stream of "changed" with the number of things that have happened so far."""
    here = site(request)
    if here.watchers.get(me.id, 0) >= PAGES:
        raise web.HTTPTooManyRequests(text="工作台开了太多页面，关掉几个。")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    here.watchers[me.id] = here.watchers.get(me.id, 0) + 1
    try:
        with suppress(ConnectionError, asyncio.CancelledError):
            await _tell(here, response)
    finally:
        here.watchers[me.id] -= 1
    return response


async def _tell(here: Site, response: web.StreamResponse) -> None:
    loop = asyncio.get_running_loop()
    last, said = -1, loop.time()
    while not here.closing.is_set():
        position = await _position(here)
        if position != last:
            await response.write(f"event: changed\ndata: {position}\n\n".encode())
            last, said = position, loop.time()
        elif loop.time() - said > BREATH:
            await response.write(b": here\n\n")
            said = loop.time()
        with suppress(TimeoutError):
            await asyncio.wait_for(here.closing.wait(), LOOK)


async def _position(here: Site) -> int:
    """The number of events so far."""
    return (await read(here, lambda store: store.audit_head()))[0]
