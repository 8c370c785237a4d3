"""The plain data of the statutes: a text, one of its articles, what was found, what a citation is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.types import Citation

State = Literal["in-force", "unverified", "superseded", "repealed", "not-yet"]
Worth = Literal["ok", "repealed", "superseded", "not-yet", "missing-article", "missing-law", "unverified"]


@dataclass(frozen=True)
class Law:
    """One version of one text. Dates are ISO or "". `checked` is the day its source ends, `until` the day of repeal, `status` what the source says.

    `status`: "current" | "unknown" (newest in a source that may be behind) | "old" | "repealed" | "flagged".
    """

    id: int
    name: str
    short: str
    key: str
    level: str
    issuer: str
    version: str
    effective: str
    checked: str
    until: str
    status: str
    repealed_by: str
    note: str
    source: str

    @property
    def begins(self) -> str:
        """The day this version holds from: an amended text keeps the first `effective` day of the law."""
        return max(self.effective, self.version)


@dataclass(frozen=True)
class Article:
    """An article as stored. `heading` is the chapter it stands in, `note` what is wrong with its text, "" for nothing."""

    number: int
    suffix: int
    label: str
    heading: str
    text: str
    note: str


@dataclass(frozen=True)
class LawArticle:
    """An article with the text it belongs to, ready to be shown."""

    law: str
    label: str
    text: str
    version: str
    effective: str
    status: State
    source: str
    note: str = ""


@dataclass(frozen=True)
class Hit:
    """An article found for a question."""

    law: str
    article_label: str
    score: float
    text: str


@dataclass(frozen=True)
class Verdict:
    """What a citation is worth, and why in one Chinese sentence. `now` is the article it should be read as, if known."""

    worth: Worth
    note: str = ""
    now: LawArticle | None = None


@dataclass(frozen=True)
class Change:
    """A citation whose text moved: what was checked against (None when not at hand) and what holds now."""

    citation: Citation
    verdict: Verdict
    old: LawArticle | None
    new: LawArticle | None
