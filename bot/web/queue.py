"""The queue: which cases, in which order, how each looks on its line; bulk acts, kept filters, the list as a table."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from yarl import URL

from bot.web.keys import site
from bot.web.login import csrf_of, posted
from bot.web.pages import page, read, write
from bot.web.sheets import attachment, workbook
from bot.web.uses import note
from handlers.desk import perform
from handlers.numbers import find_number
from handlers.offers import offered
from handlers.rights import WATCH, sees, sees_body, sees_phone, shared, shown
from handlers.types import Facts, Member
from storage import Conflict, Store, Wanted
from storage.cases import words_of
from tickets.changes import RATINGS, SOLVED
from tickets.clocks import next_due, today
from tickets.due import BEIJING, say_time
from tickets.states import ACTIONS, DISPATCH, ROLE_NAMES, STATES, Action, Role, State
from tickets.ticket import NotAllowed, Ticket, lamp

PAGE = 50
FARTHEST = 40  # pages; nobody turns further, he searches
LAMPS = {"red": "超时", "yellow": "快到时", "green": "时间够"}
TABS = {
    "all": "全部在办",
    "mine": "我的",
    "free": "没人接",
    "urgent": "急单",
    "limits": "法定期限近了",
    "closed": "办完的",
}
LEAD_TABS = {"orders": "等答复的督办单", "calls": "该回访的"}
LIMIT_DAYS = 30  # a statutory period that ends within so many days is near
CALL_DAYS = 14  # how long after its end a case may be called back
TEAM_ROLES = (Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR)
BULK = (Action.CLAIM, Action.TRIAGE, Action.ASSIGN, Action.RELEASE, Action.NOTE)  # what can be done to many at once
MOST_ROWS = 10_000  # of a table to take away
MOST = 50  # cases of one bulk act
VIEWS = 8  # filters one member may keep


@dataclass(frozen=True)
class Look:
    """What the queue shows: the tab, filters, words, page."""

    tab: str = "all"
    state: str = ""
    town: str = ""
    words: str = ""
    number: int = 0

    def query(self, number: int = 0) -> dict[str, str]:
        """The look as it stands in an address, on the page `number`."""
        asked = {"tab": self.tab, "q": self.words, "town": self.town, "state": self.state}
        return {name: value for name, value in asked.items() if value} | ({"page": str(number)} if number else {})

    @staticmethod
    def of(asked: Mapping[str, str]) -> "Look":
        """The look an address or a form asks for; nonsense is left out."""
        tab = asked.get("tab", "all")
        number = asked.get("page", "0")
        return Look(
            tab=tab if tab in {**TABS, **LEAD_TABS} else "all",
            state=asked.get("state", "") if asked.get("state", "") in set(State) else "",
            town=asked.get("town", "")[:40],
            words=asked.get("q", "").strip()[:80],
            number=min(int(number), FARTHEST) if number.isdigit() and len(number) < 4 else 0,
        )


async def queue(request: web.Request, me: Member) -> web.StreamResponse:
    """The cases `me` may see, as filtered."""
    here, look = site(request), Look.of(request.query)
    number = find_number(look.words)
    now = here.clock()
    cases, more, counts, views = await read(here, lambda store: (*_queue(store, look, me, now), views_of(store, me)))
    if look.words:
        await note(
            request, me, "search", detail=f"{len(look.words)} 个字，找到 {len(cases)}{' 张以上' if more else ' 张'}"
        )
    if number and len(cases) == 1:
        raise web.HTTPSeeOther(f"/desk/case/{number}")
    done, failed = told(request.query.get("done", ""))
    return page(
        request, "queue.html", me=me, csrf=csrf_of(request), look=look, tabs=tabs_of(me), counts=counts, more=more,
        views=views, bulk=BULK if me.role in DISPATCH else (), done=done, failed=failed,
        team=await read(here, lambda store: store.team()) if me.role in DISPATCH else (), role_names=ROLE_NAMES,
        rows=[row(ticket, me, now) for ticket in cases], states=STATES, role=ROLE_NAMES[me.role],
    )  # fmt: skip


def tabs_of(me: Member) -> dict[str, str]:
    """The tabs a member has."""
    return {**TABS, **LEAD_TABS} if me.role in WATCH else TABS


def _queue(store: Store, look: Look, me: Member, now: datetime) -> tuple[list[Ticket], bool, dict[str, int]]:
    """The cases of the page, whether there are more, and how many each tab has."""
    end = (look.number + 1) * PAGE
    found: dict[str, Ticket] = {}
    for wanted in wanted_of(look, me, now):
        found.update((ticket.number, ticket) for ticket in store.queue(wanted, end + 1))
    fitting = [ticket for ticket in found.values() if _fits(ticket, look, me)]
    fitting.sort(key=pressing)
    counts = {"mine": store.count(Wanted(open=True, owner=me.id)), "free": store.count(Wanted(open=True, owner=""))}
    return fitting[look.number * PAGE : end], len(fitting) > end, counts


def pressing(ticket: Ticket) -> tuple[bool, bool, datetime, datetime, str]:
    """The order of the queue: open before closed, urgent first, then what presses, then who came first."""
    return not ticket.open, not ticket.urgent, next_due(ticket), ticket.opened_at, ticket.number


def wanted_of(look: Look, me: Member, now: datetime) -> list[Wanted]:
    """What to ask the database for; a mediator's cases are those without owner and his own."""
    if look.tab in LEAD_TABS and me.role in WATCH:
        since = now - timedelta(days=CALL_DAYS)
        return [Wanted(ordered=True) if look.tab == "orders" else Wanted(to_call=since)]
    owners: tuple[str | None, ...] = (None,)
    if look.tab in ("mine", "free"):
        owners = (me.id if look.tab == "mine" else "",)
    elif me.role is Role.MEDIATOR:
        owners = (me.id, "")
    is_open = None if look.words and look.tab == "all" else look.tab != "closed"
    words = find_number(look.words) or look.words
    near = today(now) + timedelta(days=LIMIT_DAYS) if look.tab == "limits" else None
    return [
        Wanted(
            open=is_open, state=look.state or None, owner=owner, town=look.town or None, text=words, limit_by=near,
            urgent=True if look.tab == "urgent" else None,
        )
        for owner in owners
    ]  # fmt: skip


