from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.features import units
from knowledge.pinyin import sound_of, spelled
from knowledge.segment import Segmenter
from knowledge.text import LONGEST, Slips, normalise, written
from knowledge.types import Slip


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("漁業法第７８條", "渔业法第78条"),
        ("禁漁期裡偷偷出海，臺風來著", "禁渔期里偷偷出海,台风来着"),
        ("ＡＩＳ 关 了", "ais 关了"),
        ("出\u200b海\u202e", "出海"),
        ("  休 渔 期  ", "休渔期"),
    ],
)
def test_typing_is_made_one_way(typed: str, read: str) -> None:
    assert normalise(typed) == read


def test_emoji_and_dots_hold_nothing() -> None:
    assert written(normalise("😀👍……！！")) == 0
    assert written(normalise("ok👌")) == 2


@given(st.text())
def test_normalising_never_fails_and_settles(text: str) -> None:
    once = normalise(text)
    assert len(normalise("长" * 5000)) <= LONGEST + 1
    assert normalise(once) == once or len(text) > 0


def test_a_plain_slip_is_mended_silently() -> None:
    assert Slips([Slip("进渔期", "禁渔期", ())], list).mend("进渔期几号") == ("禁渔期几号", ())


def test_a_doubtful_slip_only_beside_its_words() -> None:
    slips = Slips([Slip("听政", "听证", ("罚",))], list)
    assert slips.mend("垂帘听政") == ("垂帘听政", ())
    assert slips.mend("罚单要不要听政") == ("罚单要不要听证", ("听证",))


def test_a_slip_does_not_cut_a_word() -> None:
    slips = Slips([Slip("法单", "罚单", ())], Segmenter({"执法": 9, "单位": 9}).words)
    assert slips.mend("执法单位给的法单") == ("执法单位给的罚单", ())


@pytest.mark.parametrize("name", ["浙象渔12345", "浙象渔运1234号", "象渔 40012", "浙岱渔00123"])
def test_the_name_of_a_boat_is_no_subject(name: str) -> None:
    assert Slips([], list).mend(normalise(f"{name} 的老大欠我工钱"))[0].startswith("渔船")


@pytest.mark.parametrize("text", ["买柴油3000升", "罚了渔民 2000 元", "运鱼3000斤", "12395"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert Slips([], list).mend(normalise(text))[0] == normalise(text)


def test_no_slips_change_nothing() -> None:
    assert Slips([], list).mend("禁渔期") == ("禁渔期", ())


def test_typed_pinyin_sounds_like_the_characters() -> None:
    assert spelled("jinyuqi") == tuple(sound_of()[char] for char in "禁渔期")
    assert spelled("wifi") == ()
    assert spelled("fa") == ()


def test_the_coast_hears_no_curled_tongue() -> None:
    sounds = sound_of()
    assert sounds["船"] == sounds["窜"]
    assert sounds["近"] == sounds["静"]
    assert sounds["罚"] != sounds["船"]


def test_pinyin_in_letters_and_characters_give_the_same_sounds() -> None:
    assert units("jinyuqi")[1].tolist() == units("禁渔期")[1].tolist()
    assert units("jin yu qi")[1].tolist() == units("禁渔期")[1].tolist()


def test_words_are_cut_with_our_dictionary() -> None:
    assert Segmenter({"禁渔期": 10, "出海": 10}).words("禁渔期偷出海") == ["禁渔期", "偷", "出海"]
