"""Fills a database with cases and their histories through the rules themselves, then measures the staff pages over HTTP.

The file is kept in var/load-<cases>.db and used again. Times are of one machine: p50, p95 and the slowest.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.settings import load as load_settings
from bot.turn import Turns
from bot.web.login import LOGIN
from bot.web.server import make_app
from handlers import handle
from handlers.types import ChangeTicket, Effect, Member, OpenTicket
from knowledge import Knowledge
from storage import Store, open_lanes, open_store
from tickets.due import BEIJING
from tickets.states import Action, Role, State, possible
from tickets.ticket import Actor, NotAllowed, apply, open_ticket

TOWNS = ("石浦镇", "鹤浦镇", "丹西街道", "爵溪街道", "高塘岛乡", "东陈乡", "贤庠镇", "西周镇", "涂茨镇", "新桥镇")
WHAT = ("老大半年没给工钿", "两只船相撞赔不拢", "鱼款拖了一年", "修船的质量有问题", "禁渔期被扣了网", "在船上摔断了腿", "保险公司不肯赔",
        "合伙买船要散伙", "渔船过户办不下来", "冷库停电货坏了")  # fmt: skip
SURNAMES = "王陈李张林周吴徐孙马朱胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田"
STAFF = [
    *(Member(id=f"m{n:08d}", name=f"调{n}", role=Role.MEDIATOR, town=TOWNS[n % 10]) for n in range(1, 31)),
    *(Member(id=f"m{n:08d}", name=f"受{n}", role=Role.CLERK) for n in range(101, 111)),
    Member(id="m00000200", name="周督办", role=Role.SUPERVISOR),
]
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=BEIJING)
WORDS = {"reason": "scope", "until": "2027-01-10", "team": "渔业局", "hours": "16", "party": "船东老王", "place": "调解室",
         "at": "2027-01-01T10:00", "signed_on": "2026-01-05", "index": "0", "number": "1000-0001", "id": "dl-civil-3y",
         "title": "诉讼时效", "last_day": "2028-01-01", "rating": "good"}  # fmt: skip
QUIET = {
    Action.MERGE,
    Action.WITHDRAW,
    Action.LINK,
    Action.REDIRECT,
    Action.SWAP,
    Action.RECUSE,
    Action.JOIN,
    Action.SPEAK,
}


def fill(store: Store, cases: int, events: int) -> None:
    """Cases of the last two years, most of them closed, each with about `events` things that happened."""
    for member in STAFF:
        store.keep_member(member)
    pick = random.Random(7)
    begun = time.perf_counter()
    for start in range(0, cases, 500):
        effects: list[Effect] = []
        for index in range(start, min(start + 500, cases)):
            effects += history(index, cases, events, pick)
        store.perform(effects, NOW)
        if start % 10_000 == 0:
            print(f"  {start} cases, {time.perf_counter() - begun:.0f} s", file=sys.stderr)


def history(index: int, cases: int, events: int, pick: random.Random) -> Iterator[Effect]:
    """One case: opened, then what may happen to it, at random but as the table allows."""
    age = timedelta(days=730 * (1 - index / cases), minutes=pick.randrange(600))
    at = NOW - age
    person, owner = f"web:{index % 40_000}", pick.choice(STAFF[:40])
    name = pick.choice(SURNAMES) + pick.choice(SURNAMES)
    ticket, event = open_ticket(
        now=at, hours=pick.choice((8, 40, 120)), by=Actor(id=person, role=Role.CITIZEN, name=name),
        number=f"{1000 + index // 10_000}-{index % 10_000:04d}", channel="web", chat=person[4:], person=person,
        kind="question", title=f"{pick.choice(WHAT)}（浙象渔{pick.randrange(10_000, 99_999)}）", town=pick.choice(TOWNS),
        team=pick.choice(("窗口", "海和调解中心", "石浦调解队")), phone=f"13{pick.randrange(10**8, 10**9)}",
        other_party=pick.choice(SURNAMES) + "老大", facts=(("出了什么事", pick.choice(WHAT)), ("什么时候的事", "上个月")),
    )  # fmt: skip
    yield OpenTicket(ticket=ticket, event=event)
    stays_open = pick.random() < (0.9 if age < timedelta(days=20) else 0.02)
    for step in range(events - 1):
        at += timedelta(minutes=pick.randrange(5, 300))
        last = step >= events - 3 and not stays_open
        try:
            ticket, event = _step(ticket, owner, at, pick, last)
        except NotAllowed:
            continue
        yield ChangeTicket(ticket=ticket, event=event)


def _step(ticket: Any, owner: Member, at: datetime, pick: random.Random, last: bool) -> Any:
    """The next thing: towards the end of a case what closes it, else what the owner may do."""
    me = Actor(id=owner.id, role=owner.role, name=owner.name)
    citizen = Actor(id=ticket.person, role=Role.CITIZEN)
    closing = {State.RESOLVED: (Action.CONFIRM, citizen), State.FEEDBACK: (Action.RATE, citizen)}
    if last and ticket.state in closing:
        action, by = closing[ticket.state]
        return apply(ticket, action, by, at, "满意", **WORDS)
    can = set(possible(ticket.state, owner.role)) - QUIET
    for action in (Action.CLAIM, *((Action.RESOLVE,) if last else ())):
        if action in can and not (action is Action.CLAIM and ticket.owner):
            return apply(ticket, action, me, at, "办好了，双方签了字")
    calm = [a for a in (Action.NOTE, Action.REPLY, Action.NOTE, Action.ASK, Action.SUPPLY, Action.START) if a in can]
    return apply(ticket, pick.choice(calm), me, at, f"{pick.choice(WHAT)}，{at:%m月%d日}说的", **WORDS)


async def measure(url: str, rounds: int) -> list[tuple[str, list[float]]]:
    """Milliseconds of each page, asked for `rounds` times by a supervisor and a mediator in turn."""
    settings = replace(load_settings({"YXF_DATABASE_URL": url}), web_port=0)
    lanes = open_lanes(url)
    turns = Turns(lanes, handle, Knowledge.load(), lambda: NOW)
    runner = web.AppRunner(make_app(lanes, turns, settings, lambda: NOW), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    sessions = [await _login(turns, base, member) for member in (STAFF[-1], STAFF[0])]
    pick, found = random.Random(3), []
    try:
        for name, path, supervisor_only in PAGES:
            times = []
            for index in range(rounds):
                session = sessions[0 if supervisor_only else index % 2]
                asked = path(pick)
                begun = time.perf_counter()
                async with session.get(asked) as answer:
                    await answer.read()
                    if answer.status not in (200, 404):
                        raise RuntimeError(f"{asked}: {answer.status}")
                times.append((time.perf_counter() - begun) * 1000)
            found.append((name, times))
    finally:
        for session in sessions:
            await session.close()
        await runner.cleanup()
        await turns.close()
        lanes.close()
    return found


async def _login(turns: Turns, base: str, member: Member) -> aiohttp.ClientSession:
    token = await turns.write(lambda store: store.new_token(member.id, LOGIN, NOW + timedelta(days=1)))
    session = aiohttp.ClientSession(base, cookie_jar=aiohttp.CookieJar(unsafe=True))
    session.cookie_jar.update_cookies({"yxf_staff": token}, response_url=aiohttp.client.URL(base + "/desk"))
    return session


SEARCHES = ("相撞", "浙象渔4", "王老大", "工钿 石浦", "138", "没有的词", "满意", "鱼款", "1003-04")
PAGES: tuple[tuple[str, Callable[[random.Random], str], bool], ...] = (
    ("队列", lambda pick: f"/desk?tab=all&page={pick.randrange(4)}", False),
    ("我的", lambda pick: "/desk?tab=mine", False),
    ("没人接", lambda pick: "/desk?tab=free", False),
    ("急单", lambda pick: "/desk?tab=urgent", False),
    ("办完的", lambda pick: "/desk?tab=closed", False),
    ("按镇乡、状态", lambda pick: f"/desk?town={pick.choice(TOWNS)}&state={pick.choice(('submitted', 'in_progress', 'archived'))}", False),
    ("搜索", lambda pick: f"/desk?q={pick.choice(SEARCHES)}", False),
    ("一张工单", lambda pick: f"/desk/case/{1000 + pick.randrange(PARTS)}-{pick.randrange(10_000):04d}", True),
    ("看板", lambda pick: "/desk/board", True),
)  # fmt: skip
PARTS = 10


def report(found: list[tuple[str, list[float]]]) -> list[str]:
    """One line a page."""
    return [
        f"{name:　<8} p50 {statistics.median(times):7.1f} ms   p95 {sorted(times)[int(len(times) * 0.95)]:7.1f} ms"
        f"   max {max(times):7.1f} ms"
        for name, times in found
    ]


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    file = Path(__file__).parent.parent / "var" / f"load-{cases}-{events}.db"
    url = f"sqlite:///{file}"
    if not file.exists():
        store = open_store(url)
        fill(store, cases, events)
        store.close()
    store = open_store(url)
    count, _ = store.audit_head()
    store.close()
    print(f"{cases} cases, {count} events")
    print("\n".join(report(asyncio.run(measure(url, 60)))))


if __name__ == "__main__":
    main()
