"""Finding articles for a question by its words."""

from datetime import date
from pathlib import Path

import pytest

from bot.laws import laws_command
from knowledge.laws import Laws
from knowledge.laws.index import index_path
from knowledge.laws.lay import hint


def first(laws: Laws, question: str) -> tuple[str, str]:
    hit = laws.search(question, 1)[0]
    return hit.law, hit.article_label


@pytest.mark.parametrize(
    ("question", "law", "label"),
    [
        ("禁渔期偷捕会不会没收渔具", "渔业法", "第三条"),
        ("請問禁漁期偷捕會不會沒收漁具", "渔业法", "第三条"),
        ("船东拖欠船员工资怎么办", "劳动合同法", "第一条"),
        ("船东拖千船圆公资怎么办", "劳动合同法", "第一条"),
        ("jinyuqi hui moshou yuju ma", "渔业法", "第三条"),
        ("试用期最长几个月", "劳动合同法", "第三条之一"),
        ("老板不给我交社会保险费", "劳动合同法", "第二条"),
        ("生态环境法典对船舶污染物怎么说", "生态环境法典", "第二条"),
    ],
)
def test_finds(laws: Laws, question: str, law: str, label: str) -> None:
    assert first(laws, question) == (law, label)


def test_only_what_holds_is_found(laws: Laws, folder: Path) -> None:
    found = {hit.law for hit in laws.search("船舶修造拆解单位污染物接收设施海洋环境保护", 50)}
    assert "生态环境法典" in found
    assert "海洋环境保护法" not in found
    assert not [hit for hit in laws.search("深远海养殖享受补贴", 50) if "补贴" in hit.text]
    later = Laws.open(folder, date(2027, 1, 1))
    assert later
    assert first(later, "深远海养殖享受补贴") == ("农业法", "第二条")
    assert "国家扶持水产养殖" not in later.search("国家扶持水产养殖", 5)[0].text


def test_scores_fall_and_the_limit_holds(laws: Laws) -> None:
    hits = laws.search("船舶进出渔港", 3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert laws.search("船舶进出渔港", 0) == []


@pytest.mark.parametrize(
    "question",
    ["", " ", "鱼", "🐟🐟", "？？？", "\x00\ud800", "abc", "𠮷𠮷𠮷", "的" * 100_000, "'; drop table laws; --"],
)
def test_any_text_is_answered(laws: Laws, question: str) -> None:
    assert isinstance(laws.search(question), list)


def test_without_its_index_nothing_is_found_but_articles_are(laws: Laws, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "laws.sqlite").write_bytes((folder / "laws.sqlite").read_bytes())
    bare = Laws.open(tmp_path)
    assert bare
    assert bare.search("禁渔期") == []
    assert bare.article("渔业法", 3)
    index_path(tmp_path, bare.store.meta["fingerprint"]).write_bytes(b"YXFARR1\n" + b"\0" * 100)
    with pytest.raises(ValueError):
        Laws.open(tmp_path)


def test_a_line_in_a_line_out(laws: Laws) -> None:
    lines = [
        '{"id": 7, "query": "试用期最长几个月"}',
        "nonsense",
        "",
        '{"id": "b", "query": "", "limit": 3}',
        "[]",
        '{"id": 1, "query": 5}',
    ]
    found = list(laws_command(lines, laws))
    assert len(found) == len(lines)
    assert found[0].startswith('{"id": 7, "laws": [{"law": "劳动合同法", "article": "第三条之一", "score": ')
    assert found[3] == '{"id": "b", "laws": []}'
    assert all('"error": "要写成' in found[n] for n in (1, 2, 4, 5))


def test_plain_words_lead_to_legal_ones(laws: Laws) -> None:
    assert hint("老板不给交五险怎么办") == "用人单位 社会保险 社会保险费"
    assert hint("社会保险费") == ""
    assert first(laws, "五险没给上") == ("劳动合同法", "第二条")
