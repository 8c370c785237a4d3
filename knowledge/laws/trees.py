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
        columns = np.ascontiguousarray(features.T)
        leaf = np.repeat(np.arange(count, dtype=np.int32)[:, None] * self.value.shape[1], len(features), axis=1)
        for level in range(depth):
            above = columns[self.feature[:, level]] > self.threshold[:, level, None]
            leaf += above.astype(np.int32) << (depth - 1 - level)
        found: Any = self.value.ravel()[leaf].sum(0)
        return np.asarray(found, np.float32)
