"""How staff get in: a one-time invitation makes a member, a secret cookie stands for him, one-time links for more devices."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.settings import Settings
from bot.turn import fresh_code
from bot.web.keys import POSITION, Site, site
from bot.web.pages import page, read, write
from bot.web.visitor import form_token, keep, same_origin, token_fits
from handlers.numbers import fresh_number
from handlers.types import Enrol, Invite, Member
from storage import Conflict, Lanes, Store
from tickets.states import ROLE_NAMES, Role

COOKIE = "yxf_staff"
PATH = "/desk"
LOGIN, LINK = "login", "device"  # kinds of secrets: a logged-in browser, a link that logs in once
LOGIN_LASTS = timedelta(days=14)
LINK_LASTS = timedelta(hours=1)
LONGEST_NAME = 20
TRIES = {"burst": 20, "per_minute": 10}
GONE = "这个链接用过了或者过期了，请管理员再发一个。"
STALE = "这个页面放太久了，返回刷新一下再办，您写的字还在。"

StaffHandler = Callable[[web.Request, Member], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guarded(handler: StaffHandler, roles: frozenset[Role]) -> Handler:
    """The handler, only for members with one of `roles`."""

    async def checked(request: web.Request) -> web.StreamResponse:
        me = await member(request)
        if me is None:
            return page(request, "login.html", status=401)
        if me.role not in roles:
            raise web.HTTPForbidden(text=f"这一页不归{ROLE_NAMES[me.role]}看。")
        return await handler(request, me)

    return checked


async def member(request: web.Request) -> Member | None:
    """The member whose browser this is."""
    here, token = site(request), request.cookies.get(COOKIE, "")
    if not token:
        return None
    found, request[POSITION] = await read(
        here, lambda store: (store.member_by_token(token, LOGIN, here.clock()), store.audit_head()[0])
    )
    return found


def csrf_of(request: web.Request) -> str:
    """What the forms of this browser's pages carry."""
    return form_token(request.cookies.get(COOKIE, ""))


def check_form(request: web.Request, given: str) -> None:
    """Raises 403 unless the form is one of ours, made for this browser."""
    if not same_origin(request) or not token_fits(request.cookies.get(COOKIE, ""), given):
        raise web.HTTPForbidden(text=STALE)


async def posted(request: web.Request) -> dict[str, str]:
    """The checked fields of a small form; what is given several times comes with spaces between."""
    given = await request.post()
    fields = {name: " ".join(v for v in given.getall(name) if isinstance(v, str)) for name in given}
    check_form(request, fields.get("csrf", ""))
    return fields


async def show_join(request: web.Request) -> web.StreamResponse:
    """Asks the name of whoever holds an invitation."""
    role = await _invited(request)
    return page(
        request, "join.html", role=ROLE_NAMES[role], csrf=form_token(request.match_info["code"]), error="", name=""
    )


async def join(request: web.Request) -> web.StreamResponse:
    """Makes the member and logs him in; the invitation is used up."""
    here, code = site(request), request.match_info["code"]
    role = await _invited(request)
    fields = await request.post()
    if not same_origin(request) or not token_fits(code, str(fields.get("csrf", ""))):
        raise web.HTTPForbidden(text=STALE)
    name = " ".join(str(fields.get("name", "")).split())[:LONGEST_NAME]
    town = " ".join(str(fields.get("town", "")).split())[:LONGEST_NAME]
    if not name:
        values = {"role": ROLE_NAMES[role], "csrf": form_token(code), "error": "请写上姓名。", "name": ""}
        return page(request, "join.html", status=400, **values)
    new = Member(id="m" + fresh_number(secrets.randbelow).replace("-", ""), name=name, role=role, town=town)

    def enrol(store: Store) -> str:
        store.perform((Enrol(code=code, member=new),), here.clock())
        return store.new_token(new.id, LOGIN, here.clock() + LOGIN_LASTS)

    try:
        token = await write(here, enrol)
    except Conflict:
        raise web.HTTPNotFound(text=GONE) from None
    return _let_in(request, token)


async def _invited(request: web.Request) -> Role:
    """The role the link invites to. Raises 404 when it does not, 429 after many tries."""
    here, code = site(request), request.match_info["code"]
    if not here.limits.allow(f"join:{request.remote}", **TRIES):
        raise web.HTTPTooManyRequests(text="试得太多了，过几分钟再来。")
    if await member(request):
        raise web.HTTPForbidden(text="您已经登录了。要用这个邀请加入新的人，请先退出登录，或换一台设备打开。")
    role = await read(here, lambda store: store.invitation(code, here.clock()))
    if role is None:
        raise web.HTTPNotFound(text=GONE)
    return role


def _let_in(request: web.Request, token: str) -> web.Response:
    """To the desk, with the cookie."""
    response = web.Response(status=303, headers={"Location": PATH})
    keep(request, response, COOKIE, token, int(LOGIN_LASTS.total_seconds()), PATH)
    return response


async def show_link(request: web.Request) -> web.StreamResponse:
    """A page with a button, so that a preview of the link does not use it up."""
    return page(request, "link.html", csrf=form_token(request.match_info["token"]))


async def use_link(request: web.Request) -> web.StreamResponse:
    """Logs in whoever holds a one-time link."""
    here, token = site(request), request.match_info["token"]
    if not here.limits.allow(f"join:{request.remote}", **TRIES):
        raise web.HTTPTooManyRequests(text="试得太多了，过几分钟再来。")
    if not same_origin(request) or not token_fits(token, str((await request.post()).get("csrf", ""))):
        raise web.HTTPForbidden(text=STALE)

    def exchange(store: Store) -> str:
        found = store.member_by_token(token, LINK, here.clock(), once=True)
        return store.new_token(found.id, LOGIN, here.clock() + LOGIN_LASTS) if found else ""

    fresh = await write(here, exchange)
    if not fresh:
        raise web.HTTPNotFound(text=GONE)
    return _let_in(request, fresh)


async def logout(request: web.Request, me: Member) -> web.StreamResponse:
    """This browser's secret works no more."""
    await posted(request)
    token = request.cookies.get(COOKIE, "")
    await write(site(request), lambda store: store.drop_token(token))
    response = web.Response(status=303, headers={"Location": PATH})
    response.del_cookie(COOKIE, path=PATH)
    return response


async def device_link(here: Site, id: str) -> str:
    """A link that logs the member in once."""
    token = await write(here, lambda store: store.new_token(id, LINK, here.clock() + LINK_LASTS))
    return f"{here.settings.site}{PATH}/in/{token}"


def invitation_link(settings: Settings, code: str) -> str:
    """Where an invitation is used."""
    return f"{settings.site}{PATH}/join/{code}"


def first_admin_link(lanes: Lanes, settings: Settings) -> str | None:
    """A one-time link for the first administrator; None when there is one already."""
    now = settings.now or datetime.now(UTC)
    code = fresh_code(secrets.randbelow)

    def invite(store: Store) -> bool:
        if any(one.role is Role.ADMIN for one in store.team()):
            return False
        store.perform((Invite(code=code, role=Role.ADMIN, by="start"),), now)
        return True

    return invitation_link(settings, code) if lanes.write(invite).result() else None
