"""Which articles, chapters and laws usually answer a question with these words: naive Bayes over a log, every answer the same.

Words are characters and pairs of them. A question's nearest neighbours miss an answer that many questions share a little
with; adding up what each word speaks for finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.arrays import Arrays
from knowledge.laws.grams import Ints, characters, counted, pairs

SMOOTHING = 0.15
MOST_LIFT = 3.0  # an answer with few questions is not blown up beyond this
LIKELIEST = 40  # answers that become candidates


@dataclass(frozen=True)
class Usual:
    """For each word (sorted `keys`) how telling it is, and how much it speaks for each answer it was seen with."""

    keys: Ints
    idf: NDArray[np.float32]
    starts: Ints
    answers: NDArray[np.int32]
    gains: NDArray[np.float32]
    count: int

    def score(self, text: str) -> NDArray[np.float64]:
        """One number for each answer, the best 1; zeros when no word is known."""
        wanted = words(text)
        if not len(self.keys) or not len(wanted):
            return np.zeros(self.count)
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        place = place[self.keys[place] == wanted]
        sizes = self.starts[place + 1] - self.starts[place]
        if not sizes.sum():
            return np.zeros(self.count)
        at = np.arange(sizes.sum()) + np.repeat(self.starts[place] - np.cumsum(sizes) + sizes, sizes)
        spoken = self.gains[at] * np.repeat(self.idf[place], sizes)
        total = np.bincount(self.answers[at], spoken, self.count)
        return np.asarray(total / (total.max() or 1.0))


def words(text: str) -> Ints:
    """The different characters and pairs of a normalised question, as sorted numbers."""
    codes = characters(text)
    singles = np.fromiter(counted(codes), np.int64)
    return np.unique(np.concatenate([-singles, np.fromiter(counted(pairs(codes)), np.int64)]))


def usual_arrays(name: str, questions: Sequence[str], answers: Sequence[Sequence[int]], count: int) -> Arrays:
    """The arrays of a Usual: `answers` are numbers below `count`, one list for each question."""
    rows = [words(question) for question in questions]
    keys, seen = np.unique(np.concatenate(rows or [np.zeros(0, np.int64)]), return_counts=True)
    idf = (np.log((1 + len(rows)) / (1 + seen)) + 1).astype(np.float32)
    table: dict[int, float] = {}
    totals = np.zeros(count)
    for row, given in zip(rows, answers, strict=True):
        place = np.searchsorted(keys, row)
        value = idf[place] / (np.linalg.norm(idf[place]) or 1.0)
        for number in set(given):
            totals[number] += value.sum()
            for cell, worth in zip((place * count + number).tolist(), value.tolist(), strict=True):
                table[cell] = table.get(cell, 0.0) + worth
    cells = np.array(sorted(table), np.int64)
    word, answer = np.divmod(cells, max(1, count))
    mean = totals[totals > 0].mean() if (totals > 0).any() else 1.0
    lift = np.minimum(mean / np.maximum(totals, 1e-9), MOST_LIFT)
    values = np.array([table[cell] for cell in cells.tolist()]) * lift[answer]
    parts: dict[str, Any] = {
        "keys": keys, "idf": idf, "starts": np.searchsorted(word, np.arange(len(keys) + 1)).astype(np.int64),
        "answers": answer.astype(np.int32), "gains": np.log1p(values / SMOOTHING).astype(np.float32),
        "count": np.array([count], np.int64),
    }  # fmt: skip
    return {f"{name}.{part}": array for part, array in parts.items()}


def read_usual(arrays: Arrays, name: str) -> Usual:
    parts: list[Any] = [arrays[f"{name}.{part}"] for part in ("keys", "idf", "starts", "answers", "gains")]
    keys, idf, starts, answers, gains = parts
    return Usual(keys, idf, starts, answers, gains, int(arrays[f"{name}.count"][0]))
