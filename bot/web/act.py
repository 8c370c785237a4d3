"""Carrying out what staff do on the page of a case: one act, or the acts of a macro, in one transaction."""

import secrets

from aiohttp import web

from bot.turn import fresh_code
from bot.web.canned import can_play, filled, macros
from bot.web.case import show
from bot.web.keys import Site, site
from bot.web.login import check_form
from bot.web.pages import read, write
from bot.web.queue import colleague
from bot.web.uploads import Form, Refused, discard, read_form
from handlers.desk import perform
from handlers.inputs import read as read_inputs
from handlers.numbers import find_number, fresh_number
from handlers.offers import offered
from handlers.rights import sees, sees_body
from handlers.types import Facts, Member
from storage import Conflict, Store
from tickets.states import ACTIONS, Action
from tickets.ticket import NotAllowed, Ticket

LONGEST = 4000  # characters of one act
CHANGED = "刚才这张单有了新情况（见经过），请看一眼再办。您写的字还在。"
AGAIN = "您写的字还在，文件请再选一次。"
EMPTY = {"action": "", "text": ""}  # what the page of a case needs of a form that could not be carried out
TAKEN = "刚才这张单被别人接走了。回队列看别的。"


async def act(request: web.Request, me: Member) -> web.StreamResponse:
    """Carries an act out, if the case is still as it was when its page was made."""
    here, number = site(request), request.match_info["number"]
    try:
        form = await read_form(request, here.files)
    except Refused as refused:
        check_form(request, refused.fields.get("csrf", ""))
        words = f"{refused}{AGAIN}"
        return await show(request, me, error=words, status=refused.status, kept={**EMPTY, **refused.fields})
    kept = {**EMPTY, **form.fields}
    try:
        check_form(request, form.fields.get("csrf", ""))
        action = await _perform(here, number, me, form)
    except NotAllowed as error:
        discard(form.files, here.files)
        words = f"{error}{AGAIN if form.files else ''}"
        return await show(request, me, error=words, status=409, kept=kept)
    except Conflict:
        discard(form.files, here.files)
        return await _conflict(request, me, kept)
    except BaseException:
        discard(form.files, here.files)
        raise
    after = await read(here, lambda store: store.ticket(number))
    raise web.HTTPSeeOther(
        f"/desk/case/{number}?done={action}" if after and sees(after, me) else f"/desk?done={action}"
    )


async def _perform(here: Site, number: str, me: Member, form: Form) -> Action:
    """The act in one transaction. Raises NotAllowed, Conflict or an HTTP error."""
    name, version = form.fields.get("action", ""), form.fields.get("version", "")
    played = form.fields.get("macro", "")
    if not version.isdigit() or (name not in set(Action) and not played.isdigit()):
        raise web.HTTPBadRequest(text="没收全，请返回刷新再办。")
    text = form.fields.get("text", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise NotAllowed(f"一次最多写 {LONGEST} 个字。")

    def job(store: Store) -> Action:
        ticket = store.ticket(number)
        if ticket is not None and ticket.version != int(version):
            raise Conflict("ticket")
        if ticket is None or not sees_body(ticket, me):
            raise web.HTTPNotFound(text="没有这张工单，或者它不归您看。")
        if played:
            return _play(store, ticket, int(played), me, here)
        _do(store, ticket, Action(name), me, here, form, text)
        return Action(name)

    return await write(here, job)


def _play(store: Store, ticket: Ticket, index: int, me: Member, here: Site) -> Action:
    """The acts of a macro, one after the other."""
    if index >= len(macros()) or not can_play(macros()[index], offered(ticket, me), ticket, me):
        raise NotAllowed("现在不能这样办。")
    facts = Facts(now=here.clock(), number="", me=me, team=store.team())
    for one in macros()[index]["acts"]:
        ticket, effects = perform(ticket, Action(one["action"]), me, facts, filled(one.get("text", ""), ticket, me))
        store.perform(effects, facts.now)
    return Action(macros()[index]["acts"][-1]["action"])


def _do(store: Store, ticket: Ticket, action: Action, me: Member, here: Site, form: Form, text: str) -> None:
    """One act, if `me` may do it."""
    if action not in offered(ticket, me):
        raise NotAllowed(f"现在不能{ACTIONS[action].label}。")
    to = colleague(store, form.fields.get("to", ""), ticket) if action is Action.ASSIGN else None
    now = here.clock()
    given = {name.removeprefix("ask-"): value for name, value in form.fields.items() if name.startswith("ask-")}
    data = read_inputs(ticket, action, given, here.knowledge, now)
    other = store.ticket(find_number(data.get("number", ""))) if "number" in data else None
    if other:
        data["number"] = other.number
    facts = Facts(
        now=now, number=fresh_number(secrets.randbelow), code=fresh_code(secrets.randbelow), me=me, team=store.team(),
        other=other if other and sees_body(other, me) else None,
    )  # fmt: skip
    _, effects = perform(ticket, action, me, facts, text, to, tuple(form.files), data)
    store.perform(effects, now)


async def _conflict(request: web.Request, me: Member, kept: dict[str, str]) -> web.StreamResponse:
    """The case again with what is new; whoever may not see it any more is told that it is taken."""
    try:
        return await show(request, me, error=CHANGED, status=409, kept=kept)
    except web.HTTPNotFound:
        raise web.HTTPConflict(text=TAKEN) from None
