"""Telling open desk pages that something happened, whichever process did it: they look at the end of the history."""

import asyncio
from contextlib import suppress

from aiohttp import web

from bot.web.keys import Site, site
from bot.web.pages import read
from handlers.types import Member

LOOK = 1.0  # seconds between looks of one page; a look is one row
BREATH = 5.0  # seconds without news after which a sign of life is sent; static/live.js waits for three of them
PAGES = 12  # open streams of one member


async def events(request: web.Request, me: Member) -> web.StreamResponse:
    """A stream of "changed" with the number of things that have happened so far, and "here" in between."""
    here = site(request)
    streams = here.watchers.setdefault(me.id, [])
    if sum(map(there, streams)) >= PAGES:
        raise web.HTTPTooManyRequests(text="工作台开了太多页面，关掉几个。")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    streams.append(request)
    try:
        with suppress(ConnectionError, asyncio.CancelledError):
            await response.prepare(request)
            await _tell(here, request, response)
    finally:
        streams.remove(request)
    return response


async def _tell(here: Site, request: web.Request, response: web.StreamResponse) -> None:
    loop = asyncio.get_running_loop()
    last, said = -1, loop.time()
    while not here.closing.is_set() and there(request):
        position = await _position(here)
        if position != last:
            await response.write(f"event: changed\ndata: {position}\n\n".encode())
            last, said = position, loop.time()
        elif loop.time() - said > BREATH:
            await response.write(b"event: here\ndata:\n\n")
            said = loop.time()
        with suppress(TimeoutError):
            await asyncio.wait_for(here.closing.wait(), LOOK)


def there(request: web.Request) -> bool:
    """Whether the browser that asked is still connected."""
    return request.transport is not None and not request.transport.is_closing()


async def _position(here: Site) -> int:
    """The number of events so far."""
    return (await read(here, lambda store: store.audit_head()))[0]
