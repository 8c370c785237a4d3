"""Learning the order from a log: it helps, it is repeatable, it is measured on questions not seen."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge.laws import STORE, Laws
from knowledge.laws.boosting import Lists, Plan, learn
from knowledge.laws.learning import Lesson, cross_validated, quality, read_log, teach, untrained
from knowledge.laws.ranker import FILE
from knowledge.laws.ranking import Ranking
from knowledge.laws.store import Store
from knowledge.laws.trees import Trees

ROOT = Path(__file__).parent.parent.parent
ASKED = {  # words no statute has and no table
    ("渔业法", "第三条"): ["放咕噜网会怎样", "咕噜网被逮", "用咕噜网行吗", "咕噜网收不收", "咕噜网几时能放"],
    ("劳动合同法", "第一条"): ["年底打白条", "船头打白条", "又打白条了", "打白条找谁", "打白条算数吗"],
    ("劳动合同法", "第二条"): ["小红本断了", "小红本没人续", "小红本怎么补", "小红本续不上", "不给续小红本"],
    ("生态环境法典", "第二条"): ["黑汤往哪去", "黑汤谁收", "黑汤直接放", "流黑汤被说", "黑汤怎么弄"],
}


def log(times: int = 1) -> list[str]:
    rows = [(query, law, label) for (law, label), queries in ASKED.items() for query in queries] * times
    return [json.dumps({"query": q, "relevant": [{"law": law, "article_label": label}]}) for q, law, label in rows]


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """A copy of the small store to learn in."""
    shutil.copy(folder / STORE, tmp_path)
    for file in folder.glob("*.index"):
        shutil.copy(file, tmp_path)
    return tmp_path


def lesson(folder: Path) -> tuple[Lesson, Ranking]:
    store = Store(folder / STORE, None)
    ranking = Ranking.open(folder, store)
    assert ranking
    return Lesson(read_log(log(), "log"), store, ranking), ranking


def test_learning_helps_on_questions_not_seen(own: Path) -> None:
    taught, ranking = lesson(own)
    before, after = untrained(taught, ranking), cross_validated(taught, Plan(trees=30, depth=2))
    assert after.mrr > before.mrr + 0.2
    assert after.mrr > 0.8


def test_the_learned_ranker_is_used_and_can_be_forgotten(own: Path) -> None:
    plain = Laws.open(own)
    assert plain
    question = "放咕噜网怎么样"
    teach(own, lesson(own)[0])
    taught = Laws.open(own)
    assert taught
    hit = taught.search(question)[0]
    assert (hit.law, hit.article_label) == ("渔业法", "第三条")
    assert [one.score for one in taught.search(question)] != [one.score for one in plain.search(question)]
    (own / FILE).unlink()
    forgotten = Laws.open(own)
    assert forgotten
    assert forgotten.search(question) == plain.search(question)


def test_the_same_log_gives_the_same_bytes_and_no_text(own: Path) -> None:
    teach(own, lesson(own)[0])
    once = (own / FILE).read_bytes()
    teach(own, lesson(own)[0])
    assert (own / FILE).read_bytes() == once
    assert "咕噜网".encode() not in once


def test_a_wrong_line_is_named() -> None:
    with pytest.raises(ValueError, match="log:2：要写成"):
        read_log([log()[0], '{"query": "x"}'], "log")


def test_articles_that_are_gone_are_passed_over(own: Path) -> None:
    store = Store(own / STORE, None)
    ranking = Ranking.open(own, store)
    assert ranking
    gone = json.dumps({"query": "旧法", "relevant": [{"law": "太空法", "article_label": "第一条"}]})
    taught = Lesson(read_log([*log(), gone], "log"), store, ranking)
    assert len(taught.usable) == len(taught.texts) - 1
    teach(own, taught)
    assert Laws.open(own)


def test_quality_counts_as_it_says() -> None:
    found = quality([[5, 1, 2], [9, 8]], [{1, 2}, {7}])
    assert (found.questions, found.mrr, found.ten, found.hundred) == (2, 0.25, 0.5, 0.5)


def test_trees_answer_as_they_are_written() -> None:
    trees = Trees(
        np.array([[0, 1]], np.int32), np.array([[0.5, 2.0]], np.float32), np.array([[1, 2, 3, 4]], np.float32)
    )
    rows = np.array([[0, 0], [0, 3], [1, 0], [1, 3], [0.5, 2.0]], np.float32)
    assert trees.score(rows).tolist() == [1, 2, 3, 4, 1]


def test_boosting_finds_the_feature_that_matters() -> None:
    chance = np.random.default_rng(0)
    rows = chance.random((400, 5)).astype(np.float32)
    right = np.zeros(400, bool)
    for start in range(0, 400, 20):
        right[start + rows[start : start + 20, 3].argmax()] = True
    trees = learn(rows, right, np.full(20, 20), Plan(trees=60, depth=2, bins=200, columns=1.0))
    scores = trees.score(rows).reshape(20, 20)
    assert (right.reshape(20, 20)[np.arange(20), scores.argmax(1)]).mean() >= 0.9
    assert np.bincount(trees.feature.ravel(), minlength=5).argmax() == 3


def test_gradients_push_right_rows_up() -> None:
    lists = Lists(np.array([True, False, False, False, True]), np.array([3, 2]))
    slope, curve = lists.gradients(np.zeros(5))
    assert slope[[0, 4]].min() > 0 > slope[[1, 2, 3]].max()
    assert curve.min() >= 0
    assert abs(slope.sum()) < 1e-9


def test_command_learns_and_says_what_is_wrong(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(log()), "utf-8")
    line = [sys.executable, "scripts/train_ranker.py", "--laws", str(own), str(file)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "20 个问题，20 个的条文在库里。" in done.stdout
    assert (own / FILE).exists()
    file.write_text("x\n", "utf-8")
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"没有学成：{file}:1：要写成")
