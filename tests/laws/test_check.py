"""What a citation is worth, and what changed since it was checked."""

import pytest

from knowledge.laws import Laws
from knowledge.laws.types import Worth
from knowledge.types import Citation


def cited(law: str, article: int, version: str, suffix: int | None = None, paragraph: int | None = None) -> Citation:
    return Citation(law, article, suffix, paragraph, None, version, "摘要", "", 1)


@pytest.mark.parametrize(
    ("citation", "worth", "note"),
    [
        (cited("渔业法", 3, "2025-12-27"), "ok", ""),
        (cited("渔业法", 1, "2013-12-28"), "ok", "这一条没变"),
        (cited("渔业法", 2, "2013-12-28"), "superseded", "旧第二条文字最接近的是第三条"),
        (cited("渔业法", 2, "2004-08-28"), "superseded", "2025-12-27已有新文本"),
        (cited("渔业法", 5, "2013-12-28"), "superseded", "只在2013-12-28的旧文本里有"),
        (cited("渔业法", 99, "2025-12-27"), "missing-article", "没有第九十九条"),
        (cited("渔业法", 3, "2025-12-27", paragraph=4), "missing-article", "只有2款"),
        (cited("渔业法", 3, "2026-12-27"), "unverified", "没法核对"),
        (cited("海洋环境保护法", 2, "2023-10-24"), "repealed", "《生态环境法典》第二条"),
        (cited("农业法", 2, "2026-08-28"), "not-yet", "2027-01-01"),
        (cited("生态环境法典", 1120, "2026-03-12"), "unverified", "首行"),
        (cited("生态环境法典", 100, "2026-03-12"), "unverified", "缺第一百条"),
        (cited("渔港水域交通安全管理条例", 2, "2019-03-02"), "unverified", "截至2019-03"),
        (cited("乡镇企业法", 1, "1996-10-29"), "unverified", "要人核实"),
        (cited("太空法", 1, "2020-01-01"), "missing-law", "没有《太空法》"),
        (cited("象山县渔港管理办法", 1, "2020-01-01"), "unverified", "没有收"),
        (cited("劳动合同法", 3, "2012-12-28", suffix=1), "ok", ""),
    ],
)
def test_verdicts(laws: Laws, citation: Citation, worth: Worth, note: str) -> None:
    verdict = laws.check(citation)
    assert verdict.worth == worth, verdict
    assert note in verdict.note


def test_changed_lists_what_moved_with_both_texts(laws: Laws) -> None:
    good, moved, gone = (
        cited("渔业法", 3, "2025-12-27"),
        cited("渔业法", 2, "2013-12-28"),
        cited("海洋环境保护法", 2, "2023-10-24"),
    )
    changes = laws.changed([good, moved, gone])
    assert [change.citation for change in changes] == [moved, gone]
    first = changes[0]
    assert first.old
    assert first.new
    assert "五万元以下的罚款；" in first.old.text
    assert "二十万元" in first.new.text
