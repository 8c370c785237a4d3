"""The conversation: one file for each thing a person can want; message in, outcome out. Pure and synchronous.

`HANDLERS` is the order of precedence: the first whose `accepts` says yes handles the message.
"""

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


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    """What `message` leads to. Pure: the same arguments give the same outcome."""
    outcome: Outcome = _choose(message, session, facts, knowledge).handle(message, session, facts, knowledge)
    return outcome


def chosen(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> str:
    """The name of the handler that would handle `message`."""
    return _choose(message, session, facts, knowledge).__name__.rpartition(".")[2]


def _choose(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> ModuleType:
    """The first that accepts; the last one accepts everything."""
    return next(handler for handler in HANDLERS if handler.accepts(message, session, facts, knowledge))
