"""Everything in knowledge/content, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from knowledge.outside import read_emergency, read_outside
from knowledge.pages import Page
from knowledge.topics import read_topic
from knowledge.types import ContentError, Emergency, Outside, Phone, Topic, Words
from knowledge.words import read_words

CONTENT = Path(__file__).parent / "content"
PHONE_KEYS = ("number", "name", "use", "source", "date")


@dataclass(frozen=True)
class Content:
    """The content as read. What could not be read is in `problems`, the rest is usable."""

    root: Path
    topics: Mapping[str, Topic]
    outside: Mapping[str, Outside]
    emergencies: Mapping[str, Emergency]
    phones: Mapping[str, Phone]
    words: Words
    pages: Mapping[str, Page]
    problems: tuple[ContentError, ...]


Thing = TypeVar("Thing", Topic, Outside, Emergency)


def read_content(root: Path = CONTENT) -> Content:
    """Read the whole folder; a bad file never hides the others."""
    problems: list[ContentError] = []
    pages: dict[str, Page] = {}

    def gather(pattern: str, read: Callable[[Path, Path], tuple[Page, Thing | None]]) -> dict[str, Thing]:
        found: dict[str, Thing] = {}
        for path in sorted(root.glob(pattern)):
            page, thing = read(path, root)
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
    return Content(root, topics, outside, emergencies, phones, words, pages, (*problems, *faults))


def read_yearly(root: Path, name: str, problems: list[ContentError]) -> dict[str, object]:
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
