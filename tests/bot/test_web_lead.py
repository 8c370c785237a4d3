"""Leading a desk over HTTP: many at once, kept filters, tables to take away, routing, who is there, who has seen what."""

import asyncio
import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web.presence import Presence
from bot.web.queue import told
from bot.web.sheets import harmless, workbook
from handlers.types import Member
from knowledge import Knowledge
from storage import Wanted
from tests.bot.web_world import World, world
from tickets.clocks import next_due
from tickets.routing import HEAD
from tickets.states import Action, Role, State


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


async def test_many_cases_get_one_act_and_failures_are_named(here: World) -> None:
    visitor = await here.visitor()
    numbers = [await visitor.open_case(f"第{n}件") for n in range(3)]
    clerk, mediator = await here.staff(Role.CLERK), await here.staff(Role.MEDIATOR, "陈海")
    await mediator.act(numbers[2], "claim")
    status, _ = await clerk.post("/desk/bulk", numbers=" ".join(numbers), action="claim", tab="all")
    assert status == 303
    assert [(await here.ticket(n)).owner for n in numbers] == [clerk.me.id, clerk.me.id, mediator.me.id]
    status, _ = await mediator.post("/desk/bulk", numbers=numbers[0], action="claim")
    assert status == 403
    assert (await clerk.post("/desk/bulk", numbers=numbers[0], action="nonsense"))[0] == 400


async def test_the_queue_says_what_a_bulk_act_did_and_keeps_the_filter(here: World) -> None:
    numbers = [await (await here.visitor()).open_case(f"第{n}件") for n in range(2)]
    clerk, mediator = await here.staff(Role.CLERK), await here.staff(Role.MEDIATOR, "陈海")
    await mediator.act(numbers[1], "claim")
    form = {
        "csrf": clerk.csrf,
        "numbers": " ".join(numbers),
        "tab": "all",
        "town": "石浦",
        "q": "第",
        "action": "claim",
    }
    async with clerk.session.post("/desk/bulk", data=form) as answer:
        assert {name: answer.url.query[name] for name in ("tab", "town", "q")} == {
            "tab": "all",
            "town": "石浦",
            "q": "第",
        }
        page = await answer.text()
    assert "接单：办了 1 张。" in page
    assert f"没办成：{numbers[1]}（现在不能接单）。" in page
    for missing, words in (
        ({"numbers": ""}, "先勾几张"),
        ({"action": "assign", "to": ""}, "转交要先选一位同事"),
        ({"action": "note", "text": " "}, "记备注要先写字"),
    ):
        async with clerk.session.post("/desk/bulk", data=form | missing) as answer:
            assert answer.status == 200
            assert words in await answer.text()


@pytest.mark.parametrize(
    "code", ["接单：办了 2 张", "nonsense", "claim 2 x", "claim 2 1234-5678 快打 12345", "", "none none", "claim\n"]
)
def test_only_known_words_are_shown_as_a_notice(code: str) -> None:
    assert told(code) == ("", False)


def test_a_known_code_is_a_sentence() -> None:
    assert told("claim 2") == ("接单：办了 2 张。", False)
    assert told("claim 0 1234-5678!") == ("接单：办了 0 张。没办成：1234-5678（刚被别人动过）。", True)


async def test_a_case_that_leaves_ones_sight_is_told_in_the_queue(here: World) -> None:
    number = await (await here.visitor()).open_case()
    one, other = await here.staff(Role.MEDIATOR, "甲"), await here.staff(Role.MEDIATOR, "乙")
    await one.act(number, "claim")
    form = {"csrf": one.csrf, "action": "assign", "version": "1", "to": other.me.id}
    async with one.session.post(f"/desk/case/{number}", data=form) as answer:
        assert answer.url.path == "/desk"
        assert "转交：已经记下。这张单现在不归您看了。" in await answer.text()


async def test_a_title_that_was_cut_shows_it(here: World) -> None:
    number = await (await here.visitor()).open_case("老板欠我工钿" * 10)
    title = (await here.ticket(number)).title
    assert (len(title), title[-1]) == (40, "…")


async def test_equal_deadlines_are_sorted_by_arrival(here: World) -> None:
    here.later(days=4)  # a Saturday: what comes now is due at the same hour of a working day
    numbers = []
    for n in range(6):
        numbers.append(await (await here.visitor()).open_case(f"第{n}件"))
        here.later(minutes=1)
    assert len({next_due(await here.ticket(number)) for number in numbers}) == 1
    _, page = await (await here.staff(Role.CLERK)).get("/desk")
    assert re.findall(r"/desk/case/(\d{4}-\d{4})", page) == numbers
    found = await here.turns.read(lambda store: store.queue(Wanted(open=True)))
    assert [one.number for one in found] == numbers


async def test_many_cases_go_to_one_colleague(here: World) -> None:
    numbers = [await (await here.visitor()).open_case(f"第{n}件") for n in range(2)]
    clerk, mediator = await here.staff(Role.CLERK), await here.staff(Role.MEDIATOR, "陈海")
    await clerk.post("/desk/bulk", numbers=" ".join(numbers), action="assign", to=mediator.me.id)
    assert {(await here.ticket(n)).owner for n in numbers} == {mediator.me.id}


