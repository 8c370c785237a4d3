"""Noting who of the staff took what out: files, papers, lists, searches. Never what was looked for."""

from aiohttp import web

from bot.web.keys import site
from bot.web.pages import read, write
from handlers.types import Member
from storage.records import Use


async def note(request: web.Request, me: Member, what: str, number: str = "", detail: str = "") -> None:
    """Writes it down, once within a few minutes; `what` is one of bot.audit.USES."""
    here = site(request)
    use = Use(at=here.clock(), member=me.id, name=me.name, role=me.role, what=what, number=number, detail=detail)
    if not await read(here, lambda store: store.has_used(use)):
        await write(here, lambda store: store.used(use))
