"""The channel as a whole over HTTP: polling and pushing, order, faults, albums, files, start and stop."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.channels.telegram import BAD_ADDRESS, BAD_TOKEN, SECOND, TelegramChannel
from bot.channels.telegram_files import TOO_LARGE
from bot.files import kept_path
from bot.settings import SettingError, load
from bot.web.server import make_app
from handlers.types import Attachment, Button, Facts, Message, Outcome, Reply, Session
from storage import Store
from tests.fakes.bot_api import BOT, DATE, TOKEN, FakeBotApi, person
from tests.fakes.telegram_desk import desk, echo, now, until, until_stored

SECRET = "s3cret_-"
FILE = "AgACAgUAAxkBAAIBx2-file_id_" + "x" * 30


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


def photo(file_id: str = FILE, **fields: Any) -> dict[str, Any]:
    size = {"file_id": file_id, "file_unique_id": file_id[:8], "width": 9, "height": 9, **fields}
    return {"photo": [size]}


# the ordinary way


async def test_a_question_is_answered(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path):
        await api.say(5, "休渔到几号")
        await until(lambda: api.sent)
    assert api.texts(5) == ["答：休渔到几号"]


async def test_the_menu_of_commands_is_set(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path):
        await until(lambda: any(method == "getUpdates" for method, _ in api.calls))
    (fields,) = [fields for method, fields in api.calls if method == "setMyCommands"]
    assert [one["command"] for one in fields["commands"]] == ["menu", "human", "status", "check", "help", "privacy"]


async def test_a_tap_is_answered_and_old_buttons_work_after_a_restart(api: FakeBotApi, tmp_path: Path) -> None:
    def offer(message: Message, session: Session, facts: Facts, knowledge: Any) -> Outcome:
        return Outcome(replies=(Reply(text=message.button or "选", buttons=((Button("好", "topic:a"),),)),))

    async with desk(api, tmp_path, offer):
        await api.say(5, "菜单")
        await until(lambda: api.sent)
    under = api.sent[0]
    data = under["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    async with desk(api, tmp_path, offer):
        await api.tap(5, data, api.message(5, "选") | {"from": BOT})
        await until(lambda: len(api.sent) == 2)
        await until(lambda: any(method == "answerCallbackQuery" for method, _ in api.calls))
    assert api.texts(5) == ["选", "topic:a"]


async def test_an_old_tap_that_cannot_be_answered_does_no_harm(api: FakeBotApi, tmp_path: Path) -> None:
    api.fail("answerCallbackQuery", "status", status=400, description="Bad Request: query is too old")
    async with desk(api, tmp_path):
        await api.tap(5, "topic:a", api.message(5, "选") | {"from": BOT})
        await until(lambda: api.sent)
    assert api.texts(5) == ["答：topic:a"]


async def test_order_within_a_chat_and_none_between_chats(api: FakeBotApi, tmp_path: Path) -> None:
    def slow_for_one(message: Message, session: Session, facts: Facts, knowledge: Any) -> Outcome:
        if message.person == "1":
            time.sleep(0.15)
        return echo(message, session, facts, knowledge)

    for number in range(5):
        for who in (1, 2, 3):
            await api.say(who, f"{number}")
    async with desk(api, tmp_path, slow_for_one) as it:
        await until(lambda: len(api.sent) == 15)
        answered = [one["chat"]["id"] for one in api.sent]
        assert [m.text for m in it.heard if m.person == "1"] == list("01234")
    assert all(api.texts(who) == [f"答：{number}" for number in range(5)] for who in (1, 2, 3))
    assert max(i for i, who in enumerate(answered) if who != 1) < max(i for i, who in enumerate(answered) if who == 1)


async def test_an_edit_has_an_id_of_its_own(api: FakeBotApi, tmp_path: Path) -> None:
    first = api.message(5, "三条船")
    await api.add({"message": first})
    await api.add({"edited_message": first | {"text": "四条船", "edit_date": DATE + 9}})
    async with desk(api, tmp_path) as it:
        await until(lambda: len(api.sent) == 2)
    assert [(m.text, m.edited) for m in it.heard] == [("三条船", False), ("四条船", True)]


async def test_in_a_group_silence_unless_asked(api: FakeBotApi, tmp_path: Path) -> None:
    await api.say(5, "大家好", -100)
    await api.say(5, "@yxf_test_bot 休渔到几号", -100)
    async with desk(api, tmp_path) as it:
        await until(lambda: api.sent)
        await asyncio.sleep(0.05)
    assert [(m.text, m.group) for m in it.heard] == [("休渔到几号", True)]
    assert api.texts(-100) == ["答：休渔到几号"]


def with_case(message: Message, session: Session, facts: Facts, knowledge: Any) -> Outcome:
    """A letter about a case at the first word; then which case is meant."""
    if message.text == "开单":
        return Outcome(replies=(Reply(text="开好了", ticket="4821-3390"),))
    return Outcome(replies=(Reply(text=f"说的是 {message.reply_to or '无'}"),))


async def test_a_reply_to_a_letter_means_its_case(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path, with_case) as it:
        await api.say(5, "开单")
        await until(lambda: api.sent)
        external = str(api.sent[0]["message_id"])
        await until_stored(it, lambda store: store.letter_by_external("telegram", "5", external))
        own = api.message(5, "开好了") | {"from": BOT, "message_id": int(external)}
        await api.say(5, "再补一句", reply_to_message=own)
        await until(lambda: len(api.sent) == 2)
    assert api.texts(5)[1] == "说的是 4821-3390"


async def test_a_group_that_moves_takes_its_letters_along(api: FakeBotApi, tmp_path: Path) -> None:
    api.fail("sendMessage", "status", status=400, parameters={"migrate_to_chat_id": -100944})
    async with desk(api, tmp_path):
        await api.say(5, "@yxf_test_bot 一", -44)
        await until(lambda: api.sent)
        assert api.texts(-100944) == ["答：一"]
        await api.add({"message": api.message(5, chat=-45, migrate_to_chat_id=-100945)})
        await api.say(5, "/help", -100945)
        await until(lambda: len(api.sent) == 2)


# nothing is lost, nothing is done twice


async def test_a_batch_is_journalled_before_it_is_confirmed(api: FakeBotApi, tmp_path: Path) -> None:
    kept: list[tuple[int, int]] = []
    for number in range(250):
        await api.say(number + 1, f"第 {number}")
    first = api.updates[0]["update_id"]
    async with desk(api, tmp_path, running=False) as it:

        def count(store: Store) -> int:
            return len(store.waiting()) + len(it.heard)

        async def look(offset: int) -> None:
            kept.append((offset - first, await it.turns.read(count)))

        api.on_confirm = look
        task = asyncio.create_task(it.channel.run())
        await until(lambda: len(api.sent) == 250)
        await until(lambda: api.confirmed == first + 250)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [confirmed for confirmed, _ in kept] == [100, 200, 250]
    assert all(there >= confirmed for confirmed, there in kept)


async def test_the_same_update_twice_is_handled_once(api: FakeBotApi, tmp_path: Path) -> None:
    update = await api.say(5, "休渔到几号")
    api.updates.append(update)
    for _ in range(2):  # and once more after a restart
        async with desk(api, tmp_path) as it:
            await until(lambda: api.sent)
            await until(lambda: api.confirmed > update["update_id"])
            await until_stored(it, lambda store: not store.waiting())
        api.updates, api.confirmed = [update], 0
    assert api.texts() == ["答：休渔到几号"]


async def test_an_update_that_cannot_be_read_does_not_stop_the_others(
    api: FakeBotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await api.say(5, "一")
    await api.add({"message": {"text": "没有聊天的消息，电话 13800000000"}})
    await api.add({"message": "not even an object"})
    await api.add({"something_new": {"x": 1}})
    await api.say(5, "二")
    async with desk(api, tmp_path):
        await until(lambda: len(api.sent) == 2)
    assert api.texts() == ["答：一", "答：二"]
    assert "13800000000" not in caplog.text


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 500}, {"kind": "html"}, {"kind": "junk"}, {"kind": "drop_before"}, {"kind": "drop_after"},
     {"kind": "status", "status": 429, "parameters": {"retry_after": 1}}, {"kind": "status", "status": 401}],
)  # fmt: skip
async def test_polling_goes_on_after_trouble(api: FakeBotApi, tmp_path: Path, fault: dict[str, Any]) -> None:
    async with desk(api, tmp_path):
        await api.say(5, "一")
        await until(lambda: api.sent)
        api.fail("getUpdates", **fault)
        await api.say(5, "二")
        await api.say(5, "三")
        await until(lambda: len(api.sent) == 3)
    assert api.texts(5) == ["答：一", "答：二", "答：三"]


async def test_a_letter_goes_out_after_429(api: FakeBotApi, tmp_path: Path) -> None:
    api.fail("sendMessage", "status", status=429, parameters={"retry_after": 1})
    async with desk(api, tmp_path):
        begin = time.monotonic()
        await api.say(5, "一")
        await until(lambda: api.sent)
    assert time.monotonic() - begin >= 1.0
    assert api.texts(5) == ["答：一"]


async def test_when_the_database_fails_nothing_is_confirmed(
    api: FakeBotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(api, tmp_path, running=False) as it:
        journal = it.turns.journal

        async def full_disk(message: Message) -> bool:
            if message.text == "二":
                raise OSError("disk full")
            return await journal(message)

        monkeypatch.setattr(it.turns, "journal", full_disk)
        task = asyncio.create_task(it.channel.run())
        await api.say(5, "一")
        await until(lambda: api.sent)
        second = await api.say(6, "二")
        await asyncio.sleep(0.3)
        assert second in api.updates
        monkeypatch.setattr(it.turns, "journal", journal)
        await until(lambda: len(api.sent) == 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert api.texts() == ["答：一", "答：二"]


# albums


async def test_an_album_is_one_message_and_the_next_words_come_after_it(api: FakeBotApi, tmp_path: Path) -> None:
    refs = [f"{FILE}{number}" for number in range(3)]
    for number, ref in enumerate(refs):
        caption = {"caption": "三张罚单"} if number == 0 else {}
        await api.say(5, media_group_id="g1", **photo(ref), **caption)
    await api.say(5, "怎么办")
    async with desk(api, tmp_path) as it:
        await until(lambda: len(api.sent) == 2)
        assert [(m.text, [a.ref for a in m.attachments]) for m in it.heard] == [
            ("三张罚单", [f"telegram:{ref}" for ref in refs]),
            ("怎么办", []),
        ]
        await until_stored(it, lambda store: not store.waiting())
        said = await it.turns.read(lambda store: store.history("telegram", "5"))
        assert [len(one.message.attachments) for one in said if one.message] == [1, 1, 1, 0]
    assert api.texts() == ["答：三张罚单", "答：怎么办"]


async def test_an_album_in_two_batches_is_one_message(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path, settle=0.4) as it:
        await api.say(5, media_group_id="g1", **photo(f"{FILE}1"))
        await asyncio.sleep(0.1)
        await api.say(5, media_group_id="g1", **photo(f"{FILE}2"))
        await until(lambda: api.sent)
    assert [len(m.attachments) for m in it.heard] == [2]


async def test_an_album_cut_off_by_the_stop_is_played(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path, settle=60.0) as it:
        await api.say(5, media_group_id="g1", **photo())
        await until_stored(it, lambda store: store.waiting())
    assert len(it.heard) == 1


# files


async def test_a_file_is_fetched(api: FakeBotApi, tmp_path: Path) -> None:
    api.files[FILE] = b"\xff\xd8\xff" * 1000
    async with desk(api, tmp_path) as it:
        await api.say(5, **photo(file_size=3000))
        path = kept_path(it.files, f"telegram:{FILE}")
        await until(path.exists)
        assert path.read_bytes() == api.files[FILE]
        assert oct(path.stat().st_mode)[-3:] == "600"
        assert [p.name for p in it.files.iterdir()] == [path.name]


async def test_a_file_that_was_on_its_way_is_fetched_at_the_next_start(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path) as it:
        await api.say(5, **photo())
        await until(lambda: any(method == "getFile" for method, _ in api.calls))
        await until(lambda: api.sent)
        assert not kept_path(it.files, f"telegram:{FILE}").exists()
    api.files[FILE] = b"jpeg"
    async with desk(api, tmp_path) as it:
        await until(kept_path(it.files, f"telegram:{FILE}").exists)


async def test_a_file_comes_after_a_failure(api: FakeBotApi, tmp_path: Path) -> None:
    api.files[FILE] = b"jpeg"
    api.fail("file", "html")
    api.fail("getFile", "status", status=500)
    async with desk(api, tmp_path) as it:
        it.channel._files._pauses = (0.01, 0.01)
        await api.say(5, **photo())
        await until(kept_path(it.files, f"telegram:{FILE}").exists)


async def test_a_file_over_the_limit_is_not_fetched_and_the_sender_is_told(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path) as it:
        document = {"file_id": FILE, "file_unique_id": "u", "file_size": 20_000_001, "file_name": "录像.mp4"}
        await api.say(5, document=document)
        await until(lambda: len(api.sent) == 2)
        await asyncio.sleep(0.05)
    assert sorted(api.texts(5)) == sorted(["答：文件", TOO_LARGE])
    assert [m.attachments for m in it.heard] == [
        (Attachment(kind="file", name="录像.mp4", ref=f"telegram:{FILE}", size=20_000_001),)
    ]
    assert "getFile" not in [method for method, _ in api.calls]


async def test_a_file_at_the_limit_is_fetched(api: FakeBotApi, tmp_path: Path) -> None:
    api.files[FILE] = bytes(20_000_000)
    async with desk(api, tmp_path) as it:
        await api.say(5, document={"file_id": FILE, "file_unique_id": "u", "file_size": 20_000_000})
        path = kept_path(it.files, f"telegram:{FILE}")
        await until(path.exists)
        assert path.stat().st_size == 20_000_000


# pushed updates


def pushed(api: FakeBotApi, text: str = "休渔到几号", update: int = 2000) -> dict[str, Any]:
    return {"update_id": update, "message": api.message(5, text)}


def body(update: Any) -> bytes:
    return json.dumps(update).encode()


async def test_the_webhook_is_set_with_its_secret(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path, webhook_url="https://yxf.example.cn", webhook_secret=SECRET):
        await until(lambda: api.webhook)
    assert (api.webhook["url"], api.webhook["secret_token"]) == ("https://yxf.example.cn/telegram", SECRET)
    assert "callback_query" in api.webhook["allowed_updates"]
    async with desk(api, tmp_path):
        await until(lambda: not api.webhook)  # polling again


async def test_a_pushed_update_is_kept_before_200_and_answered_once(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path, webhook_url="https://yxf.example.cn/hook", webhook_secret=SECRET) as it:
        await until(lambda: api.webhook)
        assert await it.channel.handle_webhook(body(pushed(api)), SECRET) == 200
        assert await it.channel.handle_webhook(body(pushed(api)), SECRET) == 200
        await until(lambda: api.sent)
        await asyncio.sleep(0.05)
    assert api.texts() == ["答：休渔到几号"]
    assert len(it.heard) == 1


async def test_pushed_over_http_to_our_own_server(api: FakeBotApi, tmp_path: Path) -> None:
    settings = load({"YXF_DATA_DIR": str(tmp_path)}, Path("none.env"))
    async with desk(api, tmp_path, webhook_url="https://yxf.example.cn", webhook_secret=SECRET) as it:
        await until(lambda: api.webhook)
        app = make_app(it.lanes, it.turns, settings, now, it.channel)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
        assert await api.push(pushed(api), url, None) == 403
        assert await api.push(pushed(api), url, "wrong") == 403
        assert await api.push(b"{", url, SECRET) == 400
        assert await api.push(pushed(api), url, SECRET) == 200
        await until(lambda: api.sent)
        await runner.cleanup()
    assert len(it.heard) == 1


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "暗号", "\udcff"])
async def test_without_the_secret_nothing_gets_in(api: FakeBotApi, tmp_path: Path, secret: str) -> None:
    async with desk(api, tmp_path, webhook_url="https://yxf.example.cn", webhook_secret=SECRET) as it:
        await until(lambda: api.webhook)
        assert await it.channel.handle_webhook(body(pushed(api)), secret) == 403
        await asyncio.sleep(0.05)
    assert it.heard == []


async def test_without_a_configured_secret_nothing_gets_in(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path) as it:
        await until(lambda: it.channel._me)
        assert await it.channel.handle_webhook(body(pushed(api)), "") == 403


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"[]", b"null", b'{"message":{}}', b'{"update_id":"x"}', b"[" * 100_000, b"\xff"]
)
async def test_broken_bodies(api: FakeBotApi, tmp_path: Path, broken: bytes) -> None:
    async with desk(api, tmp_path, webhook_url="https://yxf.example.cn", webhook_secret=SECRET) as it:
        await until(lambda: api.webhook)
        assert await it.channel.handle_webhook(broken, SECRET) == 400


async def test_an_unreadable_pushed_update_is_not_pushed_for_ever(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path, webhook_url="https://yxf.example.cn", webhook_secret=SECRET) as it:
        await until(lambda: api.webhook)
        assert await it.channel.handle_webhook(body({"update_id": 9, "message": {"text": "x"}}), SECRET) == 200


async def test_telegram_is_asked_to_push_again_when_it_could_not_be_kept(
    api: FakeBotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(api, tmp_path, webhook_url="https://yxf.example.cn", webhook_secret=SECRET) as it:
        assert await it.channel.handle_webhook(body(pushed(api)), SECRET) == 503  # not started yet
        await until(lambda: api.webhook)

        async def full_disk(message: Message) -> bool:
            raise OSError("disk full")

        with monkeypatch.context() as patch:
            patch.setattr(it.turns, "journal", full_disk)
            assert await it.channel.handle_webhook(body(pushed(api)), SECRET) == 503
        assert await it.channel.handle_webhook(body(pushed(api)), SECRET) == 200
        await until(lambda: api.sent)


# start and stop


async def test_a_wrong_token_stops_the_start_with_one_sentence(api: FakeBotApi, tmp_path: Path) -> None:
    async with desk(api, tmp_path, running=False, token="123:wrong") as it:
        with pytest.raises(SettingError, match=BAD_TOKEN[:20]):
            await asyncio.wait_for(it.channel.run(), 5)


async def test_a_token_that_cannot_be_one_stops_the_start(api: FakeBotApi, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=BAD_TOKEN[:20]):
        TelegramChannel("", api.url, None, tmp_path, now)  # type: ignore[arg-type]


async def test_an_address_that_telegram_refuses_stops_the_start(api: FakeBotApi, tmp_path: Path) -> None:
    api.fail("setWebhook", "status", status=400, description="Bad Request: bad webhook: HTTPS url must be provided")
    async with desk(api, tmp_path, running=False, webhook_url="http://x", webhook_secret=SECRET) as it:
        with pytest.raises(SettingError, match=BAD_ADDRESS[:12]):
            await asyncio.wait_for(it.channel.run(), 5)


async def test_the_start_waits_for_the_network(api: FakeBotApi, tmp_path: Path) -> None:
    api.fail("getMe", "drop_before")
    api.fail("getMe", "html")
    api.fail("setMyCommands", "status", status=500)
    await api.say(5, "一")
    async with desk(api, tmp_path):
        await until(lambda: api.sent)


async def test_the_stop_is_quick_and_lets_answers_out(api: FakeBotApi, tmp_path: Path) -> None:
    def slow(message: Message, session: Session, facts: Facts, knowledge: Any) -> Outcome:
        time.sleep(0.2)
        return echo(message, session, facts, knowledge)

    async with desk(api, tmp_path, slow, long_poll=30) as it:
        await api.say(5, "一")
        await until(lambda: it.heard)
        begin = time.monotonic()
    assert time.monotonic() - begin < 3
    assert len(it.heard) == 1


async def test_a_second_poller_is_reported_once_and_the_first_goes_on(
    api: FakeBotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail(
        "getUpdates", "status", status=409, description="Conflict: terminated by other getUpdates request", times=3
    )
    async with desk(api, tmp_path):
        await api.say(5, "一")
        await until(lambda: api.sent)
    assert [record.message for record in caplog.records].count(SECOND) == 1


async def test_somebody_who_blocks_us_is_no_trouble(api: FakeBotApi, tmp_path: Path) -> None:
    member = {"user": BOT, "status": "kicked", "until_date": 0}
    change = {"chat": {"id": 5, "type": "private"}, "from": person(5), "date": DATE, "new_chat_member": member,
              "old_chat_member": {"user": BOT, "status": "member"}}  # fmt: skip
    await api.add({"my_chat_member": change})
    await api.say(6, "一")
    async with desk(api, tmp_path) as it:
        await until(lambda: api.sent)
    assert [m.person for m in it.heard] == ["6"]


async def test_the_log_holds_no_token_and_nothing_personal(
    api: FakeBotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for kind in ("html", "junk", "drop_before", "drop_after"):
        api.fail("getUpdates", kind)
        api.fail("sendMessage", kind)
    api.fail("answerCallbackQuery", "drop_before")
    async with desk(api, tmp_path):
        await api.say(424242, "我叫王小明，电话 13800000000")
        await api.tap(424242, "topic:a", api.message(424242, "选") | {"from": BOT})
        await asyncio.sleep(0.8)
    assert caplog.records
    for word in (TOKEN, "test-token", "13800000000", "王小明", "424242"):
        assert word not in caplog.text
