"""Small trees of yes/no questions, all of one level the same: learned elsewhere, walked here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trees:
    """Tree t asks of level d: is feature[t, d] above threshold[t, d]? The answers, as bits, choose from value[t]."""

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    value: NDArray[np.float32]

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum over all trees, for each row."""
        count, depth = self.feature.shape
        if not count or not len(features):
            return np.zeros(len(features), np.float32)
        answers = features.T[self.feature.ravel()] > self.threshold.ravel()[:, None]
        bits = (1 << np.arange(depth - 1, -1, -1)).astype(np.int32)
        leaf = np.einsum("tdn,d->tn", answers.reshape(count, depth, -1), bits)
        found: Any = np.take_along_axis(self.value, leaf, 1).sum(0)
        return np.asarray(found, np.float32)
