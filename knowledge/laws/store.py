"""Reads the statutes: every version of a text, its articles, and which version holds on a day."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from knowledge.laws.names import Names, key
from knowledge.laws.schema import VERSION
from knowledge.laws.types import Article, Law, LawArticle, State

BLANK = re.compile(r"[^\u4e00-\u9fff]")
ALIKE = 0.25
SUCCESSOR = re.compile(r"《(.+)》第")


class Store:
    """The texts of one store file, seen from one day."""

    def __init__(self, path: Path, today: date | None) -> None:
        self._base = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.meta = dict(self._base.execute("select key, value from meta"))
        if self.meta.get("schema") != VERSION:
            raise ValueError(f"条文库的格式是 {self.meta.get('schema')}，这里要 {VERSION}，请重新导入")
        self.today = (today or date.fromisoformat(self.meta["day"])).isoformat()
        self.laws = {row[0]: Law(*row) for row in self._base.execute("select * from laws order by id")}
        self._versions: dict[str, list[Law]] = defaultdict(list)
        for law in self.laws.values():
            self._versions[law.key].append(law)
        for versions in self._versions.values():
            versions.sort(key=lambda law: (law.begins, law.version), reverse=True)
        self.names = Names(self._versions)
        self.articles = lru_cache(maxsize=16)(self._articles)

    def versions(self, name: str) -> Sequence[Law]:
        """All versions of a text, newest first; () when there is none of that name."""
        found = self.names.find(name)
        return self._versions[found] if found else ()

    def state(self, law: Law, day: str = "") -> State:
        """Whether a version holds on a day (today unless given)."""
        day = day or self.today
        if law.begins > day:
            return "not-yet"
        if law.until:
            return "repealed" if law.until <= day else "in-force"
        if law.status == "repealed":
            return "repealed"
        newer = [other for other in self._versions[law.key] if law.begins < other.begins <= day]
        if newer or (law.status == "old" and self._versions[law.key][0] is law):
            return "superseded"
        return "unverified" if law.status in ("unknown", "flagged") else "in-force"

    def current(self, name: str, day: str = "") -> Law | None:
        """The version that holds on a day; else the nearest thing to it, newest first."""
        order: dict[State, int] = {"in-force": 0, "unverified": 1, "repealed": 2, "not-yet": 3, "superseded": 4}
        return min(self.versions(name), key=lambda law: order[self.state(law, day)], default=None)

    def former(self, law: Law) -> Law | None:
        """The version before this one, None when it is not at hand."""
        older = [other for other in self._versions[law.key] if other.begins < law.begins and self.size(other)]
        return older[0] if older else None

    def size(self, law: Law) -> int:
        """The highest article number of a version, 0 when it has no articles."""
        return int(self._base.execute("select max(number) from articles where law_id=?", (law.id,)).fetchone()[0] or 0)

    def find(self, law: Law, number: int, suffix: int = 0) -> Article | None:
        """One article of a version."""
        query = (
            "select number, suffix, label, heading, text, note from articles where law_id=? and number=? and suffix=?"
        )
        row = self._base.execute(query, (law.id, number, suffix)).fetchone()
        return Article(*row) if row else None

    def has(self, law: Law, number: int) -> bool:
        """Whether the version has this number at all, with a 之 or without."""
        query = "select 1 from articles where law_id=? and number=? limit 1"
        return self._base.execute(query, (law.id, number)).fetchone() is not None

    def row(self, law: Law, label: str) -> int:
        """The id of an article by its label, -1 when there is none."""
        found = self._base.execute("select id from articles where law_id=? and label=?", (law.id, label)).fetchone()
        return int(found[0]) if found else -1

    def searchable(self) -> Iterator[tuple[int, int, str, str, str]]:
        """(id, law id, label, heading, text) of every article that holds or will hold."""
        query = "select id, law_id, label, heading, text from articles order by id"
        holding = {law.id for law in self.laws.values() if self.state(law) not in ("superseded", "repealed")}
        yield from (row for row in self._base.execute(query) if row[1] in holding)

    def shown(self, law: Law, article: Article) -> LawArticle:
        """An article ready to be shown."""
        return LawArticle(
            law.short,
            article.label,
            article.text,
            law.version,
            law.effective,
            self.state(law),
            law.source,
            article.note,
        )

    def nearest(self, text: str, law: Law, count: int = 1) -> list[tuple[float, Article]]:
        """The articles of a version most alike to a text by wording, best first; none below a quarter."""
        wanted = pairs(text)
        scored = [(alike(wanted, pairs(article.text)), article) for article in self.articles(law.id)]
        best = sorted(scored, key=lambda one: (-one[0], one[1].number))[:count]
        return [one for one in best if one[0] >= ALIKE]

    def successor(self, law: Law) -> Law | None:
        """The text that repealed this one, when it is at hand and holds."""
        found = SUCCESSOR.match(law.repealed_by)
        return self.current(key(found[1])) if found else None

    def _articles(self, law_id: int) -> tuple[Article, ...]:
        query = "select number, suffix, label, heading, text, note from articles where law_id=? order by id"
        return tuple(Article(*row) for row in self._base.execute(query, (law_id,)))


def pairs(text: str) -> set[str]:
    """The neighbouring characters of a text, Chinese only."""
    plain = BLANK.sub("", text)
    return {plain[start : start + 2] for start in range(len(plain) - 1)}


def alike(left: set[str], right: set[str]) -> float:
    """The share of pairs two texts have in common, 0..1."""
    return 2 * len(left & right) / max(1, len(left) + len(right))
