"""Edited messages and shared contacts."""

from dataclasses import replace
from datetime import datetime

from handlers import handle
from handlers.types import Attachment, Facts, Message, Session
from knowledge import Knowledge
from tickets.due import BEIJING

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)
FACTS = Facts(now=NOW, number="4821-3390")
SAID = Message(id="1", channel="telegram", chat="a", person="a", at=NOW, text="船东不给钱")


def test_an_edit_does_not_answer_the_next_question_of_a_form(knowledge: Knowledge) -> None:
    form = handle(replace(SAID, text="人工"), Session(), FACTS, knowledge).session
    outcome = handle(replace(SAID, edited=True), form, FACTS, knowledge)
    assert outcome.session == form
    assert "改一条" in outcome.replies[0].text


def test_a_shared_contact_answers_the_phone_question(knowledge: Knowledge) -> None:
    session = handle(replace(SAID, text="人工"), Session(), FACTS, knowledge).session
    for text in ("船东不给钱", "阿三", "上个月", "鹤浦"):
        session = handle(replace(SAID, text=text), session, FACTS, knowledge).session
    contact = Attachment(kind="contact", name="王阿大 13800001234")
    outcome = handle(replace(SAID, text="", attachments=(contact,)), session, FACTS, knowledge)
    assert "13800001234" in outcome.replies[0].text
    assert "请看一遍" in outcome.replies[0].text
