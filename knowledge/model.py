"""The trained ranker: arrays on disk, mapped into memory, and one sum over the features of each question.

For each feature it knows the classes it was seen in and how much it speaks for them (`gains`, from `starts[f]` to
`starts[f + 1]`, for the classes in `labels`); a class it was never seen in gets nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.features import Keys

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
ARRAYS = ("keys", "idf", "starts", "labels", "gains")


@dataclass(frozen=True)
class Vocabulary:
    """The features the ranker knows: sorted keys and how telling each is."""

    keys: Keys
    idf: Floats
    kinds: tuple[float, ...]

    def row(self, keys: Sequence[Keys]) -> tuple[Ids, Floats]:
        """The known features of a text and their values, of length one together."""
        found = np.concatenate(keys)
        if not len(found):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        weights = np.repeat(np.array(self.kinds, np.float32), [len(part) for part in keys])
        unique, first, counts = np.unique(found, return_index=True, return_counts=True)
        places = np.minimum(np.searchsorted(self.keys, unique), len(self.keys) - 1)
        known = (self.keys[places] == unique) & (weights[first] > 0)
        ids = places[known]
        value = (weights[first][known] * self.idf[ids] * (1 + np.log(counts[known]))).astype(np.float32)
        return ids, value / np.float32(np.linalg.norm(value) or 1.0)


@dataclass(frozen=True)
class Model:
    """What scripts/train makes: classes, vocabulary, weights, and the words to cut with."""

    classes: tuple[str, ...]
    vocabulary: Vocabulary
    starts: Ids
    labels: NDArray[np.int16]
    gains: Floats
    temperature: float
    frequencies: dict[str, int]
    fingerprint: str

    def logits(self, ids: Ids, values: Floats) -> Floats:
        """One score for each class; a softmax of them is calibrated."""
        begins, counts = self.starts[ids], self.starts[ids + 1] - self.starts[ids]
        if not counts.sum():
            return np.zeros(len(self.classes), np.float32)
        shift = np.repeat(begins - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        places = np.arange(counts.sum()) + shift
        spoken = self.gains[places] * np.repeat(values, counts)
        scores = np.bincount(self.labels[places], weights=spoken, minlength=len(self.classes))
        return np.asarray(scores * self.temperature, np.float32)

    def gains_for(self, keys: Keys, label: int) -> list[float]:
        """How much each feature speaks for a class; 0 for one that is unknown or was not seen in it."""
        places = np.minimum(np.searchsorted(self.vocabulary.keys, keys), len(self.vocabulary.keys) - 1)
        return [
            self._gain(place, label) if self.vocabulary.keys[place] == key else 0.0
            for key, place in zip(keys, places.tolist(), strict=True)
        ]

    def _gain(self, feature: int, label: int) -> float:
        part = slice(int(self.starts[feature]), int(self.starts[feature + 1]))
        return float(self.gains[part][self.labels[part] == label].sum())

    def save(self, folder: Path) -> None:
        """Write the folder beside and swap it in, so that no process maps half a model."""
        fresh = Path(mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
        self._write(fresh)
        fresh.chmod(0o755)
        old = folder.with_name(fresh.name + "-old")
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    def _write(self, folder: Path) -> None:
        arrays: tuple[NDArray[Any], ...] = (
            self.vocabulary.keys,
            self.vocabulary.idf,
            self.starts,
            self.labels,
            self.gains,
        )
        for name, array in zip(ARRAYS, arrays, strict=True):
            np.save(folder / f"{name}.npy", array)
        words = "\n".join(f"{word} {count}" for word, count in self.frequencies.items())
        (folder / "words.txt").write_text(words, "utf-8")
        meta = {
            "classes": self.classes, "kinds": self.vocabulary.kinds, "temperature": self.temperature,
            "fingerprint": self.fingerprint,
        }  # fmt: skip
        (folder / "meta.json").write_text(json.dumps(meta), "utf-8")


def stored_fingerprint(folder: Path) -> str:
    """The fingerprint of the model in the folder; empty when there is none."""
    try:
        return str(json.loads((folder / "meta.json").read_text("utf-8"))["fingerprint"])
    except (OSError, ValueError, KeyError):
        return ""


def _mapped(path: Path) -> NDArray[Any]:
    """A plain array over the mapped file: numpy's memmap class makes every look-up several times slower."""
    return np.asarray(np.load(path, mmap_mode="r").view(np.ndarray))


def load_model(folder: Path) -> Model:
    """Map the model in the folder."""
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    keys, idf, starts, labels, gains = (_mapped(folder / f"{name}.npy") for name in ARRAYS)
    rows = (row.rpartition(" ") for row in (folder / "words.txt").read_text("utf-8").split("\n"))
    frequencies = {word: int(count) for word, _, count in rows}
    vocabulary = Vocabulary(keys, idf, tuple(meta["kinds"]))
    return Model(
        tuple(meta["classes"]), vocabulary, starts, labels, gains, meta["temperature"], frequencies, meta["fingerprint"]
    )
