"""The chat page over HTTP: answers with sources, own history only, nothing twice, hostile words shown as words."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.web.channel import WebChannel
from bot.web.keys import SITE
from bot.web.lines import blocks
from handlers.types import Reply, Send
from knowledge import Knowledge
from knowledge.laws import Laws
from tests.bot.web_world import World, sure_question, world

STORE = Path(__file__).parent.parent.parent / "var" / "laws"
SCRIPT = "<script>alert('x')</script>\"'&"


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


async def test_a_question_is_answered_with_articles_to_tap(here: World) -> None:
    citizen = await here.visitor()
    shown = await citizen.say(sure_question(here.turns.knowledge))
    assert '<a href="/law/渔业法/' in shown
    assert 'value="no:fm-summer-closure"' in shown


async def test_an_article_has_a_page_of_its_own(here: World) -> None:
    async with here.browser().get("/law/渔业法/78") as answer:
        text = await answer.text()
    assert answer.status == 200
    assert "《渔业法》第七十八条" in text
    assert "禁渔期（伏休）" in text  # who cites it


async def test_the_text_in_force_is_shown_where_it_is_at_hand(tmp_path: Path, laws: Laws) -> None:
    async with world(tmp_path, Knowledge.load(laws=STORE)) as here, here.browser().get("/law/渔业法/78") as answer:
        text = await answer.text()
    assert "处二十万元以上二百万元以下的罚款，吊销捕捞许可证" in text
    assert "2026-05-01 起施行，现行有效" in text


@pytest.mark.parametrize("path", ["/law/没有这部法/1", "/law/渔业法/9999", "/law/渔业法/abc", "/nowhere"])
async def test_what_is_not_there_says_so_in_chinese(here: World, path: str) -> None:
    async with here.browser().get(path) as answer:
        assert answer.status == 404
        assert "回首页提问" in await answer.text()


async def test_the_history_is_there_after_a_reload(here: World) -> None:
    citizen = await here.visitor()
    await citizen.say(sure_question(here.turns.knowledge))
    async with citizen.session.get("/") as answer:
        text = await answer.text()
    assert sure_question(here.turns.knowledge) in text
    assert "/law/渔业法/" in text


async def test_older_lines_can_be_turned_to(here: World) -> None:
    citizen = await here.visitor()
    for index in range(28):
        await citizen.say(f"菜单{index}" if index else "菜单")
        here.app[SITE].limits._buckets.clear()
    async with citizen.session.get("/") as answer:
        newest = await answer.text()
    assert "看更早的" in newest
    assert ">菜单<" not in newest.partition('id="log"')[2].partition("</ol>")[0].replace(" ", "")
    before = newest.partition('href="/?before=')[2].partition('"')[0]
    async with citizen.session.get("/", params={"before": before}) as answer:
        assert "<p>菜单</p>" in await answer.text()


async def test_nobody_sees_anothers_chat(here: World) -> None:
    one, other = await here.visitor(), await here.visitor()
    await one.say("老板欠我工钿")
    assert await other.lines() == []
    async with other.session.get("/") as answer:
        assert "老板欠我工钿" not in await answer.text()


async def test_the_same_id_twice_is_one_message(here: World) -> None:
    citizen = await here.visitor()
    first = await citizen.post(text="人工", id="aaaabbbbcccc")
    again = await citizen.post(text="人工", id="aaaabbbbcccc")
    assert first == (200, {"ok": True, "again": False})
    assert again == (200, {"ok": True, "again": True})
    assert len(await citizen.lines()) == 2


async def test_two_visitors_may_use_the_same_id(here: World) -> None:
    one, other = await here.visitor(), await here.visitor()
    assert (await one.post(text="菜单", id="aaaabbbbcccc"))[1]["again"] is False
    assert (await other.post(text="菜单", id="aaaabbbbcccc"))[1]["again"] is False


async def test_many_at_once_with_one_id_open_one_case(here: World) -> None:
    citizen = await here.visitor()
    await citizen.say("人工")
    for text in ("老板欠钱", "阿三", "上个月", "石浦", "13812345678"):
        await citizen.say(text)
    sent = await asyncio.gather(*(citizen.post(button="send", id="aaaabbbbcccc") for _ in range(8)))
    assert sorted(said["again"] for _, said in sent) == [False] + [True] * 7
    cases = await here.turns.read(lambda store: store.board(here.now))
    assert sum(cases.states.values()) == 1


@pytest.mark.parametrize("csrf", ["", "0" * 32, "很长"])
async def test_a_form_of_another_site_is_refused(here: World, csrf: str) -> None:
    citizen = await here.visitor()
    status, said = await citizen.post(text="菜单", csrf=csrf)
    assert status == 403
    assert "刷新" in said["error"]
    assert await citizen.lines() == []


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
async def test_another_origin_is_refused(here: World, header: dict[str, str]) -> None:
    citizen = await here.visitor()
    status, _ = await citizen.post(text="菜单", headers=header)
    assert status == 403


async def test_a_socket_from_another_origin_is_refused(here: World) -> None:
    citizen = await here.visitor()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await citizen.session.ws_connect("/chat/live", headers={"Origin": "https://evil.example"})
    assert refused.value.status == 403


async def test_without_a_cookie_nothing_can_be_said(here: World) -> None:
    stranger = here.browser()
    async with stranger.post("/chat/say", data={"text": "菜单", "id": "aaaabbbbcccc", "csrf": ""}) as answer:
        assert answer.status == 403
    async with stranger.get("/chat/new") as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": ""}, 400),
        ({"text": "字" * 8001}, 413),
        ({"text": "菜单", "id": "short"}, 400),
        ({"text": "菜单", "id": "a" * 65}, 400),
    ],
)
async def test_what_cannot_be_taken_gets_a_sentence(here: World, fields: dict[str, str], status: int) -> None:
    citizen = await here.visitor()
    got, said = await citizen.post(**fields)
    assert got == status
    assert said["error"].endswith("。")


async def test_a_flood_is_slowed_down(here: World) -> None:
    citizen = await here.visitor()
    answers = [status for status, _ in [await citizen.post(text="菜单") for _ in range(35)]]
    assert answers[:30] == [200] * 30
    assert 429 in answers[30:]


async def test_hostile_words_are_shown_as_words(here: World) -> None:
    citizen = await here.visitor()
    await citizen.say(SCRIPT)
    markup = "".join(line["html"] for line in await citizen.lines())
    async with citizen.session.get("/") as answer:
        markup += await answer.text()
    assert "<script>alert" not in markup
    assert markup.count("&lt;script&gt;alert(&#39;x&#39;)") == 2


async def test_a_tapped_button_is_shown_by_its_label(here: World) -> None:
    citizen = await here.visitor()
    await citizen.say(sure_question(here.turns.knowledge))
    await citizen.say(button="no:fm-summer-closure")
    own = [line["html"] for line in await citizen.lines() if line["id"]]
    assert "<p>没解决</p>" in own[-1]


async def test_a_socket_gets_what_is_new(here: World) -> None:
    citizen = await here.visitor()
    async with citizen.session.ws_connect("/chat/live") as socket:
        await citizen.post(text="菜单")
        keys: list[str] = []
        while len(keys) < 2:
            keys += [line["key"] for line in (await socket.receive_json(timeout=5))["lines"]]
    assert len(set(keys)) == 2


async def test_a_waiting_request_ends_when_something_is_new(here: World) -> None:
    citizen = await here.visitor()
    async with citizen.session.get("/chat/new", params={"have": "-"}) as answer:
        have = (await answer.json())["have"]

    async def wait() -> list[dict[str, str]]:
        async with citizen.session.get("/chat/new", params={"have": have}) as answer:
            lines: list[dict[str, str]] = (await answer.json())["lines"]
            return lines

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await citizen.post(text="菜单")
    assert await asyncio.wait_for(waiting, 5)


async def test_a_letter_for_nobody_waits_in_the_history(here: World) -> None:
    citizen = await here.visitor()
    await citizen.say("菜单")
    chat = (await here.turns.read(lambda store: store.db.row("SELECT chat FROM messages")))["chat"]  # type: ignore[attr-defined]
    letter = Send(channel="web", chat=chat, reply=Reply(text="调解员给您的信"))
    await here.turns.write(lambda store: store.perform((letter,), here.now))
    await here.delivered()
    assert "调解员给您的信" in await citizen.newest()


async def test_pages_of_one_visitor_are_counted(here: World) -> None:
    citizen = await here.visitor()
    sockets = [await citizen.session.ws_connect("/chat/live") for _ in range(8)]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await citizen.session.ws_connect("/chat/live")
    assert refused.value.status == 429
    for socket in sockets:
        await socket.close()


async def test_headers_keep_the_browser_strict(here: World) -> None:
    async with here.browser().get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        cookie = answer.headers["Set-Cookie"]
        text = await answer.text()
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "onclick" not in text
    assert " style=" not in text


async def test_static_files_are_kept_by_browsers(here: World) -> None:
    session = here.browser()
    async with session.get("/") as answer:
        script = (await answer.text()).partition('<script src="')[2].partition('"')[0]
    async with session.get(script) as answer:
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
    async with session.get("/static/../server.py") as answer:
        assert answer.status == 404


async def test_health_tells_what_piles_up(here: World) -> None:
    async with here.browser().get("/health") as answer:
        said = await answer.json()
    assert said == {"ok": True, "database": "ok", "letters_waiting": 0, "letters_failed": 0, "messages_unhandled": 0}


async def test_health_without_database(here: World) -> None:
    await here.turns.write(lambda store: store.db.run("DROP TABLE tokens"))  # type: ignore[attr-defined]
    await here.turns.write(lambda store: store.db.run("ALTER TABLE letters RENAME TO gone"))  # type: ignore[attr-defined]
    async with here.browser().get("/health") as answer:
        assert answer.status == 503
        assert (await answer.json())["ok"] is False


async def test_telegram_is_closed_without_a_handler(here: World) -> None:
    async with here.browser().post("/telegram", data=b"{}") as answer:
        assert answer.status == 404


async def test_the_channel_forgets_pages_that_left() -> None:
    channel = WebChannel()
    with channel.page("a") as news:
        assert await channel.send("a", Reply(text="")) == ""
        assert news.is_set()
    assert channel.open_pages("a") == 0


def test_text_is_cut_into_what_reads_well() -> None:
    kinds = [(block.kind, block.items) for block in blocks("结论。\n\n怎么办：\n· 一\n· 二\n\n☎ 110 公安报警\n☎ 电话")]
    assert kinds == [
        ("text", ("结论。",)), ("head", ("怎么办：",)), ("list", ("一", "二")), ("call", ("110", "公安报警")),
        ("text", ("☎ 电话",)),
    ]  # fmt: skip