def _fits(ticket: Ticket, look: Look, me: Member) -> bool:
    """What the database cannot ask: rights; nobody finds by a telephone number he may not see, the admin by title only."""
    if not sees(ticket, me):
        return False
    if look.words and not sees_phone(ticket, me):
        titles = f"{ticket.number}\n{ticket.number.replace('-', '')}\n{ticket.title}".lower()
        seen = shared(titles if me.role is Role.ADMIN else words_of(ticket), ticket)
        return all(_plain(word) in _plain(seen) for word in look.words.lower().split())
    return True


def _plain(text: str) -> str:
    """What of a text the index of words knows: letters and digits, line by line."""
    return "".join(sign for sign in text if sign.isalnum() or sign == "\n")


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


def colleague(store: Store, id: str, ticket: Ticket) -> Member:
    """Whom the case goes to. Raises NotAllowed."""
    to = store.member_by_id(id)
    if to is None or not to.active or to.role not in TEAM_ROLES or to.id == ticket.owner:
        raise NotAllowed("请选一位同事。")
    return to


async def export(request: web.Request, me: Member) -> web.StreamResponse:
    """The cases of a look as a table, without telephone numbers and without what people told."""
    here, look = site(request), Look.of(request.query)
    now, form = here.clock(), "csv" if request.query.get("as") == "csv" else "xlsx"

    def job(store: Store) -> list[Ticket]:
        return [
            one for wanted in wanted_of(look, me, now) for one in store.queue(wanted, MOST_ROWS) if _fits(one, look, me)
        ]

    head = ["工单", "标题", "状态", "灯", "队伍", "承办", "镇乡", "提交", "承诺办结", "办结", "评价", "解决"]
    rows = [
        [one.number, shown(one.title, one, me), STATES[one.state].label, LAMPS[lamp(one, now)] if one.open else "", one.team,
         one.owner_name, one.town, _stamp(one.opened_at), _stamp(one.due_at), _stamp(one.closed_at),
         RATINGS.get(one.rating, ""), SOLVED.get(one.solved, "")] for one in await read(here, job)
    ]  # fmt: skip
    await note(request, me, "export", detail=f"{len(rows)} 张")
    return attachment(workbook([head, *rows], form), f"工单{now:%Y%m%d}.{form}")


