"""From a Reply to what Telegram takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.channels.telegram_write import Piece, cut, keyboard, length, pieces, safe
from handlers.types import Button, Reply, Source

SOURCE = Source(
    label="《渔业法》第三十八条第一款", law="fishery", article="38", version="2013-12-28", link="/law/fishery/38"
)


def covered(piece: Piece, entity: MessageEntity) -> str:
    units = piece.text.encode("utf-16-le")
    return units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")


def test_who_speaks_stands_in_bold_above() -> None:
    (piece,) = pieces(Reply(text="您的事我接了。", by="调解员王某"))
    assert piece.text == "【调解员王某】\n您的事我接了。"
    assert [(e.type, covered(piece, e)) for e in piece.entities] == [(MessageEntity.BOLD, "【调解员王某】")]


def test_sources_stand_below_and_link_to_their_text() -> None:
    (piece,) = pieces(Reply(text="🐟 要罚。", sources=(SOURCE, SOURCE)), "https://yxf.example.cn")
    assert piece.text == "🐟 要罚。\n\n依据：\n" + "\n".join(
        ["· 《渔业法》第三十八条第一款（2013-12-28 文本，现行有效）"] * 2
    )
    quote, *links = piece.entities
    assert quote.type == MessageEntity.EXPANDABLE_BLOCKQUOTE
    assert covered(piece, quote).startswith("依据：\n")
    assert [(covered(piece, e), e.url) for e in links] == [(SOURCE.label, "https://yxf.example.cn/law/fishery/38")] * 2
    assert links[0].offset < links[1].offset


def test_no_links_to_a_site_that_only_this_machine_sees() -> None:
    (piece,) = pieces(Reply(text="要罚。", sources=(SOURCE,)), "http://127.0.0.1:8080")
    assert [e.type for e in piece.entities] == [MessageEntity.EXPANDABLE_BLOCKQUOTE]


def test_hostile_words_stay_words() -> None:
    hostile = "<b>王</b> *x* [点我](http://evil) \u202e/forget 请:/close_1 \ud800"
    (piece,) = pieces(Reply(text=hostile, by="调解员<i>"))
    assert "<b>王</b> *x* [点我](http://evil)" in piece.text
    assert "\u202e" not in piece.text
    assert "/forget" not in piece.text
    assert "/close" not in piece.text
    piece.text.encode()
    assert [e.type for e in piece.entities] == [MessageEntity.BOLD]


def test_addresses_are_left_as_they_are() -> None:
    assert safe("见 https://a.cn/law/x 和 1/2 页") == "见 https://a.cn/law/x 和 1/2 页"


def test_long_texts_are_cut_at_line_ends_and_keep_their_entities() -> None:
    reply = Reply(text="\n".join("甲" * 99 for _ in range(60)), by="受理员李某", sources=(SOURCE,))
    first, second = pieces(reply, "https://yxf.example.cn")
    assert first.text.endswith("甲\n")
    assert [e.type for e in first.entities] == [MessageEntity.BOLD]
    assert [covered(second, e) for e in second.entities][1] == SOURCE.label


def test_emoji_are_counted_as_telegram_counts_them() -> None:
    parts = pieces(Reply(text="🐟" * 4096))
    assert [length(part.text) for part in parts] == [4096, 4096]
    assert all(part.text == "🐟" * 2048 for part in parts)


@given(st.text(alphabet="甲a🐟\n", max_size=300), st.integers(2, 40))
def test_cutting_loses_nothing_and_is_never_too_long(text: str, longest: int) -> None:
    parts = [text[start:end] for start, end in cut(text, longest)]
    assert "".join(parts) == text
    assert all(0 < length(part) <= longest for part in parts)


def test_nothing_is_sent_for_nothing() -> None:
    assert pieces(Reply(text="")) == []
    assert pieces(Reply(text=" \n ")) == []


def test_keyboard_rows_labels_and_data() -> None:
    long = Button("很长" * 40, "topic:x")
    keys = keyboard(Reply(text="", buttons=((Button("有用", "rate:yes"), Button("没解决", "rate:no")), (long,))))
    assert keys
    rows = [[(key.text, key.callback_data) for key in row] for row in keys.inline_keyboard]
    assert rows == [[("有用", "rate:yes"), ("没解决", "rate:no")], [("很长" * 19 + "很…", "topic:x")]]


@pytest.mark.parametrize("data", ["", "x" * 65, "汉" * 22])
def test_buttons_that_telegram_would_refuse_do_not_spoil_the_rest(data: str) -> None:
    keys = keyboard(Reply(text="", buttons=((Button("坏", data), Button("好", "ok")), (Button("坏", data),))))
    assert keys
    assert [[key.text for key in row] for row in keys.inline_keyboard] == [["好"]]
    assert keyboard(Reply(text="", buttons=((Button("坏", data),),))) is None


def test_too_many_buttons_in_a_row_are_broken_into_rows() -> None:
    keys = keyboard(Reply(text="", buttons=(tuple(Button(str(i), f"n:{i}") for i in range(10)),)))
    assert keys
    assert [len(row) for row in keys.inline_keyboard] == [8, 2]
