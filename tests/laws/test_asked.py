"""Which messages are nothing but a citation, and what they ask for."""

import time

import pytest

from knowledge.laws import Laws
from knowledge.laws.asked import read


@pytest.mark.parametrize(
    ("text", "law", "articles"),
    [
        ("渔业法78条", "渔业法", ((78, 0),)),
        ("渔业法第七十八条第二款", "渔业法", ((78, 0),)),
        ("《渔业法》第78条", "渔业法", ((78, 0),)),
        ("海洋环境保护法85条现在在哪", "海洋环境保护法", ((85, 0),)),
        ("旧渔业法38条现在是哪条？", "渔业法", ((38, 0),)),
        ("請問漁業法第七十八條", "渔业法", ((78, 0),)),
        ("刑法133条之一", "刑法", ((133, 1),)),
        ("渔业法七十八条、七十九条", "渔业法", ((78, 0), (79, 0))),
        ("查一下 劳动合同法 第 三十 条 内容", "劳动合同法", ((30, 0),)),
        ("渔业法还有效吗", "渔业法", ()),
    ],
)
def test_reads_what_is_asked(text: str, law: str, articles: tuple[tuple[int, int], ...]) -> None:
    asked = read(text)
    assert asked
    assert (asked.law, asked.articles) == (law, articles)


def test_paragraph_item_and_old() -> None:
    asked = read("老渔业法第三十八条第二款第（三）项")
    assert asked
    assert (asked.paragraph, asked.item, asked.old) == (2, 3, True)


@pytest.mark.parametrize(
    "text", ["渔业法2条", "《太空法》第3条", "太空法3条", "海环法2条", "《渔业法》", "渔业法废止了吗"]
)
def test_citations(laws: Laws, text: str) -> None:
    assert laws.is_citation(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "我想问下渔业法78条罚多少钱啊老板",
        "合同还有效吗",
        "我捡到3条鱼",
        "船上有两条缆绳",
        "鱼5条",
        "这个条例",
        "第七十八条",
        "违法吗",
    ],
)
def test_questions_are_not_citations(laws: Laws, text: str) -> None:
    assert not laws.is_citation(text)


@pytest.mark.parametrize(
    "text", ["哪里" * 5000 + "x", "法" * 118, "渔业法1条" + "哪里现在" * 25 + "呵", "第" * 100 + "条", "《" * 110]
)
def test_hostile_text_is_quick(laws: Laws, text: str) -> None:
    began = time.perf_counter()
    laws.is_citation(text)
    assert time.perf_counter() - began < 0.5
