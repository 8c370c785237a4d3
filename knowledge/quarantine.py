"""Answers that must not be given for now: the law they cite moved, or nobody looked at them for too long.

Nothing is marked by hand. A topic is withheld as long as one of its citations no longer reads as it did when it was
checked and nobody has released it for exactly this new text; so an import blocks by itself, and a release, or an edit
that cites the text in force, unblocks.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.laws import Change, Laws
from knowledge.types import Citation, Topic

GRACE = timedelta(days=30)  # a topic past its review date is warned about for so long, then withheld


@dataclass(frozen=True)
class Release:
    """Somebody read the new text of one citation and found the answer still right."""

    topic: str
    label: str
    version: str


@dataclass(frozen=True)
class Withheld:
    """Why a topic is not answered: the changes that are not released, or its overdue review."""

    topic: str
    changes: tuple[Change, ...] = ()
    overdue: date | None = None


def withheld(
    topics: Mapping[str, Topic], laws: Laws | None, released: Collection[Release], today: date
) -> dict[str, Withheld]:
    """The topics that must not be answered on `today`, by id."""
    found = {}
    for topic in topics.values():
        changes = _changes(topic, laws, released) if laws else ()
        overdue = topic.review if today > topic.review + GRACE else None
        if changes or overdue:
            found[topic.id] = Withheld(topic.id, changes, overdue)
    return found


def due_for_review(topics: Mapping[str, Topic], today: date) -> tuple[Topic, ...]:
    """Topics past their review date that are still answered, the oldest first: a warning to the editors."""
    late = [t for t in topics.values() if t.review < today <= t.review + GRACE]
    return tuple(sorted(late, key=lambda topic: topic.review))


def _changes(topic: Topic, laws: Laws, released: Collection[Release]) -> tuple[Change, ...]:
    return tuple(c for c in laws.changed(topic.citations) if release_of(topic.id, c) not in released)


def release_of(topic: str, change: Change) -> Release:
    """What releasing this change means: this citation, read in this new text."""
    return Release(topic, cited(change.citation), change.new.version if change.new else "")


def cited(one: Citation) -> str:
    """A citation with the version it was checked against."""
    return cited_as(one.label, one.version)


def cited_as(label: str, version: str) -> str:
    """The same, from its two parts."""
    return f"{label}@{version}"
