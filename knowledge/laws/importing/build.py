"""Puts the texts of several sources together: versions side by side, repeal clauses carried out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from knowledge.laws.importing.texts import Found
from knowledge.laws.names import key, short_name
from knowledge.laws.schema import write_store
from knowledge.laws.store import Store
from knowledge.laws.types import Article, Law

ORDER = {"宪法": 0, "法律": 1, "立法解释": 2, "修正案": 3, "修改决定": 4, "行政法规": 5, "司法解释": 6, "部门规章": 7}
ENDS = re.compile(r"同时废止|同时停止施行|即行废止|自行失效|予以废止")
NAMED = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》")
SENTENCE = re.compile(r"(?<=[。；])")
LAST = 6  # a repeal clause stands in the last articles


@dataclass(frozen=True)
class Report:
    """What an import brought: names of new texts, new versions, replaced ones, and what could not be helped."""

    texts: int
    articles: int
    new: tuple[str, ...]
    newer: tuple[str, ...]
    replaced: tuple[str, ...]
    gaps: tuple[str, ...]


def merge(stored: Iterable[Found], fresh: Iterable[Found]) -> tuple[list[Found], Report]:
    """Stored and fresh texts together; a fresh one replaces a stored one of the same name and version."""
    kept = {(key(one.name), one.version): one for one in stored}
    known = {name for name, _ in kept}
    new: list[str] = []
    newer: list[str] = []
    replaced: list[str] = []
    for one in fresh:
        place = (key(one.name), one.version)
        title = f"《{short_name(one.name)}》{one.version}"
        if place in kept and not (kept[place].articles and not one.articles):
            if kept[place].articles != one.articles:
                replaced.append(title)
        else:
            (newer if place[0] in known else new).append(title)
        kept[place] = one
    found = carry_out_repeals(sorted(kept.values(), key=_place))
    gaps = [gap for one in found for gap in missing_numbers(one)]
    count = sum(len(one.articles) for one in found)
    return found, Report(len(found), count, tuple(new), tuple(newer), tuple(replaced), tuple(gaps))


def _place(one: Found) -> tuple[int, str, str, str]:
    return ORDER.get(one.level, 8), key(one.name), one.version, one.source


def missing_numbers(one: Found) -> Iterator[str]:
    """Articles of a text that its source skips or spoils."""
    numbers = [article.number for article in one.articles if article.number]
    for before, after in pairwise(numbers):
        if after > before + 1:
            span = f"第{before + 1}条" if after == before + 2 else f"第{before + 1}至{after - 1}条"
            yield f"《{short_name(one.name)}》{one.version}缺{span}"
    yield from (
        f"《{short_name(one.name)}》{article.label}：{article.note}" for article in one.articles if article.note
    )


def carry_out_repeals(texts: list[Found]) -> list[Found]:
    """Marks what a later text repeals; a text known by such a clause only is kept as a name without articles."""
    clauses: dict[str, tuple[str, str, str, str]] = {}
    for one in texts:
        if one.status in ("current", "unknown") and one.level != "立法解释":
            for name, label in repeal_clauses(one):
                begins = max(one.effective, one.version)
                old = clauses.get(key(name))
                if key(name) != key(one.name) and (not old or begins > old[2]):
                    clauses[key(name)] = (name, f"《{short_name(one.name)}》{label}", begins, one.source)
    done = [_repealed(one, clauses.get(key(one.name))) for one in texts]
    names = {key(one.name) for one in texts}
    only = [clause for place, clause in sorted(clauses.items()) if place not in names and len(place) >= 3]
    return done + [
        Found(name, "", "", "", "", begins, "repealed", source, (), by, begins, "只有名称，没有条文")
        for name, by, begins, source in only
    ]


def repeal_clauses(one: Found) -> Iterator[tuple[str, str]]:
    """(name, article) of the texts that this one repeals by its own words."""
    for article in one.articles[-LAST:]:
        for sentence in SENTENCE.split(article.text):
            end = ENDS.search(sentence)
            if end:
                yield from ((name, article.label) for name in NAMED.findall(sentence[: end.start()]))


def _repealed(one: Found, clause: tuple[str, str, str, str] | None) -> Found:
    sure = one.status == "current" and clause is not None and clause[2] <= one.checked  # the source knew, and keeps it
    if clause and not one.repealed_by and not sure and one.version <= clause[2]:
        status = "old" if one.status == "old" else "repealed"
        return replace(one, status=status, repealed_by=clause[1], until=clause[2] if status == "repealed" else "")
    return (
        replace(one, status="flagged") if one.status == "repealed" and not one.repealed_by and _doubtful(one) else one
    )


def _doubtful(one: Found) -> bool:
    """A source's own flag without a clause that repeals the text is not taken as certain."""
    return one.level in ("法律", "宪法")


def stored_texts(store: Store) -> Iterator[Found]:
    """What a store holds, as texts to be merged again."""
    for law in store.laws.values():
        yield Found(
            law.name, law.level, law.issuer, law.version, law.effective, law.checked, law.status, law.source,
            store.articles(law.id), law.repealed_by, law.until, law.note,
        )  # fmt: skip


def write(path: Path, texts: Iterable[Found], day: str, national: bool) -> str:
    """Write the store; `day` is the day it is seen from when nobody says another."""
    rows: list[tuple[Law, tuple[Article, ...]]] = []
    for n, one in enumerate(texts, 1):
        law = Law(
            n, one.name, short_name(one.name), key(one.name), one.level, one.issuer, one.version, one.effective,
            one.checked, one.until, one.status, one.repealed_by, one.note, one.source,
        )  # fmt: skip
        rows.append((law, one.articles))
    return write_store(path, rows, {"day": day, "national": "whole" if national else ""})
