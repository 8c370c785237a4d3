"""Messages, cases and a small conversation for the tests of storage and of the turn."""

from datetime import datetime, timedelta
from typing import Any

from handlers.types import (
    ChangeTicket,
    Facts,
    LogQuestion,
    Message,
    OpenTicket,
    Outcome,
    Reply,
    Send,
    Session,
)
from tickets.due import BEIJING
from tickets.states import Action, Role
from tickets.ticket import Actor, Event, Ticket, apply, open_ticket

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)
LATER = NOW + timedelta(minutes=5)
CLERK = Actor(id="m1", role=Role.CLERK, name="陈姐")


def message(id: str = "1", text: str = "你好", person: str = "7", **more: Any) -> Message:
    given = {"channel": "telegram", "chat": person, "at": NOW, **more}
    return Message(id=id, person=person, text=text, **given)


def case(number: str = "1000-0001", person: str = "7", **more: Any) -> tuple[Ticket, Event]:
    """A new case of a person on Telegram and its first event."""
    details = {"channel": "telegram", "chat": person, "kind": "question", "title": "讨工资", **more}
    by = Actor(id=f"telegram:{person}", role=Role.CITIZEN)
    now = details.pop("now", NOW)
    return open_ticket(now=now, hours=16, by=by, number=number, person=f"telegram:{person}", **details)


def opened(number: str = "1000-0001", person: str = "7", **more: Any) -> OpenTicket:
    ticket, event = case(number, person, **more)
    return OpenTicket(ticket=ticket, event=event)


def changed(
    ticket: Ticket, action: Action, text: str = "", by: Actor = CLERK, now: datetime = LATER, **data: Any
) -> ChangeTicket:
    after, event = apply(ticket, action, by, now, text, **data)
    return ChangeTicket(ticket=after, event=event)


def said(text: str, **more: Any) -> Outcome:
    return Outcome(replies=(Reply(text=text, **more),))


def count_and_open(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
    """Counts the messages of a chat; "单" opens a case and tells the desk; "炸" is a bug."""
    count = int(session.slots.get("count", "0")) + 1
    kept = Session(slots={"count": str(count)})
    if message.text == "炸":
        raise KeyError(message.text)
    if message.text.startswith("单"):
        ticket, event = case(facts.number, message.person, chat=message.chat, channel=message.channel)
        letter = Send(channel="desk", chat="group", reply=Reply(text=f"新单 {message.id}", ticket=ticket.number))
        reply = Reply(text=f"{count} {ticket.number}", ticket=ticket.number)
        return Outcome(replies=(reply,), session=kept, effects=(OpenTicket(ticket=ticket, event=event), letter))
    logged = LogQuestion(text=message.text, action="refuse")
    return Outcome(replies=(Reply(text=f"{count} {message.text}"),), session=kept, effects=(logged,))
