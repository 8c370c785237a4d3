"""The few hundred articles that may answer a question, and what speaks for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.grams import Counted, Ints, characters, counted, heard_pairs, pairs
from knowledge.laws.index import SCALE, Field, Index

Floats = NDArray[np.float32]
FIRST = 400  # found by pairs, weighed by characters
NEAR = 0.25  # what shares less than this part of what the best shares need not be looked at
POOL = 250  # ranked in full
SOUND = 0.5
RARE = 10  # a pair in fewer articles may be a slip: then its sound is looked for too
SURE = 8  # so many terms are always looked for, the rarest
LAW_TOP, CHAPTER_TOP = 10, 3
LAW, CHAPTER = 0.3, 0.2  # how much a good law, a good chapter count
HINT = 0.6  # a word the question only means
NAMED = 1.5  # articles of a law the question names

FEATURES = (
    "base", "letters", "covered", "law_best", "chapter_best", "best", "share", "length", "law_size", "place", "level",
)  # fmt: skip


@dataclass(frozen=True)
class Pool:
    """Candidates by document number, their untrained score, and a row of FEATURES each."""

    docs: Ints
    score: Floats
    features: Floats


@dataclass(frozen=True, slots=True)
class Term:
    """A key of the question: what it is worth, and its postings."""

    worth: float
    docs: NDArray[np.int32]
    weights: NDArray[np.uint8]


class Finder:
    """Finds and describes candidates. `prior` weighs each document, 0 leaves it out."""

    def __init__(self, index: Index, prior: Floats, level: Floats) -> None:
        self._index = index
        self._prior = prior
        self._level = level
        self._law_size = np.bincount(index.law)
        self._common = 3000 + len(prior) / 50  # a pair in more articles than that only costs time

    def pool(self, question: str, hint: str = "", boost: Sequence[int] = (), more: Ints | None = None) -> Pool:
        """Candidates for a normalised question, `hint` being legal words for what it says in plain ones.

        Laws in `boost` are named in it; documents in `more` come from elsewhere.
        """
        codes = characters(question)
        terms = self._terms(codes, characters(hint))
        docs, shared = self._first(terms, more)
        if not len(docs):
            return Pool(docs, np.zeros(0, np.float32), np.zeros((0, len(FEATURES)), np.float32))
        letters = self._letters(docs, codes)
        weight = self._prior[docs] * np.where(np.isin(self._index.law[docs], boost), NAMED, 1.0)
        base = (shared + letters) * weight
        kept = _best(base, POOL)
        if more is not None:
            kept = np.union1d(kept, np.flatnonzero(np.isin(docs, more)))
        kept = kept[np.argsort(-base[kept], kind="stable")]
        own = sum(term.worth for term in terms) + 1e-6
        return self._describe(docs[kept], base[kept], letters[kept], shared[kept] / own, own)

    def _terms(self, codes: Ints, hint: Ints) -> list[Term]:
        """What to look for: pairs as written, pairs as hinted, and the sound of pairs that nobody writes."""
        written = pairs(codes)
        places = self._index.pairs.find(written)
        sounds = np.where(self._index.pairs.sizes(places) < RARE, heard_pairs(codes), 0)
        terms = terms_of(self._index.pairs, _with_hint(counted(written), counted(pairs(hint))))
        terms += terms_of(self._index.sounds, counted(sounds), SOUND)
        terms.sort(key=lambda term: len(term.docs))
        return terms[:SURE] + [term for term in terms[SURE:] if len(term.docs) <= self._common]

    def _first(self, terms: list[Term], more: Ints | None) -> tuple[Ints, Floats]:
        """The documents that share most with the question, and how much."""
        score = gather(terms, len(self._prior))
        near = np.flatnonzero(score > score.max(initial=0.0) * NEAR)
        if len(near) < FIRST:
            near = np.flatnonzero(score)
        near = near[self._prior[near] > 0]
        docs = near[_best(score[near] * self._prior[near], FIRST)]
        if more is not None:
            docs = np.union1d(docs, more[self._prior[more] > 0])
        return docs, score[docs].astype(np.float32)

    def _letters(self, docs: Ints, codes: Ints) -> Floats:
        """What the single characters of the question give to each document."""
        index = self._index
        keys, times = counted(codes)
        place = np.minimum(np.searchsorted(index.letters, keys), max(len(index.letters) - 1, 0))
        known = index.letters[place] == keys
        worth = np.zeros(len(index.letters), np.float32)
        worth[place[known]] = index.letter_idf[place[known]] * times[known] * np.float32(SCALE)
        starts = index.has_start[docs]
        sizes = index.has_start[docs + 1] - starts
        ends = np.cumsum(sizes)
        rows = np.arange(ends[-1]) + np.repeat(starts - ends + sizes, sizes)
        each = worth[index.has[rows]] * index.has_weight[rows]
        return np.add.reduceat(each, ends - sizes).astype(np.float32)

    def _describe(self, docs: Ints, base: Floats, letters: Floats, covered: Floats, own: float) -> Pool:
        index = self._index
        law_best = _group_best(index.law[docs], base, LAW_TOP)
        chapter_best = _group_best(index.chapter[docs], base, CHAPTER_TOP)
        score = base + LAW * law_best + CHAPTER * chapter_best
        best = float(base[0]) or 1e-6
        columns = (
            base, letters, covered, law_best, chapter_best, np.full(len(docs), best / own), base / best,
            index.length[docs], self._law_size[index.law[docs]], index.place[docs], self._level[docs],
        )  # fmt: skip
        return Pool(docs, score.astype(np.float32), np.stack(columns, 1).astype(np.float32))


def _with_hint(asked: Counted, hint: Counted) -> Counted:
    """The keys of both, those only hinted at counting less."""
    new = ~np.isin(hint[0], asked[0])
    return np.concatenate([asked[0], hint[0][new]]), np.concatenate([asked[1], hint[1][new] * HINT])


def terms_of(field: Field, keys: Counted, share: float = 1.0) -> list[Term]:
    """The keys that the field has, with their postings."""
    distinct, times = keys
    places = field.find(distinct)
    known = places >= 0
    places, worth = places[known], times[known] * share
    worth = worth * field.idf[places]
    spans = zip(worth.tolist(), field.starts[places].tolist(), field.starts[places + 1].tolist(), strict=True)
    return [Term(each, field.docs[start:end], field.weights[start:end]) for each, start, end in spans]


def gather(terms: list[Term], count: int) -> NDArray[np.float64]:
    """The sum of all terms for every document."""
    if not terms:
        return np.zeros(count)
    docs = np.concatenate([term.docs for term in terms])
    sizes = [len(term.docs) for term in terms]
    worth = np.repeat(np.array([term.worth for term in terms], np.float32) * np.float32(SCALE), sizes)
    weights = np.concatenate([term.weights for term in terms]) * worth
    return np.bincount(docs, weights, count).astype(np.float64, copy=False)


def _best(score: NDArray[Any], count: int) -> Ints:
    """Where the highest scores stand, in no order."""
    if len(score) <= count:
        return np.arange(len(score))
    return np.argpartition(-score, count - 1)[:count]


def _group_best(group: NDArray[np.int32], score: Floats, top: int) -> Floats:
    """For each candidate the mean of its group's best; `score` falls."""
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    starts = np.flatnonzero(np.append(True, sorted_group[1:] != sorted_group[:-1]))
    sizes = np.diff(np.append(starts, len(group)))
    number = np.repeat(np.arange(len(starts)), sizes)
    first = np.arange(len(group)) - starts[number] < top
    total = np.bincount(number[first], score[order][first], len(starts)) / top
    found = np.empty(len(group), np.float32)
    found[order] = total[number]
    return found
