"""Content in, model out: what speaks for each topic, outside talk and emergency, learned from their questions.

Deterministic: the same content gives the same model, in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
CALM = "calm"
GUIDE_WEIGHT = 0.3
MOST_LIFT = 3.0  # a class with little text is not blown up beyond this: each of its words would weigh too much
SMOOTHING = 0.15  # of a feature's count in a class; fitted on held-out questions
TEMPERATURE = 4.0  # makes the softmax of the scores honest on questions by other hands


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
    calm = (text for emergency in content.emergencies.values() for text in emergency.not_questions)
    return found + [Example(text, CALM, 1.0) for text in calm]


def build_vocabulary(rows: Sequence[Sequence[Keys]]) -> Vocabulary:
    """Features seen in two texts or more."""
    each = [np.unique(np.concatenate(row)) for row in rows]
    keys, counts = np.unique(np.concatenate(each), return_counts=True)
    often = counts > 1
    idf = np.log((1 + len(rows)) / (1 + counts[often])) + 1
    return Vocabulary(keys[often], idf.astype(np.float32), KINDS)


def learn(
    vocabulary: Vocabulary,
    rows: Iterable[Sequence[Keys]],
    labels: Sequence[int],
    weights: Sequence[float],
    classes: int,
) -> tuple[Ids, NDArray[np.int16], Floats]:
    """How much each feature speaks for each class it was seen in: naive Bayes with every class counting the same.

    Classes have very different numbers of questions; scaled towards the same total, a class wins by what it says and
    not by how much was written for it. Smoothing is a constant for every class and is left out, so the table stays sparse.
    """
    found: list[Ids] = []
    values: list[Floats] = []
    for row, label, weight in zip(rows, labels, weights, strict=True):
        ids, value = vocabulary.row(row)
        found.append(ids * classes + label)
        values.append(value * np.float32(weight))
    cells, inverse = np.unique(np.concatenate(found), return_inverse=True)
    counts = np.bincount(inverse, weights=np.concatenate(values))
    features, places = np.divmod(cells, classes)
    totals = np.bincount(places, weights=counts, minlength=classes)
    even = counts * np.minimum(totals.mean() / totals, MOST_LIFT)[places]
    starts = np.searchsorted(features, np.arange(len(vocabulary.keys) + 1))
    return starts, places.astype(np.int16), np.log1p(even / SMOOTHING).astype(np.float32)


def features(content: Content, learned: list[Example]) -> tuple[dict[str, int], list[list[Keys]]]:
    """The dictionary that the examples need, and what each of them shows the ranker."""
    texts = [normalise(example.text) for example in learned]
    rights = [slip.right for slip in content.words.slips]
    frequencies = own_dictionary([*texts, *rights], content.words.lexicon)
    segmenter = Segmenter(frequencies)
    slips = Slips(content.words.slips, segmenter.words)
    extractor = Extractor(segmenter, content.words.lexicon)
    return frequencies, [extractor.keys(slips.mend(text)[0]) for text in texts]


def train(content: Content) -> Model:
    """Learn the model from the content."""
    learned = examples(content)
    frequencies, rows = features(content, learned)
    vocabulary = build_vocabulary(rows)
    classes = tuple(sorted({example.label for example in learned}))
    numbers = {label: place for place, label in enumerate(classes)}
    labels = [numbers[example.label] for example in learned]
    weights = [example.weight for example in learned]
    starts, places, gains = learn(vocabulary, rows, labels, weights, len(classes))
    mark = fingerprint(content.root)
    return Model(classes, vocabulary, starts, places, gains, TEMPERATURE, frequencies, mark)
