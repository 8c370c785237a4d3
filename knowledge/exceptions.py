"""The one list of texts that are cited although nobody could check that they are still in force, each with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.types import ContentError, Topic

FILE = "unverified.toml"


@dataclass(frozen=True)
class Excepted:
    """Why a text is cited with a caveat: `until` is where our source ends, `read` the day somebody read the text."""

    name: str
    version: str
    reason: str
    until: str
    read: str
    note: str = ""


def read_exceptions(root: Path) -> tuple[Excepted, ...]:
    """The list of a content folder; empty without the file. Raises ValueError with the place of a mistake."""
    path = root / FILE
    if not path.exists():
        return ()
    try:
        groups = tomllib.loads(path.read_text("utf-8-sig")).get("group", [])
        return tuple(
            Excepted(law["name"], law["version"], group["reason"], group["until"], group["read"], law.get("note", ""))
            for group in groups
            for law in group["laws"]
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"格式不对：{error}") from None


def unlisted(root: Path, topics: Mapping[str, Topic]) -> Iterator[ContentError]:
    """Caveats that the list does not explain, and lines of the list that no topic needs any more."""
    try:
        listed = {(one.name, one.version) for one in read_exceptions(root)}
    except ValueError as error:
        yield ContentError(FILE, 1, str(error), "照别的行的样子改")
        return
    used = set()
    for topic in topics.values():
        for one in topic.citations:
            used.add((one.law, one.version))
            if one.caveat and (one.law, one.version) not in listed:
                remedy = f"在 {FILE} 里加一行，写清为什么核不了"
                yield ContentError(topic.path.name, one.line, f"{one.label} 待核，却没有写进例外表", remedy)
    for name, version in sorted(listed - used):
        yield ContentError(FILE, 1, f"《{name}》{version} 没有主题引用", "删掉这一行")
