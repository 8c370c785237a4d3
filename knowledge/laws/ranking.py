"""From a question to the articles in force that fit it best."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.index import Index, open_index
from knowledge.laws.names import aliases
from knowledge.laws.pool import Finder, Pool
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

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
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
        """The ranking of a store, None when the store has no index."""
        index = open_index(folder, store.meta["fingerprint"])
        return cls(store, index) if index else None

    def pool(self, question: str, more: NDArray[np.int64] | None = None) -> Pool:
        """All candidates for a question, untrained."""
        text = POLITE.sub(" ", normalise(question))
        return self._finder.pool(text, self.named(text), more)

    def named(self, text: str) -> list[int]:
        """The laws a text names, by id."""
        ends = [found.end() for found in NAME_END.finditer(text)]
        spans = (text[max(0, end - size) : end] for end in ends for size in range(3, LONGEST_NAME))
        return sorted({self._named[span] for span in spans if span in self._named})

    def order(self, question: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Documents and scores, best first."""
        pool = self.pool(question)
        best = np.lexsort((pool.docs, -pool.score))
        return pool.docs[best], pool.score[best]

    def search(self, question: str, limit: int) -> list[Hit]:
        """The best articles with their text."""
        docs, scores = self.order(question)
        ids = [int(self.index.article[doc]) for doc in docs[:limit]]
        rows = self._store.rows(ids)
        found = [(self._store.laws[rows[n][0]].short, *rows[n][1:]) for n in ids]
        return [
            Hit(law, label, round(float(score), 4), text)
            for (law, label, text), score in zip(found, scores, strict=False)
        ]
