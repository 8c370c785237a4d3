"""The plain data of the knowledge: what a topic is, what a match is, what a decision says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

Action = Literal["answer", "clarify", "statute", "refuse", "emergency", "smalltalk"]
FieldKind = Literal["text", "number", "date", "phone", "file", "choice"]

CHINESE_DIGITS = "零一二三四五六七八九"


class ContentError(Exception):
    """One mistake in the content: where it is, what it is, and what to write instead."""

    def __init__(self, file: str, line: int, problem: str, remedy: str) -> None:
        super().__init__(f"{file}:{line}: {problem}。怎么改：{remedy}")
        self.file = file
        self.line = line
        self.problem = problem
        self.remedy = remedy


def chinese_number(number: int) -> str:
    """1103 -> 一千一百零三, as statutes write article numbers (below 10,000)."""
    parts = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            parts += CHINESE_DIGITS[digit] + name
        elif parts and not parts.endswith("零"):
            parts += "零"
    parts = parts.rstrip("零") or "零"
    return parts[1:] if parts.startswith("一十") else parts


@dataclass(frozen=True)
class Citation:
    """One article an answer rests on, in the version it was checked against."""

    law: str
    article: int
    suffix: int | None
    paragraph: int | None
    item: int | None
    version: str
    summary: str
    caveat: str
    line: int

    @property
    def label(self) -> str:
        """《渔业法》第七十八条第一款"""
        text = f"《{self.law}》第{chinese_number(self.article)}条"
        if self.suffix:
            text += f"之{chinese_number(self.suffix)}"
        if self.paragraph:
            text += f"第{chinese_number(self.paragraph)}款"
        if self.item:
            text += f"第{chinese_number(self.item)}项"
        return text


@dataclass(frozen=True)
class Field:
    """One thing a service form asks for."""

    name: str
    question: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Service:
    """A legal service: who does it, how fast, what it costs, what it asks."""

    id: str
    title: str
    who: str
    team: str
    promise: str
    hours: int
    fee: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class AskBack:
    """A question whose answer decides what holds: options are (label, conclusion)."""

    question: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Period:
    """A statutory period for the calculator."""

    name: str
    amount: int
    unit: str
    start: str
    note: str


@dataclass(frozen=True)
class Topic:
    """One guide topic as its file holds it. `steps` and `details` are lines; `path` is the file."""

    id: str
    family: str
    title: str
    audience: str
    service: str
    checked: date
    review: date
    first: str
    short: str
    details: tuple[str, ...]
    steps: tuple[str, ...]
    penalty: str
    self_check: str
    first_hint: str
    ask_back: tuple[AskBack, ...]
    citations: tuple[Citation, ...]
    related: tuple[str, ...]
    questions: tuple[str, ...]
    bundle_steps: tuple[str, ...]
    service_form: Service | None
    periods: tuple[Period, ...]
    urgent: bool
    path: Path


@dataclass(frozen=True)
class Outside:
    """Talk that no topic answers. `action` is refuse, smalltalk or clarify."""

    id: str
    title: str
    action: Action
    reply: str
    door: str
    choices: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Emergency:
    """An emergency: numbers to call, two first steps, the words that show it."""

    id: str
    title: str
    numbers: tuple[str, ...]
    first_steps: tuple[str, ...]
    triggers: tuple[str, ...]
    questions: tuple[str, ...]
    not_questions: tuple[str, ...]


@dataclass(frozen=True)
class Phone:
    """A telephone number with its source and the day it was looked up."""

    number: str
    name: str
    use: str
    source: str
    date: str


@dataclass(frozen=True)
class Match:
    """A topic found: calibrated score 0..1 and the words that speak for it."""

    id: str
    score: float
    why: str


@dataclass(frozen=True)
class Why:
    """Why this decision: matched words, the rule that decided, the score, the runner-up, the floor."""

    words: tuple[str, ...]
    rule: str
    score: float
    runner_up: float
    floor: float


@dataclass(frozen=True)
class Decision:
    """What to do with a message. `topics` are the best five whatever the action is.

    `also` are topics that another part of the message surely asks about; `maybe` is one that the whole may ask too.
    """

    action: Action
    topics: tuple[Match, ...]
    emergency: Emergency | None
    outside: Outside | None
    echo: str
    also: tuple[str, ...]
    maybe: str
    why: Why


@dataclass(frozen=True)
class Words:
    """The lexicon (variant -> (canonical word, topic id)) and the slips of typing and dictation."""

    lexicon: Mapping[str, tuple[str, str]]
    slips: tuple[Slip, ...]


@dataclass(frozen=True)
class Slip:
    """wrong -> right; with `near`, only beside one of these words, and echoed to the person."""

    wrong: str
    right: str
    near: tuple[str, ...]
