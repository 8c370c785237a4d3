"""What each action changes in a case beside its state: one small function each, in the table CHANGES.

An action may need more than words. ActionInfo.asks names what; ASKS says under which keys it comes in `data`, as plain text:
a page or a chat collects exactly these.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from tickets.due import BEIJING, add_work_hours
from tickets.model import Actor, CoTask, Limit, Mediation, Meeting, NotAllowed, Ticket
from tickets.states import ACTIONS, DESK, MEDIATED, Action, Role

ASKS: dict[str, tuple[str, ...]] = {
    "member": ("owner", "owner_name", "owner_role"),
    "co": ("team", "hours"),
    "part": ("index",),
    "until": ("until",),
    "snooze": ("until",),
    "limit": ("id", "title", "last_day", "basis"),
    "ticket": ("number",),
    "reason": ("reason",),
    "party": ("party",),
    "names": ("applicant", "party"),
    "meeting": ("at", "place"),
    "signed": ("signed_on",),
}

UNKEPT = frozenset({"names"})  # what the history does not repeat, so that it can be erased with the case

RETURN_REASONS = {
    "scope": "不属于本单位职责",
    "court": "已经在诉讼、仲裁或复议",
    "refused": "当事人拒绝",
}
RATINGS = {"good": "满意", "fair": "一般", "bad": "不满意"}
SOLVED = {"yes": "解决了", "part": "解决一部分", "no": "没解决"}
MEDIATION_DAYS = 30  # 宁波市人民调解条例 第二十七条: generally within a month
CONFIRM_DAYS = 30  # 人民调解法 第三十三条: judicial confirmation within thirty days
ORDER_HOURS = 16  # a supervision order is answered in writing within two working days
SWAPS = 1  # how often a person changes the handler by himself

Data = dict[str, Any]
Change = Callable[[Ticket, Actor, datetime, str, Data], Ticket]


def _owned(ticket: Ticket, owner: Actor, now: datetime) -> Ticket:
    """A mediator who takes over a mediation reads what was said in it, whoever else takes over only what is said from now."""
    kept, reads_from = ticket.mediation, now
    if ticket.state in MEDIATED and owner.role is Role.MEDIATOR:
        reads_from = ticket.opened_at
    elif owner.id != ticket.owner:
        kept = replace(kept, terms="")
    return replace(ticket, owner=owner.id, owner_name=owner.name, reads_from=reads_from, mediation=kept)


def _take(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return _owned(ticket, by, now)


def _take_if_free(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return ticket if ticket.owner else _take(ticket, by, now, text, data)


def _contact(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, contacted_at=ticket.contacted_at or now)


def _ask(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return _contact(_take_if_free(ticket, by, now, text, data), by, now, text, data)


def _assign(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    owner = data.get("owner", "")
    if owner in ticket.excluded:
        raise NotAllowed("这位同事已经回避这件事，请转给别人。")
    role = Role(data.get("owner_role") or Role.CLERK)
    return _owned(ticket, Actor(id=owner, role=role, name=data.get("owner_name", text)), now)


def _free(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, owner="", owner_name="")


def _return(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    if data.get("reason") not in RETURN_REASONS:
        raise NotAllowed("退回只有三种理由：" + "、".join(RETURN_REASONS.values()) + "。请选一种。")
    return replace(ticket, owner="", owner_name="", returned=ticket.returned + 1)


def _exclude(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    if not ticket.owner:
        raise NotAllowed("这张单现在没有承办人。")
    return replace(ticket, excluded=(*ticket.excluded, ticket.owner), owner="", owner_name="", reads_from=None)


def _swap(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    if ticket.swapped >= SWAPS:
        raise NotAllowed("已经换过一次人。还要换请把理由写给我，督办员来定。")
    return replace(_exclude(ticket, by, now, text, data), swapped=ticket.swapped + 1)


def _co_handle(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    team, hours = str(data.get("team", "")).strip(), str(data.get("hours", ""))
    if not team or not hours.isdigit() or not 0 < int(hours) <= 120:
        raise NotAllowed("请写上请哪家协办、几个工作小时内办好（1 到 120）。")
    due = add_work_hours(now, int(hours))
    task = CoTask(team=team, what=text, due_at=due)
    return replace(ticket, co=(*ticket.co, task), due_at=max(ticket.due_at, due))


def _co_part(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    index = str(data.get("index", ""))
    if not index.isdigit() or int(index) >= len(ticket.co) or ticket.co[int(index)].done_at:
        raise NotAllowed("请选哪一家协办完了。")
    at = int(index)
    done = replace(ticket.co[at], done_at=now, result=text)
    return replace(ticket, co=(*ticket.co[:at], done, *ticket.co[at + 1 :]))


def _co_done(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    left = [task.team for task in ticket.co if task.done_at is None]
    if left:
        raise NotAllowed("还有协办没完：" + "、".join(left) + "。")
    return ticket


def _snooze(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, snoozed_until=_later_day(data.get("until"), now))


def _wake(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, snoozed_until=None)


def _extend(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, due_at=max(ticket.due_at, end_of_day(_later_day(data.get("until"), now))))


def _limit(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    limit = Limit(
        id=str(data.get("id", "")), title=str(data.get("title", "")), last_day=_day(data.get("last_day")),
        basis=str(data.get("basis", "")),
    )  # fmt: skip
    if not limit.title:
        raise NotAllowed("请选是哪个法定期限。")
    others = tuple(one for one in ticket.limits if one.id != limit.id)
    return replace(ticket, limits=tuple(sorted((*others, limit), key=lambda one: (one.last_day, one.id))))


def _link(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    other = _other(ticket, data)
    return replace(ticket, linked=tuple(sorted({*ticket.linked, other})))


def _merge(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(_link(ticket, by, now, text, data), merged_into=_other(ticket, data))


def _tell_party(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    if not ticket.mediation.chat:
        raise NotAllowed("对方还没有从链接进来，发不到。请打电话。")
    return ticket


def _order(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, order_due_at=add_work_hours(now, ORDER_HOURS))


def _warn(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, warned=str(data.get("colour", "yellow")))


def _answer(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    if ticket.order_due_at is None:
        raise NotAllowed("这张单没有等着答复的督办单。")
    return replace(ticket, order_due_at=None)


def _invite(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    party = str(data.get("party", "")).strip() or ticket.other_party
    if not party:
        raise NotAllowed("请写上对方是谁。")
    before = ticket.mediation
    known = bool(before.person) and party == before.party
    kept = Mediation(party=party, invited_at=now, code=str(data.get("code", "")), meetings=before.meetings)
    if known:  # he has come in before and is asked again where he is
        kept = replace(
            kept, code="", person=before.person, channel=before.channel, chat=before.chat, details=before.details
        )
    return replace(ticket, mediation=kept, other_party=ticket.other_party or party)


def _names(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    kept = replace(ticket.mediation, details=str(data.get("party", "")))
    return replace(ticket, applicant=str(data.get("applicant", "")), mediation=kept)


def _join(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    channel, chat = str(data.get("channel", "")), str(data.get("chat", ""))
    return replace(ticket, mediation=replace(ticket.mediation, person=by.id, code="", channel=channel, chat=chat))


def _wish(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, mediation=replace(ticket.mediation, applicant_at=now))


def _consent(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, mediation=replace(ticket.mediation, party_at=now))


def _mediate(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    if not ticket.mediation.applicant_at or not ticket.mediation.party_at:
        missing = "当事人" if not ticket.mediation.applicant_at else "对方"
        raise NotAllowed(f"还没有{missing}同意调解的记录。双方都愿意才能调。")
    due = end_of_day(now.astimezone(BEIJING).date() + timedelta(days=MEDIATION_DAYS))
    return replace(ticket, mediation=replace(ticket.mediation, begun_at=now), due_at=max(ticket.due_at, due))


def _meet(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    try:
        at = datetime.fromisoformat(str(data.get("at", "")))
    except ValueError:
        raise NotAllowed("请写上哪天几点，例如 2026-12-01 14:00。") from None
    at, place = at if at.tzinfo else at.replace(tzinfo=BEIJING), str(data.get("place", "")).strip()
    if at < now or not place:
        raise NotAllowed("请写上以后的时间，还有地点。")
    meetings = (*ticket.mediation.meetings, Meeting(at=at, place=place))
    return replace(ticket, mediation=replace(ticket.mediation, meetings=meetings))


def _terms(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, mediation=replace(ticket.mediation, terms=text))


def _agree(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    today = now.astimezone(BEIJING).date()
    signed = _day(data.get("signed_on") or today.isoformat())
    if signed > today:
        raise NotAllowed("签字的日子还没到。")
    kept = replace(ticket.mediation, terms=text, signed_on=signed, confirm_by=signed + timedelta(days=CONFIRM_DAYS))
    return replace(ticket, mediation=kept)


def _resolve(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, outcome=text, closed_at=now)


def _close(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, closed_at=ticket.closed_at or now)


def _confirm(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    solved = str(data.get("solved", "yes"))
    return replace(ticket, solved=solved if solved in SOLVED else "yes")


def _reopen(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    due = add_work_hours(now, ticket.hours)
    return replace(ticket, reopened=ticket.reopened + 1, outcome="", closed_at=None, due_at=max(ticket.due_at, due))


def _call_back(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    return replace(ticket, called_at=now)


def _rate(ticket: Ticket, by: Actor, now: datetime, text: str, data: Data) -> Ticket:
    solved = str(data.get("solved", ticket.solved))
    return replace(ticket, rating=str(data.get("rating", ticket.rating)), solved=solved if solved in SOLVED else "")


def _later_day(value: object, now: datetime) -> date:
    day = _day(value)
    if day <= now.astimezone(BEIJING).date():
        raise NotAllowed("请写今天以后的日子。")
    return day


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise NotAllowed("请写上日子，例如 2026-12-01。") from None


def end_of_day(day: date) -> datetime:
    """When the office closes on that day."""
    return datetime.combine(day, time(17, 30), BEIJING)


def _other(ticket: Ticket, data: Data) -> str:
    other = str(data.get("number", ""))
    if not other or other == ticket.number:
        raise NotAllowed("请写上另一张工单的号。")
    return other


CHANGES: dict[Action, Change] = {
    Action.CLAIM: _take,
    Action.ACCEPT: _take,
    Action.ASK: _ask,
    Action.START: _take_if_free,
    Action.REPLY: _contact,
    Action.ASSIGN: _assign,
    Action.RELEASE: _free,
    Action.RETURN: _return,
    Action.RECUSE: _exclude,
    Action.SWAP: _swap,
    Action.CO_HANDLE: _co_handle,
    Action.CO_PART: _co_part,
    Action.CO_DONE: _co_done,
    Action.SNOOZE: _snooze,
    Action.WAKE: _wake,
    Action.EXTEND: _extend,
    Action.LIMIT: _limit,
    Action.LINK: _link,
    Action.MERGE: _merge,
    Action.SPLIT: _link,
    Action.ADD: _wake,
    Action.WARN: _warn,
    Action.ORDER: _order,
    Action.ANSWER: _answer,
    Action.NAMES: _names,
    Action.INVITE: _invite,
    Action.JOIN: _join,
    Action.WISH: _wish,
    Action.CONSENT: _consent,
    Action.MEDIATE: _mediate,
    Action.MEET: _meet,
    Action.TELL_PARTY: _tell_party,
    Action.TERMS: _terms,
    Action.AGREE: _agree,
    Action.RESOLVE: _resolve,
    Action.REDIRECT: _resolve,
    Action.WITHDRAW: _close,
    Action.CONFIRM: _confirm,
    Action.REOPEN: _reopen,
    Action.CALL_BACK: _call_back,
    Action.RATE: _rate,
}

# what only the owner does when he is no supervisor is everything but these
FREE_ACTS = frozenset(
    {Action.CLAIM, Action.NOTE, Action.ASSIGN, Action.TRIAGE, Action.SUPPLY, Action.LINK, Action.LIMIT, Action.MERGE}
    | {Action.CALL_BACK, Action.ANSWER, Action.SUBMIT}
)


def not_his(ticket: Ticket, action: Action, id: str, role: Role) -> bool:
    """Whether a member of the staff may not do `action` because the case is not his."""
    if role not in DESK:
        return False
    if action is Action.CLAIM:
        return bool(ticket.owner)
    if ACTIONS[action].own:
        return ticket.owner != id
    if role is Role.SUPERVISOR or ticket.owner in ("", id):
        return False
    return action not in FREE_ACTS or (action is Action.ASSIGN and ticket.state in MEDIATED)
