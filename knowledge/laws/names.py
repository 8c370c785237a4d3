"""What statutes are called: one key for every spelling of a name, and the short names people use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
COUNTRY = "中华人民共和国"
EDITION = re.compile(r"（[^（）]*(?:修订|修正|\d{4}|[〇一二三四五六七八九]{4}年|施行|版)[^（）]*）$")
COURT_WORDS = re.compile(
    "最高人民法院|最高人民检察院|全国人民代表大会常务委员会|关于|适用|若干问题|具体应用|法律|审理|办理|案件|[的、]"
)
LAWLIKE = re.compile(r"(?:法|法典|条例|规定|办法|细则|解释|决定|规则|宪法|通则)(?:[（(].{1,4}[)）])?$")


def short_name(name: str) -> str:
    """The name without 中华人民共和国 and spaces."""
    return re.sub(r"\s+", "", name.replace(COUNTRY, ""))


def key(name: str) -> str:
    """One key for all spellings of a name: no brackets, quotes, spaces, edition or 中华人民共和国."""
    plain = re.sub(r"[\s《》〈〉<>“”\"]", "", name).replace(COUNTRY, "").replace("(", "（").replace(")", "）")
    while found := EDITION.search(plain):
        plain = plain[: found.start()]
    return plain


def loose(name: str) -> str:
    """What is left of an interpretation's long name when its formulas are dropped."""
    return COURT_WORDS.sub("", name)


@cache
def aliases() -> dict[str, str]:
    """海环法 -> 海洋环境保护法: the short names in use, by key."""
    rows = (row.split() for row in (TABLES / "aliases.txt").read_text("utf-8").splitlines() if row.strip())
    return {key(alias): key(row[0]) for row in rows for alias in row[1:]}


class Names:
    """Finds the key of a text by its name, an alias, or the loose name of an interpretation."""

    def __init__(self, names: Iterable[str]) -> None:
        self._known = set(names)
        self._loose: dict[str, str | None] = {}
        for name in sorted(self._known):
            bare = loose(name)
            self._loose[bare] = None if bare in self._loose else name

    def find(self, name: str) -> str | None:
        """The key of the text meant, None when there is none of that name."""
        wanted = key(name)
        if wanted in self._known:
            return wanted
        meant = aliases().get(wanted)
        if meant in self._known:
            return meant
        bare = loose(wanted)
        return self._loose.get(bare) if len(bare) >= 4 else None

    def meant(self, name: str) -> str:
        """The full name behind an alias, else the name."""
        wanted = key(name)
        return wanted if wanted in self._known else aliases().get(wanted, wanted)
