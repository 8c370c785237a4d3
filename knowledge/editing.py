"""A topic file as text that legal staff change: checked as if it were saved, laid over the file, told apart from it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from knowledge.check import problems_in
from knowledge.content import Content
from knowledge.topics import FAMILIES, read_topic
from knowledge.types import ContentError

Standing = Literal["applied", "merged", "diverged"]
LONGEST = 60_000
_ID = re.compile(rf"(?:{'|'.join(FAMILIES)})-[a-z0-9]+(?:-[a-z0-9]+)*")
BLANK = """---
id: {id}
title: {title}
audience: 渔民
service: svc-legal-consult
checked: {today}
review: {later}
---
## 简答

## 下一步
- 去哪里：
- 带什么：
- 期限：
- 费用：

## 依据

## 相关

## 问法
- {question}
"""


@dataclass(frozen=True)
class Edit:
    """A published text of a file, and the mark of the file it was made from ("" for a new file)."""

    file: str
    body: str
    base: str


def file_of(topic: str) -> str:
    """topics/fm/fm-summer-closure.md; "" for what cannot be the id of a topic."""
    return f"topics/{topic.partition('-')[0]}/{topic}.md" if len(topic) <= 50 and _ID.fullmatch(topic) else ""


def file_text(root: Path, file: str) -> str:
    """The file as it stands, "" when there is none. Line ends do not count."""
    path = root / file
    return tidy(path.read_text("utf-8-sig")) if path.is_file() else ""


def tidy(text: str) -> str:
    """One kind of line end, one at the end."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return plain + "\n" if plain else ""


def mark(text: str) -> str:
    """What tells one text from another; "" for none."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16] if text else ""


def standing(root: Path, edit: Edit) -> Standing:
    """Whether an edit holds: it stands over the file it was made from, it is in the file by now, or the file moved on."""
    now = file_text(root, edit.file)
    if now == edit.body:
        return "merged"
    return "applied" if mark(now) == edit.base else "diverged"


def holding(root: Path, edits: Iterable[Edit]) -> dict[str, str]:
    """The texts to be read in the place of files. Where the file moved on, the file wins."""
    return {edit.file: edit.body for edit in edits if standing(root, edit) == "applied"}


def tried(content: Content, file: str, text: str) -> tuple[Content, list[ContentError]]:
    """The content as it would be with this text in the file, and all that is wrong with the file then."""
    page, topic = read_topic(content.root / file, content.root, text)
    if topic is None:
        return content, page.problems
    others = tuple(error for error in content.problems if error.file != file)
    after = replace(
        content, topics={**content.topics, topic.id: topic}, pages={**content.pages, topic.id: page},
        problems=(*others, *page.problems),
    )  # fmt: skip
    return after, problems_in(after, file)


def blank(topic: str, title: str, question: str, today: date) -> str:
    """A new file to fill in."""
    later = today.replace(year=today.year + 1, day=min(today.day, 28))
    return BLANK.format(id=topic, title=title, question=question, today=today, later=later)


def with_question(text: str, question: str) -> str:
    """The file with one more question at its end; 问法 is made when there is none."""
    head, found, tail = text.partition("\n## 问法\n")
    if not found:
        return tidy(f"{text}\n## 问法\n- {question}")
    own, more, rest = tail.partition("\n## ")
    return tidy(f"{head}{found}{own.rstrip()}\n- {question}\n{more and chr(10) + '## '}{rest}")


def read_again(text: str, today: date) -> str:
    """The file with today as the day it was checked and a review in a year."""
    later = today.replace(year=today.year + 1, day=min(today.day, 28))
    for key, day in (("checked", today), ("review", later)):
        text = re.sub(rf"^{key}:.*$", f"{key}: {day}", text, count=1, flags=re.M)
    return text


def export(root: Path, edits: Iterable[Edit]) -> Mapping[str, Standing]:
    """Write what holds into the files, so that it can be committed; how each edit stood before."""
    found: dict[str, Standing] = {}
    for edit in edits:
        found[edit.file] = standing(root, edit)
        if found[edit.file] == "applied":
            path = root / edit.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(edit.body, "utf-8", newline="\n")
    return found
