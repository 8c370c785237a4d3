"""Against the whole corpus and real questions, where both are at hand: quality that must not be lost."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from knowledge.laws import STORE, Laws
from knowledge.laws.importing.build import merge, write
from knowledge.laws.importing.corpus import read_corpus
from knowledge.laws.index import build_index
from knowledge.laws.learning import Lesson, Quality, quality, read_log, untrained
from knowledge.laws.ranking import Ranking
from knowledge.laws.store import Store
from knowledge.pinyin import syllables
from knowledge.text import normalise
from knowledge.types import Citation

SHARED = Path(__file__).parents[3] / "shared"
CORPUS, LOG = SHARED / "statutes" / "statutes.sqlite", SHARED / "eval" / "stard_train.jsonl"
pytestmark = pytest.mark.skipif(not (CORPUS.exists() and LOG.exists()), reason="../shared is not here")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write(folder / STORE, merge((), read_corpus(CORPUS))[0], "2026-11-22", national=True)
    build_index(folder, Store(folder / STORE, None))
    return folder


@pytest.fixture(scope="module")
def lesson(whole: Path) -> tuple[Lesson, Ranking]:
    store = Store(whole / STORE, None)
    ranking = Ranking.open(whole, store)
    assert ranking
    logged = read_log(LOG.read_text("utf-8").splitlines(), LOG.name)
    return Lesson(logged[::3], store, ranking), ranking


def measured(lesson: Lesson, ranking: Ranking, texts: list[str]) -> Quality:
    orders = [ranking.untrained(text)[0].tolist() for text in texts]
    return quality(orders, [lesson.right[n] for n in lesson.usable])


def test_every_article_is_there_and_every_answer_is_found(lesson: tuple[Lesson, Ranking], whole: Path) -> None:
    store = Store(whole / STORE, None)
    assert store.meta["articles"] == "76878"
    assert len(lesson[0].usable) == len(lesson[0].texts)


def test_quality_without_learning(lesson: tuple[Lesson, Ranking]) -> None:
    found = untrained(*lesson)
    assert found.mrr >= 0.46, found
    assert found.hundred >= 0.76, found


def test_slips_cost_little_and_script_nothing(lesson: tuple[Lesson, Ranking]) -> None:
    learned, ranking = lesson
    sounds, chance = syllables(), random.Random(3)
    same: dict[str, list[str]] = {}
    for char, syllable in sounds.items():
        same.setdefault(syllable, []).append(char)
    texts = [learned.texts[n] for n in learned.usable]
    slipped = []
    for text in texts:
        chars = list(text)
        places = [n for n, char in enumerate(chars) if char in sounds]
        for n in chance.sample(places, min(2, len(places))):
            chars[n] = chance.choice(same[sounds[chars[n]]][:8])
        slipped.append("".join(chars))
    assert measured(learned, ranking, slipped).mrr >= measured(learned, ranking, texts).mrr - 0.03
    assert normalise("勞動合同與漁業法") == "劳动合同与渔业法"


def test_old_numbers_lead_to_the_right_new_ones(whole: Path) -> None:
    laws = Laws.open(whole)
    assert laws
    assert "最接近的是《生态环境法典》第三百八十六条" in laws.explain("海洋环境保护法85条现在在哪")
    assert "现在最接近的是第七十八条" in laws.explain("渔业法38条")
    verdict = laws.check(Citation("渔业法", 38, None, None, None, "2013-12-28", "", "", 1))
    assert verdict.worth == "superseded"
    assert verdict.now
    assert verdict.now.label == "第七十八条"


def test_lines_of_a_log_are_read() -> None:
    rows = [json.loads(line) for line in LOG.read_text("utf-8").splitlines()]
    read = read_log([json.dumps(row) for row in rows], "log")
    assert [one.query for one in read] == [row["query"] for row in rows]
    assert np.mean([len(one.answers) for one in read]) > 1.5
