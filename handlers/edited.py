"""A message changed after it was sent. What was written down stays as it was; the person is told how to change it."""

from handlers.buttons import PERSON, button, column
from handlers.types import Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge

FORM = "看到您改了前面的话，但填过的没有跟着改。要改就点“返回”，或者等会儿在总表里点“改一条”。"
DESK = "改过的话没有再发一遍。要更正，请重新发一条。"


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """An edit while a form is filled in or by staff; any other edit is read as if it were said anew."""
    return message.edited and (session.want in ("intake", "staff") or facts.me is not None)


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    if facts.me is not None:
        return Outcome(replies=(Reply(text=DESK),), session=session)
    reply = Reply(text=FORM, buttons=column(button("返回", "back"), PERSON))
    return Outcome(replies=(reply,), session=session)
