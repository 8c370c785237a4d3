"""The queue and the case: what staff see, and what they do through handlers.desk.perform."""

import secrets
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from aiohttp import web

from bot.turn import fresh_code
from bot.web.keys import Site, site
from bot.web.login import check_form, csrf_of
from bot.web.pages import HERE, page, read, sentence, write
from bot.web.rights import event_text, sees, sees_body, sees_closed, sees_phone, shown
from bot.web.uploads import Form, Refused, discard, read_form, respond
from handlers.desk import EVENT_LABELS, offered, perform
from handlers.inputs import Input, inputs
from handlers.inputs import read as read_inputs
from handlers.numbers import find_number
from handlers.types import Attachment, Facts, Member
from storage import Conflict, Letter, Store, Wanted
from tickets.clocks import clocks, days_left, limit_lamp, next_due
from tickets.due import say_time
from tickets.papers import PAPERS, papers_of
from tickets.states import ACTIONS, ROLE_NAMES, STATES, Action, Role, State
from tickets.ticket import Event, NotAllowed, Ticket, lamp

PAGE = 50
FARTHEST = 40  # pages; nobody turns further, he searches
LONGEST = 4000  # characters of one act
LAMPS = {"red": "超时", "yellow": "快到时", "green": "时间够"}
TABS = {"all": "全部在办", "mine": "我的", "free": "没人接", "urgent": "急单", "closed": "办完的"}
CHANGED = "刚才这张单有了新情况（见经过），请看一眼再办。您写的字还在。"
TAKEN = "刚才这张单被别人接走了。回队列看别的。"
TEAM_ROLES = (Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR)


@dataclass(frozen=True)
class Look:
    """What the queue shows: the tab, filters, words, page."""

    tab: str = "all"
    state: str = ""
    town: str = ""
    words: str = ""
    number: int = 0

    @staticmethod
    def of(request: web.Request) -> "Look":
        """The look a request asks for; nonsense is left out."""
        asked = request.query
        tab = asked.get("tab", "all")
        number = asked.get("page", "0")
        return Look(
            tab=tab if tab in TABS else "all",
            state=asked.get("state", "") if asked.get("state", "") in set(State) else "",
            town=asked.get("town", "")[:40],
            words=asked.get("q", "").strip()[:80],
            number=min(int(number), FARTHEST) if number.isdigit() and len(number) < 4 else 0,
        )


async def queue(request: web.Request, me: Member) -> web.StreamResponse:
    """The cases `me` may see, as filtered."""
    here, look = site(request), Look.of(request)
    number = find_number(look.words)
    cases, more, counts = await read(here, lambda store: _queue(store, look, me))
    if number and len(cases) == 1:
        raise web.HTTPSeeOther(f"/desk/case/{number}")
    now = here.clock()
    return page(
        request, "queue.html", me=me, csrf=csrf_of(request), look=look, tabs=TABS, counts=counts, more=more,
        rows=[row(ticket, me, now) for ticket in cases], states=STATES, role=ROLE_NAMES[me.role],
    )  # fmt: skip


def _queue(store: Store, look: Look, me: Member) -> tuple[list[Ticket], bool, dict[str, int]]:
    """The cases of the page, whether there are more, and how many each tab has."""
    end = (look.number + 1) * PAGE
    found: dict[str, Ticket] = {}
    for wanted in _wanted(look, me):
        found.update((ticket.number, ticket) for ticket in store.queue(wanted, end + 1))
    fitting = [ticket for ticket in found.values() if _fits(ticket, look, me)]
    fitting.sort(key=lambda ticket: (not ticket.open, not ticket.urgent, next_due(ticket), ticket.number))
    counts = {"mine": store.count(Wanted(open=True, owner=me.id)), "free": store.count(Wanted(open=True, owner=""))}
    return fitting[look.number * PAGE : end], len(fitting) > end, counts


def _wanted(look: Look, me: Member) -> list[Wanted]:
    """What to ask the database for; a mediator's cases are those without owner and his own."""
    owners: tuple[str | None, ...] = (None,)
    if look.tab in ("mine", "free"):
        owners = (me.id if look.tab == "mine" else "",)
    elif me.role is Role.MEDIATOR:
        owners = (me.id, "")
    is_open = None if look.words and look.tab == "all" else look.tab != "closed"
    words = find_number(look.words) or look.words
    return [
        Wanted(open=is_open, state=look.state or None, owner=owner, town=look.town or None, text=words)
        for owner in owners
    ]


def _fits(ticket: Ticket, look: Look, me: Member) -> bool:
    """What the database cannot ask: rights, urgency; the admin finds by number and title only."""
    if not sees(ticket, me) or (look.tab == "urgent" and not ticket.urgent):
        return False
    if me.role is Role.ADMIN and look.words:
        seen = f"{ticket.number} {ticket.number.replace('-', '')} {ticket.title}".lower()
        return all(word in seen for word in look.words.lower().split())
    return True