async def test_a_filter_is_kept_for_its_member_only(here: World) -> None:
    clerk, other = await here.staff(Role.CLERK), await here.staff(Role.CLERK, "别人")
    await clerk.post("/desk/view", name="石浦急单", tab="urgent", town="石浦")
    _, page = await clerk.get("/desk")
    assert "石浦急单" in page
    assert "town=%E7%9F%B3%E6%B5%A6" in page
    _, page = await other.get("/desk")
    assert "石浦急单" not in page
    await clerk.post("/desk/view", name="石浦急单", drop="1")
    _, page = await clerk.get("/desk")
    assert "石浦急单" not in page


async def test_the_list_can_be_taken_away_without_telephone_numbers(here: World) -> None:
    number = await (await here.visitor()).open_case('=HYPERLINK("http://x")', "13812345678")
    clerk = await here.staff(Role.CLERK)
    async with clerk.session.get("/desk/export?as=csv") as answer:
        rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert rows[1][0] == number
    assert rows[1][1].startswith("'=")
    assert "13812345678" not in str(rows)
    async with clerk.session.get("/desk/export?as=xlsx") as answer:
        sheet = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert b"<f>" not in sheet.read("xl/worksheets/sheet1.xml")
    status, _ = await (await here.staff(Role.MEDIATOR)).get("/desk/export")
    assert status == 403


def test_no_cell_is_taken_for_a_formula() -> None:
    assert [harmless(cell) for cell in ("=1+1", "+86", "-1", "@x", "好", 5)] == ["'=1+1", "'+86", "'-1", "'@x", "好", 5]
    assert workbook([["a"], ["=1+1"]], "csv") == b"\xef\xbb\xbfa\r\n'=1+1\r\n"


async def test_the_month_counts_by_unit_without_people(here: World) -> None:
    number = await (await here.visitor()).open_case("欠薪", "13812345678")
    me = await here.staff(Role.MEDIATOR, "陈海")
    await me.act(number, "claim")
    await me.act(number, "start")
    await me.act(number, "resolve", "付清了")
    lead = await here.staff(Role.SUPERVISOR, "周督办")
    here.later(minutes=5)
    _, page = await lead.get("/desk/month")
    assert "窗口" in page
    for hidden in (number, "陈海", "13812345678"):
        assert hidden not in page
    for path in ("/desk/month?m=2026-99", "/desk/month?m=2024-01"):
        status, _ = await lead.get(path)
        assert status == 200
    async with lead.session.get("/desk/month?as=csv") as answer:
        assert "窗口" in (await answer.read()).decode("utf-8-sig")


TABLE = ",".join(HEAD) + "\n,,石浦,,石浦调解队,陈海、李江,2\n"


async def test_the_table_decides_who_gets_a_new_case(here: World) -> None:
    lead = await here.staff(Role.SUPERVISOR, "周督办")
    first, second = await here.staff(Role.MEDIATOR, "陈海"), await here.staff(Role.MEDIATOR, "李江")
    status, page = await lead.post("/desk/routes", table=TABLE.replace("2\n", "很多\n"))
    assert (status, "第 2 行" in page) == (409, True)
    status, page = await lead.post("/desk/routes", table=TABLE.replace("李江", "李江、没这人"))
    assert (status, "没这人" in page) == (200, True)
    await lead.post("/desk/routes", table=TABLE)
    numbers = [await (await here.visitor()).open_case(f"第{n}件") for n in range(5)]
    tickets = [await here.ticket(n) for n in numbers]
    assert {ticket.team for ticket in tickets} == {"石浦调解队"}
    owners = [ticket.owner for ticket in tickets]
    assert sorted(owners) == sorted([first.me.id] * 2 + [second.me.id] * 2 + [""])
    assert owners[0] != owners[1]
    assert tickets[0].state is State.ASSIGNED
    status, _ = await (await here.staff(Role.CLERK)).get("/desk/routes")
    assert status == 403


async def test_who_is_there_is_seen_and_forgotten(here: World) -> None:
    number = await (await here.visitor()).open_case("欠薪")
    first, second = await here.staff(Role.CLERK, "赵一"), await here.staff(Role.CLERK, "钱二")
    assert (await first.post(f"/desk/case/{number}/here", writing="1"))[0] == 200
    _, told = await second.post(f"/desk/case/{number}/here", writing="0")
    assert json.loads(told)["others"] == ["赵一正在写"]
    now = [0.0]
    presence = Presence(lambda: now[0])
    presence.sign(number, first.me, False)
    now[0] = 60.0
    assert presence.sign(number, second.me, False) == []


