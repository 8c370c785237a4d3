"""Content in, model out: a softmax over all topics, outside talk and emergencies, learned from their questions.

Deterministic: the same content gives the same model. SciPy is needed here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.content import Content
from knowledge.features import Extractor, Keys
from knowledge.fingerprint import fingerprint
from knowledge.model import Floats, Ids, Model, Vocabulary
from knowledge.segment import Segmenter, own_dictionary
from knowledge.text import Slips, normalise
from knowledge.types import Emergency, Outside, Topic

KINDS = (1.5, 1.0, 0.5, 0.0, 0.5, 0.7, 0.3, 0.7, 0.7)
GUIDE_WEIGHT = 0.3
EPOCHS = 7
BATCH = 1024
RATE = 0.1
DECAY = 2e-5
TEMPERATURE = 2.5


@dataclass(frozen=True)
class Example:
    """A text, the class it belongs to, and how much it counts."""

    text: str
    label: str
    weight: float


def guide_texts(topic: Topic) -> list[str]:
    """The lines of a guide that speak for the topic."""
    summaries = [citation.summary for citation in topic.citations]
    lines = [topic.short, topic.self_check, *topic.details, *topic.steps, topic.penalty, *summaries]
    return [line for line in lines if line]


def examples(content: Content) -> list[Example]:
    """Everything there is to learn from."""
    found = []
    for topic in content.topics.values():
        found += [Example(text, topic.id, 1.0) for text in (topic.title, *topic.questions)]
        found += [Example(text, topic.id, GUIDE_WEIGHT) for text in guide_texts(topic)]
    others: tuple[Outside | Emergency, ...] = (*content.outside.values(), *content.emergencies.values())
    for thing in others:
        found += [Example(text, thing.id, 1.0) for text in thing.questions]
    return found


def build_vocabulary(rows: Sequence[Sequence[Keys]]) -> Vocabulary:
    """Features seen in two texts or more."""
    each = [np.unique(np.concatenate(row)) for row in rows]
    keys, counts = np.unique(np.concatenate(each), return_counts=True)
    often = counts > 1
    idf = np.log((1 + len(rows)) / (1 + counts[often])) + 1
    return Vocabulary(keys[often], idf.astype(np.float32), KINDS)


def matrix(vocabulary: Vocabulary, rows: Iterable[Sequence[Keys]]) -> Any:
    """The texts as one sparse matrix."""
    from scipy.sparse import csr_matrix

    ids: list[Ids] = []
    values: list[Floats] = []
    ends = [0]
    for row in rows:
        found, value = vocabulary.row(row)
        ids.append(found)
        values.append(value)
        ends.append(ends[-1] + len(found))
    return csr_matrix((np.concatenate(values), np.concatenate(ids), ends), (len(ends) - 1, len(vocabulary.keys)))


def balanced(weights: Floats, labels: NDArray[np.int64]) -> Floats:
    """Weights scaled so that every class counts the same however many questions it has."""
    mass = np.bincount(labels, weights=weights)
    return np.asarray(weights * (mass.sum() / np.count_nonzero(mass) / mass[labels]), np.float32)


def fit(
    texts: Any, labels: NDArray[np.int64], weights: Floats, classes: int, epochs: int = EPOCHS
) -> tuple[Floats, Floats]:
    """Softmax regression by Adagrad in a fixed random order."""
    from scipy.sparse import csr_matrix

    weight = np.zeros((texts.shape[1], classes), np.float32)
    seen = np.full(weight.shape, 1e-4, np.float32)
    order = np.random.default_rng(0)
    for _ in range(epochs):
        shuffled = order.permutation(texts.shape[0])
        for start in range(0, len(shuffled), BATCH):
            rows = shuffled[start : start + BATCH]
            some = texts[rows]
            ids, places = np.unique(some.indices, return_inverse=True)
            some = csr_matrix((some.data, places, some.indptr), (len(rows), len(ids)))
            part = weight[ids]
            error = softmax(some @ part)
            error[np.arange(len(rows)), labels[rows]] -= 1
            gradient = some.T @ (error * weights[rows, None]) + DECAY * len(rows) * part
            seen[ids] += gradient * gradient
            weight[ids] = part - RATE * gradient / np.sqrt(seen[ids])
    return weight, np.zeros(classes, np.float32)


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)


def train(content: Content) -> Model:
    """Learn the model from the content."""
    learned = examples(content)
    slips = Slips(content.words.slips)
    texts = [slips.mend(normalise(example.text))[0] for example in learned]
    frequencies = own_dictionary(texts, content.words.lexicon)
    extractor = Extractor(Segmenter(frequencies), content.words.lexicon)
    rows = [extractor.keys(text) for text in texts]
    vocabulary = build_vocabulary(rows)
    classes = tuple(sorted({example.label for example in learned}))
    places = {label: place for place, label in enumerate(classes)}
    labels = np.array([places[example.label] for example in learned])
    weights = np.array([example.weight for example in learned], np.float32)
    weights = balanced(weights, labels)
    weight, bias = fit(matrix(vocabulary, rows), labels, weights, len(classes))
    return Model(
        classes, vocabulary, weight.astype(np.float16), bias, TEMPERATURE, frequencies,
        fingerprint(content.root, content.edits),
    )  # fmt: skip
