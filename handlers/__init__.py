"""The conversation: one file for each thing a person can want; message in, outcome out. Pure and synchronous.

`HANDLERS` is the order of precedence: the first whose `accepts` says yes handles the message.
"""

from dataclasses import replace
from types import ModuleType

from handlers import (
    ask,
    case,
    correct,
    deadline,
    edited,
    emergency,
    fallback,
    guide,
    intake,
    law,
    party,
    person,
    privacy,
    room,
    staff,
    start,
    when,
)
from handlers.buttons import button
from handlers.types import Facts, Message, Outcome, Session
from knowledge import Knowledge

HANDLERS: tuple[ModuleType, ...] = (
    room,
    emergency,
    edited,
    staff,
    start,
    person,
    privacy,
    party,
    case,
    guide,
    intake,
    deadline,
    when,
    law,
    correct,
    ask,
    fallback,
)


# labels of the buttons under an answer that people type instead of tapping
TYPED = {
    "有用": "yes", "没用": "no", "没解决": "no", "说详细点": "more", "详细点": "more", "再详细点": "more", "看条文": "law",
    "看法条": "law", "帮我算日子": "count", "算日子": "count", "帮我算": "count", "整条再看一遍": "topic",
    "申请这项服务": "order", "申请": "order", "我要申请": "order",
}  # fmt: skip


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    """What `message` leads to. Pure: the same arguments give the same outcome."""
    message = _tapped(message, session, knowledge)
    outcome: Outcome = _choose(message, session, facts, knowledge).handle(message, session, facts, knowledge)
    return outcome


def chosen(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> str:
    """The name of the handler that would handle `message`."""
    return _choose(_tapped(message, session, knowledge), session, facts, knowledge).__name__.rpartition(".")[2]


def _tapped(message: Message, session: Session, knowledge: Knowledge) -> Message:
    """A typed label of a button under the last answer, as if it had been tapped."""
    verb = TYPED.get(start.word(message), "")
    topic = knowledge.topics.get(session.topic)
    if not verb or message.button or session.want or topic is None:
        return message
    if (verb == "count" and not topic.periods) or (verb == "order" and not topic.service_form):
        return message
    return replace(message, text="", button=button("", verb, topic.id).data)


def _choose(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> ModuleType:
    """The first that accepts; the last one accepts everything."""
    return next(handler for handler in HANDLERS if handler.accepts(message, session, facts, knowledge))
