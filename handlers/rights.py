"""Who of the staff sees what of a case. The pages and the chat ask here and nowhere else."""

from dataclasses import replace

from handlers.types import Member
from tickets.states import Role
from tickets.ticket import Event, Ticket, reads

HIDDEN_PHONE = "（接单后可见）"
CLOSED = "（调解内容只有承办人能看）"

WATCH = frozenset({Role.SUPERVISOR, Role.CLERK})  # who sees every case, to hand it on


def sees(ticket: Ticket, me: Member) -> bool:
    """Whether the case is shown at all: a mediator has his own cases and the open ones that nobody has."""
    if me.role in WATCH or me.role is Role.ADMIN:
        return True
    return ticket.owner == me.id or (ticket.open and not ticket.owner)


def sees_body(ticket: Ticket, me: Member) -> bool:
    """Whether words, files and answers are shown. The admin keeps accounts, he does not read cases."""
    return me.role is not Role.ADMIN and sees(ticket, me)


def sees_phone(ticket: Ticket, me: Member) -> bool:
    """Whether the telephone number is shown: to whoever works on the case or hands it on."""
    return me.role in WATCH or (ticket.owner == me.id and me.role is not Role.ADMIN)


def sees_closed(ticket: Ticket, me: Member) -> bool:
    """Whether what was said in a mediation is shown: to the mediator of the case alone."""
    return ticket.owner == me.id and me.role is not Role.ADMIN


def shared(text: str, ticket: Ticket) -> str:
    """`text` for many readers: without the telephone number."""
    return text.replace(ticket.phone, HIDDEN_PHONE) if ticket.phone else text


def shown(text: str, ticket: Ticket, me: Member) -> str:
    """`text` of a case as `me` may read it."""
    return text if sees_phone(ticket, me) else shared(text, ticket)


def closed_to(event: Event, ticket: Ticket, member: Member) -> Event:
    """The event as `member` may read it."""
    return event if reads(ticket, event, member.id) else replace(event, text=CLOSED)


def event_text(event: Event, ticket: Ticket, me: Member) -> str:
    """What was said at an event, as `me` may read it. Words of a mediation are for its mediator only."""
    return shown(closed_to(event, ticket, me).text, ticket, me) if sees_body(ticket, me) else ""
