from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import content_files as files

from knowledge import Knowledge
from knowledge.base import current_model
from knowledge.content import read_content
from knowledge.model import load_model, stored_fingerprint
from knowledge.training import train

HOSTILE = (
    "",
    " ",
    "\0\0",
    "😀" * 50,
    "'; DROP TABLE topics;--",
    "<script>",
    "长" * 20000,
    "\ud800",
    "{{7*7}}",
    "\n\n\n",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("small")
    return Knowledge.load(files.write(folder / "content"), folder / "model")


def test_a_question_finds_its_topic_and_says_why(small: Knowledge) -> None:
    decision = small.decide("禁渔期偷偷出海抓鱼罚多少")
    assert decision.topics[0].id == "fm-summer-closure"
    assert "禁渔期" in decision.why.words
    assert decision.why.score == decision.topics[0].score >= decision.why.runner_up


@pytest.mark.parametrize("text", ["禁漁期偷偷出海抓魚", "jinyuqi ji hao kaishi", "進渔期能不能下网"])
def test_typing_as_it_is_still_finds_it(small: Knowledge, text: str) -> None:
    assert small.decide(text).topics[0].id == "fm-summer-closure"


def test_talk_outside_gets_its_own_reply(small: Knowledge) -> None:
    decision = small.decide("带鱼怎么红烧好吃")
    assert decision.action == "refuse"
    assert decision.outside is not None
    assert decision.outside.id == "near-cooking"


def test_an_emergency_comes_before_everything(small: Knowledge) -> None:
    decision = small.decide("有人掉海里了快救人")
    assert decision.action == "emergency"
    assert decision.emergency is not None
    assert decision.emergency.id == "em-overboard"


def test_what_happened_before_is_no_emergency(small: Knowledge) -> None:
    assert small.decide("去年有人落水了死了怎么赔").action != "emergency"


def test_a_doubtful_slip_is_echoed(small: Knowledge) -> None:
    assert small.decide("禁渔期船用脱网去捕").echo == "您是想问“拖网”吗？"
    assert small.decide("禁渔期几号").echo == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_gets_a_decision(small: Knowledge, text: str) -> None:
    assert small.decide(text).action in ("answer", "clarify", "refuse", "smalltalk")


def test_the_same_content_gives_the_same_model(tmp_path: Path) -> None:
    content = read_content(files.write(tmp_path))
    one, other = train(content), train(content)
    assert (one.gains == other.gains).all()
    assert one.classes == other.classes


def test_changed_content_is_learned_again(tmp_path: Path) -> None:
    content, model = files.write(tmp_path / "content"), tmp_path / "model"
    current_model(read_content(content), model)
    before = stored_fingerprint(model)
    files.write(content, near_cooking=files.OUTSIDE + "- 鲳鱼清蒸放不放姜\n")
    current_model(read_content(content), model)
    assert stored_fingerprint(model) != before
    assert load_model(model).fingerprint == stored_fingerprint(model)


def test_a_follow_up_stays_with_the_topic(knowledge: Knowledge) -> None:
    at_hand = "fm-summer-closure"
    assert knowledge.decide("那要罚多少", at_hand).topics[0].id == "fm-summer-closure"


def test_a_new_question_leaves_the_topic(knowledge: Knowledge) -> None:
    at_hand = "fm-summer-closure"
    other = knowledge.decide("船老板欠我半年工钱不给，去哪里讨", at_hand)
    assert other.topics[0].id in ("fm-wage-arrears", "svc-labor-dispute", "fm-boss-runaway", "bundle-crew")


def test_every_emergency_calm_line_is_mostly_calm(knowledge: Knowledge) -> None:
    calm = [text for one in knowledge.emergencies.values() for text in one.not_questions]
    alarms = [text for text in calm if knowledge.decide(text).action == "emergency"]
    assert len(alarms) <= 0.05 * len(calm), alarms


def test_every_emergency_line_raises_the_alarm(knowledge: Knowledge) -> None:
    urgent = [text for one in knowledge.emergencies.values() for text in one.questions]
    missed = [text for text in urgent if knowledge.decide(text).action != "emergency"]
    assert len(missed) <= 0.02 * len(urgent), missed


def test_the_first_answer_needs_no_heavy_library() -> None:
    code = (
        "import sys; from knowledge import Knowledge; Knowledge.load().decide('禁渔期');"
        "assert not {'scipy', 'sklearn', 'pkg_resources'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", code], check=True, cwd=Path.cwd())
