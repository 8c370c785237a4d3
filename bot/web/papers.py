"""The papers of a case, to print or to finish in a word processor."""

import asyncio
from urllib.parse import quote

from aiohttp import web

from bot.papers import MIMES, NoFont, docx, pdf
from bot.web.keys import site
from bot.web.pages import read
from bot.web.uses import note
from handlers.rights import sees_body, sees_closed
from handlers.types import Member
from tickets.papers import PAPERS
from tickets.ticket import NotAllowed, reads

MAKERS = {"docx": docx, "pdf": pdf}


async def paper(request: web.Request, me: Member) -> web.StreamResponse:
    """One paper as a file. What was said in a mediation goes only to those on the case."""
    here, number = site(request), request.match_info["number"]
    kind, form = PAPERS.get(request.match_info["kind"]), request.match_info["form"]
    ticket, events = await read(here, lambda store: (store.ticket(number), store.events(number)))
    if kind is None or ticket is None or not sees_body(ticket, me):
        raise web.HTTPNotFound(text="没有这份文书，或者它不归您看。")
    if kind.closed and not sees_closed(ticket, me):
        raise web.HTTPForbidden(text="调解的文书只有承办的调解员能看。")
    try:
        made = kind.make(ticket, [event for event in events if reads(ticket, event, me.id)])
        content = await asyncio.to_thread(MAKERS[form], made)
    except (NotAllowed, NoFont) as error:
        raise web.HTTPConflict(text=str(error)) from None
    await note(request, me, "paper", number, kind.name)
    name = quote(f"{kind.name}{number}.{form}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return web.Response(body=content, content_type=MIMES[form], headers=headers)
