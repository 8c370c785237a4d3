"""The shipped words: every way of saying leads to its term, every slip is mended where it should be and only there."""

import pytest

from knowledge import Knowledge
from knowledge.content import CONTENT, read_content
from knowledge.features import Extractor
from knowledge.segment import Segmenter
from knowledge.text import Slips, normalise


@pytest.fixture(scope="module")
def slips(knowledge: Knowledge) -> Slips:
    return Slips(knowledge.content.words.slips, Segmenter(knowledge.model.frequencies).words)


def rows(name: str) -> list[list[str]]:
    text = (CONTENT / "words" / name).read_text("utf-8-sig")
    return [line.split("｜") for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_there_are_as_many_as_were_collected() -> None:
    said = [word for row in rows("lexicon.txt") for word in row[0].split("/")]
    assert len(rows("lexicon.txt")) >= 165
    assert len(said) >= 490
    assert len(rows("slips.txt")) >= 146


def test_every_way_of_saying_means_its_term() -> None:
    lexicon = read_content().words.lexicon
    extractor = Extractor(Segmenter({}), lexicon)
    first = {way: term for ways, term, _ in reversed(rows("lexicon.txt")) for way in ways.split("/")}
    for way, term in first.items():
        assert term in extractor.concepts(way), way


def test_every_slip_is_mended_and_read_back(slips: Slips) -> None:
    for wrong, *near in rows("slips.txt"):
        slip, _, right = wrong.partition("→")
        beside = near[0].removeprefix("邻近：").split("/")[0] if near else ""
        text = normalise(f"{slip}{beside}怎么办" if not near else f"{beside}的{slip}")
        mended, echoed = slips.mend(text)
        assert right in mended, (slip, mended)
        assert not near or right in echoed


@pytest.mark.parametrize("plain", ["今天天气不错", "带鱼多少钱一斤"])
def test_words_without_a_slip_stay(slips: Slips, plain: str) -> None:
    assert slips.mend(plain) == (plain, ())


@pytest.mark.parametrize(
    "text",
    [
        "老家过年,律师联系不到我会不会撤", "欠着伙计的钱", "执法单位叫我去", "走司法程序", "还没受理", "钓鱼俱乐部租了船",
        "有没有补贴", "船上有个老规矩", "我周末收钓客一天", "责任落谁头上", "他自己去人社报工伤", "把人拖下水",
    ],
)  # fmt: skip
def test_a_part_of_another_word_is_no_slip(slips: Slips, text: str) -> None:
    assert slips.mend(normalise(text)) == (normalise(text), ())
