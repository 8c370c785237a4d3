"""The lexicon of the trade and the slips of typing and dictation."""

from __future__ import annotations

from pathlib import Path

from knowledge.pages import SEPARATOR
from knowledge.types import ContentError, Slip, Words

ARROW = "→"
NEAR = "邻近："


def read_words(content: Path) -> tuple[Words, list[ContentError]]:
    """Both word lists; missing files are empty lists."""
    problems: list[ContentError] = []
    lexicon: dict[str, tuple[str, str]] = {}
    for line, text in _lines(content / "words" / "lexicon.txt"):
        _read_row(lexicon, problems, line, text)
    slips = [_read_slip(problems, line, text) for line, text in _lines(content / "words" / "slips.txt")]
    return Words(lexicon, tuple(slip for slip in slips if slip)), problems


def _lines(path: Path) -> list[tuple[int, str]]:
    if not path.exists():
        return []
    rows = enumerate(path.read_text("utf-8-sig").splitlines(), 1)
    return [(line, text.strip()) for line, text in rows if text.strip() and not text.startswith("#")]


def _read_row(lexicon: dict[str, tuple[str, str]], problems: list[ContentError], line: int, text: str) -> None:
    columns = [column.strip() for column in text.split(SEPARATOR)]
    if len(columns) != 3:
        problems.append(ContentError("words/lexicon.txt", line, "这一行不是三列", "写成“口语/口语｜规范词｜主题id”"))
        return
    for variant in columns[0].split("/"):
        if variant.strip():
            lexicon.setdefault(variant.strip(), (columns[1], columns[2]))


def _read_slip(problems: list[ContentError], line: int, text: str) -> Slip | None:
    change, _, condition = text.partition(SEPARATOR)
    wrong, arrow, right = (part.strip() for part in change.partition(ARROW))
    near = condition.strip().removeprefix(NEAR)
    if not (wrong and arrow and right) or (condition and not condition.strip().startswith(NEAR)):
        problems.append(ContentError("words/slips.txt", line, "这一行看不懂", "写成“错→对”，或“错→对｜邻近：词/词”"))
        return None
    return Slip(wrong, right, tuple(word.strip() for word in near.split("/") if word.strip()))
