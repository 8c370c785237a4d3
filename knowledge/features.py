"""What a text shows the ranker: character n-grams, sound n-grams, words, lexicon concepts.

Each feature is a 64-bit key: its n-gram mixed into one number with its kind, so that no dictionary of strings
has to be loaded. The vocabulary is a sorted array of keys in the trained model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.pinyin import sound_of, spelled
from knowledge.segment import Segmenter

Keys = NDArray[np.uint64]
UNIT = re.compile(r"[\u3400-\u9fff]|[a-z]+(?: [a-z]+)*|[0-9]+(?:\.[0-9]+)?|.", re.S)
LETTERS = 0x20000
SPELLED = 0x1FFFF
NUMBER = 0x1FFFE
NO_SOUND = 0x1000
MIX = np.uint64(0x9E3779B97F4A7C15)
KINDS = ("c1", "c2", "c3", "cs", "p1", "p2", "p3", "w", "k")


def units(text: str) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The text as two rows of numbers: what is written, and how it sounds. 0 is a break."""
    written: list[int] = []
    heard: list[int] = []
    sound = sound_of()
    for part in UNIT.findall(text):
        if "\u3400" <= part <= "\u9fff":
            written.append(ord(part))
            heard.append(sound.get(part, NO_SOUND))
        elif part[0].isascii() and part[0].isalpha():
            letters, typed = _letters(part)
            written += letters
            heard += typed
        elif part[0].isdecimal():
            written.append(NUMBER)
            heard.append(NUMBER)
        elif not part.isspace():
            written.append(0)
            heard.append(0)
    return np.array(written, np.uint64), np.array(heard, np.uint64)


def _letters(part: str) -> tuple[list[int], list[int]]:
    """Letters are pinyin when all of them together spell it, and otherwise words of their own."""
    typed = list(spelled(part.replace(" ", "")))
    if typed:
        return [SPELLED] * len(typed), typed
    words = part.split(" ")
    return [LETTERS + crc32(word.encode()) % LETTERS for word in words], [NO_SOUND] * len(words)


def _grams(row: NDArray[np.uint64], steps: tuple[int, ...], kind: int) -> Keys:
    """Keys of the n-grams taken at the given offsets, those over a break left out."""
    size = len(row) - steps[-1]
    if size <= 0:
        return np.empty(0, np.uint64)
    key = np.full(size, kind + 1, np.uint64)
    whole = np.ones(size, bool)
    for step in steps:
        part = row[step : step + size]
        key = (key ^ part) * MIX
        key ^= key >> np.uint64(29)
        whole &= (part != 0) & (part != SPELLED) & (part != NO_SOUND)
    return key[whole]


def _words(words: Iterable[str], kind: int) -> Keys:
    hashed = [crc32(word.encode()) | len(word) << 32 | kind << 48 for word in words]
    return np.array(hashed, np.uint64) * MIX


class Extractor:
    """Turns a normalised text into keys, one array for each kind in KINDS."""

    def __init__(self, segmenter: Segmenter, lexicon: Mapping[str, tuple[str, str]]) -> None:
        self._segmenter = segmenter
        self._lexicon = lexicon
        variants = sorted(lexicon, key=len, reverse=True)
        self._variants = re.compile("|".join(map(re.escape, variants)) or r"(?!)")

    def words(self, text: str) -> list[str]:
        return [word for word in self._segmenter.words(text) if len(word) > 1]

    def word_keys(self, words: Iterable[str]) -> Keys:
        """The key of each word."""
        return _words(words, KINDS.index("w"))

    def concepts(self, text: str) -> list[str]:
        """Canonical words and topics that the lexicon sees in the text."""
        found = [self._lexicon[variant] for variant in self._variants.findall(text)]
        return [concept for pair in found for concept in pair]

    def keys(self, text: str) -> list[Keys]:
        written, heard = units(text)
        return [
            _grams(written, (0,), 0), _grams(written, (0, 1), 1), _grams(written, (0, 1, 2), 2),
            _grams(written, (0, 2), 3), _grams(heard, (0,), 4), _grams(heard, (0, 1), 5),
            _grams(heard, (0, 1, 2), 6), _words(self.words(text), 7), _words(self.concepts(text), 8),
        ]  # fmt: skip
