"""Citations as written: 《渔业法》第七十八条第一款｜2025-12-27｜一句摘要｜现行文本待核."""

from __future__ import annotations

import re
from datetime import date

from knowledge.pages import SEPARATOR, Line, Page
from knowledge.types import CHINESE_DIGITS, Citation

NUMERAL = "[零〇一二两三四五六七八九十百千0-9]+"
REFERENCE = re.compile(
    rf"《(?P<law>.+)》第(?P<article>{NUMERAL})条(?:之(?P<suffix>{NUMERAL}))?"
    rf"(?:第(?P<paragraph>{NUMERAL})款)?(?:第?[（(]?(?P<item>{NUMERAL})[）)]?项)?"
)
UNITS = {"十": 10, "百": 100, "千": 1000}
SHAPE = "写成“《渔业法》第七十八条第一款｜2025-12-27｜一句摘要”"


def number(text: str) -> int:
    """一千一百零三 or 1103 -> 1103."""
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for char in text.replace("〇", "零").replace("两", "二"):
        if char in UNITS:
            total += (digit or 1) * UNITS[char]
            digit = 0
        else:
            digit = CHINESE_DIGITS.index(char)
    return total + digit


def read_citations(page: Page) -> tuple[Citation, ...]:
    """All citations of a page; lines that cannot be read are reported."""
    found = (_read_citation(page, line) for line in page.items("依据", needed=True))
    return tuple(citation for citation in found if citation)


def _read_citation(page: Page, line: Line) -> Citation | None:
    columns = [column.strip() for column in line[1].split(SEPARATOR)]
    reference = REFERENCE.fullmatch(columns[0])
    if not reference:
        page.fail(line[0], f"引用看不懂：{columns[0][:30]}", SHAPE)
        return None
    if len(columns) not in (3, 4):
        page.fail(line[0], f"依据要三列或四列，这里有 {len(columns)} 列", SHAPE)
        return None
    try:
        date.fromisoformat(columns[1])
    except ValueError:
        page.fail(line[0], f"版本不是日期：{columns[1]}", "写该文本最近一次公布或修正的日期，如 2025-12-27")
    part = {key: number(text) if text else None for key, text in reference.groupdict().items() if key != "law"}
    return Citation(
        reference["law"], part["article"] or 0, part["suffix"], part["paragraph"], part["item"],
        columns[1], columns[2], columns[3] if len(columns) == 4 else "", line[0],
    )  # fmt: skip
