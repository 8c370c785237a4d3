"""Reads a statutes.sqlite (laws, articles, meta with `asof`): a corpus somebody else has put together."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from knowledge.laws.importing.texts import Found, SourceError, article

STATUS = {
    "in-force": "current", "not-yet-in-force": "current", "superseded": "old", "repealed": "repealed",
    "flagged-repealed": "flagged",
}  # fmt: skip
UNTIL = re.compile(r"（(\d{4}-\d{2}-\d{2})）$")
GAP = "来源缺这一条的首行，只有后面的文字，引用前请查官方文本"


def read_corpus(path: Path) -> Iterator[Found]:
    """Every text of the corpus, with the status it states."""
    if not path.exists():
        raise SourceError(str(path), "没有这个文件")
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True) as base:
            day = base.execute("select value from meta where key='asof'").fetchone()[0]
            columns = "law_id, name, level, issuer, version, effective, status, repealed_by, note, source"
            for law_id, *row in base.execute(f"select {columns} from laws order by law_id").fetchall():
                query = "select article_label, text, heading from articles where law_id=? order by seq"
                yield _found(row, base.execute(query, (law_id,)).fetchall(), day)
    except sqlite3.DatabaseError as error:
        raise SourceError(str(path), f"不是 statutes.sqlite 的格式（{error}）") from None


def _found(row: list[str], texts: list[tuple[str, str, str]], day: str) -> Found:
    name, level, issuer, version, effective, status, repealed_by, note, source = row
    month = status.removeprefix("unknown-after-")
    checked = f"{month}-28" if month != status else day
    until = UNTIL.search(repealed_by)
    articles = tuple(
        article(label, text, GAP if text.startswith("〔") else "", heading) for label, text, heading in texts
    )
    return Found(
        name, level, issuer, version, effective, checked, STATUS.get(status, "unknown"), source, articles,
        UNTIL.sub("", repealed_by), until[1] if until and status == "repealed" else "", note,
    )  # fmt: skip
