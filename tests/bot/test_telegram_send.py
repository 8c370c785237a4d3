"""Delivering a Reply over HTTP: what arrives, and what each failure becomes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot

from bot.channels.telegram_http import AiohttpRequest
from bot.channels.telegram_send import Sender, file_id_of
from bot.errors import SendError
from bot.files import keep, kept_path
from handlers.types import Attachment, Button, Reply
from tests.fakes.bot_api import TOKEN, FakeBotApi

ID = "AgACAgUAAxkBAAIBx2"  # shorter ones are not Telegram's
FILE = f"{ID}-file_id_{'x' * 30}"


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def wire() -> AsyncIterator[AiohttpRequest]:
    request = AiohttpRequest(read_timeout=0.3)
    yield request
    await request.shutdown()


@pytest.fixture
def sender(api: FakeBotApi, wire: AiohttpRequest, tmp_path: Path) -> Sender:
    bot = Bot(TOKEN, f"{api.url}/bot", f"{api.url}/file/bot", request=wire, get_updates_request=wire)
    return Sender(bot, tmp_path)


async def error(sender: Sender, reply: Reply, chat: str = "5") -> SendError:
    with pytest.raises(SendError) as caught:
        await sender.send(chat, reply)
    return caught.value


async def test_text_and_buttons(api: FakeBotApi, sender: Sender) -> None:
    reply = Reply(
        text="要罚。<b>&", buttons=((Button("有用", "yes"), Button("没解决", "no")), (Button("找人工", "person"),))
    )
    external = await sender.send("5", reply)
    (sent,) = api.sent
    assert (sent["text"], str(sent["message_id"]), sent["chat_id"]) == ("要罚。<b>&", external, "5")
    assert "parse_mode" not in sent
    assert sent["link_preview_options"] == {"is_disabled": True}
    rows = sent["reply_markup"]["inline_keyboard"]
    assert [[key["callback_data"] for key in row] for row in rows] == [["yes", "no"], ["person"]]


async def test_a_long_text_goes_out_in_order_with_the_buttons_last(api: FakeBotApi, sender: Sender) -> None:
    external = await sender.send("5", Reply(text="甲" * 4096 + "乙" * 10, buttons=((Button("好", "ok"),),)))
    assert [one["text"][0] for one in api.sent] == ["甲", "乙"]
    assert ["reply_markup" in one for one in api.sent] == [False, True]
    assert external == str(api.sent[1]["message_id"])


@pytest.mark.parametrize(
    ("fault", "permanent", "retry_after", "migrate_to"),
    [
        ({"kind": "status", "status": 429, "parameters": {"retry_after": 7}}, False, 7.0, None),
        ({"kind": "status", "status": 403, "description": "Forbidden: bot was blocked by the user"}, True, None, None),
        ({"kind": "status", "status": 400, "description": "Bad Request: chat not found"}, True, None, None),
        ({"kind": "status", "status": 400, "description": "Bad Request: can't parse entities"}, True, None, None),
        ({"kind": "status", "status": 400, "parameters": {"migrate_to_chat_id": -100944}}, False, None, "-100944"),
        ({"kind": "status", "status": 500}, False, None, None),
        ({"kind": "status", "status": 401, "description": "Unauthorized"}, False, 300.0, None),
        ({"kind": "status", "status": 409, "description": "Conflict"}, False, None, None),
        ({"kind": "html"}, False, None, None),
        ({"kind": "junk"}, False, None, None),
        ({"kind": "drop_before"}, False, None, None),
        ({"kind": "drop_after"}, False, None, None),
        ({"kind": "late", "seconds": 0.6}, False, None, None),
    ],
)  # fmt: skip
async def test_failures(
    api: FakeBotApi,
    sender: Sender,
    fault: dict[str, Any],
    permanent: bool,
    retry_after: float | None,
    migrate_to: str | None,
) -> None:
    api.fail("sendMessage", **fault)
    caught = await error(sender, Reply(text="要罚。"))
    assert (caught.permanent, caught.retry_after, caught.migrate_to) == (permanent, retry_after, migrate_to)
    assert TOKEN not in str(caught)
    assert str(caught)
    await sender.send("5", Reply(text="要罚。"))
    assert api.texts()[-1] == "要罚。"


@pytest.mark.parametrize(
    ("description", "sentence"),
    [("Forbidden: bot was blocked by the user", "对方停用了机器人"), ("Forbidden: user is deactivated", "对方的账号已注销"),
     ("Forbidden: bot was kicked from the supergroup chat", "机器人已被移出群")],
)  # fmt: skip
async def test_staff_are_told_why(api: FakeBotApi, sender: Sender, description: str, sentence: str) -> None:
    api.fail("sendMessage", "status", status=403, description=description)
    assert str(await error(sender, Reply(text="x"))) == sentence


async def test_nobody_listens(wire: AiohttpRequest, tmp_path: Path) -> None:
    bot = Bot(TOKEN, "http://127.0.0.1:9/bot", request=wire, get_updates_request=wire)
    caught = await error(Sender(bot, tmp_path), Reply(text="x"))
    assert (caught.permanent, str(caught)) == (False, "连不上 Telegram")


async def test_a_chat_that_is_none_of_telegrams(sender: Sender) -> None:
    assert (await error(sender, Reply(text="x"), chat="abc")).permanent


async def test_what_went_out_is_not_sent_again(api: FakeBotApi, sender: Sender) -> None:
    reply = Reply(text="甲" * 4096 + "乙", attachments=(Attachment(kind="photo", ref=f"telegram:{FILE}"),))
    api.fail("sendPhoto", "status", status=429, parameters={"retry_after": 1})
    await error(sender, reply)
    external = await sender.send("5", reply)
    assert [one["method"] for one in api.sent] == ["sendMessage", "sendMessage", "sendPhoto"]
    assert external == str(api.sent[1]["message_id"])


async def test_after_a_reply_was_refused_for_good_the_same_words_start_anew(api: FakeBotApi, sender: Sender) -> None:
    reply = Reply(text="甲" * 4097)
    api.fail("sendMessage", "late", seconds=0.0)
    api.fail("sendMessage", "status", status=403, description="Forbidden")
    await error(sender, reply)
    await sender.send("5", reply)
    assert [len(text) for text in api.texts()] == [4096, 4096, 1]


@pytest.mark.parametrize(
    ("kind", "method", "field"),
    [("photo", "sendPhoto", "photo"), ("voice", "sendVoice", "voice"), ("video", "sendVideo", "video"),
     ("file", "sendDocument", "document")],
)  # fmt: skip
async def test_files_that_telegram_has_are_sent_by_id(
    api: FakeBotApi, sender: Sender, kind: str, method: str, field: str
) -> None:
    reply = Reply(text="他的材料", ticket="4821-3390", attachments=(Attachment(kind=kind, ref=f"telegram:{FILE}"),))
    external = await sender.send("5", reply)
    words, file = api.sent
    assert (file["method"], file[field], file["caption"]) == (method, FILE, "工单 4821-3390")
    assert external == str(words["message_id"])


async def test_our_own_files_are_uploaded_with_their_chinese_name(
    api: FakeBotApi, sender: Sender, tmp_path: Path
) -> None:
    keep(tmp_path, "abc123", b"%PDF-1.4 x" * 200_000)
    one = Attachment(kind="file", name="调解书\n（终稿）.pdf", ref="abc123", mime="application/pdf")
    external = await sender.send("5", Reply(text="", attachments=(one,)))
    (sent,) = api.sent
    assert sent["document"] == ("调解书（终稿）.pdf", b"%PDF-1.4 x" * 200_000)
    assert external == str(sent["message_id"])


async def test_our_own_pictures_are_shown_as_pictures(api: FakeBotApi, sender: Sender, tmp_path: Path) -> None:
    keep(tmp_path, "abc123", b"\xff\xd8\xff")
    await sender.send("5", Reply(text="", attachments=(Attachment(kind="photo", ref="abc123", mime="image/jpeg"),)))
    assert api.sent[0]["photo"][1] == b"\xff\xd8\xff"


async def test_a_picture_that_telegram_does_not_take_goes_as_a_document(
    api: FakeBotApi, sender: Sender, tmp_path: Path
) -> None:
    keep(tmp_path, "abc123", b"\xff\xd8\xff")
    api.fail("sendPhoto", "status", status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    await sender.send("5", Reply(text="", attachments=(Attachment(kind="photo", ref="abc123", mime="image/jpeg"),)))
    assert [one["method"] for one in api.sent] == ["sendDocument"]


async def test_an_id_of_another_bot_falls_back_on_the_kept_file(
    api: FakeBotApi, sender: Sender, tmp_path: Path
) -> None:
    ref = "telegram:bad" + "x" * 30
    keep(tmp_path, ref, b"%PDF")
    await sender.send("5", Reply(text="", attachments=(Attachment(kind="file", ref=ref, name="合同.pdf"),)))
    assert [one["document"] for one in api.sent] == [("合同.pdf", b"%PDF")]


async def test_a_file_that_is_nowhere_is_named(api: FakeBotApi, sender: Sender) -> None:
    await sender.send("5", Reply(text="附件：", attachments=(Attachment(kind="file", name="合同.pdf", ref="gone"),)))
    assert api.texts() == ["附件：", "（文件“合同.pdf”在这里发不出来，请到网页上看）"]


async def test_a_place_is_sent_as_a_place_and_a_contact_as_words(api: FakeBotApi, sender: Sender) -> None:
    place = Attachment(kind="location", name="29.476600,121.869400 石浦港")
    contact = Attachment(kind="contact", name="王老大 13800000000")
    await sender.send("5", Reply(text="", attachments=(place, contact)))
    assert (api.sent[0]["latitude"], api.sent[0]["longitude"]) == ("29.4766", "121.8694")
    assert api.sent[1]["text"] == "联系人：王老大 13800000000"


@pytest.mark.parametrize("ref", ["telegram:/etc/passwd", "telegram:../x", "telegram:LICENSE", "abc", "telegram:"])
def test_only_what_looks_like_an_id_is_one(ref: str) -> None:
    assert file_id_of(ref) == ""
    assert file_id_of(f"telegram:{FILE}") == FILE


@pytest.mark.parametrize("ref", ["../../etc/passwd", "/etc/passwd", "a/b", "..", "", "telegram:x", "x" * 300])
def test_a_kept_file_is_never_outside_its_folder(tmp_path: Path, ref: str) -> None:
    assert kept_path(tmp_path, ref).resolve().parent == tmp_path.resolve()


async def test_many_chats_at_once(api: FakeBotApi, sender: Sender) -> None:
    await asyncio.gather(*(sender.send(str(chat), Reply(text=f"给{chat}")) for chat in range(1, 101)))
    assert sorted(api.texts()) == sorted(f"给{chat}" for chat in range(1, 101))


async def test_an_answer_without_end_is_cut_off(api: FakeBotApi, wire: AiohttpRequest) -> None:
    api.files["big"] = bytes(22_000_000)
    with pytest.raises(Exception, match="too large"):
        await wire.retrieve(f"{api.url}/file/bot{TOKEN}/d/big")
