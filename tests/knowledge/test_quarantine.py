"""An import that changes a cited article blocks the answer by itself; a release of exactly that text lets it out again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge import Knowledge
from knowledge.laws import Laws
from knowledge.quarantine import GRACE, due_for_review, release_of, withheld
from knowledge.types import Citation, Topic

TODAY = date(2026, 11, 22)
OLD = Citation("渔业法", 38, None, 1, None, "2013-12-28", "禁渔期捕捞最高罚五万元", "", 1)


@pytest.fixture
def topic(knowledge: Knowledge) -> Topic:
    """The closed-season answer as it was before the law of 2025."""
    return replace(knowledge.topics["fm-summer-closure"], citations=(OLD,))


def test_before_the_new_law_the_old_answer_stands(topic: Topic, laws_before: Laws) -> None:
    assert not withheld({topic.id: topic}, laws_before, (), TODAY)


def test_the_import_blocks_and_shows_both_texts(topic: Topic, laws: Laws) -> None:
    found = withheld({topic.id: topic}, laws, (), TODAY)[topic.id]
    (change,) = found.changes
    assert change.old is not None
    assert "五万元以下" in change.old.text
    assert change.new is not None
    assert change.new.version == "2025-12-27"


def test_a_release_counts_for_this_text_only(topic: Topic, laws: Laws) -> None:
    (change,) = withheld({topic.id: topic}, laws, (), TODAY)[topic.id].changes
    release = release_of(topic.id, change)
    assert not withheld({topic.id: topic}, laws, {release}, TODAY)
    assert withheld({topic.id: topic}, laws, {replace(release, version="2024-01-01")}, TODAY)


def test_an_edit_that_cites_the_law_in_force_needs_no_release(knowledge: Knowledge, laws: Laws) -> None:
    current = knowledge.topics["fm-summer-closure"]
    assert not withheld({current.id: current}, laws, (), TODAY)


def test_all_shipped_topics_may_be_answered(knowledge: Knowledge, laws: Laws) -> None:
    assert withheld(knowledge.topics, laws, (), TODAY) == {}


def test_review_dates_warn_first_and_block_later(knowledge: Knowledge) -> None:
    topic = replace(knowledge.topics["fm-wage-arrears"], review=TODAY)
    topics = {topic.id: topic}
    assert due_for_review(topics, TODAY) == ()
    assert due_for_review(topics, TODAY + timedelta(days=1)) == (topic,)
    assert not withheld(topics, None, (), TODAY + GRACE)
    assert withheld(topics, None, (), TODAY + GRACE + timedelta(days=1))[topic.id].overdue == TODAY
