"""Every kind of update, from Telegram's JSON to our Message."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.channels.telegram_read import Incoming, Me, read
from handlers.types import Attachment, Message
from tests.fakes.bot_api import BOT, DATE, FakeBotApi, person

ME = Me(123456, "yxf_test_bot")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
GROUP = -1001


def incoming(body: dict[str, Any]) -> Incoming:
    update = Update.de_json({"update_id": 77, **body}, None)
    assert update
    return read(update, ME, NOW)


def message(text: str = "", chat: int = 0, **fields: Any) -> Message | None:
    return incoming({"message": FakeBotApi().message(5, text, chat, **fields)}).message


def heard(text: str = "", chat: int = 0, **fields: Any) -> Message:
    found = message(text, chat, **fields)
    assert found
    return found


def attachment(**fields: Any) -> Attachment:
    (one,) = heard(**fields).attachments
    return one


def test_text() -> None:
    got = heard("老大不给工钿咋弄 🐟")
    assert (got.id, got.channel, got.chat, got.person, got.name) == ("77", "telegram", "5", "5", "渔民5")
    assert (got.text, got.group, got.edited, got.button) == ("老大不给工钿咋弄 🐟", False, False, "")
    assert got.at.timestamp() == DATE
    assert got.at.tzinfo


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("/start AB23CD45EF", "/start AB23CD45EF"),
        ("/menu@yxf_test_bot", "/menu"),
        ("/Help@YXF_Test_Bot 罚款", "/Help 罚款"),
    ],
)
def test_commands_keep_their_payload_and_lose_our_name(said: str, understood: str) -> None:
    assert heard(said).text == understood


def test_a_tap() -> None:
    under = FakeBotApi().message(5, "旧消息")
    query = {"id": "q9", "from": person(5), "chat_instance": "1", "data": "topic:sy-dock"}
    got = incoming({"callback_query": query | {"message": under}})
    assert got.query == "q9"
    assert got.message
    assert (got.message.button, got.message.text, got.message.chat, got.message.at) == ("topic:sy-dock", "", "5", NOW)


def test_a_tap_under_a_message_that_is_too_old_to_be_seen() -> None:
    gone = {"message_id": 1, "date": 0, "chat": {"id": GROUP, "type": "supergroup"}}
    query = {"id": "q9", "from": person(5), "chat_instance": "1", "data": "menu", "message": gone}
    got = incoming({"callback_query": query}).message
    assert got
    assert (got.chat, got.person, got.group) == (str(GROUP), "5", True)


def test_a_tap_without_data_is_answered_and_that_is_all() -> None:
    got = incoming({"callback_query": {"id": "q9", "from": person(5), "chat_instance": "1", "game_short_name": "x"}})
    assert (got.query, got.message) == ("q9", None)


def test_the_largest_photo_with_its_caption() -> None:
    sizes = [
        {"file_id": f"p{width}", "file_unique_id": "u", "width": width, "height": width, "file_size": width * 10}
        for width in (90, 1280, 320)
    ]
    got = heard(photo=sizes, caption="罚单在这")
    assert got.text == "罚单在这"
    assert got.attachments == (Attachment(kind="photo", ref="telegram:p1280", mime="image/jpeg", size=12800),)


@pytest.mark.parametrize(
    ("field", "extra", "kind"),
    [
        ("document", {"file_name": "合同.pdf"}, "file"), ("voice", {"duration": 3}, "voice"),
        ("video", {"duration": 3, "width": 1, "height": 1}, "video"), ("audio", {"duration": 3}, "file"),
        ("video_note", {"duration": 3, "length": 1}, "video"),
    ],
)  # fmt: skip
def test_files(field: str, extra: dict[str, Any], kind: str) -> None:
    got = attachment(**{field: {"file_id": "f1", "file_unique_id": "u", "file_size": 9, **extra}})
    assert (got.kind, got.ref, got.size, got.name) == (kind, "telegram:f1", 9, extra.get("file_name", ""))


def test_a_file_name_cannot_be_a_path_or_turn_the_writing_round() -> None:
    file = {"file_id": "f1", "file_unique_id": "u", "file_name": "../../etc/pass\u202ewd\n.pdf"}
    assert attachment(document=file).name == "passwd.pdf"


def test_a_place_a_venue_a_contact_a_sticker() -> None:
    place = {"latitude": 29.4766, "longitude": 121.8694}
    assert attachment(location=place) == Attachment(kind="location", name="29.476600,121.869400")
    venue = {"location": place, "title": "石浦港", "address": "石浦"}
    assert attachment(location=place, venue=venue).name == "29.476600,121.869400 石浦港"
    contact = {"first_name": "王", "last_name": "老大", "phone_number": "13800000000"}
    assert attachment(contact=contact) == Attachment(kind="contact", name="王 老大 13800000000")
    sticker = {"file_id": "s", "file_unique_id": "u", "width": 1, "height": 1, "is_animated": False, "is_video": False,
               "type": "regular", "emoji": "👍"}  # fmt: skip
    assert attachment(sticker=sticker) == Attachment(kind="sticker", name="👍")


def test_an_album_is_known_as_one() -> None:
    size = {"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}
    assert incoming({"message": FakeBotApi().message(5, photo=[size], media_group_id="g7")}).album == "g7"


def test_an_edit_is_marked_and_has_the_time_of_the_edit() -> None:
    edited = FakeBotApi().message(5, "改过的话", edit_date=DATE + 60)
    got = incoming({"edited_message": edited}).message
    assert got
    assert (got.text, got.edited, got.at.timestamp()) == ("改过的话", True, DATE + 60)


def test_a_live_place_that_moves_is_not_said_again_and_again() -> None:
    moved = FakeBotApi().message(5, location={"latitude": 1, "longitude": 2, "live_period": 60}, edit_date=DATE + 5)
    assert incoming({"edited_message": moved}) == Incoming()


def test_something_we_cannot_use_is_an_empty_message_not_silence() -> None:
    got = heard(dice={"emoji": "🎲", "value": 3})
    assert (got.text, got.attachments) == ("", ())


@pytest.mark.parametrize(
    "service", [{"new_chat_title": "渔老大"}, {"left_chat_member": person(6)}, {"group_chat_created": True}]
)
def test_service_messages_are_passed_over(service: dict[str, Any]) -> None:
    assert message(**service) is None


def test_other_bots_are_not_answered() -> None:
    body = FakeBotApi().message(5, "hi")
    assert incoming({"message": body | {"from": {**person(5), "is_bot": True}}}) == Incoming()


def test_in_a_group_only_what_is_meant_for_us() -> None:
    assert message("大家好", GROUP) is None
    assert message("@other_bot 你好", GROUP) is None
    assert message("/menu@other_bot", GROUP) is None
    assert message("a@yxf_test_bot.cn", GROUP) is None
    for said, understood in (("@yxf_test_bot 休渔到几号", "休渔到几号"), ("🐟休渔到几号 @YXF_test_bot", "🐟休渔到几号"),
                             ("/menu", "/menu"), ("/menu@yxf_test_bot", "/menu"), ("@yxf_test_bot", "")):  # fmt: skip
        got = heard(said, GROUP)
        assert (got.text, got.group, got.chat) == (understood, True, str(GROUP))


def test_in_a_group_a_mention_without_a_username_counts() -> None:
    entities = [{"type": "text_mention", "offset": 0, "length": 3, "user": BOT}]
    assert heard("渔小法 你好", GROUP, entities=entities).group


def test_in_a_group_a_photo_with_our_name_counts() -> None:
    size = {"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}
    entities = [{"type": "mention", "offset": 0, "length": 13}]
    got = heard(chat=GROUP, photo=[size], caption="@yxf_test_bot 看这个", caption_entities=entities)
    assert (got.text, len(got.attachments)) == ("看这个", 1)


def test_a_reply_to_our_own_message_names_it() -> None:
    own = FakeBotApi().message(5, "工单有回复") | {"from": BOT}
    got = incoming({"message": FakeBotApi().message(5, "好的", GROUP, reply_to_message=own)})
    assert got.message
    assert got.replied == str(own["message_id"])


def test_a_reply_to_somebody_else_names_nothing() -> None:
    other = FakeBotApi().message(6, "工单 4821-3390")
    got = incoming({"message": FakeBotApi().message(5, "好的", reply_to_message=other)})
    assert got.message
    assert (got.replied, got.message.reply_to) == ("", "")


def test_a_reply_to_a_file_of_ours_means_the_case_in_its_caption() -> None:
    own = FakeBotApi().message(5, caption="工单 4821-3390") | {"from": BOT}
    assert heard("看到了", reply_to_message=own).reply_to == "4821-3390"


def test_a_caption_of_somebody_else_means_nothing() -> None:
    other = FakeBotApi().message(6, caption="工单 4821-3390")
    assert heard("看到了", reply_to_message=other).reply_to == ""


def test_a_group_that_moves() -> None:
    got = incoming({"message": FakeBotApi().message(5, chat=-44, migrate_to_chat_id=-100944)})
    assert got == Incoming(moved=("-44", "-100944"))


@pytest.mark.parametrize(("status", "left"), [("kicked", True), ("member", False)])
def test_somebody_blocks_us(status: str, left: bool) -> None:
    member = {"user": BOT, "status": status, **({"until_date": 0} if left else {})}
    change = {"chat": {"id": 5, "type": "private"}, "from": person(5), "date": DATE, "new_chat_member": member,
              "old_chat_member": {"user": BOT, "status": "member"}}  # fmt: skip
    assert incoming({"my_chat_member": change}) == Incoming(left=left)


def test_a_name_cannot_disturb_what_stands_around_it() -> None:
    body = FakeBotApi().message(5, "你好") | {"from": {**person(5), "first_name": "王\u202e\n【管理员】" + "长" * 99}}
    got = incoming({"message": body}).message
    assert got
    assert got.name.startswith("王【管理员】长")
    assert len(got.name) == 40


def test_kinds_we_did_not_ask_for_are_nothing() -> None:
    assert incoming({"poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}}) == Incoming()
    assert incoming({"channel_post": FakeBotApi().message(5, "公告")}) == Incoming()
