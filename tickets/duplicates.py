"""Whether two cases tell of the same matter: same person or telephone, same other side, within a week, similar words."""

from collections.abc import Iterable
from datetime import timedelta

from rapidfuzz import fuzz

from tickets.model import Ticket

WEEK = timedelta(days=7)
ALIKE = 55  # of 100; titles and stories of one matter, told twice, reach 60 to 100


def alike(ticket: Ticket, others: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """Those of `others`, not closed for good by merging, that are likely the same matter; the most similar first."""
    scored = [(likeness(ticket, other), other) for other in others if _comparable(ticket, other)]
    return tuple(other for score, other in sorted(scored, key=lambda one: -one[0]) if score >= ALIKE)


def _comparable(ticket: Ticket, other: Ticket) -> bool:
    same_person = bool(ticket.person) and ticket.person == other.person
    same_phone = bool(ticket.phone) and ticket.phone == other.phone
    near = abs(ticket.opened_at - other.opened_at) <= WEEK
    return other.number != ticket.number and not other.merged_into and near and (same_person or same_phone)


def likeness(ticket: Ticket, other: Ticket) -> float:
    """0 to 100 and a little over. Another service or another party speaks against it."""
    words = max(_shared(ticket.title, other.title), _shared(_story(ticket), _story(other)))
    if ticket.service != other.service:
        words -= 25
    if ticket.other_party and other.other_party:
        words += 15 if fuzz.partial_ratio(ticket.other_party, other.other_party) >= 80 else -15
    return words


def _shared(one: str, two: str) -> float:
    """How much of both texts' letters is common to both; order and repetition do not count."""
    mine, theirs = ({sign for sign in text if sign.isalnum()} for text in (one, two))
    return 200 * len(mine & theirs) / max(len(mine) + len(theirs), 1)


def _story(ticket: Ticket) -> str:
    """What was told, without telephone numbers, places and parties, which are compared by themselves."""
    told = [answer for _, answer in ticket.facts if answer not in (ticket.phone, ticket.town, ticket.other_party)]
    return "".join(told) or ticket.title
