"""Typing as it is, made one way: width, script, case, spaces; and the slips of typing and dictation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from knowledge.types import Slip

TABLES = Path(__file__).parent / "tables"
LONGEST = 1200
NOISE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufe00-\ufe0f\ufeff\x00-\x08\x0b-\x1f\x7f]")
GAP = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
WRITTEN = re.compile(r"[\u3400-\u9fffa-z0-9]")
SENTENCE = re.compile(r"[。！？!?；;\n]+")
BOAT = re.compile(
    r"[浙闽苏鲁沪辽冀津粤桂琼象甬][\u3400-\u9fff]?渔[运冷养休]? ?[0-9]{3,6}号?"
)  # 浙象渔12345, 浙象渔运 1234号
CLAUSE = re.compile(r"[。！？!?；;\n，,、…~]+")


@cache
def _simplified() -> dict[int, str]:
    pairs = (TABLES / "traditional.txt").read_text("utf-8").replace("\n", "")
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}


def normalise(text: str) -> str:
    """Half width, lower case, simplified script, no invisible characters, single spaces; cut at 1,200."""
    if len(text) > LONGEST:
        text = text[: LONGEST * 2 // 3] + "\n" + text[-LONGEST // 3 :]
    text = NOISE.sub("", unicodedata.normalize("NFKC", text)).lower().translate(_simplified())
    return re.sub(r"[ \t\u3000]+", " ", GAP.sub("", text)).strip()


def written(text: str) -> int:
    """How many characters, letters and digits there are: none in emoji, stickers and dots."""
    return len(WRITTEN.findall(text))


def sentences(text: str) -> list[str]:
    """The sentences of a normalised text that hold anything."""
    return [part for part in SENTENCE.split(text) if written(part)]


def clauses(text: str) -> list[str]:
    """The clauses of a normalised text that hold anything."""
    return [part for part in CLAUSE.split(text) if written(part)]


class Slips:
    """Replaces known slips; one with an everyday meaning only beside its words, and says so.

    `words` cuts a text into words: what looks like a slip and begins or ends inside a word (执法单位, 律师联系) is none.
    """

    def __init__(self, slips: Iterable[Slip], words: Callable[[str], list[str]]) -> None:
        self._rights = {slip.wrong: slip for slip in slips}
        self._words = words
        longest_first = sorted(self._rights, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def mend(self, text: str) -> tuple[str, tuple[str, ...]]:
        """The text with slips replaced, and the right words of the doubtful ones.

        The name of a boat, 浙象渔12345, is read as "渔船": it tells whose case it is, not what the case is about.
        """
        doubtful: list[str] = []
        inside = self._inside(text) if self._pattern.search(text) else frozenset()

        def replace(found: re.Match[str]) -> str:
            slip = self._rights[found[0]]
            rest = text[: found.start()] + "\n" + text[found.end() :]
            if found.start() in inside or found.end() in inside:
                return slip.wrong
            if slip.near and not any(word in rest for word in slip.near):
                return slip.wrong
            if slip.near and slip.right not in doubtful:
                doubtful.append(slip.right)
            return slip.right

        return BOAT.sub("渔船", self._pattern.sub(replace, text)), tuple(doubtful)

    def _inside(self, text: str) -> frozenset[int]:
        """The places between two characters of one word."""
        found: list[int] = []
        at = 0
        for word in self._words(text):
            found += range(at + 1, at + len(word))
            at += len(word)
        return frozenset(found)
