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
FIRST = 500  # found by pairs, weighed by characters
NEAR = 0.25  # what shares less than this part of what the best shares need not be looked at
POOL = 250  # ranked in full
SOUND = 0.5
LAW_TOP, CHAPTER_TOP = 10, 3
LAW, CHAPTER, TEXT = 0.3, 0.2, 0.25  # how much a good law, a good chapter, the chapter's text count
HINT = 0.6  # a word the question only means
NAMED = 1.5  # articles of a law the question names

FEATURES = (
    "pairs", "sounds", "letters", "chapter_text", "title", "base", "covered", "law_best", "chapter_best", "best",
    "length", "law_size", "place", "level", "share",
)  # fmt: skip


@dataclass(frozen=True)
class Pool:
    """Candidates by document number, their untrained score, and a row of FEATURES each."""

    docs: Ints
    score: Floats
    features: Floats


@dataclass(frozen=True)
class Term:
    """A key of the question with its postings."""

    idf: float
    times: float
    docs: NDArray[np.int32]
    weights: NDArray[np.uint8]


class Finder:
    """Finds and describes candidates. `prior` weighs each document, 0 leaves it out."""

    def __init__(self, index: Index, prior: Floats, level: Floats) -> None:
        self._index = index
        self._prior = prior
        self._level = level
        self._slot = np.zeros(len(prior), np.int32)
        self._law_size = np.bincount(index.law)
        self._most = 3000 + len(prior) / 100  # a sound pair in more articles than that says nothing
        self._chapters = int(index.chapter.max(initial=-1)) + 1

    def pool(self, question: str, hint: str = "", boost: Sequence[int] = (), more: Ints | None = None) -> Pool:
        """Candidates for a normalised question, `hint` being legal words for what it says in plain ones.

        Laws in `boost` are named in it; documents in `more` come from elsewhere.
        """
        codes = characters(question)
        written = _with_hint(counted(pairs(codes)), counted(pairs(characters(hint))))
        pair_terms = terms_of(self._index.pairs, written)
        sound_terms = terms_of(self._index.sounds, counted(heard_pairs(codes)), self._most)
        docs, total = self._first(pair_terms, sound_terms, more)
        if not len(docs):
            return Pool(docs, np.zeros(0, np.float32), np.zeros((0, len(FEATURES)), np.float32))
        by_pairs = self._of(pair_terms, docs)
        by_sounds = (total - by_pairs) / np.float32(SOUND)
        by_letters = self._letters(docs, codes)
        weight = self._prior[docs] * np.where(np.isin(self._index.law[docs], boost), NAMED, 1.0)
        base = (total + by_letters) * weight
        kept = _best(base, POOL)
        if more is not None:
            kept = np.union1d(kept, np.flatnonzero(np.isin(docs, more)))
        kept = kept[np.argsort(-base[kept], kind="stable")]
        parts = (by_pairs[kept], by_sounds[kept], by_letters[kept])
        own = sum(term.idf * term.times for term in pair_terms) + 1e-6
        return self._describe(docs[kept], base[kept], parts, written, own)

    def _first(self, pair_terms: list[Term], sound_terms: list[Term], more: Ints | None) -> tuple[Ints, Floats]:
        """The documents that share most with the question by pairs, and how much."""
        score = gather(pair_terms, sound_terms, len(self._prior))
        weighed = score * self._prior
        near = np.flatnonzero(weighed > weighed.max(initial=0.0) * NEAR)
        if len(near) < FIRST:
            near = np.flatnonzero(weighed)
        docs = near[_best(weighed[near], FIRST)]
        if more is not None:
            docs = np.union1d(docs, more[self._prior[more] > 0])
        return docs, score[docs].astype(np.float32)

    def _of(self, terms: list[Term], docs: Ints) -> Floats:
        """What some terms give to these documents."""
        if not terms:
            return np.zeros(len(docs), np.float32)
        self._slot[docs] = np.arange(1, len(docs) + 1)
        slots = self._slot[np.concatenate([term.docs for term in terms])]
        self._slot[docs] = 0
        weights = np.concatenate([term.weights * np.float32(term.idf * term.times * SCALE) for term in terms])
        return np.bincount(slots, weights, len(docs) + 1)[1:].astype(np.float32)

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

    def _describe(self, docs: Ints, base: Floats, parts: tuple[Floats, ...], written: Counted, own: float) -> Pool:
        index = self._index
        chapter = index.chapter[docs]
        text = self._chapter_score(index.chapters, written)[chapter]
        title = self._chapter_score(index.titles, written)[chapter]
        law_best = _group_best(index.law[docs], base, LAW_TOP)
        chapter_best = _group_best(chapter, base, CHAPTER_TOP)
        score = base + LAW * law_best + CHAPTER * chapter_best + TEXT * text * self._prior[docs]
        best = float(base[0]) or 1e-6
        size = self._law_size[index.law[docs]]
        ones = np.ones(len(docs))
        columns = (
            *parts, text, title, base, parts[0] / own, law_best, chapter_best, ones * best / own,
            index.length[docs], size, index.place[docs], self._level[docs], base / best,
        )  # fmt: skip
        return Pool(docs, score.astype(np.float32), np.stack(columns, 1).astype(np.float32))

    def _chapter_score(self, field: Field, written: Counted) -> Floats:
        return gather(terms_of(field, written), [], self._chapters).astype(np.float32)


def _with_hint(asked: Counted, hint: Counted) -> Counted:
    """The keys of both, those only hinted at counting less."""
    new = ~np.isin(hint[0], asked[0])
    return np.concatenate([asked[0], hint[0][new]]), np.concatenate([asked[1], hint[1][new] * HINT])


def terms_of(field: Field, keys: Counted, most: float = np.inf) -> list[Term]:
    """The keys that the field has, those in more than `most` documents left out."""
    distinct, times = keys
    places = field.find(distinct)
    spans = [
        (place, float(n), field.starts[place], field.starts[place + 1])
        for place, n in zip(places, times, strict=True)
        if place >= 0
    ]
    return [
        Term(float(field.idf[place]), n, field.docs[start:end], field.weights[start:end])
        for place, n, start, end in spans
        if end - start <= most
    ]


def gather(written: list[Term], heard: list[Term], count: int) -> NDArray[np.float64]:
    """The sum of all terms for every document; what is only heard counts by SOUND."""
    terms = [(term, 1.0) for term in written] + [(term, SOUND) for term in heard]
    if not terms:
        return np.zeros(count)
    docs = np.concatenate([term.docs for term, _ in terms])
    weights = np.concatenate(
        [term.weights * np.float32(term.idf * term.times * SCALE * share) for term, share in terms]
    )
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
    rank = np.arange(len(group)) - np.searchsorted(sorted_group, sorted_group)
    first = order[rank < top]
    _, number = np.unique(group, return_inverse=True)
    total = np.bincount(number[first], score[first])
    return (total[number] / top).astype(np.float32)
