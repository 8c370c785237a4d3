"""A mediation over HTTP: what one side tells the mediator stays with him, also when somebody else takes over."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from knowledge import Knowledge
from tests.bot.web_world import Staff, Visitor, World, world
from tickets.states import Role, State

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
OFFER = "我最多赔三千"


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


async def mediated(here: World) -> tuple[str, Visitor, Visitor, Staff]:
    """A running mediation: number, applicant, other side, mediator."""
    applicant = await here.visitor()
    number = await applicant.open_case("船撞坏我的网不赔")
    mediator = await here.staff(Role.MEDIATOR, "陈海")
    await mediator.act(number, "claim")
    await mediator.act(number, "invite", **{"ask-party": "船东老王"})
    await applicant.say(button=f"act:{number}:wish")
    party = await here.visitor()
    await party.say("调解 " + (await here.ticket(number)).mediation.code)
    await party.say(button=f"party:{number}:consent")
    await mediator.act(number, "mediate")
    return number, applicant, party, mediator


async def opens(who: Staff, number: str, index: int) -> int:
    async with who.session.get(f"/desk/case/{number}/file/{index}") as answer:
        return answer.status


async def test_files_of_the_other_side_are_for_its_mediator(here: World) -> None:
    number, applicant, party, mediator = await mediated(here)
    await applicant.say("网的照片", files=(("网.png", PNG),))
    await applicant.say(button=f"add:{number}")
    await applicant.say("网的照片", files=(("网.png", PNG),))
    await party.say("船的底细", files=(("船.png", PNG),))
    assert "船.png" in (await mediator.get(f"/desk/case/{number}"))[1]
    places = [
        int(found) for found in re.findall(r"/file/(\d+)\" target", (await mediator.get(f"/desk/case/{number}"))[1])
    ]
    assert len(places) >= 2
    secret = places[-1]
    assert await opens(mediator, number, secret) == 200
    for role in (Role.CLERK, Role.SUPERVISOR):
        other = await here.staff(role)
        _, page = await other.get(f"/desk/case/{number}")
        assert "船.png" not in page and "网.png" in page
        assert await opens(other, number, secret) == 404
        assert await opens(other, number, places[0]) == 200


async def test_what_is_taken_out_leaves_a_trace_without_words(here: World) -> None:
    number, applicant, _, mediator = await mediated(here)
    await applicant.say(button=f"add:{number}")
    await applicant.say("网的照片", files=(("网.png", PNG),))
    supervisor = await here.staff(Role.SUPERVISOR, "周督办")
    for _ in range(2):
        await opens(supervisor, number, 0)
        async with mediator.session.get(f"/desk/case/{number}/paper/register.docx") as answer:
            assert answer.status == 200
        await supervisor.get("/desk?q=船东老王")
        await supervisor.get("/desk/export?as=csv")
        await supervisor.get("/desk/month?as=csv")
    uses = await here.turns.read(lambda store: store.uses(0, 99))
    assert [(one.name, one.what, one.number) for one in uses] == [
        ("周督办", "file", number), ("陈海", "paper", number), ("周督办", "search", ""), ("周督办", "export", ""),
        ("周督办", "month", ""),
    ]  # fmt: skip
    assert not any("老王" in one.detail or "网" in one.detail for one in uses)
    with pytest.raises(Exception, match="append-only"):
        await here.turns.write(lambda store: store.db.run("DELETE FROM uses"))


async def test_nobody_gets_into_a_mediation_by_taking_it_away(here: World) -> None:
    number, _, party, mediator = await mediated(here)
    await party.say(OFFER)
    await mediator.act(number, "record", "他松口了")
    supervisor, clerk = await here.staff(Role.SUPERVISOR, "周督办"), await here.staff(Role.CLERK, "赵受理")
    _, page = await supervisor.get(f"/desk/case/{number}")
    for label in ("回避", "回复对方", "达成协议", "调解记录", "约调解时间", "终止调解", "延长调解"):
        assert f"<summary>{label}</summary>" not in page, label
    assert (await supervisor.act(number, "recuse", "我来"))[0] == 409
    assert (await clerk.act(number, "assign", to=clerk.me.id))[0] == 409
    here.later(minutes=1)
    assert (await supervisor.act(number, "assign", to=clerk.me.id))[0] == 303
    assert ((await here.ticket(number)).owner, (await here.ticket(number)).state) == (clerk.me.id, State.MEDIATING)
    await party.say("那就四千")
    _, page = await clerk.get(f"/desk/case/{number}")
    assert OFFER not in page and "他松口了" not in page and "那就四千" in page
    async with clerk.session.get(f"/desk/case/{number}/paper/register.docx") as answer:
        text = "\n".join(one.text for one in Document(BytesIO(await answer.read())).paragraphs)
    assert "他松口了" not in text


async def test_a_mediator_who_takes_over_goes_on_with_both(here: World) -> None:
    number, applicant, party, mediator = await mediated(here)
    await party.say(OFFER)
    assert (await mediator.act(number, "recuse", "他是我表弟"))[0] == 303
    case = await here.ticket(number)
    assert (case.owner, case.state, bool(case.mediation.person)) == ("", State.MEDIATING, True)
    assert "换一位承办人" in await party.newest() and "换一个人来办" in await applicant.newest()
    await party.say("还在吗")
    clerk, fresh = await here.staff(Role.CLERK), await here.staff(Role.MEDIATOR, "李调解")
    assert OFFER not in (await fresh.get(f"/desk/case/{number}"))[1]  # nobody has it yet
    assert (await clerk.act(number, "record", "我来记"))[0] == 409
    assert (await mediator.act(number, "claim"))[0] == 409
    assert (await fresh.act(number, "claim"))[0] == 303
    assert "由调解员李调解接着调解" in await party.newest()
    _, page = await fresh.get(f"/desk/case/{number}")
    assert OFFER in page and "还在吗" in page
    await fresh.act(number, "tell_party", "您好，我接着办")
    assert "您好，我接着办" in await party.newest()


async def test_a_case_of_one_who_left_goes_to_another(here: World) -> None:
    number, _, party, mediator = await mediated(here)
    admin, supervisor = await here.staff(Role.ADMIN), await here.staff(Role.SUPERVISOR)
    fresh = await here.staff(Role.MEDIATOR, "李调解")
    status, page = await admin.post(f"/desk/people/{mediator.me.id}", do="off")
    assert (status, "1 张在办的单" in page, "搜“陈海”" in page) == (200, True, True)
    assert (await supervisor.act(number, "assign", to=fresh.me.id))[0] == 303
    assert (await here.ticket(number)).state is State.MEDIATING
    assert "由调解员李调解接着调解" in await party.newest()
    assert (await admin.post(f"/desk/people/{supervisor.me.id}", do="off"))[0] == 303


async def test_terms_are_kept_before_they_are_signed(here: World) -> None:
    number, applicant, party, mediator = await mediated(here)
    names = {"ask-applicant": "王大海，男，汉族，住石浦镇", "ask-party": "船东老王，男，住鹤浦镇"}
    await mediator.act(number, "names", **names)
    await mediator.act(number, "terms", "月底前赔六千\n各自撤诉")
    for side in (applicant, party):
        assert "六千" not in await side.newest()
    _, page = await mediator.get(f"/desk/case/{number}")
    assert ">月底前赔六千\n各自撤诉</textarea>" in page
    place = f"/desk/case/{number}/paper/agreement.docx"
    async with mediator.session.get(place) as answer:
        words = [one.text for one in Document(BytesIO(await answer.read())).paragraphs]
    assert words[words.index("二、协议内容") + 1 : words.index("二、协议内容") + 3] == ["月底前赔六千", "各自撤诉"]
    await mediator.act(number, "agree", "月底前赔六千\n各自撤诉", **{"ask-signed_on": "2026-11-24"})
    assert "2026年11月24日（周二）签的协议" in await party.newest()
    async with mediator.session.get(place) as answer:
        paper = Document(BytesIO(await answer.read()))
    words = [one.text for one in paper.paragraphs]
    assert words[words.index("二、协议内容") + 1] == "月底前赔六千"
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert cells[cells.index("签字日期") + 1] == "2026年11月24日（周二）"
    assert cells[cells.index("当事人甲") + 1] == names["ask-applicant"]
    assert cells[cells.index("当事人乙") + 1] == names["ask-party"]
    events = await here.turns.read(lambda store: store.events(number))
    assert "王大海" not in str(events)  # it is kept in the case alone, and goes with it


async def test_words_for_another_office_stay_inside(here: World) -> None:
    applicant = await here.visitor()
    number = await applicant.open_case()
    clerk = await here.staff(Role.CLERK)
    await clerk.act(number, "claim")
    await clerk.act(number, "co_handle", "这家有前科", **{"ask-team": "市监局", "ask-hours": "16"})
    shown = await applicant.say("进度")
    assert "几个部门一起在办" in shown
    assert "前科" not in shown and "市监局" not in shown