def _stamp(moment: datetime | None) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}" if moment else ""


async def bulk(request: web.Request, me: Member) -> web.StreamResponse:
    """The same act on many cases, each by itself; which ones could not be done is said."""
    here, fields = site(request), await posted(request)
    numbers = [number for number in fields.get("numbers", "").split() if find_number(number) == number][:MOST]
    name, text = fields.get("action", ""), fields.get("text", "").strip()
    if name not in BULK:
        raise web.HTTPBadRequest(text="请选办什么。")
    action, done = Action(name), []
    missing = missing_for(action, numbers, text, fields.get("to", ""))

    for number in [] if missing else numbers:

        def job(store: Store, number: str = number) -> None:
            ticket = store.ticket(number)
            if ticket is None or not sees_body(ticket, me) or action not in offered(ticket, me):
                raise NotAllowed(f"现在不能{ACTIONS[action].label}")
            to = colleague(store, fields.get("to", ""), ticket) if action is Action.ASSIGN else None
            facts = Facts(now=here.clock(), number="", me=me, team=store.team())
            _, effects = perform(ticket, action, me, facts, text, to)
            store.perform(effects, facts.now)

        try:
            await write(here, job)
            done.append("")
        except (NotAllowed, Conflict) as error:
            done.append(f" {number}{'!' if isinstance(error, Conflict) else ''}")
    look = Look.of(fields)
    outcome = missing or f"{action} {done.count('')}{''.join(done)}"
    raise web.HTTPSeeOther(URL("/desk").with_query({**look.query(look.number), "done": outcome}))


# what the queue says after an act: an address carries a code, never the words
MISSING = {"none": "先勾几张，再办。", "whom": "转交要先选一位同事。", "words": "记备注要先写字。"}
DONE = re.compile(r"([a-z_]+)(?: (\d{1,2})((?: \d{4}-\d{4}!?)*))?")


def missing_for(action: Action, numbers: list[str], text: str, to: str) -> str:
    """What a bulk act lacks, "" for nothing."""
    if not numbers:
        return "none"
    if action is Action.ASSIGN and not to:
        return "whom"
    return "words" if action is Action.NOTE and not text else ""


def told(code: str) -> tuple[str, bool]:
    """The sentence for a code, and whether it is about a failure; ("", False) for what is no code of ours."""
    found = DONE.fullmatch(code)
    if code in MISSING:
        return MISSING[code], True
    if found is None or found[1] not in set(Action):
        return "", False
    label, failed = ACTIONS[Action(found[1])].label, (found[3] or "").split()
    if found[2] is None:
        return f"{label}：已经记下。这张单现在不归您看了。", False
    why = [f"{one[:9]}（{'刚被别人动过' if one.endswith('!') else '现在不能' + label}）" for one in failed]
    return f"{label}：办了 {found[2]} 张。" + (f"没办成：{'、'.join(why)}。" if why else ""), bool(why)


# filters that a member keeps


def views_of(store: Store, me: Member) -> list[dict[str, str]]:
    """The kept filters: name and query."""
    found: list[dict[str, str]] = json.loads(store.meta(f"views:{me.id}") or "[]")
    return found


async def keep_view(request: web.Request, me: Member) -> web.StreamResponse:
    """Keeps the filter under a name, in place of what had that name, or drops it."""
    here, fields = site(request), await posted(request)
    name, query = fields.get("name", "").strip()[:12], Look.of(fields).query()
    if not name:
        raise web.HTTPBadRequest(text="给这个筛选起个名字。")

    def job(store: Store) -> None:
        kept = [one for one in views_of(store, me) if one["name"] != name]
        if fields.get("drop") != "1":
            kept.append({"name": name, "query": str(URL("/desk").with_query(query))})
        store.set_meta(f"views:{me.id}", json.dumps(kept[-VIEWS:], ensure_ascii=False))

    await write(here, job)
    raise web.HTTPSeeOther(URL("/desk").with_query(query))
