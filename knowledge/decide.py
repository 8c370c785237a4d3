"""From a message to a decision. Emergencies first; sure answers; unsure asks; the rest is refused politely."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from knowledge.alarm import Alarm, afterwards
from knowledge.content import Content
from knowledge.features import Extractor
from knowledge.model import Floats, Model
from knowledge.segment import Segmenter
from knowledge.text import Slips, clauses, normalise, sentences, written
from knowledge.types import Action, Context, Decision, Emergency, Match, Outside, Why

BEST = 5
ANSWER = 0.4
GAP = 0.1
FLOOR = 0.12
ALARM = 0.5
ALARM_WITH_TRIGGER = 0.02
SECOND = 0.5
SHORT = 12
CONTEXT_BOOST = 2.0
RELATED_BOOST = 1.0
LEADS = re.compile(
    "^(那|还有|要是|如果|假如|不是|我是|我不是|可是|但是|这个|这种|多少|几|为什么|怎么|什么时候)|(呢|吗|伐)[?？]?$"
)


@dataclass(frozen=True)
class Seen:
    """A message after reading: the mended text, what was mended with doubt, a probability for each class."""

    text: str
    doubtful: tuple[str, ...]
    chances: Floats


class Decider:
    """Holds the model and the content, and applies the rules in order."""

    def __init__(self, content: Content, model: Model) -> None:
        self._content = content
        self._model = model
        self._slips = Slips(content.words.slips)
        self._extractor = Extractor(Segmenter(model.frequencies), content.words.lexicon)
        self._alarm = Alarm(content.emergencies.values())
        self._places = {label: place for place, label in enumerate(model.classes)}
        self._topics = [place for label, place in self._places.items() if label in content.topics]

    def decide(self, text: str, context: Context | None = None) -> Decision:
        """What to do with a message, and why."""
        seen = self._see(text)
        if not written(seen.text):
            return self._decision(seen, "smalltalk", "empty")
        return self._emergency(seen) or self._ordinary(self._in_context(seen, context))

    def _see(self, text: str) -> Seen:
        mended, doubtful = self._slips.mend(normalise(text))
        return Seen(mended, doubtful, _softmax(self._logits(mended)))

    def _logits(self, text: str) -> Floats:
        return self._model.logits(*self._model.vocabulary.row(self._extractor.keys(text)))

    def _in_context(self, seen: Seen, context: Context | None) -> Seen:
        """A short follow-up is read together with the question before it and leans to the topic at hand."""
        if not context or context.topic_id not in self._places or not self._leans(seen):
            return seen
        logits = self._logits(normalise(context.last_query) + "\n" + seen.text).copy()
        logits[self._places[context.topic_id]] += CONTEXT_BOOST
        for related in self._content.topics[context.topic_id].related:
            if related in self._places:
                logits[self._places[related]] += RELATED_BOOST
        return Seen(seen.text, seen.doubtful, _softmax(logits))

    def _leans(self, seen: Seen) -> bool:
        short = written(seen.text) <= SHORT
        return short and (bool(LEADS.search(seen.text)) or self._best(seen)[0].score < ANSWER)

    def _emergency(self, seen: Seen) -> Decision | None:
        found = self._alarm.triggered(seen.text)
        best, chance = self._likeliest(seen, self._content.emergencies)
        late = afterwards(seen.text)
        if found and not late:
            return self._decision(seen, "emergency", f"trigger {found[1]}", emergency=found[0])
        if best and chance >= ALARM and not late:
            return self._decision(seen, "emergency", "ranker", emergency=self._content.emergencies[best])
        return None

    def _likeliest(self, seen: Seen, among: object) -> tuple[str, float]:
        """The likeliest class among some ids, and the chance of all of them together."""
        ids = [(label, place) for label, place in self._places.items() if label in among]  # type: ignore[operator]
        if not ids:
            return "", 0.0
        best = max(ids, key=lambda pair: float(seen.chances[pair[1]]))
        return best[0], float(sum(seen.chances[place] for _, place in ids))

    def _best(self, seen: Seen) -> list[Match]:
        places = sorted(self._topics, key=lambda place: -float(seen.chances[place]))[:BEST]
        return [Match(self._model.classes[place], float(seen.chances[place]), "") for place in places]

    def _ordinary(self, seen: Seen) -> Decision:
        best = self._best(seen)
        outside, mass = self._likeliest(seen, self._content.outside)
        if not best or (outside and mass > max(0.5, best[0].score)):
            return self._outside(seen, self._content.outside[outside])
        if best[0].score >= ANSWER and best[0].score - best[1].score >= GAP:
            return self._decision(seen, "answer", "guide")
        if best[0].score >= FLOOR:
            return self._decision(seen, "clarify", "unsure")
        return self._decision(seen, "refuse", "below the floor")

    def _outside(self, seen: Seen, outside: Outside) -> Decision:
        return self._decision(seen, outside.action, "outside", outside=outside)

    def _also(self, seen: Seen, first: str) -> tuple[str, ...]:
        for part in sentences(seen.text) if len(sentences(seen.text)) > 1 else clauses(seen.text):
            chances = _softmax(self._logits(part))
            place = max(self._topics, key=lambda place: float(chances[place]))
            if float(chances[place]) >= SECOND and self._model.classes[place] != first:
                return (self._model.classes[place],)
        return ()

    def _decision(
        self, seen: Seen, action: Action, rule: str,
        emergency: Emergency | None = None, outside: Outside | None = None,
    ) -> Decision:  # fmt: skip
        best = self._best(seen)
        scores = [match.score for match in best] + [0.0, 0.0]
        words = tuple(self._extractor.words(seen.text))[:8]
        echo = f"您是想问“{'、'.join(seen.doubtful)}”吗？" if seen.doubtful else ""
        also = self._also(seen, best[0].id) if action == "answer" else ()
        why = Why(words, rule, scores[0], scores[1], FLOOR)
        return Decision(action, tuple(best), emergency, outside, echo, also, why)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float32)
