"""What is typed after an answer: it stays with the matter, goes over to its own, or is only talk."""

from pathlib import Path

from knowledge import Knowledge

ROWS = [
    line.split("｜")
    for line in (Path(__file__).parent / "followups.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def fits(knowledge: Knowledge, asked: str, after: str, wanted: str) -> bool:
    at_hand = knowledge.decide(asked).topics[0].id
    decision = knowledge.decide(after, at_hand)
    if wanted == "talk":
        return decision.action in ("smalltalk", "refuse") or decision.outside is not None
    topics = {at_hand if id == "=" else id for id in wanted.split()}
    return decision.action in ("answer", "clarify") and decision.topics[0].id in topics


def test_follow_ups_are_read_with_what_was_asked(knowledge: Knowledge) -> None:
    wrong = [row for row in ROWS if not fits(knowledge, *row)]
    assert len(wrong) <= len(ROWS) * 0.08, wrong


def test_thanks_and_other_matters_do_not_repeat_the_answer(knowledge: Knowledge) -> None:
    assert [row for row in ROWS if row[2] == "talk" and not fits(knowledge, *row)] == []
