"""The shipped content passes its own check: format, ids, questions, citations."""

from dataclasses import replace

from bot.check import check, cited
from knowledge import Knowledge
from knowledge.laws import Laws

SAMPLE = 30  # questions of each topic


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


def test_a_figure_that_is_not_in_the_article_is_found(knowledge: Knowledge, laws: Laws) -> None:
    topic = knowledge.topics["fm-summer-closure"]
    cited_first = replace(topic.citations[0], summary="禁渔期捕捞的处五十万元以下罚款。")
    wrong = replace(topic, citations=(cited_first, *topic.citations[1:]))
    found = [str(error) for error in cited(wrong, laws, {})]
    assert any("500000" in one for one in found), found


def test_every_topics_questions_find_it(knowledge: Knowledge) -> None:
    """A sample of each topic's own questions; a topic that its neighbours outshine is named."""
    weak, first, all_asked = [], 0, 0
    for topic in knowledge.topics.values():
        asked = topic.questions[:: max(1, len(topic.questions) // SAMPLE)]
        found = [[match.id for match in knowledge.decide(text).topics] for text in asked]
        hits, near = sum(ids[:1] == [topic.id] for ids in found), sum(topic.id in ids[:3] for ids in found)
        first, all_asked = first + hits, all_asked + len(asked)
        if hits < 0.8 * len(asked) or near < 0.95 * len(asked):
            weak.append(f"{topic.id}: {hits} first and {near} among three of {len(asked)}")
    assert weak == []
    assert first >= 0.95 * all_asked
