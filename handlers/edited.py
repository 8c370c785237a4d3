"""A message changed after it was sent. What was written down stays as it was; the new wording comes beside it."""

from dataclasses import replace

from handlers import case
from handlers.buttons import PERSON, button, column
from handlers.types import Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge
from tickets.ticket import Ticket

FORM = "看到您改了前面的话，但填过的没有跟着改。要改就点“返回”，或者等会儿在总表里点“改一条”。"
DESK = "改过的话没有再发一遍。要更正，请重新发一条。"


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """An edit while a form is filled in, by staff, or of words that are in a case; any other is read as said anew."""
    if not message.edited:
        return False
    return session.want in ("intake", "staff") or facts.me is not None or _case_with(message, facts) is not None


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    if facts.me is not None:
        return Outcome(replies=(Reply(text=DESK),), session=session)
    ticket = _case_with(message, facts)
    if ticket is not None:
        corrected = replace(message, text=f"把前面的话改成：{message.text}")
        return case.add(ticket, corrected, facts, session)
    reply = Reply(text=FORM, buttons=column(button("返回", "back"), PERSON))
    return Outcome(replies=(reply,), session=session)


def _case_with(message: Message, facts: Facts) -> Ticket | None:
    """The sender's own case into which the words went before they were changed."""
    number = next(
        (one.number for one in facts.events if message.origin and one.data.get("origin") == message.origin), ""
    )
    return case.own(number, facts)
