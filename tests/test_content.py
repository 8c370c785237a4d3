"""The shipped content passes its own check: format, ids, questions, citations."""

from dataclasses import replace

from bot.check import check
from knowledge import Knowledge
from knowledge.laws import Laws


def test_the_content_has_no_problems(knowledge: Knowledge) -> None:
    assert [str(error) for error in check(knowledge).errors] == []


def test_every_citation_is_in_force_or_marked(knowledge: Knowledge, laws: Laws) -> None:
    counts: dict[str, int] = {}
    for topic in knowledge.topics.values():
        for one in topic.citations:
            worth = laws.check(one).worth
            counts[worth] = counts.get(worth, 0) + 1
            assert worth == "ok" or (worth == "unverified" and one.caveat), f"{topic.id}: {one.label} {worth}"
    assert counts["ok"] > 1000


def test_a_wrong_article_is_found(knowledge: Knowledge, laws: Laws) -> None:
    cited = knowledge.topics["fm-summer-closure"].citations[0]
    assert laws.check(replace(cited, article=999)).worth == "missing-article"
