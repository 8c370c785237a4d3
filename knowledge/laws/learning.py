"""Learns a ranker from a log of questions and the articles that answered them; measures it on questions it has not seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.boosting import Plan, learn
from knowledge.laws.grams import Ints
from knowledge.laws.memory import Memory, memory_arrays
from knowledge.laws.names import key
from knowledge.laws.pool import FEATURES, Floats
from knowledge.laws.ranker import Ranker, Reference, References, write_ranker
from knowledge.laws.ranking import Ranking
from knowledge.laws.store import Store
from knowledge.laws.trees import Trees

FOLDS = 5
HARD, EVERY = 80, 5  # wrong articles to learn from: the first 80, and one in five of the rest
FORESTS = 3
PLAN = Plan()


@dataclass(frozen=True)
class Logged:
    """A question and the articles that answered it."""

    query: str
    answers: tuple[Reference, ...]


def read_log(lines: Iterable[str], name: str) -> list[Logged]:
    """{"query", "relevant": [{"law", "article_label"}]} a line. ValueError names the file and the line that is wrong."""
    found = []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            answers = tuple((key(one["law"]), one["article_label"]) for one in row["relevant"])
            found.append(Logged(row["query"], tuple(dict.fromkeys(answers))))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(
                f'{name}:{n}：要写成 {{"query": …, "relevant": [{{"law": …, "article_label": …}}]}}'
            ) from None
    return found


class Lesson:
    """A log as numbers: for each question its text and the documents that answer it."""

    def __init__(self, logged: Sequence[Logged], store: Store, ranking: Ranking) -> None:
        self.references = sorted({one for question in logged for one in question.answers})
        number = {one: n for n, one in enumerate(self.references)}
        self._documents = References(store, ranking.index).documents(self.references)
        self._ranking = ranking
        self.answers = [[number[one] for one in question.answers] for question in logged]
        self.texts = [ranking.clean(question.query) for question in logged]
        self.right = [set(self._documents[numbers].tolist()) - {-1} for numbers in self.answers]
        self.usable = [n for n, right in enumerate(self.right) if right]

    def memory(self, questions: Sequence[int]) -> Memory:
        """What these questions alone remember."""
        texts, answers = [self.texts[n] for n in questions], [self.answers[n] for n in questions]
        arrays = memory_arrays(texts, answers, len(self.references))
        return Memory(arrays, self._ranking.index, lambda numbers: self._documents[numbers])

    def rows(self, question: int, memory: Memory) -> tuple[Ints, Floats]:
        """The candidates of a question with all their features."""
        return self._ranking.described(self.texts[question], memory)

    def learn(self, questions: Sequence[int], plan: Plan = PLAN) -> list[Trees]:
        """Trees from these questions, each described by what the others remember."""
        taken: list[tuple[Floats, NDArray[np.bool_]]] = []
        for part in folds(questions):
            memory = self.memory([n for n in questions if n not in set(part)])
            taken += [self._lesson(*self.rows(n, memory), self.right[n]) for n in part]
        taken = [one for one in taken if one[1].any() and not one[1].all()]
        if not taken:
            raise ValueError("记录里没有一条能在条文库里找到，学不了")
        features = np.concatenate([one[0] for one in taken])
        right = np.concatenate([one[1] for one in taken])
        sizes = np.array([len(one[1]) for one in taken])
        return [learn(features, right, sizes, replace(plan, seed=seed)) for seed in range(FORESTS)]

    @staticmethod
    def _lesson(docs: Ints, features: Floats, right: set[int]) -> tuple[Floats, NDArray[np.bool_]]:
        is_right = np.isin(docs, list(right))
        remembered = features[:, len(FEATURES)] > 0
        order = np.argsort(np.argsort(-features[:, FEATURES.index("base")], kind="stable"))
        kept = is_right | remembered | (order < HARD) | (order % EVERY == 0)
        return features[kept], is_right[kept]


def folds(questions: Sequence[int]) -> list[list[int]]:
    """The questions dealt into parts, always the same way."""
    mixed = np.random.default_rng(len(questions)).permutation(len(questions))
    return [[questions[n] for n in part] for part in np.array_split(mixed, FOLDS)]


@dataclass(frozen=True)
class Quality:
    """Mean reciprocal rank in the first ten; share of right articles in the first ten and hundred."""

    questions: int
    mrr: float
    ten: float
    hundred: float


def quality(orders: Sequence[Sequence[int]], right: Sequence[set[int]]) -> Quality:
    """How good some orders of documents are."""
    first, ten, hundred = 0.0, 0.0, 0.0
    for order, wanted in zip(orders, right, strict=True):
        hits = [n for n, doc in enumerate(order[:100]) if doc in wanted]
        first += 1 / (hits[0] + 1) if hits and hits[0] < 10 else 0
        ten += sum(n < 10 for n in hits) / len(wanted)
        hundred += len(hits) / len(wanted)
    count = max(1, len(orders))
    return Quality(len(orders), first / count, ten / count, hundred / count)


def cross_validated(lesson: Lesson, plan: Plan = PLAN) -> Quality:
    """The quality on questions that were left out of everything the ranker was learned from."""
    orders, right = [], []
    for part in folds(lesson.usable):
        others = [n for n in lesson.usable if n not in set(part)]
        ranker = Ranker(lesson.memory(others), lesson.learn(others, plan))
        for n in part:
            docs, features = lesson.rows(n, ranker.memory)
            orders.append(docs[np.argsort(-ranker.score(features), kind="stable")].tolist())
            right.append(lesson.right[n])
    return quality(orders, right)


def untrained(lesson: Lesson, ranking: Ranking) -> Quality:
    """The quality without anything learned."""
    plain = [ranking.untrained(lesson.texts[n])[0].tolist() for n in lesson.usable]
    return quality(plain, [lesson.right[n] for n in lesson.usable])


def teach(folder: Path, lesson: Lesson) -> None:
    """Learn from the whole log and keep it beside the store."""
    trees = lesson.learn(lesson.usable)
    write_ranker(folder, lesson.texts, lesson.answers, lesson.references, trees)