def row(ticket: Ticket, me: Member, now: datetime) -> dict[str, Any]:
    """One line of the queue."""
    colour = lamp(ticket, now)
    clock = "时钟停着" if ticket.paused_at and ticket.open else say_time(next_due(ticket)) + "前"
    return {
        "number": ticket.number, "title": shown(ticket.title, ticket, me), "urgent": ticket.urgent, "lamp": colour,
        "lamp_name": LAMPS[colour] if ticket.open else "已办完", "state": STATES[ticket.state].label,
        "owner": ticket.owner_name or "没人接", "mine": ticket.owner == me.id, "town": ticket.town,
        "due": clock if ticket.open else "", "open": ticket.open, "team": ticket.team,
    }  # fmt: skip


async def case(request: web.Request, me: Member) -> web.StreamResponse:
    """One case."""
    done = request.query.get("done", "")
    told = _done(Action(done)) if done in set(Action) else ""
    return await _show(request, me, done=told)


def _done(action: Action) -> str:
    return f"{ACTIONS[action].label}：已经记下" + ("，当事人会收到通知。" if ACTIONS[action].notice else "。")


async def _show(
    request: web.Request,
    me: Member,
    done: str = "",
    error: str = "",
    status: int = 200,
    kept: dict[str, str] | None = None,
) -> web.Response:
    """The page of the case; `kept` is what was typed into a form that could not be carried out."""
    here, number = site(request), request.match_info["number"]
    found = await read(here, lambda store: _load(store, number, me))
    if found is None:
        raise web.HTTPNotFound(text="没有这张工单，或者它不归您看。")
    ticket, events, attachments, letters, team = found
    body = sees_body(ticket, me)
    acts = offered(ticket, me) if body else ()
    return page(
        request, "case.html", status=status, me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), ticket=ticket,
        row=row(ticket, me, here.clock()), body=body, phone=shown(ticket.phone, ticket, me) if body else "", phone_shown=sees_phone(ticket, me), done=done, error=error, kept=kept or {"action": "", "text": ""},
        facts=_facts(ticket, me) if body else [],
        events=[event_row(event, ticket, me) for event in reversed(events)],
        attachments=list(enumerate(attachments)) if body else [],
        failed=[letter.error for letter in letters if letter.state == "failed"],
        waiting=sum(letter.state in ("waiting", "sending") for letter in letters),
        acts=_acts(acts, ticket, here), canned=canned(), clocks=clocks(ticket), limits=_limits(ticket, here.clock()),
        papers=_papers(ticket, events, me) if body else [],
        party_link=f"{here.settings.site}/mediate/{ticket.mediation.code}" if body and ticket.mediation.code else "",
        team=[one for one in team if one.role in TEAM_ROLES and one.id != ticket.owner], role_names=ROLE_NAMES,
        opened=say_time(ticket.opened_at), service=_title(here, ticket.service), topic=_title(here, ticket.topic),
    )  # fmt: skip


def _load(
    store: Store, number: str, me: Member
) -> tuple[Ticket, tuple[Event, ...], tuple[Attachment, ...], list[Letter], tuple[Member, ...]] | None:
    ticket = store.ticket(number)
    if ticket is None or not sees(ticket, me):
        return None
    return ticket, store.events(number), store.attachments(number), store.letters_of(number), store.team()


def _facts(ticket: Ticket, me: Member) -> list[tuple[str, str]]:
    """What was asked and answered, without what is shown beside it anyway."""
    beside = {ticket.phone, ticket.town} - {""}
    return [(question, shown(answer, ticket, me)) for question, answer in ticket.facts if answer not in beside]


def _papers(ticket: Ticket, events: tuple[Event, ...], me: Member) -> list[tuple[str, str]]:
    """(kind, name) of the papers that `me` may take from the case."""
    open_to = [name for name in papers_of(events) if not PAPERS[name].closed or sees_closed(ticket, me)]
    return [(name, PAPERS[name].name) for name in open_to]


