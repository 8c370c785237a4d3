"""Text as numbers for the search: its characters, their pairs, and how pairs sound. Nothing goes over a break."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge.pinyin import sound_of, spelled
from knowledge.text import LONGEST, normalise

Ints = NDArray[np.int64]
Counted = dict[int, float]  # key -> how often it occurs
LATIN = "abcdefghijklmnopqrstuvwxyz0123456789"
CHARS = 1 << 15
SOUNDS = 1 << 10
PIECE = LONGEST // 2
TYPED = re.compile("[a-z]{4,}")


@cache
def _tables() -> tuple[Ints, Ints]:
    """Code point -> number of the character or 0 for a break; number of the character -> its sound or 0."""
    kept = np.zeros(1 << 16, np.int64)
    kept[[ord(char) for char in LATIN]] = np.arange(1, len(LATIN) + 1)
    kept[0x3400:0xA000] = np.arange(0xA000 - 0x3400) + len(LATIN) + 1
    heard = np.zeros(CHARS, np.int64)
    for char, sound in sound_of().items():
        if ord(char) < 1 << 16:
            heard[kept[ord(char)]] = sound
    heard[0] = 0
    return kept, heard


def plain(text: str) -> str:
    """A statute's text made the way questions are, in pieces: those may be cut when too long."""
    return "".join(normalise(text[start : start + PIECE]) for start in range(0, len(text), PIECE))


@cache
def _voices() -> dict[int, str]:
    """sound -> a character that sounds so."""
    return {sound: char for char, sound in reversed(sound_of().items())}


def spoken(text: str) -> str:
    """Pinyin typed in letters as characters that sound so: they are found by ear."""
    return TYPED.sub(lambda run: "".join(_voices()[sound] for sound in spelled(run[0])) or run[0], text)


def characters(text: str) -> Ints:
    """The numbers of the characters of a text, 0 where a run of characters ends."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    found: Ints = _tables()[0][np.where(codes < 1 << 16, codes, 0)]
    return found


def pairs(codes: Ints) -> Ints:
    """Neighbouring characters as one number, 0 over a break. One shorter than the text."""
    left, right = codes[:-1], codes[1:]
    found: Ints = np.where((left > 0) & (right > 0), left * CHARS + right, 0)
    return found


def heard_pairs(codes: Ints) -> Ints:
    """Neighbouring sounds as one number, 0 over a break or where a sound is not known."""
    sounds = _tables()[1][codes]
    left, right = sounds[:-1], sounds[1:]
    found: Ints = np.where((left > 0) & (right > 0), left * SOUNDS + right, 0)
    return found


def counted(keys: Ints) -> Counted:
    """The different keys of a question, breaks left out. A dict: for a few dozen keys it is faster than numpy."""
    found: Counted = {}
    for key in keys.tolist():
        found[key] = found.get(key, 0.0) + 1.0
    found.pop(0, None)
    return found
