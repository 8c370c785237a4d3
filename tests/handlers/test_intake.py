"""Every service's form can be filled in to the end, by somebody who knows nothing, and by somebody who knows it all."""

from datetime import datetime

import pytest

from handlers import handle
from handlers.types import Attachment, Facts, Message, OpenTicket, Outcome, Session
from knowledge import Knowledge
from tickets.due import BEIJING, add_work_hours

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)
FACTS = Facts(now=NOW, number="4821-3390")
SAID = {"text": "石浦码头的事", "number": "三万六", "date": "上个月5号", "phone": "13800001234"}


def say(knowledge: Knowledge, session: Session, text: str = "", button: str = "", **fields: object) -> Outcome:
    message = Message(id="1", channel="web", chat="a", person="a", at=NOW, text=text, button=button, **fields)  # type: ignore[arg-type]
    return handle(message, session, FACTS, knowledge)


def services() -> list[str]:
    return sorted(Knowledge.load().services)


@pytest.mark.parametrize("service", services())
@pytest.mark.parametrize("knows", [True, False])
def test_form_to_the_end(service: str, knows: bool, knowledge: Knowledge) -> None:
    fields = knowledge.services[service].fields
    outcome = say(knowledge, Session(), button=f"order:{service}")
    for field in fields:
        assert field.question in outcome.replies[0].text
        if not knows:
            outcome = say(knowledge, outcome.session, button="unsure")
        elif field.kind == "choice":
            outcome = say(knowledge, outcome.session, button="pick:0")
        elif field.kind == "file":
            photo = Attachment(kind="photo", name="欠条.jpg", ref="x.jpg")
            outcome = say(knowledge, outcome.session, attachments=(photo,))
            assert "收到 1 个文件" in outcome.replies[0].text
            outcome = say(knowledge, outcome.session, button="done")
        else:
            outcome = say(knowledge, outcome.session, text=SAID[field.kind])
    assert "请看一遍" in outcome.replies[0].text
    done = say(knowledge, outcome.session, button="send")
    opened = next(effect for effect in done.effects if isinstance(effect, OpenTicket))
    assert opened.ticket.service == service
    assert opened.ticket.team == knowledge.services[service].team
    assert opened.ticket.due_at == add_work_hours(NOW, knowledge.services[service].hours)
    assert len(opened.ticket.facts) == len(fields)
    assert bool(opened.attachments) == (knows and any(field.kind == "file" for field in fields))
    assert "4821-3390" in done.replies[0].text


def test_going_back_and_correcting(knowledge: Knowledge) -> None:
    outcome = say(knowledge, Session(), button="person")
    outcome = say(knowledge, outcome.session, text="船东不给钱")
    outcome = say(knowledge, outcome.session, button="back")
    assert outcome.replies[0].text.startswith("（1/5）")
    for text in ("老板不给工钿", "船东阿三", "上个月", "鹤浦", "13800001234"):
        outcome = say(knowledge, outcome.session, text=text)
    assert "老板不给工钿" in outcome.replies[0].text
    outcome = say(knowledge, outcome.session, text="改2")
    outcome = say(knowledge, outcome.session, text="船东阿四")
    assert "阿四" in outcome.replies[0].text
    assert "阿三" not in outcome.replies[0].text


def test_words_at_the_summary_are_not_lost_silently(knowledge: Knowledge) -> None:
    outcome = say(knowledge, Session(), button="person")
    for text in ("船东不给钱", "阿三", "上个月", "鹤浦", "13800001234", "还有一件事忘了说"):
        outcome = say(knowledge, outcome.session, text=text)
    assert "还没有提交" in outcome.replies[0].text


def test_a_bad_phone_is_asked_again_and_a_long_answer_refused(knowledge: Knowledge) -> None:
    outcome = say(knowledge, Session(), button="person")
    too_long = say(knowledge, outcome.session, text="长" * 2001)
    assert "太长" in too_long.replies[0].text
    for text in ("船东不给钱", "阿三", "上个月", "鹤浦", "没有手机"):
        outcome = say(knowledge, outcome.session, text=text)
    assert "再发一次" in outcome.replies[0].text


def test_nothing_personal_is_asked_in_a_group(knowledge: Knowledge) -> None:
    outcome = say(knowledge, Session(), text="人工", group=True)
    assert "私聊" in outcome.replies[0].text
    assert outcome.session == Session()


def test_an_emergency_interrupts_a_form(knowledge: Knowledge) -> None:
    outcome = say(knowledge, Session(), button="person")
    outcome = say(knowledge, outcome.session, text="快救命，有人掉海里了")
    assert "12395" in outcome.replies[0].text
    assert next(e for e in outcome.effects if isinstance(e, OpenTicket)).ticket.urgent
