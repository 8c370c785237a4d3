"""Differences between two texts, ready to be shown: by character side by side, by line one under the other. Pure."""

from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 2  # unchanged lines shown around a change


@dataclass(frozen=True)
class Piece:
    """Part of a text; `kind` is same, old, new, or gap for what is left out."""

    kind: str
    text: str


def side_by_side(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut into what they share and what is their own."""
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if b > a:
            left.append(Piece("same" if kind == "equal" else "old", old[a:b]))
        if d > c:
            right.append(Piece("same" if kind == "equal" else "new", new[c:d]))
    return left, right


def by_line(old: str, new: str) -> list[Piece]:
    """The lines that differ, with a little around them."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Piece] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND):
        if found:
            found.append(Piece("gap", "⋯"))
        for kind, a, b, c, d in group:
            if kind == "equal":
                found += [Piece("same", line) for line in before[a:b]]
            else:
                found += [Piece("old", line) for line in before[a:b]]
                found += [Piece("new", line) for line in after[c:d]]
    return found
