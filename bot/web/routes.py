"""The table of who gets what, edited as text by supervisors and administrators."""

from aiohttp import web

from bot.turn import ROUTES
from bot.web.keys import site
from bot.web.login import csrf_of, posted
from bot.web.pages import page, read, write
from handlers.types import Member
from tickets.routing import EMPTY, RouteError, read_routes, unknown
from tickets.states import DESK, ROLE_NAMES

LONGEST = 60_000  # characters of the table


async def routes(request: web.Request, me: Member) -> web.StreamResponse:
    """The table as it is."""
    text = await read(site(request), lambda store: store.meta(ROUTES))
    return await _show(request, me, text or EMPTY)


async def save(request: web.Request, me: Member) -> web.StreamResponse:
    """Takes the table if it can be read; what it names that does not exist is told."""
    here, fields = site(request), await posted(request)
    text = fields.get("table", "").replace("\r\n", "\n").strip()[:LONGEST] + "\n"
    try:
        read_routes(text)
    except RouteError as error:
        return await _show(request, me, text, error=str(error))
    await write(here, lambda store: store.set_meta(ROUTES, text))
    return await _show(request, me, text, done="存好了，新单按这张表派。")


async def _show(request: web.Request, me: Member, text: str, error: str = "", done: str = "") -> web.Response:
    here = site(request)
    team = await read(here, lambda store: store.team())
    loads = await read(here, lambda store: store.loads())
    found = () if error else read_routes(text)
    ids = frozenset({*here.knowledge.topics, *here.knowledge.services})
    wrong = unknown(found, ids, frozenset(member.name for member in team))
    return page(
        request, "routes.html", 409 if error else 200, me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), text=text,
        error=error, done=done, wrong=wrong, routes=found,
        people=[(one.name, ROLE_NAMES[one.role], one.town, loads.get(one.id, 0)) for one in team if one.role in DESK],
    )  # fmt: skip
