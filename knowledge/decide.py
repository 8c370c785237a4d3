"""From a message to a decision. Emergencies first; sure answers; unsure asks; the rest is refused politely."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from knowledge import alarm
from knowledge.alarm import Alarm
from knowledge.content import Content
from knowledge.features import Extractor
from knowledge.known import Known
from knowledge.model import Floats, Ids, Model
from knowledge.segment import Segmenter
from knowledge.text import Slips, clauses, normalise, sentences, written
from knowledge.types import Action, Decision, Emergency, Match, Outside, Why

BEST = 5
AGAIN = 8  # messages whose reading is kept
ANSWER = 0.5  # from here on a topic is told as the answer
GAP = 0.1  # if it is this far ahead of the next
EVIDENCE = 5.4  # and the words themselves say this much, which talk about other things hardly ever reaches
AHEAD = 1.2  # and this much more than they say for any talk outside the topics
FRAGMENT = 8  # a message of at most this many characters is answered only when
CERTAIN = 0.97  # it is this sure: "保险的事" is no question yet
CHATTY = 0.95  # and is taken for small talk only when it is this sure of that: "要多少天" is none
FLOOR = 0.05  # below this no topic is worth offering
TOPICAL = 0.5  # the share all topics together need against talk outside them
JOINT = re.compile("[,。!?;\\s]*(?:还有|另外|顺便|再问|还想问|还要问)")  # between two matters in one message
SECOND = 0.9  # a part of the message that is this sure of another topic adds it
PART = 8  # and is at least this long
MATTER = 5  # told apart by such a word, this is long enough
MOST_PARTS = 6
CLOSE = 2.0  # a second topic whose words say nearly as much as those of the first
CLEAR = 0.7  # and clearly more than those of the third is offered beside the answer
SHORT = 14  # a follow-up has at most this many characters
AT_HAND = ((6, 5.5), (SHORT, 3.5))  # up to so many characters it leans this much to the topic at hand
FARTHER = 1.5  # and this much less to its related topics
TALK = 0.9  # unless it is surely small talk or a matter of others: 谢谢, 我要离婚
LEADS = re.compile("^(那|还有|要|会不会|会|能不能|可以|罚|赔)")  # words that only follow on something
WHY_WORDS = 6
KNOWN = 8.0  # how much a known question adds to the score of its topic


@dataclass(frozen=True)
class Seen:
    """A message after reading: the mended text, what was mended with doubt, the score of each class.

    `danger` is the probability of each emergency by the words alone: no known question can silence an alarm.
    `following` are the classes that a follow-up leans to.
    """

    text: str
    doubtful: tuple[str, ...]
    danger: Floats
    logits: Floats
    chances: Floats
    following: frozenset[int] = frozenset()


class Decider:
    """Holds the model and the content, and applies the rules in order."""

    def __init__(self, content: Content, model: Model) -> None:
        self._content = content
        self._model = model
        segmenter = Segmenter(model.frequencies)
        self._slips = Slips(content.words.slips, segmenter.words)
        self._extractor = Extractor(segmenter, content.words.lexicon)
        self._known = Known(content.topics)
        self._alarm = Alarm(content.emergencies.values())
        # every handler that wants to know asks again about the same message
        self._see = lru_cache(maxsize=AGAIN)(self._read)
        self._places = {label: place for place, label in enumerate(model.classes)}
        self._topics = self._of(content.topics)
        self._outside = self._of(content.outside)
        self._talk = self._of(id for id, one in content.outside.items() if one.action != "clarify")
        self._dangers = self._of(content.emergencies)
        self._ordinary = np.concatenate([self._topics, self._outside])

    def decide(self, text: str, at_hand: str = "") -> Decision:
        """What to do with a message, and why."""
        seen = self._see(text)
        if not written(seen.text):
            return self._decision(seen, "smalltalk", "empty")
        return self._emergency(seen) or self._both(seen) or self._usual(self._in_context(seen, at_hand))

    def _both(self, seen: Seen) -> Decision | None:
        """Two matters told apart by 还有, 另外, 顺便: each gets its answer if it is sure by itself."""
        texts = JOINT.split(seen.text, maxsplit=1)
        if len(texts) != 2 or any(written(text) < MATTER for text in texts):
            return None
        parts = [self._see(text) for text in texts]
        firsts = [self._best(part) for part in parts]
        if firsts[0][0].id == firsts[1][0].id or not all(map(self._sure, parts, firsts)):
            return None
        decision = self._decision(parts[0], "answer", "two matters")
        return replace(decision, also=(firsts[1][0].id,), maybe="")

    def _of(self, labels: Iterable[str]) -> Ids:
        return np.array([self._places[label] for label in labels if label in self._places], np.int64)

    def _read(self, text: str) -> Seen:
        mended, doubtful = self._slips.mend(normalise(text))
        plain = self._logits(mended)
        logits = self._recognised(mended, plain)
        return Seen(mended, doubtful, _softmax(plain)[self._dangers], logits, self._chances(logits))

    def _recognised(self, text: str, logits: Floats) -> Floats:
        """A question that stands among a likely topic's questions, give or take a character, speaks for that topic."""
        likely = self._topics[np.argsort(-logits[self._topics], kind="stable")[:BEST]]
        topic, likeness = self._known.closest(text, (self._model.classes[place] for place in likely))
        if not topic:
            return logits
        raised = logits.copy()
        raised[self._places[topic]] += KNOWN * likeness / 100
        return raised

    def _logits(self, text: str) -> Floats:
        return self._model.logits(*self._model.vocabulary.row(self._extractor.keys(text)))

    def _chances(self, logits: Floats) -> Floats:
        """A probability for each topic and each talk outside them; emergencies are judged apart."""
        chances = np.zeros(len(logits), np.float32)
        chances[self._ordinary] = _softmax(logits[self._ordinary])
        return chances

    def _in_context(self, seen: Seen, at_hand: str) -> Seen:
        """A short message leans to the topic at hand and its related ones: a strong word of its own still wins."""
        size = written(seen.text)
        if at_hand not in self._places or size > SHORT or self._off_topic(seen):
            return seen
        lean = next(much for longest, much in AT_HAND if size <= longest) * self._model.temperature
        near = self._of(self._content.topics[at_hand].related)
        logits = seen.logits.copy()
        logits[near] += lean - FARTHER * self._model.temperature
        logits[self._places[at_hand]] += lean
        logits[self._outside] -= lean
        following = frozenset([self._places[at_hand], *near.tolist()])
        return replace(seen, logits=logits, chances=self._chances(logits), following=following)

    def _off_topic(self, seen: Seen) -> bool:
        """Surely talk that needs no topic, and not worded as something that follows on one."""
        return float(seen.chances[self._talk].sum()) >= TALK and not LEADS.search(seen.text)

    def _emergency(self, seen: Seen) -> Decision | None:
        if not len(self._dangers) or alarm.afterwards(seen.text):
            return None
        sure = float(seen.danger.sum())
        if sure < alarm.LIKELY:
            return None
        found = self._alarm.triggered(seen.text)
        needed = alarm.PLEADED if alarm.pleading(seen.text) else alarm.CERTAIN
        if not found and (sure < needed or written(seen.text) < alarm.TOLD):
            return None
        likeliest = self._model.classes[self._dangers[int(seen.danger.argmax())]]
        rule = f"trigger {found[0][1][:20]}" if found else "ranker alone"
        return self._decision(seen, "emergency", rule, emergency=self._content.emergencies[likeliest])

    def _best(self, seen: Seen) -> list[Match]:
        places = self._topics[np.argsort(-seen.chances[self._topics], kind="stable")[:BEST]]
        return [Match(self._model.classes[place], float(seen.chances[place]), "") for place in places]

    def _usual(self, seen: Seen) -> Decision:
        best = self._best(seen)
        if not best or float(seen.chances[self._topics].sum()) < TOPICAL:
            return self._beside(seen)
        if self._sure(seen, best):
            return self._decision(seen, "answer", "guide")
        if best[0].score >= FLOOR:
            return self._decision(seen, "clarify", "unsure")
        return self._decision(seen, "refuse", "below the floor")

    def _sure(self, seen: Seen, best: list[Match]) -> bool:
        """The best topic is likely, ahead of the next, and rests on words rather than on the lack of others."""
        ahead = best[0].score - (best[1].score if best[1:] else 0.0)
        if self._places[best[0].id] in seen.following:
            return best[0].score >= ANSWER and ahead >= GAP
        needed = CERTAIN if written(seen.text) <= FRAGMENT else ANSWER
        evidence = float(seen.logits[self._topics].max()) / self._model.temperature
        outside = float(seen.logits[self._outside].max(initial=-np.inf)) / self._model.temperature
        return best[0].score >= needed and ahead >= GAP and evidence >= EVIDENCE and evidence - outside >= AHEAD

    def _beside(self, seen: Seen) -> Decision:
        """Talk outside the topics: the likeliest of the kind (refuse, smalltalk, clarify) that is likeliest in all."""
        if not len(self._outside):
            return self._decision(seen, "refuse", "no topic")
        found = [(self._content.outside[self._model.classes[place]], place) for place in self._outside]
        shares: dict[Action, float] = {}
        for outside, place in found:
            shares[outside.action] = shares.get(outside.action, 0.0) + float(seen.chances[place])
        action = max(shares, key=lambda kind: shares[kind])
        needed = {"refuse": CERTAIN, "smalltalk": CHATTY}.get(action, 0.0)
        if written(seen.text) <= FRAGMENT and shares[action] < needed:
            return self._decision(seen, "clarify", "a fragment")
        chosen = max((one for one in found if one[0].action == action), key=lambda one: float(seen.chances[one[1]]))[0]
        return self._decision(seen, action, f"outside {chosen.id}", outside=chosen)

    def _also(self, seen: Seen, first: str) -> tuple[str, ...]:
        """The topic of another part of the message, when that part is sure of it."""
        parts = sentences(seen.text)
        for part in (parts if len(parts) > 1 else clauses(seen.text))[:MOST_PARTS]:
            if written(part) >= PART and len(part) < len(seen.text):
                chances = self._chances(self._logits(part))
                place = int(self._topics[int(chances[self._topics].argmax())])
                if float(chances[place]) >= SECOND and self._model.classes[place] != first:
                    return (self._model.classes[place],)
        return ()

    def _maybe(self, seen: Seen) -> str:
        """The topic that the message speaks for nearly as much as for the first, and no third one with it."""
        if len(self._topics) <= 2:
            return ""
        places = self._topics[np.argsort(-seen.logits[self._topics], kind="stable")[:3]]
        first, second, third = (float(seen.logits[place]) / self._model.temperature for place in places)
        return self._model.classes[places[1]] if first - second <= CLOSE and second - third >= CLEAR else ""

    def _telling(self, seen: Seen, label: str) -> tuple[str, ...]:
        """The words of the message that speak most for a class."""
        words = list(dict.fromkeys(self._extractor.words(seen.text)))
        gains = zip(self._model.gains_for(self._extractor.word_keys(words), self._places[label]), words, strict=True)
        return tuple(word for gain, word in sorted(gains, reverse=True)[:WHY_WORDS] if gain > 0)

    def _decision(
        self, seen: Seen, action: Action, rule: str,
        emergency: Emergency | None = None, outside: Outside | None = None,
    ) -> Decision:  # fmt: skip
        best = self._best(seen)
        scores = [match.score for match in best] + [0.0, 0.0]
        words = self._telling(seen, best[0].id) if best and action in ("answer", "clarify") else ()
        echo = f"您是想问“{'、'.join(seen.doubtful)}”吗？" if seen.doubtful else ""
        also = self._also(seen, best[0].id) if action == "answer" else ()
        maybe = self._maybe(seen) if action == "answer" and not also and not seen.following else ""
        why = Why(words, rule, scores[0], scores[1], FLOOR)
        return Decision(action, tuple(best), emergency, outside, echo, also, maybe, why)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float32)
