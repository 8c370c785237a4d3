"""事情发生在新法之前: the day decides the text, no amount of our own, a person beside it."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from handlers import when
from handlers.told import answer
from handlers.types import Facts, Message, Outcome, Session
from knowledge import Knowledge
from knowledge.laws import Laws
from knowledge.laws.importing.build import merge, write
from knowledge.laws.importing.texts import Found, cut
from knowledge.types import Citation, Topic
from tickets.due import BEIJING

NOW = datetime(2026, 11, 24, 10, tzinfo=BEIJING)
NEW = Citation("渔业法", 78, None, 1, None, "2025-12-27", "禁渔期捕捞最高罚二百万元", "", 1)
CODE = Citation("生态环境法典", 9, None, None, None, "2026-03-12", "偷排油污水罚款", "", 2)
FISHING = (
    "违反关于禁渔区、禁渔期的规定进行捕捞的，使用炸鱼、毒鱼、电鱼等破坏渔业资源方法进行捕捞的，没收渔获物和违法所得，"
)
DUMPING = "船舶违法排放油类、含油污水、废弃物等污染海洋的，责令改正，处"
TEXTS = (
    ("渔业法", "2013-12-28", "1986-07-01", f"第三十八条　{FISHING}处五万元以下的罚款。"),
    ("渔业法", "2025-12-27", "2026-05-01", f"第三十八条　国家鼓励加工业发展。\n第七十八条　{FISHING}并处二十万元以下的罚款。"),
    ("海洋环境保护法", "2023-10-24", "2024-01-01", f"第九十条　{DUMPING}二万元以上罚款。"),
    ("生态环境法典", "2026-03-12", "2026-08-15", f"第九条　{DUMPING}三万元以上罚款。\n第十条　本法典自2026年8月15日起施行。《中华人民共和国海洋环境保护法》同时废止。"),
)  # fmt: skip


def _found(name: str, version: str, effective: str, text: str) -> Found:
    return Found(
        name=f"中华人民共和国{name}", level="法律", issuer="", version=version, effective=effective, checked="2026-01-01",
        status="current", source="测试", articles=cut(text.split("\n")),
    )  # fmt: skip


@pytest.fixture(scope="module")
def laws(tmp_path_factory: pytest.TempPathFactory) -> Laws:
    folder: Path = tmp_path_factory.mktemp("laws")
    texts, _ = merge((), [_found(*one) for one in TEXTS])
    write(folder / "laws.sqlite", texts, "2026-11-24", True)
    found = Laws.open(folder, date(2026, 11, 24))
    assert found
    return found


@pytest.fixture
def topic(knowledge: Knowledge) -> Topic:
    return replace(knowledge.topics["fm-summer-closure"], citations=(NEW,))


@pytest.fixture
def known(knowledge: Knowledge, laws: Laws, topic: Topic) -> Knowledge:
    view = knowledge.showing(topic)
    view.laws = laws
    return view


def play(known: Knowledge, session: Session, text: str = "", button: str = "") -> Outcome:
    message = Message(id="1", channel="web", chat="1", person="1", at=NOW, text=text, button=button)
    facts = Facts(now=NOW, number="")
    assert when.accepts(message, session, facts, known)
    return when.handle(message, session, facts, known)


def asked(known: Knowledge) -> Session:
    return play(known, Session(), button="when:fm-summer-closure").session


def test_the_button_stands_where_the_penalty_is_new(known: Knowledge, topic: Topic, laws: Laws) -> None:
    labels = [one.label for row in answer(topic, known).buttons for one in row]
    assert "事情发生在新法之前？" in labels
    for other in (replace(topic, penalty=""), replace(topic, citations=(replace(NEW, article=38),))):
        labels = [one.label for row in answer(other, known).buttons for one in row]
        assert "事情发生在新法之前？" not in labels


def test_a_day_before_shows_the_text_of_that_day(known: Knowledge) -> None:
    first = play(known, Session(), button="when:fm-summer-closure")
    assert "哪天的事" in first.replies[0].text
    assert "2026-05-01 起施行" in first.replies[0].text
    reply = play(known, first.session, "今年4月30号").replies[0]
    assert "《渔业法》第三十八条（2013-12-28 文本" in reply.text
    assert "五万元以下" in reply.text
    assert "二十万" not in reply.text
    assert "从旧兼从轻" in reply.text
    assert reply.sources[0].label == "《行政处罚法》第三十七条"
    assert "找人工" in [one.label for row in reply.buttons for one in row]


def test_from_the_first_day_on_the_answer_stands(known: Knowledge) -> None:
    outcome = play(known, asked(known), "2026年5月1日")
    assert "新法已经施行" in outcome.replies[0].text
    assert "五万" not in outcome.replies[0].text
    assert outcome.session.want == ""


@pytest.mark.parametrize("text", ["不记得了", "2027年1月1日"])
def test_what_is_no_past_day_is_asked_once_more(known: Knowledge, text: str) -> None:
    again = play(known, asked(known), text)
    assert "没看懂" in again.replies[0].text
    assert play(known, again.session, text).session.want == ""


def test_a_repealed_law_is_found_behind_the_code(laws: Laws) -> None:
    assert laws.renewed((CODE,)) == {CODE: date(2026, 8, 15)}
    old = laws.held_on(CODE, date(2026, 8, 14))
    assert old
    assert (old.law, old.label, "二万元" in old.text) == ("海洋环境保护法", "第九十条", True)


def test_a_withheld_topic_gives_no_old_text_either(known: Knowledge, topic: Topic) -> None:
    session = asked(known)
    known.withheld = {topic.id: object()}  # type: ignore[dict-item]
    assert "已经更新" in play(known, session, "今年4月30号").replies[0].text
