"""The staff pages over HTTP: who sees what, what is done reaches the citizen, forms and links cannot be forged."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.web.canned import canned
from bot.web.login import first_admin_link
from handlers.types import Invite, Message
from knowledge import Knowledge
from tests.bot.web_world import Staff, World, world
from tickets.states import ACTIONS, Role, State

PHONE = "13812345678"
SECRET = "老板阿三打过我儿子"


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


@pytest.fixture
async def number(here: World) -> str:
    """A case of somebody who left his number."""
    return await (await here.visitor()).open_case(SECRET, PHONE)


async def invited(here: World, role: Role, code: str = "ABCDEFGHJK") -> str:
    """The path of a fresh invitation."""
    await here.turns.write(lambda store: store.perform((Invite(code=code, role=role, by=""),), here.now))
    return f"/desk/join/{code}"


# ---- who gets in


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/case/1234-5678", "/desk/board", "/desk/people", "/desk/gaps", "/desk/me", "/desk/live"]
)
async def test_a_stranger_is_asked_to_log_in(here: World, path: str) -> None:
    for session in (here.browser(), (await here.visitor()).session):
        async with session.get(path) as answer:
            assert answer.status == 401
            assert "请先登录" in await answer.text()


ALLOWED = {
    "/desk": {Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN},
    "/desk/me": {Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN},
    "/desk/gaps": {Role.CLERK, Role.SUPERVISOR, Role.ADMIN},
    "/desk/board": {Role.SUPERVISOR, Role.ADMIN},
    "/desk/people": {Role.ADMIN},
}


@pytest.mark.parametrize("role", [Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN])
async def test_each_role_has_its_pages(here: World, number: str, role: Role) -> None:
    me = await here.staff(role)
    for path, roles in ALLOWED.items():
        status, text = await me.get(path)
        assert status == (200 if role in roles else 403), path
        links = text.partition("<nav")[2].partition("</nav>")[0]
        assert ('href="/desk/board"' in links) == (role in ALLOWED["/desk/board"]) or status == 403


async def test_an_invitation_makes_a_member_once(here: World) -> None:
    path = await invited(here, Role.MEDIATOR)
    session = here.browser()
    async with session.get(path) as answer:
        csrf = (await answer.text()).partition('name="csrf" value="')[2].partition('"')[0]
    async with session.post(path, data={"csrf": csrf, "name": "  "}) as answer:
        assert answer.status == 400
    async with session.post(path, data={"csrf": csrf, "name": " 陈 海 ", "town": "石浦"}) as answer:
        assert "调解员 陈 海" in await answer.text()
    async with here.browser().get(path) as answer:
        assert answer.status == 404
        assert "用过了或者过期" in await answer.text()
    team = await here.turns.read(lambda store: store.team())
    assert [(one.name, one.role, one.town) for one in team] == [("陈 海", Role.MEDIATOR, "石浦")]


async def test_two_people_with_one_invitation(here: World) -> None:
    path = await invited(here, Role.ADMIN)
    one, other = here.browser(), here.browser()
    async with one.get(path) as answer:
        csrf = (await answer.text()).partition('name="csrf" value="')[2].partition('"')[0]

    async def join(session: object, name: str) -> int:
        async with session.post(path, data={"csrf": csrf, "name": name}, allow_redirects=False) as answer:  # type: ignore[attr-defined]
            return int(answer.status)

    assert sorted(await asyncio.gather(join(one, "甲"), join(other, "乙"))) == [303, 404]
    assert len(await here.turns.read(lambda store: store.team())) == 1


async def test_an_invitation_ends_after_three_days(here: World) -> None:
    path = await invited(here, Role.CLERK)
    here.later(days=3, seconds=1)
    async with here.browser().get(path) as answer:
        assert answer.status == 404


async def test_the_first_admin_link_is_for_an_empty_house(here: World) -> None:
    link = first_admin_link(here.lanes, here.settings)
    assert link
    assert link.startswith("http://127.0.0.1:8080/desk/join/")
    await here.staff(Role.ADMIN)
    assert first_admin_link(here.lanes, here.settings) is None


async def test_a_link_for_another_device_works_once(here: World) -> None:
    me = await here.staff(Role.CLERK, "林窗口")
    _, text = await me.post("/desk/me/link")
    link = text.partition('class="copy">')[2].partition("<")[0].removeprefix(here.settings.site)
    phone = here.browser()
    async with phone.get(link) as answer:
        csrf = (await answer.text()).partition('name="csrf" value="')[2].partition('"')[0]
    async with phone.post(link, data={"csrf": csrf}) as answer:
        assert "林窗口" in await answer.text()
    async with here.browser().post(link, data={"csrf": csrf}) as answer:
        assert answer.status == 404


async def test_logging_out_ends_the_secret(here: World) -> None:
    me = await here.staff(Role.CLERK)
    assert (await me.post("/desk/logout"))[0] == 303
    me.session.cookie_jar.update_cookies({"yxf_staff": me.token})
    assert (await me.get("/desk"))[0] == 401


async def test_a_login_ends_with_time_and_with_leaving(here: World) -> None:
    admin, clerk = await here.staff(Role.ADMIN), await here.staff(Role.CLERK)
    assert (await admin.post(f"/desk/people/{clerk.me.id}", do="off"))[0] == 303
    assert (await clerk.get("/desk"))[0] == 401
    here.later(days=15)
    assert (await admin.get("/desk"))[0] == 401


async def test_the_last_admin_stays(here: World) -> None:
    admin = await here.staff(Role.ADMIN)
    status, text = await admin.post(f"/desk/people/{admin.me.id}", do="off")
    assert status == 409
    assert "至少要留一位管理员" in text


async def test_only_the_admin_invites(here: World) -> None:
    for role in (Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR):
        assert (await (await here.staff(role)).post("/desk/people/invite", role="admin"))[0] == 403
    admin = await here.staff(Role.ADMIN)
    status, text = await admin.post("/desk/people/invite", role="mediator")
    assert status == 200
    assert "/desk/join/" in text
    assert (await admin.post("/desk/people/invite", role="citizen"))[0] == 400


# ---- who sees what


async def test_a_case_shows_to_each_what_is_his(here: World, number: str) -> None:
    owner, other = await here.staff(Role.MEDIATOR, "甲"), await here.staff(Role.MEDIATOR, "乙")
    path = f"/desk/case/{number}"
    status, text = await other.get(path)
    assert (status, SECRET in text, PHONE in text) == (200, True, False)  # nobody has it yet: he may take it
    await owner.act(number, "claim")
    assert (await other.get(path))[0] == 404
    assert number not in (await other.get("/desk"))[1]
    assert number not in (await other.get(f"/desk?q={number}"))[1].replace(f'value="{number}"', "").replace(
        f"q={number}", ""
    )
    for one in (owner, await here.staff(Role.CLERK), await here.staff(Role.SUPERVISOR)):
        status, text = await one.get(path)
        assert (status, SECRET in text, PHONE in text) == (200, True, True), one.me.role


async def test_a_phone_that_may_not_be_seen_finds_nothing(here: World, number: str) -> None:
    mediator, clerk = await here.staff(Role.MEDIATOR, "鹤浦的"), await here.staff(Role.CLERK)

    async def found(who: Staff, words: str) -> bool:
        return f"/desk/case/{number}" in (await who.get(f"/desk?q={words}"))[1]

    for words in (PHONE, PHONE[:6], PHONE[-5:]):
        assert not await found(mediator, words), words
        assert await found(clerk, words), words
    assert await found(mediator, "阿三") and await found(mediator, "阿三 石浦")
    await mediator.act(number, "claim")
    assert await found(mediator, PHONE)


async def test_the_admin_sees_titles_only(here: World, number: str) -> None:
    admin, clerk = await here.staff(Role.ADMIN), await here.staff(Role.CLERK)
    await clerk.act(number, "note", "甲方很难缠")
    _, text = await admin.get(f"/desk/case/{number}")
    assert "管理员只看标题和进展" in text
    assert PHONE not in text
    assert "甲方很难缠" not in text
    assert "石浦" not in text.partition('<section id="live"')[2]
    assert 'name="action"' not in text
    assert (await admin.act(number, "note", "看看"))[0] == 403
    assert number in (await admin.get("/desk"))[1]
    assert number not in (await admin.get(f"/desk?q={PHONE}"))[1]


async def test_a_citizen_cannot_use_the_desk(here: World, number: str) -> None:
    citizen = await here.visitor()
    async with citizen.session.post(
        f"/desk/case/{number}", data={"csrf": citizen.csrf, "action": "note", "text": "x", "version": "0"}
    ) as answer:
        assert answer.status == 401
    assert (await here.ticket(number)).version == 0


async def test_the_queue_filters(here: World, number: str) -> None:
    clerk, mediator = await here.staff(Role.CLERK), await here.staff(Role.MEDIATOR, "甲")
    urgent = await here.visitor()
    await urgent.say("船着火了")
    await mediator.act(number, "claim")
    numbers = {
        tab: number in (await clerk.get(f"/desk?tab={tab}"))[1] for tab in ("all", "mine", "free", "urgent", "closed")
    }
    assert numbers == {"all": True, "mine": False, "free": False, "urgent": False, "closed": False}
    assert number in (await mediator.get("/desk?tab=mine"))[1]
    for query, found in (
        ("q=阿三", True),
        ("q=没有的字", False),
        ("town=石浦", True),
        ("town=爵溪", False),
        ("state=accepted", True),
        ("state=triage", False),
    ):
        assert (f"/desk/case/{number}" in (await clerk.get(f"/desk?{query}"))[1]) == found, query
    status, _ = await clerk.get(f"/desk?q={number.replace('-', '')}")
    assert status == 303  # one case of that number: there it is
    _, text = await clerk.get("/desk")
    assert text.index("着火") < text.index(number)


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "page=99999999999", "tab='--", "state=' OR 1=1", "q=%25", "q=" + "x" * 500]
)
async def test_nonsense_in_the_address_does_no_harm(here: World, number: str, query: str) -> None:
    clerk = await here.staff(Role.CLERK)
    assert (await clerk.get(f"/desk?{query}"))[0] == 200


# ---- doing things


async def test_a_whole_case(here: World) -> None:
    citizen = await here.visitor()
    number = await citizen.open_case()
    mediator = await here.staff(Role.MEDIATOR, "陈海")
    assert (await mediator.act(number, "claim"))[0] == 303
    assert "由调解员陈海接手" in await citizen.newest()
    await mediator.act(number, "reply", "我明天打电话给您")
    assert "我明天打电话给您" in await citizen.newest()
    await mediator.act(number, "note", "对方难找")
    assert "对方难找" not in "".join(line["html"] for line in await citizen.lines())
    await mediator.act(number, "resolve", "钱已经要回来")
    shown = await citizen.newest()
    assert f'value="act:{number}:confirm"' in shown
    await citizen.say(button=f"act:{number}:confirm")
    assert (await here.ticket(number)).state is State.FEEDBACK
    _, text = await mediator.get(f"/desk/case/{number}")
    assert "内部，当事人看不到" in text
    assert "钱已经要回来" in text


async def test_two_who_claim_at_once(here: World, number: str) -> None:
    people = [await here.staff(Role.MEDIATOR, name) for name in "甲乙丙丁戊"]
    done = await asyncio.gather(*(one.act(number, "claim", version="0") for one in people))
    assert sorted(status for status, _ in done) == [303] + [409] * 4
    assert all("刚才这张单被别人接走了" in text for status, text in done if status == 409)


async def test_a_stale_page_does_not_act_and_keeps_the_words(here: World, number: str) -> None:
    one, other = await here.staff(Role.SUPERVISOR, "甲"), await here.staff(Role.SUPERVISOR, "乙")
    await one.act(number, "claim")
    status, text = await other.act(number, "reply", "我写了很久的话", version="0")
    assert status == 409
    assert "刚才这张单有了新情况" in text
    assert ">我写了很久的话</textarea>" in text
    assert (await here.ticket(number)).version == 1


@pytest.mark.parametrize(
    ("action", "status"), [("confirm", 409), ("agree", 409), ("reply", 409), ("nonsense", 400), ("", 400)]
)
async def test_what_is_not_offered_is_refused(here: World, number: str, action: str, status: int) -> None:
    clerk = await here.staff(Role.CLERK)
    assert (await clerk.act(number, action, "话"))[0] == status
    assert (await here.ticket(number)).version == 0


async def test_words_that_are_needed_are_asked_for(here: World, number: str) -> None:
    clerk = await here.staff(Role.CLERK)
    status, text = await clerk.act(number, "note", "  ")
    assert status == 409
    assert "请写上备注。" in text


async def test_handing_on(here: World, number: str) -> None:
    clerk, mediator = await here.staff(Role.CLERK), await here.staff(Role.MEDIATOR, "陈海")
    admin = await here.staff(Role.ADMIN)
    for wrong in ("", "m00000000", admin.me.id):
        status, text = await clerk.act(number, "assign", to=wrong)
        assert (status, "请选一位同事。" in text) == (409, True)
    assert (await clerk.act(number, "assign", to=mediator.me.id))[0] == 303
    assert (await here.ticket(number)).owner == mediator.me.id


async def test_hostile_words_are_shown_as_words(here: World) -> None:
    citizen = await here.visitor()
    number = await citizen.open_case("<b onmouseover=alert(1)>工钿</b>")
    clerk = await here.staff(Role.CLERK, "<i>林</i>")
    await clerk.act(number, "note", "</textarea><script>alert(1)</script>")
    for path in ("/desk", f"/desk/case/{number}", "/desk/me"):
        _, text = await clerk.get(path)
        assert "<b onmouseover" not in text
        assert "<script>alert" not in text
        assert "<i>林" not in text


@pytest.mark.parametrize("csrf", ["", "0" * 32])
async def test_a_forged_form_does_nothing(here: World, number: str, csrf: str) -> None:
    clerk, admin = await here.staff(Role.CLERK), await here.staff(Role.ADMIN)
    clerk.csrf = admin.csrf = csrf
    assert (await clerk.act(number, "note", "x"))[0] == 403
    assert (await admin.post("/desk/people/invite", role="admin"))[0] == 403
    assert (await clerk.post("/desk/logout"))[0] == 403
    assert (await here.ticket(number)).version == 0


async def test_the_token_of_one_browser_is_no_use_in_another(here: World, number: str) -> None:
    one, other = await here.staff(Role.CLERK), await here.staff(Role.CLERK)
    one.csrf = other.csrf
    assert (await one.act(number, "note", "x"))[0] == 403


async def test_a_letter_that_did_not_arrive_is_told(here: World, number: str) -> None:
    clerk = await here.staff(Role.CLERK)
    await clerk.act(number, "claim")
    await here.delivered()
    letter = (await here.turns.read(lambda store: store.letters_of(number)))[-1]

    def fail(store: Any) -> None:
        store.db.run("UPDATE letters SET state = 'waiting' WHERE id = ?", letter.id)
        store.failed(letter.id, "对方把机器人拉黑了", here.now, None)

    await here.turns.write(fail)
    _, text = await clerk.get(f"/desk/case/{number}")
    assert "有 1 封信没送到：对方把机器人拉黑了" in text


async def test_the_stream_tells_that_something_happened(here: World) -> None:
    clerk = await here.staff(Role.CLERK)
    citizen = await here.visitor()
    async with clerk.session.get("/desk/live") as stream:
        first = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 5)
        await citizen.say("船着火了")
        second = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 5)
    assert (first, second) == (b"event: changed\ndata: 0\n\n", b"event: changed\ndata: 1\n\n")


async def test_the_board_and_the_gaps(here: World, number: str) -> None:
    supervisor = await here.staff(Role.SUPERVISOR)
    citizen = await here.visitor()
    await citizen.say("火星上能不能种水稻")
    here.later(days=7)
    _, text = await supervisor.get("/desk/board")
    assert "<b>1</b>超时" in text
    assert number in text
    _, text = await supervisor.get("/desk/gaps")
    assert "火星上能不能种水稻" in text


async def test_a_code_connects_the_own_telegram_account(here: World, number: str) -> None:
    me = await here.staff(Role.MEDIATOR, "陈海")
    _, text = await me.post("/desk/me/telegram")
    code = text.partition("加入 ")[2][:10]
    sent = Message(
        id="1", channel="telegram", chat="77", person="77", at=here.now, text=f"加入 {code.lower()}", name="Hai"
    )
    (reply,) = await here.turns.receive(sent, inline=True)
    assert reply.text.startswith("连上了")
    team = await here.turns.read(lambda store: store.team())
    assert team == (replace(me.me, channel="telegram", chat="77"),)
    assert (await me.act(number, "claim"))[0] == 303  # still the same member in the pages
    (again,) = await here.turns.receive(replace(sent, id="2", chat="78", person="78"), inline=True)
    assert "连上了" not in again.text


def test_prepared_texts_are_for_acts_with_words() -> None:
    for one in canned():
        assert one["title"]
        assert one["text"]
        assert all(ACTIONS[name].needs for name in one["for"])


# ---- what an act asks for beside words


async def test_a_return_names_one_of_three_reasons(here: World, number: str) -> None:
    me = await here.staff(Role.MEDIATOR)
    await me.act(number, "claim")
    status, text = await me.act(number, "return", "去劳动监察")
    assert (status, "为什么退回" in text, "去劳动监察" in text) == (409, True, True)
    status, _ = await me.act(number, "return", "去劳动监察", **{"ask-reason": "scope"})
    assert status == 303
    assert (await here.ticket(number)).state is State.RETURNED


async def test_a_statutory_period_is_counted_and_told(here: World, number: str) -> None:
    me = await here.staff(Role.MEDIATOR)
    await me.act(number, "claim")
    await me.act(number, "limit", **{"ask-id": "dl-labor-1y", "ask-start": "2026-10-30"})
    _, page = await me.get(f"/desk/case/{number}")
    assert "最晚2027年11月1日（周一）" in page
    assert "法定期限" in page
    limit = (await here.ticket(number)).limits[0]
    assert (limit.id, str(limit.last_day)) == ("dl-labor-1y", "2027-11-01")


async def test_cases_of_two_people_are_not_merged(here: World, number: str) -> None:
    other = await (await here.visitor()).open_case("同一件事别人交的", PHONE)
    clerk = await here.staff(Role.CLERK)
    _, page = await clerk.get(f"/desk/case/{other}")
    assert "并到那张" not in page
    status, text = await clerk.act(other, "merge", **{"ask-number": number})
    assert (status, "两张单是不同的人交的" in text) == (409, True)
    assert (await here.ticket(other)).state is State.SUBMITTED
    assert (await here.ticket(number)).linked == ()


async def test_two_cases_are_linked_and_merged_on_both_sides(here: World) -> None:
    citizen = await here.visitor()
    number, other = await citizen.open_case(SECRET), await citizen.open_case("同一件事又交一次")
    clerk = await here.staff(Role.CLERK)
    status, text = await clerk.act(number, "link", **{"ask-number": "9999-9999"})
    assert (status, "没有找到另一张工单" in text) == (409, True)
    await clerk.act(number, "link", **{"ask-number": other.replace("-", "")})
    assert (await here.ticket(number)).linked == (other,)
    assert (await here.ticket(other)).linked == (number,)
    await clerk.act(other, "merge", **{"ask-number": number})
    merged = await here.ticket(other)
    assert (merged.state, merged.merged_into) == (State.MERGED, number)
    _, page = await clerk.get(f"/desk/case/{number}")
    assert "并进来了" in page


async def test_a_mediator_cannot_link_what_he_may_not_see(here: World, number: str) -> None:
    other = await (await here.visitor()).open_case("别人的单")
    await (await here.staff(Role.MEDIATOR, "张")).act(other, "claim")
    me = await here.staff(Role.MEDIATOR, "陈")
    await me.act(number, "claim")
    status, _ = await me.act(number, "link", **{"ask-number": other})
    assert status == 409
    assert (await here.ticket(other)).linked == ()


async def test_the_other_side_comes_in_by_the_link(here: World, number: str) -> None:
    me = await here.staff(Role.MEDIATOR)
    await me.act(number, "claim")
    await me.act(number, "invite", **{"ask-party": "船东老王"})
    _, page = await me.get(f"/desk/case/{number}")
    link = page.partition("/mediate/")[2][:10]
    party = await here.visitor()
    async with party.session.get(f"/mediate/{link}") as answer:
        assert f"调解 {link}" in await answer.text()
    await party.say(f"调解 {link}")
    assert "调解不收钱" in await party.newest()
    _, page = await me.get(f"/desk/case/{number}")
    assert "已从链接进来" in page
    assert link not in page
