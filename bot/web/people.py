"""The staff themselves: inviting, leaving, more devices, the Telegram account."""

import secrets
from dataclasses import replace

from aiohttp import web

from bot.turn import fresh_code, link_note
from bot.web.keys import site
from bot.web.login import csrf_of, device_link, invitation_link, posted
from bot.web.pages import page, read, write
from handlers.staff import INVITABLE
from handlers.types import Invite, Member
from storage import Store, Wanted
from tickets.states import ROLE_NAMES, Role

ALONE = "至少要留一位管理员。"
LEFT = "{name}已停用，手上还有 {count} 张在办的单，现在没人办。请督办员到队列里搜“{name}”，一张一张转交给别人。"


async def people(request: web.Request, me: Member) -> web.StreamResponse:
    """Everybody, and the form to invite."""
    return await _people(request, me)


async def _people(
    request: web.Request,
    me: Member,
    link: str = "",
    code: str = "",
    about: str = "",
    error: str = "",
    status: int = 200,
) -> web.Response:
    found = await read(site(request), lambda store: store.members())
    return page(
        request, "people.html", status, me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), error=error,
        members=found, role_names=ROLE_NAMES, roles=INVITABLE, link=link, code=code, about=about,
    )  # fmt: skip


async def invite(request: web.Request, me: Member) -> web.StreamResponse:
    """Makes a one-time invitation and shows it once."""
    here, fields = site(request), await posted(request)
    wanted = fields.get("role", "")
    if wanted not in INVITABLE:
        raise web.HTTPBadRequest(text="请选一个身份。")
    code, role = fresh_code(secrets.randbelow), Role(wanted)
    await write(here, lambda store: store.perform((Invite(code=code, role=role, by=me.id),), here.clock()))
    about = f"{ROLE_NAMES[role]}的邀请，3 天内用一次有效"
    return await _people(request, me, invitation_link(here.settings, code), code, about)


async def change(request: web.Request, me: Member) -> web.StreamResponse:
    """A login link for a member, or his leaving and coming back."""
    here, fields = site(request), await posted(request)
    id, wanted = request.match_info["id"], fields.get("do", "")
    one = await read(here, lambda store: store.member_by_id(id))
    if one is None or wanted not in ("link", "off", "on"):
        raise web.HTTPNotFound(text="没有这个人。")
    if wanted == "link":
        return await _people(
            request, me, await device_link(here, id), about=f"{one.name}的登录链接，1 小时内用一次有效"
        )

    def turn(store: Store) -> bool:
        admins = [m for m in store.team() if m.role is Role.ADMIN]
        if wanted == "off" and [m.id for m in admins] == [id]:
            return False
        store.keep_member(replace(one, active=wanted == "on"))
        return True

    if not await write(here, turn):
        return await _people(request, me, error=ALONE, status=409)
    count = await read(here, lambda store: store.count(Wanted(open=True, owner=id))) if wanted == "off" else 0
    if count:
        return await _people(request, me, error=LEFT.format(name=one.name, count=count))
    raise web.HTTPSeeOther("/desk/people")


async def mine(request: web.Request, me: Member) -> web.StreamResponse:
    """One's own page."""
    return _mine(request, me)


def _mine(request: web.Request, me: Member, link: str = "", code: str = "") -> web.Response:
    return page(request, "me.html", me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), link=link, code=code)


async def own_link(request: web.Request, me: Member) -> web.StreamResponse:
    """A link to log in on another device."""
    await posted(request)
    return _mine(request, me, link=await device_link(site(request), me.id))


async def telegram_code(request: web.Request, me: Member) -> web.StreamResponse:
    """A code that connects the Telegram account it is sent from with this member."""
    here = site(request)
    await posted(request)
    code = fresh_code(secrets.randbelow)

    def note(store: Store) -> None:
        store.perform((Invite(code=code, role=me.role, by=me.id),), here.clock())
        store.set_meta(link_note(code), me.id)

    await write(here, note)
    return _mine(request, me, code=code)
