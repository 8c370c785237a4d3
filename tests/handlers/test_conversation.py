"""Habits of the conversation that no single dialog shows: no dead ends, purity, limits."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import HANDLERS, handle
from handlers.buttons import LIMIT
from handlers.types import Facts, LogQuestion, Message, Outcome, Session
from knowledge import Knowledge
from knowledge.types import Topic
from tickets.due import BEIJING

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)
FACTS = Facts(now=NOW, number="4821-3390")


def say(knowledge: Knowledge, text: str = "", button: str = "", session: Session | None = None) -> Outcome:
    message = Message(id="1", channel="web", chat="a", person="a", at=NOW, text=text, button=button)
    return handle(message, session or Session(), FACTS, knowledge)


def test_the_order_of_precedence() -> None:
    names = [handler.__name__.rpartition(".")[2] for handler in HANDLERS]
    assert names[:2] == ["room", "emergency"]
    assert names[-2:] == ["ask", "fallback"]


def test_every_topic_can_be_opened_and_all_its_buttons_lead_somewhere(knowledge: Knowledge) -> None:
    for topic in knowledge.topics:
        opened = say(knowledge, button=f"topic:{topic}")
        reply = opened.replies[0]
        assert reply.sources, topic
        assert "不是法律意见" in reply.text
        for one in (one for row in reply.buttons for one in row):
            assert len(one.data.encode()) <= LIMIT
            led = say(knowledge, button=one.data, session=opened.session)
            assert led.replies[0].text
            assert "按钮过期了" not in led.replies[0].text, one


@pytest.mark.parametrize(
    "text",
    ["", " ", "😀", "\x00", "<script>alert(1)</script>", "'; DROP TABLE tickets;--", "{{7*7}}", "a" * 9000, "\ud800"],
)
def test_odd_input_gets_an_answer_with_a_way_on(text: str, knowledge: Knowledge) -> None:
    outcome = say(knowledge, text)
    assert outcome.replies[0].text
    assert outcome.replies[0].buttons


@given(
    st.text(max_size=60),
    st.sampled_from(
        [
            "",
            "topic:",
            "act:1:2",
            "rate::",
            "back-ask:x:9",
            "count:zzz",
            "law:",
            "check:no",
            "fix:99",
            "order:svc-none",
            ":::",
        ]
    ),
)
@settings(max_examples=60, deadline=None)
def test_no_input_breaks_it_and_the_same_input_gives_the_same(text: str, button: str) -> None:
    knowledge = _knowledge()
    first = say(knowledge, text, button)
    assert first.replies
    assert first == say(knowledge, text, button)


_loaded: list[Knowledge] = []


def _knowledge() -> Knowledge:
    if not _loaded:
        _loaded.append(Knowledge.load())
    return _loaded[0]


def test_the_third_miss_leads_to_a_person(knowledge: Knowledge) -> None:
    session = Session(misses=2)
    outcome = say(knowledge, "呜哩哇啦嘻嘻哈哈咕噜咕噜", session=session)
    assert outcome.session.want == "intake" or outcome.replies[0].buttons


def test_a_correction_is_kept_with_what_was_meant(knowledge: Knowledge) -> None:
    session = Session(topic="fm-collision", query="网被拖坏了")
    first = say(knowledge, "不是这个意思", session=session)
    assert first.session.refused == ("fm-collision",)
    second = say(knowledge, button="topic:fm-net-damage", session=first.session)
    kept = [effect for effect in second.effects if isinstance(effect, LogQuestion)]
    assert [(one.text, one.action, one.topics) for one in kept] == [
        ("网被拖坏了", "corrected", ("fm-net-damage", "fm-collision"))
    ]
    assert say(knowledge, "船怎么过户给儿子", session=first.session).session.refused == ()


def test_a_self_check_ends_with_a_list(knowledge: Knowledge) -> None:
    outcome = say(knowledge, button="guide:sy")
    for answer in ("no", "yes", "unsure", "end"):
        outcome = say(knowledge, button=f"check:{answer}", session=outcome.session)
    assert "2 条要弄清楚" in outcome.replies[0].text


def test_counting_a_deadline(knowledge: Knowledge) -> None:
    outcome = say(knowledge, button=f"count:{_of_one_day(knowledge)}")
    outcome = say(knowledge, "不晓得", session=outcome.session)
    assert "没看懂" in outcome.replies[0].text
    outcome = say(knowledge, "11月3号", session=outcome.session)
    assert "2026年11月3日" in outcome.replies[0].text


def _of_one_day(knowledge: Knowledge) -> str:
    """A topic whose periods all run from the same kind of day."""
    return next(t.id for t in knowledge.topics.values() if len({period.start for period in t.periods}) == 1)


def test_of_several_days_one_is_chosen_first(knowledge: Knowledge) -> None:
    topic = knowledge.topics["dl-admin-sue-15d"]
    assert len({period.start for period in topic.periods}) > 1
    asked = say(knowledge, button=f"count:{topic.id}")
    assert "从哪个日子算起" in asked.replies[0].text
    chosen = say(knowledge, button=asked.replies[0].buttons[1][0].data, session=asked.session)
    assert chosen.replies[0].text.startswith(topic.periods[1].start)
    counted = say(knowledge, "11月3号", session=chosen.session).replies[0].text
    assert topic.periods[1].name in counted
    assert topic.periods[0].name not in counted


def test_a_day_typed_after_an_answer_is_counted(knowledge: Knowledge) -> None:
    session = Session(topic=_of_one_day(knowledge), query="几年内要去告")
    assert "2026年8月30日（周日）起算" in say(knowledge, "8月30号下船的", session=session).replies[0].text
    assert "起算" not in say(knowledge, "8月30号下船还能告吗", session=session).replies[0].text


@pytest.mark.parametrize(
    ("typed", "part"), [("说详细点", "优先"), ("看条文", "第"), ("没解决", "没解决的话"), ("有用", "帮上")]
)
def test_the_label_of_a_button_may_be_typed(typed: str, part: str, knowledge: Knowledge) -> None:
    session = Session(topic="fm-wage-arrears", query="老大半年没给工钿")
    assert part in say(knowledge, typed, session=session).replies[0].text


def test_two_matters_get_two_answers(knowledge: Knowledge) -> None:
    replies = say(knowledge, "电焊工没证上岗查到罚多少，另外宿舍和车间同楼行不行").replies
    assert len(replies) == 2


def test_no_twice_offers_others(knowledge: Knowledge) -> None:
    session = Session(topic="fm-collision", query="网被拖坏了", said=("网被拖坏了",))
    first = say(knowledge, "不是这个意思", session=session)
    second = say(knowledge, "都不是", session=first.session)
    labels = [{one.label for row in outcome.replies[0].buttons for one in row} for outcome in (first, second)]
    assert labels[0] & labels[1] == {"都不是，找人工"}


@pytest.mark.parametrize("said", ["20吨以下", "船20吨以下呢", "不清楚"])
def test_the_fact_asked_back_for_may_be_typed(said: str, knowledge: Knowledge) -> None:
    topic = knowledge.topics["fm-wage-arrears"]
    session = Session(topic=topic.id, query="老大半年没给工钿")
    told = say(knowledge, said, session=session).replies[0].text
    label = next(label for label, _ in topic.ask_back[0].options if label in said)
    assert (
        told == say(knowledge, button=f"back-ask:{topic.id}:0:{_place(topic, label)}", session=session).replies[0].text
    )


def _place(topic: Topic, label: str) -> int:
    return [each for each, _ in topic.ask_back[0].options].index(label)


def test_a_day_in_the_question_is_counted_with_the_answer(knowledge: Knowledge) -> None:
    replies = say(knowledge, "判决书11月20号收到，上诉到几号").replies
    assert "2026年12月7日" in replies[1].text  # the fifteenth day is a Saturday


def test_an_article_may_be_asked_for_in_a_sentence(knowledge: Knowledge) -> None:
    plain = say(knowledge, "渔业法第七十八条").replies[0].text
    assert say(knowledge, "渔业法第七十八条说的是什么").replies[0].text == plain


@pytest.mark.parametrize(
    "said",
    [
        "快点啊",
        "你们快点联系我",
        "我火大死了",
        "算了不想说了",
        "要是有人落水怎么办",
        "老公今年三月份被钢丝绳弹到眼睛，老板给了两万后面就不接电话，去哪里弄",
        "来催一下",
    ],
)
def test_impatience_is_no_alarm(said: str, knowledge: Knowledge) -> None:
    assert knowledge.decide(said).emergency is None


@pytest.mark.parametrize("said", ["救救我", "船长没气了", "网绞住我的脚了", "来人啊", "机舱进水了"])
def test_few_words_of_danger_are_an_alarm(said: str, knowledge: Knowledge) -> None:
    assert knowledge.decide(said).emergency is not None
