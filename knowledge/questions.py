"""More questions of a topic, beside its page: `questions/<family>/<id>.txt`, one on a line.

The page keeps the questions that legal staff look at. The plain list beside it holds the hundreds that only the matcher
learns from, so that a page stays short enough to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = "questions"


@dataclass(frozen=True)
class Asked:
    """A question and the place where it stands: file name as problems show it, and line."""

    text: str
    file: str
    line: int


def file_for(identity: str) -> str:
    """questions/fm/fm-summer-closure.txt"""
    return f"{FOLDER}/{identity.partition('-')[0]}/{identity}.txt"


def read_questions(root: Path, identity: str) -> tuple[Asked, ...]:
    """The list of a topic; empty without a file. Lines that are empty or begin with # are skipped."""
    name = file_for(identity)
    path = root / name
    if not path.is_file():
        return ()
    rows = enumerate(path.read_text("utf-8-sig", "replace").splitlines(), 1)
    return tuple(Asked(row.strip(), name, line) for line, row in rows if row.strip() and not row.startswith("#"))


def strays(root: Path, known: frozenset[str]) -> Iterator[str]:
    """Files of the folder that belong to no topic in `known`."""
    for path in sorted((root / FOLDER).rglob("*.txt")):
        name = path.relative_to(root).as_posix()
        if path.stem not in known or name != file_for(path.stem):
            yield name
