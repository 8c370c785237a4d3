"""The evaluation stays fair: none of its questions stands in the content."""

import json
import re
from pathlib import Path

import pytest

from knowledge import Knowledge
from knowledge.text import normalise

EVAL = Path(__file__).parent.parent.parent.parent / "shared" / "eval" / "questions.jsonl"
SIGNS = re.compile(r"[\s，。？！,.?!、]")


@pytest.mark.skipif(not EVAL.exists(), reason="评测题不在旁边（../shared/eval）")
def test_no_evaluation_question_is_learned(knowledge: Knowledge) -> None:
    content = knowledge.content
    learned = {
        SIGNS.sub("", normalise(question))
        for thing in (*content.topics.values(), *content.outside.values(), *content.emergencies.values())
        for question in thing.questions
    }
    asked = {
        SIGNS.sub("", normalise(json.loads(line)["query"])) for line in EVAL.read_text(encoding="utf-8").splitlines()
    }
    assert not (learned & asked) - {""}
