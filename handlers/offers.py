"""What each of the staff is offered to do with a case, in the order in which it is shown."""

from handlers.types import Member
from tickets.changes import not_his
from tickets.states import Action, possible
from tickets.ticket import Ticket

# the order in which staff see what they can do; the rest follows in the order of ACTIONS
STAFF_BUTTONS = (
    Action.CLAIM,
    Action.ACCEPT,
    Action.TRIAGE,
    Action.START,
    Action.REPLY,
    Action.ASK,
    Action.SUPPLY,
    Action.NOTE,
    Action.WISH,
    Action.CONSENT,
    Action.MEDIATE,
    Action.NAMES,
    Action.MEET,
    Action.TELL_PARTY,
    Action.RECORD,
    Action.TERMS,
    Action.AGREE,
    Action.EXTEND,
    Action.DECLINE,
    Action.TERMINATE,
    Action.REMIND_CONFIRM,
    Action.INVITE,
    Action.ASSIGN,
    Action.RELEASE,
    Action.CO_HANDLE,
    Action.CO_PART,
    Action.CO_DONE,
    Action.LIMIT,
    Action.SNOOZE,
    Action.WAKE,
    Action.LINK,
    Action.MERGE,
    Action.SPLIT,
    Action.RETURN,
    Action.RECUSE,
    Action.REDIRECT,
    Action.RESOLVE,
    Action.WARN,
    Action.ORDER,
    Action.ANSWER,
    Action.CALL_BACK,
    Action.ARCHIVE,
)


def offered(ticket: Ticket, member: Member) -> tuple[Action, ...]:
    """What `member` can do with `ticket`, most used first."""
    can = {one for one in possible(ticket.state, member.role) if not not_his(ticket, one, member.id, member.role)}
    if ticket.order_due_at is None:
        can.discard(Action.ANSWER)
    if not ticket.mediation.chat:
        can.discard(Action.TELL_PARTY)
    return tuple(action for action in STAFF_BUTTONS if action in can)