async def test_a_macro_does_all_its_acts_or_none(here: World) -> None:
    number = await (await here.visitor()).open_case("欠薪")
    me = await here.staff(Role.MEDIATOR, "陈海")
    _, page = await me.get(f"/desk/case/{number}")
    assert "接单并打招呼" in page
    version = (await here.ticket(number)).version
    await me.post(f"/desk/case/{number}", macro="0", version=str(version))
    ticket = await here.ticket(number)
    assert (ticket.owner, ticket.state) == (me.me.id, State.IN_PROGRESS)
    events = await here.turns.read(lambda store: store.events(number))
    assert [e.action for e in events if e.action != "seen"] == ["open", "claim", "reply"]
    assert "陈海" in events[-1].text
    assert "{" not in events[-1].text
    status, _ = await me.post(f"/desk/case/{number}", macro="0", version=str(ticket.version))
    assert status == 409


async def test_who_looked_is_in_the_history_once_a_day_and_not_in_the_way(here: World) -> None:
    number = await (await here.visitor()).open_case("欠薪")
    clerk = await here.staff(Role.CLERK, "赵一")
    for _ in range(3):
        _, page = await clerk.get(f"/desk/case/{number}")
    events = await here.turns.read(lambda store: store.events(number))
    assert [e.name for e in events if e.action == "seen"] == ["赵一"]
    assert "seen" not in page
    assert await here.turns.read(lambda store: store.audit_verify()) is None
    here.later(days=1)
    await clerk.get(f"/desk/case/{number}")
    events = await here.turns.read(lambda store: store.events(number))
    assert sum(e.action == "seen" for e in events) == 2


async def test_orders_limits_and_calls_have_their_lists(here: World) -> None:
    lead, me = await here.staff(Role.SUPERVISOR, "周督办"), await here.staff(Role.MEDIATOR, "陈海")
    ordered, limited = [await (await here.visitor()).open_case(t) for t in ("督办这件", "期限这件")]
    await me.act(limited, "claim")
    await me.act(limited, "limit", **{"ask-id": "dl-review-60d", "ask-start": "2026-10-10"})
    await lead.act(ordered, "order", "请答复")
    for tab, number, other in (("orders", ordered, limited), ("limits", limited, ordered)):
        _, page = await lead.get(f"/desk?tab={tab}")
        assert number in page
        assert other not in page
    _, page = await me.get("/desk?tab=orders")  # not his list: he gets his usual one
    assert "等答复的督办单" not in page


async def test_twenty_staff_and_fifty_new_cases_a_minute_lose_nothing(here: World) -> None:
    """Everybody grabs the same cases and writes at once: one owner each, every note kept, the chain whole."""
    visitors = [await here.visitor() for _ in range(25)]
    staff = [await here.staff(Role.MEDIATOR, f"调{n}") for n in range(20)]
    numbers: list[str] = []

    async def arrive(visitor: object) -> None:
        numbers.extend([await visitor.open_case(f"第{n}件") for n in range(2)])  # type: ignore[attr-defined]

    await asyncio.gather(*(arrive(visitor) for visitor in visitors))
    won: list[tuple[str, str]] = []

    async def grab(member: object, start: int) -> None:
        for number in numbers[start:] + numbers[:start]:
            version = (await here.ticket(number)).version
            status, _ = await member.post(f"/desk/case/{number}", action="claim", version=str(version))  # type: ignore[attr-defined]
            if status == 303:
                won.append((number, member.me.id))  # type: ignore[attr-defined]

    await asyncio.gather(*(grab(member, 2 * index) for index, member in enumerate(staff)))
    owners = {number: (await here.ticket(number)).owner for number in numbers}
    assert sorted(number for number, _ in won) == sorted(numbers)
    assert all(owners[number] == id for number, id in won)

    clerks = [await here.staff(Role.CLERK, f"受{n}") for n in range(5)]

    async def note(member: object, text: str) -> None:
        for _ in range(60):
            version = (await here.ticket(numbers[0])).version
            status, _ = await member.post(f"/desk/case/{numbers[0]}", action="note", text=text, version=str(version))  # type: ignore[attr-defined]
            if status == 303:
                return
        raise AssertionError("a note was never taken")

    await asyncio.gather(*(note(member, f"备注{n}") for n, member in enumerate(clerks)))
    events = await here.turns.read(lambda store: store.events(numbers[0]))
    assert sorted(e.text for e in events if e.action == Action.NOTE) == [f"备注{n}" for n in range(5)]
    assert await here.turns.read(lambda store: store.audit_verify()) is None


def test_the_presence_of_many_is_bounded() -> None:
    presence = Presence()
    me = Member(id="m1", name="赵", role=Role.CLERK)
    for n in range(5100):
        presence.sign(str(n), me, False)
    assert len(presence._cases) <= 5001


async def test_a_matter_told_twice_is_offered_for_merging(here: World) -> None:
    visitor = await here.visitor()
    first = await visitor.open_case("老大半年没给工钿")
    for text in ("人工", "船老大半年没给工钱", "船老大阿三", "上个月", "石浦", "13812345678"):
        await visitor.say(text)
    await visitor.say("提交")
    assert first in await visitor.newest()
    await visitor.say("提交")
    second = re.search(r"工单号 (\d{4}-\d{4})", await visitor.newest())
    assert second
    clerk = await here.staff(Role.CLERK)
    _, page = await clerk.get(f"/desk/case/{second[1]}")
    assert "可能是同一件事" in page
    assert first in page
