"""The few hundred articles that may answer a question, and what speaks for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge.laws.grams import Counted, Ints, characters, counted, heard_pairs, pairs
from knowledge.laws.index import SCALE, Field, Index

Floats = NDArray[np.float32]
FIRST = 220  # found by pairs, weighed by characters
NEAR = 0.15  # what shares less than this part of what the best shares need not be looked at …
FEW = 50  # … unless there is hardly anything
SOUND = 0.5
RARE = 10  # a pair in fewer articles may be a slip: then its sound is looked for too
SURE = 8  # so many terms are always looked for, the rarest
LAW_TOP, CHAPTER_TOP = 10, 3
LAW, CHAPTER = 0.3, 0.2  # how much a good law, a good chapter count
READ = 60  # candidates whose text is read through: twice as many rank no better and take twice as long
HINT = 0.6  # a word the question only means
NAMED = 1.5  # articles of a law the question names

FEATURES = (
    "base", "letters", "covered", "law_best", "chapter_best", "best", "share", "length", "law_size", "place", "level",
    "phrase", "asked",
)  # fmt: skip


@dataclass(frozen=True)
class Pool:
    """Candidates by document number, best words first, their untrained score, and what it was made of.

    `own` is what the whole question is worth.
    """

    docs: Ints
    score: Floats
    own: float = 0.0
    parts: tuple[Floats, ...] = ()


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
        self._common = 3500 + len(prior) / 100  # a pair in more articles than that only costs time

    def pool(self, question: str, hint: str = "", boost: Sequence[int] = (), more: Ints | None = None) -> Pool:
        """Candidates for a normalised question, `hint` being legal words for what it says in plain ones.

        Laws in `boost` are named in it; documents in `more` come from elsewhere.
        """
        codes = characters(question)
        terms = self._terms(codes, characters(hint))
        docs, shared = self._first(terms, more)
        if not len(docs):
            return Pool(docs, np.zeros(0, np.float32))
        letters = self._letters(docs, codes)
        base = (shared + letters) * self._prior[docs]
        if boost:
            base *= np.where(np.isin(self._index.law[docs], boost), np.float32(NAMED), np.float32(1))
        kept = np.argsort(-base, kind="stable")
        own = sum(term.worth for term in terms) + 1e-6
        return self._describe(docs[kept], base[kept], letters[kept], shared[kept] / own, own)

    def _terms(self, codes: Ints, hint: Ints) -> list[Term]:
        """What to look for: pairs as written, pairs as hinted, and the sound of pairs that nobody writes."""
        written = pairs(codes)
        wanted = dict.fromkeys(pairs(hint).tolist(), HINT) | counted(written)
        wanted.pop(0, None)
        keys = np.fromiter(wanted, np.int64, len(wanted))
        places = self._index.pairs.find(keys)
        terms = terms_at(self._index.pairs, places, np.fromiter(wanted.values(), np.float64, len(wanted)))
        rare = set(keys[self._index.pairs.sizes(places) < RARE].tolist())
        if rare:
            both = zip(written.tolist(), heard_pairs(codes).tolist(), strict=True)
            terms += terms_of(
                self._index.sounds, dict.fromkeys((heard for pair, heard in both if pair in rare and heard), SOUND)
            )
        terms.sort(key=lambda term: len(term.docs))
        return terms[:SURE] + [term for term in terms[SURE:] if len(term.docs) <= self._common]

    def _first(self, terms: list[Term], more: Ints | None) -> tuple[Ints, Floats]:
        """The documents that share most with the question, and how much."""
        score = gather(terms, len(self._prior))
        near = np.flatnonzero(score > score.max(initial=0.0) * NEAR)
        if len(near) < FEW:
            near = np.flatnonzero(score)
        near = near[self._prior[near] > 0]
        docs = near[_best(score[near] * self._prior[near], FIRST)]
        if more is not None:
            docs = np.union1d(docs, more[self._prior[more] > 0])
        return docs, score[docs].astype(np.float32)

    def _letters(self, docs: Ints, codes: Ints) -> Floats:
        """What the single characters of the question give to each document."""
        index = self._index
        asked = counted(codes)
        keys = np.fromiter(asked, np.int64, len(asked))
        place = np.minimum(np.searchsorted(index.letters, keys), max(len(index.letters) - 1, 0))
        known = index.letters[place] == keys
        place, times = place[known], np.fromiter(asked.values(), np.float32, len(asked))[known]
        worth = np.zeros(len(index.letters), np.float32)
        worth[place] = index.letter_idf[place] * times * np.float32(SCALE)
        starts = index.has_start[docs]
        sizes = index.has_start[docs + 1] - starts
        ends = np.cumsum(sizes)
        has = index.has[np.arange(ends[-1]) + np.repeat(starts - ends + sizes, sizes)]
        each = worth[has >> 8] * (has & 255).astype(np.float32)
        return np.add.reduceat(each, ends - sizes).astype(np.float32)

    def _describe(self, docs: Ints, base: Floats, letters: Floats, covered: Floats, own: float) -> Pool:
        index = self._index
        law_best = _group_best(index.law[docs], base, LAW_TOP)
        chapter_best = _group_best(index.chapter[docs], base, CHAPTER_TOP)
        score = base + LAW * law_best + CHAPTER * chapter_best
        return Pool(docs, score.astype(np.float32), own, (base, letters, covered, law_best, chapter_best))

    def features(self, pool: Pool, question: str) -> Floats:
        """A row of FEATURES for each candidate for a normalised question."""
        index, docs = self._index, pool.docs
        if not len(docs):
            return np.zeros((0, len(FEATURES)), np.float32)
        base = pool.parts[0]
        best = float(base[0]) or 1e-6
        columns = (
            *pool.parts, np.full(len(docs), best / pool.own), base / best,
            index.length[docs], self._law_size[index.law[docs]], index.place[docs], self._level[docs],
            self._phrases(docs, question), np.full(len(docs), len(question)),
        )  # fmt: skip
        return np.stack(columns, 1).astype(np.float32)

    def _phrases(self, docs: Ints, question: str) -> NDArray[np.float64]:
        """How much of the question stands in one piece of each of the first candidates, of 100."""
        found = np.zeros(len(docs))
        for place, doc in enumerate(docs[:READ].tolist()):
            found[place] = fuzz.partial_ratio(question, self._index.text(doc)[1])
        return found


def terms_of(field: Field, keys: Counted) -> list[Term]:
    """The keys that the field has, with their postings."""
    places = field.find(np.fromiter(keys, np.int64, len(keys)))
    return terms_at(field, places, np.fromiter(keys.values(), np.float64, len(keys)))


def terms_at(field: Field, places: Ints, times: NDArray[np.float64]) -> list[Term]:
    """The terms at some places of a field, -1 being none."""
    known = places >= 0
    places = places[known]
    worth = field.idf[places] * times[known]
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
    grouped = group[order]
    opens = np.empty(len(group), bool)
    opens[0], opens[1:] = True, grouped[1:] != grouped[:-1]
    number = np.cumsum(opens) - 1
    rank = np.arange(len(group)) - np.flatnonzero(opens)[number]
    total = np.bincount(number, score[order] * (rank < top)) / top
    found = np.empty(len(group), np.float32)
    found[order] = total[number]
    return found
