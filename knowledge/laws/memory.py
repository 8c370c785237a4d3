"""What a log of answered questions remembers: which articles, chapters and laws answered questions like this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.arrays import Arrays
from knowledge.laws.grams import Counted, Ints, characters, counted, pairs
from knowledge.laws.index import SCALE, Field, Index, inverted, read_field, rows_of
from knowledge.laws.pool import Floats, gather, terms_of
from knowledge.laws.usual import LIKELIEST, read_usual, usual_arrays

NEAREST = 40
NAME, USUAL = "questions", "usual"
LEARNED = (
    "like_article", "likest_article", "like_chapter", "likest_chapter", "like_law", "often_article", "often_chapter",
    "often_law", "usual_article", "usual_chapter", "usual_law",
)  # fmt: skip


def memory_arrays(questions: Sequence[str], answers: Sequence[Sequence[int]], count: int) -> Arrays:
    """The arrays of a memory: normalised questions, and the numbers (below `count`) of the articles that answer each."""
    codes, rows = rows_of(questions)
    both = np.concatenate([pairs(codes), codes[:-1]])
    found = inverted(NAME, both, np.concatenate([rows[:-1], rows[:-1]]), len(questions))
    starts = np.cumsum([0, *(len(one) for one in answers)])
    flat = np.array([number for one in answers for number in one], np.int32)
    usual = usual_arrays(USUAL, questions, answers, count)
    return found | usual | {"answer_start": starts.astype(np.int64), "answer": flat}


@dataclass(frozen=True)
class Near:
    """The nearest questions' answers: documents, and how near each was asked. `usual` is what the words usually lead to."""

    docs: Ints
    weight: NDArray[np.float64]
    total: float
    usual: NDArray[np.float64]


class Memory:
    """A log in use with one index. `doc_of` gives the document of an answer's number, -1 for one that is gone."""

    def __init__(self, arrays: Arrays, index: Index, doc_of: Callable[[Ints], Ints]) -> None:
        self._field: Field = read_field(arrays, NAME)
        self._index = index
        self._start = arrays["answer_start"]
        self._docs = doc_of(arrays["answer"].astype(np.int64))
        self.size = len(self._start) - 1
        self._usual = read_usual(arrays, USUAL)
        self._usual_docs = doc_of(np.arange(self._usual.count))
        known = self._docs[self._docs >= 0]
        self._often = [_share(known, self.size)]
        self._often += [_share(part[known], self.size) for part in (index.chapter, index.law)]

    def near(self, question: str) -> Near:
        """The questions most like a normalised question, each with a nearness up to about 1."""
        codes = characters(question)
        wanted = counted(np.concatenate([pairs(codes), codes]))
        score = gather(terms_of(self._field, wanted), self.size)
        own = self._own(wanted)
        best = np.argsort(-score, kind="stable")[:NEAREST]
        best = best[score[best] > 0]
        counts = self._start[best + 1] - self._start[best]
        rows = (
            np.repeat(self._start[best], counts)
            + np.arange(counts.sum())
            - np.repeat(np.cumsum(counts) - counts, counts)
        )
        docs, weight = self._docs[rows], np.repeat(score[best] / own, counts)
        there = docs >= 0
        usual = np.where(self._usual_docs >= 0, self._usual.score(question), 0.0)
        return Near(docs[there], weight[there], float(((score[best] / own) ** 2).sum()) + 1e-9, usual)

    def candidates(self, near: Near) -> Ints:
        """The documents that are worth a look for what they answered before."""
        best = np.argsort(-near.usual, kind="stable")[:LIKELIEST]
        return np.union1d(near.docs, self._usual_docs[best[near.usual[best] > 0]])

    def _own(self, wanted: Counted) -> float:
        """What the question would score against itself: what it asks in words nobody used makes others less near."""
        times = np.fromiter(wanted.values(), np.float64, len(wanted))
        place = self._field.find(np.fromiter(wanted, np.int64, len(wanted)))
        idf = np.where(place >= 0, self._field.idf[place], np.log(1 + self.size))
        return float((idf * times * SCALE * 128).sum()) + 1e-6

    def features(self, near: Near, docs: Ints) -> Floats:
        """A row of LEARNED for each document."""
        chapter, law = self._index.chapter, self._index.law
        columns: list[Any] = [*_like(near, near.docs, docs), *_like(near, chapter[near.docs], chapter[docs])]
        columns.append(_like(near, law[near.docs], law[docs])[0])
        groups: tuple[NDArray[Any], ...] = (docs, chapter[docs], law[docs])
        columns += [_look(often, group) for often, group in zip(self._often, groups, strict=True)]
        there = self._usual_docs >= 0
        said, worth = self._usual_docs[there], near.usual[there]
        columns += [_look(_best_of(one[said], worth), one[docs]) for one in (np.arange(len(law)), chapter, law)]
        return np.stack(columns, 1).astype(np.float32)


def _best_of(groups: NDArray[Any], worth: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Group -> the most that one of it is worth, as two rows."""
    distinct, number = np.unique(groups, return_inverse=True)
    most = np.zeros(len(distinct))
    np.maximum.at(most, number, worth)
    return distinct, most


def _share(groups: NDArray[Any], size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Group -> share of all questions answered from it, as two rows."""
    distinct, count = np.unique(groups, return_counts=True)
    return distinct, count / max(1, size)


def _look(table: tuple[NDArray[Any], NDArray[Any]], wanted: NDArray[Any]) -> NDArray[Any]:
    keys, values = table
    if not len(keys):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0.0)


def _like(near: Near, have: NDArray[Any], wanted: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each wanted group: its share of the nearest questions' weight, and its nearest question."""
    distinct, number = np.unique(have, return_inverse=True)
    total = np.bincount(number, near.weight**2, len(distinct)) / near.total
    return _look((distinct, total), wanted), _look(_best_of(have, near.weight), wanted)
