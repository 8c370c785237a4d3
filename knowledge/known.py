"""Questions somebody has asked before, recognised give or take a character. Only the likely topics are looked at."""

from collections.abc import Iterable, Mapping
from functools import cache

from rapidfuzz import fuzz, process

from knowledge.text import normalise
from knowledge.types import Topic

NEAR = 86.0  # percent of the characters that must agree, in order


class Known:
    """The questions of all topics, read when they are first needed."""

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self._topics = topics
        self._read = cache(self._questions)

    def closest(self, text: str, topics: Iterable[str]) -> tuple[str, float]:
        """The topic among `topics` with the question most like the normalised text, and how like it is; ("", 0.0) if none is near."""
        best, likeness = "", 0.0
        for topic in topics:
            found = process.extractOne(text, self._read(topic), scorer=fuzz.ratio, score_cutoff=NEAR)
            if found and found[1] > likeness:
                best, likeness = topic, found[1]
        return best, likeness

    def _questions(self, topic: str) -> tuple[str, ...]:
        known = self._topics[topic]
        return tuple(normalise(question) for question in (known.title, *known.questions))
