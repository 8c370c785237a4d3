"""The search index of a store: BM25 weights of character pairs, sound pairs and characters, one byte each.

Pairs are kept by term (who has this pair?), characters by article (what has this article?): the few hundred
articles that share rare pairs with a question are found by the first and weighed by the second. `has` holds a
character's number and, in the last byte, its weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.arrays import Arrays, read_arrays, write_arrays
from knowledge.laws.grams import Ints, characters, heard_pairs, pairs, plain
from knowledge.laws.store import Store

FORMAT = 5
K1 = 1.0
B = 0.75
SCALE = (K1 + 1) / 255


@dataclass(frozen=True)
class Field:
    """An inverted field: sorted `keys`, where the postings of each begin, and the postings."""

    keys: NDArray[np.uint32]
    starts: NDArray[np.int64]
    docs: NDArray[np.int32]
    weights: NDArray[np.uint8]
    idf: NDArray[np.float32]

    def find(self, wanted: Ints) -> Ints:
        """Where the wanted keys stand, -1 for those that are not there."""
        if not len(self.keys):
            return np.full(len(wanted), -1, np.int64)
        place = np.minimum(np.searchsorted(self.keys, wanted.astype(np.uint32)), len(self.keys) - 1)
        return np.where(self.keys[place] == wanted, place, -1)

    def sizes(self, places: Ints) -> Ints:
        """How many documents have the keys at these places, 0 for those not there."""
        if not len(self.keys):
            return np.zeros(len(places), np.int64)
        return np.where(places >= 0, self.starts[places + 1] - self.starts[places], 0)


@dataclass(frozen=True)
class Index:
    """All fields of a store. `article` is each document's article id, `law` and `chapter` what it belongs to."""

    pairs: Field
    sounds: Field
    letters: NDArray[np.uint16]
    letter_idf: NDArray[np.float32]
    has_start: NDArray[np.int64]
    has: NDArray[np.uint32]
    article: NDArray[np.int32]
    law: NDArray[np.int32]
    chapter: NDArray[np.int32]
    length: NDArray[np.int32]
    place: NDArray[np.float32]
    shown: NDArray[np.uint8]
    shown_start: NDArray[np.int64]

    def text(self, doc: int) -> tuple[str, str]:
        """The label and text of a document, as the store has them."""
        raw = self.shown[self.shown_start[doc] : self.shown_start[doc + 1]].tobytes()
        label, _, text = raw.decode().partition("\n")
        return label, text


def index_path(folder: Path, fingerprint: str) -> Path:
    return folder / f"laws-{fingerprint}.index"


def build_index(folder: Path, store: Store) -> Path:
    """Write the index of a store beside it and drop older ones."""
    path = index_path(folder, store.meta["fingerprint"])
    names = {law.id: law.short for law in store.laws.values()}
    write_arrays(path, index_texts(list(store.searchable()), names), {"format": FORMAT})
    for other in folder.glob("laws-*.index"):
        if other != path:
            other.unlink()
    return path


def open_index(folder: Path, fingerprint: str) -> Index | None:
    """The index of this very store, None when there is none."""
    path = index_path(folder, fingerprint)
    if not path.exists():
        return None
    arrays, notes = read_arrays(path)
    if notes.get("format") != FORMAT:
        return None
    parts: dict[str, Any] = {name: array for name, array in arrays.items() if "." not in name}
    parts |= {name: read_field(arrays, name) for name in ("pairs", "sounds")}
    return Index(**parts)


def read_field(arrays: Arrays, name: str) -> Field:
    return Field(*(arrays[f"{name}.{part}"] for part in ("keys", "starts", "docs", "weights", "idf")))


def index_texts(texts: Sequence[tuple[int, int, str, str, str]], names: dict[int, str]) -> Arrays:
    """(article id, law id, label, heading, text) -> the arrays of an index."""
    law = np.array([row[1] for row in texts], np.int32)
    chapters: dict[tuple[int, str], int] = {}
    chapter = np.array([chapters.setdefault((row[1], row[3]), len(chapters)) for row in texts], np.int32)
    codes, docs = rows_of(f"{names[row[1]]} {row[3]} {row[4]}" for row in texts)
    count = len(texts)
    found: Arrays = {}
    found |= inverted("pairs", pairs(codes), docs[:-1], count)
    found |= inverted("sounds", heard_pairs(codes), docs[:-1], count)
    found |= _forward(codes, docs, count)
    shown = [f"{row[2]}\n{row[4]}".encode() for row in texts]
    position = np.arange(count) - np.searchsorted(law, law)
    return found | {
        "article": np.array([row[0] for row in texts], np.int32),
        "law": law,
        "chapter": chapter,
        "length": np.array([len(row[4]) for row in texts], np.int32),
        "shown": np.frombuffer(b"".join(shown), np.uint8),
        "shown_start": np.cumsum([0, *map(len, shown)]).astype(np.int64),
        "place": (position / np.bincount(law)[law]).astype(np.float32),
    }


def rows_of(texts: Iterable[str]) -> tuple[Ints, Ints]:
    """All texts as one row of characters with breaks between, and which text each stands in."""
    rows = [np.append(characters(plain(text)), 0) for text in texts]
    sizes = [len(row) for row in rows]
    return np.concatenate(rows or [np.zeros(1, np.int64)]), np.repeat(np.arange(len(rows)), sizes)


def _tally(keys: Ints, docs: Ints, count: int) -> tuple[Ints, Ints, Any]:
    """(key, document, BM25 weight as a byte) of every key in every document, by key, then by document."""
    kept = keys > 0
    both, times = np.unique(keys[kept] << 32 | docs[kept].astype(np.int64), return_counts=True)
    doc = both & 0xFFFFFFFF
    sizes = np.bincount(docs[kept], minlength=count).astype(np.float32)
    norm = K1 * (1 - B + B * sizes / max(1.0, float(sizes.mean())))
    weight = times * (K1 + 1) / (times + norm[doc])
    return both >> 32, doc, np.clip(np.rint(weight / SCALE), 1, 255).astype(np.uint8)


def idf_of(frequency: NDArray[Any], count: int) -> NDArray[np.float32]:
    return np.log(1 + (count - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def inverted(name: str, keys: Ints, docs: Ints, count: int) -> Arrays:
    """The arrays of a Field from keys and the document of each."""
    key, doc, weight = _tally(keys, docs, count)
    distinct, starts = np.unique(key, return_index=True)
    starts = np.append(starts, len(key)).astype(np.int64)
    parts = (distinct.astype(np.uint32), starts, doc.astype(np.int32), weight, idf_of(np.diff(starts), count))
    return {
        f"{name}.{part}": array for part, array in zip(("keys", "starts", "docs", "weights", "idf"), parts, strict=True)
    }


def _forward(codes: Ints, docs: Ints, count: int) -> Arrays:
    key, doc, weight = _tally(codes, docs, count)
    letters, letter = np.unique(key, return_inverse=True)
    order = np.lexsort((letter, doc))
    starts = np.searchsorted(doc[order], np.arange(count + 1))
    return {
        "letters": letters.astype(np.uint16),
        "letter_idf": idf_of(np.bincount(letter, minlength=len(letters)), count),
        "has_start": starts.astype(np.int64),
        "has": (letter[order] << 8 | weight[order]).astype(np.uint32),
    }