def _limits(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """The citizen's statutory periods, as the page shows them."""
    found = []
    for one in ticket.limits:
        left = days_left(one, now)
        state = f"还有 {left} 天" if left >= 0 else f"过了 {-left} 天"
        found.append(
            {
                "lamp": limit_lamp(one, now),
                "title": one.title,
                "basis": one.basis,
                "last_day": one.last_day,
                "left": state,
            }
        )
    return found


def _title(here: Site, id: str) -> str:
    topic = here.knowledge.topics.get(id)
    return topic.title if topic else ""


def event_row(event: Event, ticket: Ticket, me: Member) -> dict[str, Any]:
    """One step of the history."""
    known = event.action in set(Action)
    return {
        "when": say_time(event.at), "who": event.name or ROLE_NAMES.get(event.role, "系统"),
        "what": ACTIONS[Action(event.action)].label if known else EVENT_LABELS.get(event.action, event.action),
        "text": event_text(event, ticket, me), "internal": not event.public, "citizen": event.role is Role.CITIZEN,
        "failed": event.action == "undelivered",
    }  # fmt: skip


@dataclass(frozen=True)
class Act:
    """An act as the page offers it: `told` whether the citizen hears of it."""

    action: Action
    label: str
    needs: str
    told: bool
    inputs: tuple[Input, ...]

    @property
    def form(self) -> bool:
        """Whether it unfolds into a form of its own."""
        asks = self.needs or self.inputs or self.action in CAREFUL
        return bool(asks) and self.action not in (Action.REPLY, Action.NOTE)

    @property
    def common(self) -> bool:
        """Whether it stands in the first row; the rest is under 更多."""
        return self.action in COMMON


CAREFUL = {Action.DECLINE, Action.RELEASE}  # one tap too many would hurt
COMMON = {Action.ASK, Action.RESOLVE, Action.INVITE, Action.MEET, Action.AGREE, Action.TELL_PARTY, Action.ANSWER}


def _acts(acts: Iterable[Action], ticket: Ticket, here: Site) -> list[Act]:
    return [
        Act(one, ACTIONS[one].label, ACTIONS[one].needs, bool(ACTIONS[one].notice), inputs(ticket, one, here.knowledge))
        for one in acts
    ]


@cache
def canned() -> tuple[dict[str, Any], ...]:
    """The prepared texts, from canned.toml."""
    return tuple(tomllib.loads((HERE / "canned.toml").read_text(encoding="utf-8"))["reply"])


async def act(request: web.Request, me: Member) -> web.StreamResponse:
    """Carries an act out, if the case is still as it was when its page was made."""
    here, number = site(request), request.match_info["number"]
    try:
        form = await read_form(request, here.files)
    except Refused as refused:
        raise sentence(refused.status, str(refused)) from None
    kept = {"action": "", "text": "", **form.fields}
    try:
        check_form(request, form.fields.get("csrf", ""))
        action = await _perform(here, number, me, form)
    except NotAllowed as error:
        discard(form.files, here.files)
        return await _show(request, me, error=str(error), status=409, kept=kept)
    except Conflict:
        discard(form.files, here.files)
        return await _conflict(request, me, kept)
    except BaseException:
        discard(form.files, here.files)
        raise
    after = await read(here, lambda store: store.ticket(number))
    raise web.HTTPSeeOther(f"/desk/case/{number}?done={action}" if after and sees(after, me) else "/desk")


async def _perform(here: Site, number: str, me: Member, form: Form) -> Action:
    """The act in one transaction. Raises NotAllowed, Conflict or an HTTP error."""
    name, version = form.fields.get("action", ""), form.fields.get("version", "")
    if name not in set(Action) or not version.isdigit():
        raise web.HTTPBadRequest(text="没收全，请返回刷新再办。")
    action, text = Action(name), form.fields.get("text", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise NotAllowed(f"一次最多写 {LONGEST} 个字。")

    def job(store: Store) -> None:
        ticket = store.ticket(number)
        if ticket is not None and ticket.version != int(version):
            raise Conflict("ticket")
        if ticket is None or not sees_body(ticket, me):
            raise web.HTTPNotFound(text="没有这张工单，或者它不归您看。")
        if action not in offered(ticket, me):
            raise NotAllowed(f"现在不能{ACTIONS[action].label}。")
        to = _colleague(store, form, ticket) if action is Action.ASSIGN else None
        now = here.clock()
        given = {name.removeprefix("ask-"): value for name, value in form.fields.items() if name.startswith("ask-")}
        data = read_inputs(ticket, action, given, here.knowledge, now)
        other = store.ticket(find_number(data.get("number", ""))) if "number" in data else None
        if other:
            data["number"] = other.number
        facts = Facts(
            now=now, number="", code=fresh_code(secrets.randbelow), me=me, team=store.team(),
            other=other if other and sees_body(other, me) else None,
        )  # fmt: skip
        _, effects = perform(ticket, action, me, facts, text, to, tuple(form.files), data)
        store.perform(effects, now)

    await write(here, job)
    return action


def _colleague(store: Store, form: Form, ticket: Ticket) -> Member:
    """Whom the case goes to. Raises NotAllowed."""
    to = store.member_by_id(form.fields.get("to", ""))
    if to is None or not to.active or to.role not in TEAM_ROLES or to.id == ticket.owner:
        raise NotAllowed("请选一位同事。")
    return to


async def _conflict(request: web.Request, me: Member, kept: dict[str, str]) -> web.StreamResponse:
    """The case again with what is new; whoever may not see it any more is told that it is taken."""
    try:
        return await _show(request, me, error=CHANGED, status=409, kept=kept)
    except web.HTTPNotFound:
        raise web.HTTPConflict(text=TAKEN) from None


async def file(request: web.Request, me: Member) -> web.StreamResponse:
    """A file of a case, for those who may read the case."""
    here, number, index = site(request), request.match_info["number"], int(request.match_info["index"])
    found = await read(here, lambda store: _load(store, number, me))
    if found is None or not sees_body(found[0], me) or index >= len(found[2]):
        raise web.HTTPNotFound
    return respond(here.files, found[2][index])
