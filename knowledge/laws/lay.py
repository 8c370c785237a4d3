"""What people say and what statutes say: 老板 -> 用人单位. The words are data: tables/lay.txt."""

from __future__ import annotations

import re
from functools import cache

from knowledge.laws.names import TABLES


@cache
def _words() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    rows = (row.split("|") for row in (TABLES / "lay.txt").read_text("utf-8").splitlines() if "|" in row)
    found: dict[str, tuple[str, ...]] = {}
    for said, meant in rows:
        found |= {word: (*found.get(word, ()), *meant.split()) for word in said.split()}
    longest_first = sorted(found, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), found


def hint(question: str) -> str:
    """The legal words for the plain words of a normalised question, apart; "" when there are none."""
    pattern, meant = _words()
    words = (word for said in pattern.findall(question) for word in meant[said])
    return " ".join(dict.fromkeys(word for word in words if word not in question))
