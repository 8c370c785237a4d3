"""Everything in knowledge/content, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from knowledge.outside import read_emergency, read_outside
from knowledge.pages import Page
from knowledge.topics import read_topic
from knowledge.types import ContentError, Emergency, Outside, Phone, Topic, Words
from knowledge.words import read_words

CONTENT = Path(__file__).parent / "content"
TABLES = ("closures", "offices")
PHONE_KEYS = ("number", "name", "use", "source", "date")


@dataclass(frozen=True)
class Content:
    """The content as read. What could not be read is in `problems`, the rest is usable.

    `edits` are the texts that stood in the place of files, by file name.
    """

    root: Path
    topics: Mapping[str, Topic]
    outside: Mapping[str, Outside]
    emergencies: Mapping[str, Emergency]
    phones: Mapping[str, Phone]
    words: Words
    pages: Mapping[str, Page]
    problems: tuple[ContentError, ...]
    edits: Mapping[str, str] = field(default_factory=dict)


Thing = TypeVar("Thing", Topic, Outside, Emergency)


def read_content(root: Path = CONTENT, edits: Mapping[str, str] | None = None) -> Content:
    """Read the whole folder; a bad file never hides the others. `edits` are read in the place of files, or beside them."""
    changed = {root / name: text for name, text in (edits or {}).items()}
    problems: list[ContentError] = []
    pages: dict[str, Page] = {}

    def gather(pattern: str, read: Callable[[Path, Path, str | None], tuple[Page, Thing | None]]) -> dict[str, Thing]:
        found: dict[str, Thing] = {}
        for path in sorted({*root.glob(pattern), *(path for path in changed if path.match(pattern))}):
            page, thing = read(path, root, changed.get(path))
            if thing and thing.id in pages:
                page.fail(page.line_of("id"), f"id {thing.id} 在 {pages[thing.id].name} 里用过了", "换一个 id")
            elif thing:
                found[thing.id] = thing
                pages[thing.id] = page
            problems.extend(page.problems)
        return found

    topics = gather("topics/*/*.md", read_topic)
    outside = gather("outside/*.md", read_outside)
    emergencies = gather("emergencies/*.md", read_emergency)
    phones = _read_phones(root, problems)
    words, faults = read_words(root)
    return Content(root, topics, outside, emergencies, phones, words, pages, (*problems, *faults), dict(edits or {}))


def read_tables(root: Path) -> dict[str, dict[str, Any]]:
    """The yearly tables other than the telephone numbers; broken ones are empty."""
    return {name: read_yearly(root, name, []) for name in TABLES}


def read_yearly(root: Path, name: str, problems: list[ContentError]) -> dict[str, Any]:
    """One file of `yearly/`; a missing one is empty, a broken one is reported."""
    path = root / "yearly" / f"{name}.toml"
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(ContentError(f"yearly/{name}.toml", 1, f"格式不对：{error}", "照别的条目的样子改"))
        return {}


def _read_phones(root: Path, problems: list[ContentError]) -> dict[str, Phone]:
    phones: dict[str, Phone] = {}
    rows = read_yearly(root, "phones", problems).get("phone", [])
    for place, row in enumerate(rows if isinstance(rows, list) else [], 1):
        missing = [key for key in PHONE_KEYS if not row.get(key)]
        if missing:
            problem = f"第 {place} 个电话缺 {'、'.join(missing)}"
            remedy = "每个电话都写全 number name use source date"
            problems.append(ContentError("yearly/phones.toml", 1, problem, remedy))
        else:
            phone = Phone(*(str(row[key]) for key in PHONE_KEYS))
            phones[phone.number] = phone
    return phones
