"""Prepared texts and macros, from canned.toml."""

import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Any

from bot.web.pages import HERE
from handlers.desk import shown_name
from handlers.rights import shown
from handlers.types import Member
from tickets.states import ACTIONS, TRANSITIONS, Action
from tickets.ticket import Ticket


@cache
def macros() -> tuple[dict[str, Any], ...]:
    """Several acts in one tap, from canned.toml."""
    return tuple(tomllib.loads((HERE / "canned.toml").read_text(encoding="utf-8"))["macro"])


def can_play(macro: dict[str, Any], acts: Iterable[Action], ticket: Ticket, me: Member) -> bool:
    """Whether all acts of the macro can be done one after the other by `me`."""
    state, first = ticket.state, True
    for one in macro["acts"]:
        action = Action(one["action"])
        if (first and action not in acts) or (state, action) not in TRANSITIONS or me.role not in ACTIONS[action].who:
            return False
        state, first = TRANSITIONS[(state, action)], False
    return True


def filled(text: str, ticket: Ticket, me: Member) -> str:
    """A prepared text with what it leaves open: {工单}, {标题}, {我}, {镇乡}, {对方}."""
    values = {
        "工单": ticket.number, "标题": shown(ticket.title, ticket, me), "我": shown_name(me), "镇乡": ticket.town,
        "对方": ticket.other_party or "对方",
    }  # fmt: skip
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@cache
def canned() -> tuple[dict[str, Any], ...]:
    """The prepared texts, from canned.toml."""
    return tuple(tomllib.loads((HERE / "canned.toml").read_text(encoding="utf-8"))["reply"])
