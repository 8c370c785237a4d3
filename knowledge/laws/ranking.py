"""From a question to the articles in force that fit it best."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from knowledge.laws.grams import Ints, spoken
from knowledge.laws.index import Index, open_index
from knowledge.laws.lay import hint
from knowledge.laws.memory import Memory
from knowledge.laws.names import aliases
from knowledge.laws.pool import Finder, Floats
from knowledge.laws.ranker import Ranker
from knowledge.laws.store import Store
from knowledge.laws.types import Hit
from knowledge.text import normalise

# Higher law first where the words fit equally well; local rules last: most questions are not about them.
PRIOR = {"宪法": 1.3, "法律": 1.3, "司法解释": 1.15, "行政法规": 1.0, "部门规章": 0.95, "地方性法规": 0.85}
OTHER = 0.8
LEVEL = {"宪法": 3.0, "法律": 3.0, "司法解释": 2.0, "行政法规": 1.0}
POLITE = re.compile(
    "请问一下|请问|您好|你好|谢谢|麻烦|各位|大家|律师|想问一下|问一下|咨询一下|咨询|帮忙看看|在线等|急急急|求助|求解答"
)
NAME_END = re.compile("法|典|例|定|则|释")
LONGEST_NAME = 30


class Ranking:
    """A search index with the store it belongs to."""

    def __init__(self, store: Store, index: Index, ranker: Ranker | None = None) -> None:
        self._store = store
        self._ranker = ranker
        self.index = index
        laws = store.laws
        holds = {n for n, law in laws.items() if store.state(law) in ("in-force", "unverified")}
        size = max(laws, default=0) + 1
        prior, level = np.zeros(size, np.float32), np.zeros(size, np.float32)
        for n, law in laws.items():
            prior[n] = PRIOR.get(law.level, OTHER) * (n in holds)
            level[n] = LEVEL.get(law.level, 0.0)
        self._finder = Finder(index, prior[index.law], level[index.law])
        known = {law.key: n for n, law in laws.items() if n in holds and len(law.key) > 2}
        self._named = {alias: known[key] for alias, key in aliases().items() if key in known and len(alias) > 2} | known

    @classmethod
    def open(cls, folder: Path, store: Store) -> Ranking | None:
        """The ranking of a store with what was learned for it, None when the store has no index."""
        index = open_index(folder, store.meta["fingerprint"])
        return cls(store, index, Ranker.open(folder, store, index)) if index else None

    def clean(self, question: str) -> str:
        """A question as typed without what only politeness put there, pinyin as characters."""
        return spoken(POLITE.sub(" ", normalise(question)))

    def described(self, text: str, memory: Memory) -> tuple[Ints, Floats]:
        """The candidates for a clean question, and all that is known of each."""
        near = memory.near(text)
        pool = self._finder.pool(text, hint(text), self.named(text), memory.candidates(near))
        return pool.docs, np.hstack([self._finder.features(pool, text), memory.features(near, pool.docs)])

    def untrained(self, text: str) -> tuple[Ints, Floats]:
        """Documents and scores by the words alone, best first."""
        pool = self._finder.pool(text, hint(text), self.named(text))
        return _sorted(pool.docs, pool.score)

    def order(self, question: str) -> tuple[Ints, Floats]:
        """Documents and scores for a question as typed, best first."""
        text = self.clean(question)
        if self._ranker is None:
            return self.untrained(text)
        docs, features = self.described(text, self._ranker.memory)
        return _sorted(docs, self._ranker.score(features))

    def named(self, text: str) -> list[int]:
        """The laws a text names, by id."""
        ends = [found.end() for found in NAME_END.finditer(text)]
        spans = (text[max(0, end - size) : end] for end in ends for size in range(3, LONGEST_NAME))
        return sorted({self._named[span] for span in spans if span in self._named})

    def search(self, question: str, limit: int) -> list[Hit]:
        """The best articles with their text."""
        docs, scores = self.order(question)
        return [self._hit(int(doc), float(score)) for doc, score in zip(docs[:limit], scores[:limit], strict=True)]

    def _hit(self, doc: int, score: float) -> Hit:
        label, text = self.index.text(doc)
        return Hit(self._store.laws[int(self.index.law[doc])].short, label, round(score, 4), text)


def _sorted(docs: Ints, score: Floats) -> tuple[Ints, Floats]:
    best = np.argsort(-score, kind="stable")
    return docs[best], score[best]
