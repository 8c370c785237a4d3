"""The learned ranker: a memory of answered questions and trees that know when to trust it. One file beside the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.arrays import Arrays, read_arrays, write_arrays
from knowledge.laws.grams import Ints
from knowledge.laws.index import Index
from knowledge.laws.memory import LEARNED, Memory, memory_arrays
from knowledge.laws.pool import FEATURES, Floats
from knowledge.laws.store import Store
from knowledge.laws.trees import Trees

FILE = "ranker.bin"
FORMAT = 2
Reference = tuple[str, str]  # law key, article label


class References:
    """Finds the documents of articles named by law and label."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index

    def documents(self, references: Sequence[Reference]) -> Ints:
        """The document of each reference in the text that holds today, -1 for one that is gone."""
        ids = np.array([self._article(*one) for one in references], np.int64)
        place = np.minimum(np.searchsorted(self._index.article, ids), max(len(self._index.article) - 1, 0))
        return np.where(self._index.article[place] == ids, place, -1) if len(ids) else ids

    def _article(self, key: str, label: str) -> int:
        law = self._store.current(key)
        return self._store.row(law, label) if law else -1


class Ranker:
    """Scores candidates by what they are like and by what was answered before."""

    def __init__(self, memory: Memory, trees: Sequence[Trees]) -> None:
        self.memory = memory
        self._trees = trees

    @classmethod
    def open(cls, folder: Path, store: Store, index: Index) -> Ranker | None:
        """The ranker in a folder, None when none was learned or it is of another version."""
        if not (folder / FILE).exists():
            return None
        arrays, notes = read_arrays(folder / FILE)
        if notes.get("format") != FORMAT or notes.get("features") != [*FEATURES, *LEARNED]:
            return None
        documents = References(store, index).documents([(key, label) for key, label in notes["references"]])
        forests = [_trees(arrays, n) for n in range(notes["forests"])]
        return cls(Memory(arrays, index, lambda numbers: documents[numbers]), forests)

    def score(self, features: Floats) -> NDArray[np.float32]:
        """The score of candidates described by FEATURES and LEARNED."""
        return np.asarray(sum(trees.score(features) for trees in self._trees), np.float32)


def _trees(arrays: Arrays, n: int) -> Trees:
    return Trees(*(arrays[f"{part}{n}"] for part in ("feature", "threshold", "value")))


def write_ranker(
    folder: Path,
    questions: Sequence[str],
    answers: Sequence[Sequence[int]],
    references: Sequence[Reference],
    trees: Sequence[Trees],
) -> None:
    """Write what was learned. The questions are kept as counts of character pairs only, not as text."""
    arrays = memory_arrays(questions, answers, len(references))
    for n, one in enumerate(trees):
        arrays |= {f"feature{n}": one.feature, f"threshold{n}": one.threshold, f"value{n}": one.value}
    notes: dict[str, Any] = {
        "format": FORMAT, "features": [*FEATURES, *LEARNED], "forests": len(trees), "references": list(references),
    }  # fmt: skip
    write_arrays(folder / FILE, arrays, notes)
