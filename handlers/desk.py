"""What staff do to a case, wherever they do it: in chat or in the pages. Acts become effects, citizens are told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from handlers.buttons import button, column
from handlers.inputs import limit_text
from handlers.offers import offered
from handlers.rights import closed_to, shown
from handlers.types import (
    Attachment,
    Button,
    ChangeTicket,
    Effect,
    Facts,
    Member,
    Message,
    OpenTicket,
    Reply,
    Send,
    room_of,
)
from tickets.changes import RETURN_REASONS
from tickets.clocks import clocks, days_left, limit_lamp
from tickets.due import say_day, say_time
from tickets.model import Limit
from tickets.routing import WINDOW, Route, least_busy
from tickets.states import ACTIONS, DESK, DISPATCH, MEDIATED, ROLE_NAMES, STATES, TALKING, Action, Role
from tickets.ticket import RETURN_LIMIT, Actor, Event, NotAllowed, Ticket, apply, lamp, open_ticket

Rows = tuple[tuple[Button, ...], ...]
LAMPS = {"red": "🔴", "yellow": "🟡", "green": "🟢"}


def actor(member: Member) -> Actor:
    """The member as one who acts on a case."""
    return Actor(id=member.id, role=member.role, name=member.name)


def shown_name(member: Member) -> str:
    """How a citizen sees the member: role and name."""
    return f"{ROLE_TITLES.get(member.role, '工作人员')}{member.name}"


ROLE_TITLES = {
    Role.CLERK: "受理员",
    Role.MEDIATOR: "调解员",
    Role.SUPERVISOR: "督办员",
    Role.ADMIN: "管理员",
}


def perform(
    ticket: Ticket,
    action: Action,
    member: Member,
    facts: Facts,
    text: str = "",
    to: Member | None = None,
    attachments: tuple[Attachment, ...] = (),
    data: Mapping[str, str] | None = None,
) -> tuple[Ticket, tuple[Effect, ...]]:
    """The case after a member's act, and the effects: the change, the letters to the citizen, the other side, a new owner.

    `data` is what the act asks for, as handlers.inputs.read gives it; for LINK and MERGE `facts.other` is the other case,
    and the effects change that one too. Raises tickets.ticket.NotAllowed with a sentence for the member.
    """
    given: dict[str, str] = dict(data or {})
    if to:
        given |= {"owner": to.id, "owner_name": shown_name(to), "owner_role": to.role}
    if action is Action.INVITE:
        given["code"] = facts.code
    if action is Action.SPLIT:
        given["number"] = facts.number
    changed, event = apply(ticket, action, actor(member), facts.now, said(action, text, given, to), **given)
    effects: list[Effect] = [ChangeTicket(ticket=changed, event=event, attachments=attachments)]
    if action in (Action.LINK, Action.MERGE):
        effects.append(_other_side(changed, action, member, facts))
    if action is Action.SPLIT:
        effects.append(_second_matter(changed, text.strip(), member, facts))
    effects += letters(changed, action, member, event.text, attachments, event.data)
    effects += _tell_dispatch(changed, action, member, facts, event.text)
    if to:
        effects.extend(tell_member(to, changed, f"转给您一张工单 {changed.number}：{changed.title}"))
    return changed, tuple(effects)


def _tell_dispatch(ticket: Ticket, action: Action, member: Member, facts: Facts, text: str) -> tuple[Send, ...]:
    """A case that came back needs somebody: the window is told, of a second return the supervisors."""
    if action not in (Action.RETURN, Action.RECUSE):
        return ()
    if ticket.returned >= RETURN_LIMIT and action is Action.RETURN:
        return tell_supervisors(facts, ticket, f"工单 {ticket.number} 第二次退回，请您来定：{text}")
    others = replace(facts, team=tuple(one for one in facts.team if one.id != member.id))
    return tell_staff(others, ticket, f"工单 {ticket.number} {ACTIONS[action].label}，要重新派：{text}")


def said(action: Action, text: str, data: Mapping[str, str], to: Member | None) -> str:
    """The words of the event: what was typed, and in front of it what was chosen."""
    if action is Action.ASSIGN and to:
        return shown_name(to)
    if action is Action.MEET:
        return f"{say_time(datetime.fromisoformat(data['at']))}，{data['place']}" if data.get("at") else text
    front = FRONT[action](data) if action in FRONT and data else ""
    return "。".join(part for part in (front, text.strip()) if part)


def _said_day(day: str) -> str:
    return say_day(date.fromisoformat(day)) if day else ""


FRONT: dict[Action, Callable[[Mapping[str, str]], str]] = {
    Action.RETURN: lambda data: RETURN_REASONS.get(data.get("reason", ""), ""),
    Action.SNOOZE: lambda data: f"约到{_said_day(data.get('until', ''))}",
    Action.EXTEND: lambda data: f"延长到{_said_day(data.get('until', ''))}",
    Action.LINK: lambda data: data.get("number", ""),
    Action.MERGE: lambda data: data.get("number", ""),
    Action.SPLIT: lambda data: data.get("number", ""),
    Action.LIMIT: limit_text,
    Action.CO_HANDLE: lambda data: data.get("team", ""),
    Action.INVITE: lambda data: data.get("party", ""),
}


def _other_side(ticket: Ticket, action: Action, member: Member, facts: Facts) -> Effect:
    """The other case learns of it. Raises NotAllowed when there is none."""
    other = facts.other
    if other is None or other.number not in ticket.linked:
        raise NotAllowed("没有找到另一张工单，请核对号码。")
    if action is Action.MERGE and not other.open:
        raise NotAllowed(f"工单 {other.number} 已经{STATES[other.state].label}，不能并过去。")
    if action is Action.MERGE and not same_person(ticket, other):
        raise NotAllowed(STRANGERS)
    text = f"{ticket.number} 并进来了：{ticket.title}" if action is Action.MERGE else ticket.number
    changed, event = apply(other, Action.LINK, actor(member), facts.now, text, number=ticket.number)
    return ChangeTicket(ticket=changed, event=event)


STRANGERS = "两张单是不同的人交的，并了以后有一位就收不到消息、也补充不了。请用“关联工单”，两张各办各的。"


def same_person(one: Ticket, other: Ticket) -> bool:
    """Whether nobody is cut off when the one case goes into the other."""
    return one.person in ("", other.person)


TRACE = ("origin", "answers", "edits")  # what of an event's data says which message it comes from


def traced(message: Message | None) -> dict[str, str]:
    """What the event of a message remembers of it, so that answers and changes find their way later."""
    if message is None:
        return {}
    place = message.chat if room_of(message.chat)[1] else ""
    known = {"origin": message.origin, "answers": message.answers, "room": place}
    return {name: value for name, value in known.items() if value}


def _second_matter(ticket: Ticket, title: str, member: Member, facts: Facts) -> OpenTicket:
    """A case of its own for the other thing the person told of: the same person, its own clock, linked both ways."""
    made, event = open_ticket(
        now=facts.now, hours=ticket.hours, by=actor(member), number=facts.number, channel=ticket.channel,
        chat=ticket.chat, person=ticket.person, kind="question", title=title_of(title), town=ticket.town, team=WINDOW,
        phone=ticket.phone, other_party=ticket.other_party,
        facts=(("从哪张单拆出来", ticket.number), ("什么事", title), *_shared_facts(ticket)),
    )  # fmt: skip
    return OpenTicket(ticket=replace(made, linked=(ticket.number,)), event=event)


TITLE = 40  # characters of a title
BOTH = ("对方", "什么时候", "哪天")  # facts that hold for both matters


def title_of(text: str) -> str:
    """A text as a title; what is cut shows that it is."""
    return text if len(text) <= TITLE else text[: TITLE - 1] + "…"


def _shared_facts(ticket: Ticket) -> tuple[tuple[str, str], ...]:
    return tuple(fact for fact in ticket.facts if any(part in fact[0] for part in BOTH))


def letters(
    ticket: Ticket, action: Action, member: Member, text: str, attachments: tuple[Attachment, ...] = (),
    data: Mapping[str, Any] | None = None,
) -> tuple[Send, ...]:  # fmt: skip
    """The letters that tell the citizen and the other side what happened; `data` is that of the event."""
    info = ACTIONS[action]
    trace = {name: data[name] for name in TRACE if name in data} if data else {}
    told = [tell_citizen(ticket, action, member, text, attachments)] if info.notice and ticket.chat else []
    if info.party_notice and ticket.mediation.chat and ticket.state in MEDIATED:
        told.append(tell_party(ticket, action, member, text, attachments))
    return tuple(replace(one, reply=replace(one.reply, **trace)) for one in told)


def tell_party(
    ticket: Ticket, action: Action, member: Member, text: str, attachments: tuple[Attachment, ...] = ()
) -> Send:
    """The letter to the other side of a mediation."""
    notice = filled(ACTIONS[action].party_notice, ticket, member, text)
    return party_letter(ticket, notice, party_buttons(ticket, action), shown_name(member), attachments)


def party_letter(
    ticket: Ticket, text: str, buttons: Rows, by: str = "", attachments: tuple[Attachment, ...] = ()
) -> Send:
    """A letter to the other side; its buttons are left out when the mediation is over."""
    reply = Reply(
        text=f"调解 {ticket.number}：{text}", ticket=ticket.number, by=by, attachments=attachments,
        buttons=buttons if ticket.state in TALKING else (),
    )  # fmt: skip
    return Send(channel=ticket.mediation.channel, chat=ticket.mediation.chat, reply=reply)


def party_buttons(ticket: Ticket, action: Action) -> Rows:
    """The buttons under a letter to the other side."""
    number = ticket.number
    if action is Action.INVITE:
        yes, no = button("愿意调解", "party", number, "consent"), button("不愿意", "party", number, "decline")
        return ((yes, no), (button("跟调解员说话", "party", number, "speak"),))
    return column(button("回话", "party", number, "speak"))


def filled(notice: str, ticket: Ticket, member: Member, text: str) -> str:
    """A notice of the table with what it leaves open."""
    signed = ticket.mediation.signed_on
    return notice.format(number=ticket.number, text=text, who=shown_name(member), day=say_day(signed) if signed else "")


def tell_citizen(
    ticket: Ticket, action: Action, member: Member, text: str, attachments: tuple[Attachment, ...] = ()
) -> Send:
    """The letter that tells the citizen what happened, with the buttons that fit."""
    notice = filled(ACTIONS[action].notice, ticket, member, text)
    reply = Reply(
        text=notice, ticket=ticket.number, by=shown_name(member), buttons=citizen_buttons(ticket, action),
        attachments=attachments,
    )  # fmt: skip
    return Send(channel=ticket.channel, chat=ticket.chat, reply=reply, urgent=ticket.urgent)


def citizen_buttons(ticket: Ticket, action: Action) -> Rows:
    """The buttons under a letter to the citizen."""
    number = ticket.number
    if action is Action.RESOLVE:
        solved = button("解决了", "act", number, Action.CONFIRM)
        part = button("解决一部分", "act", number, Action.CONFIRM, "part")
        return ((solved, part, button("没解决", "act", number, Action.REOPEN)),)
    if action is Action.INVITE:
        return ((button("愿意调解", "act", number, Action.WISH), button("不愿意，有话说", "add", number)),)
    if action in (Action.ASK, Action.REPLY):
        return ((button("回话", "add", number), button("看进度", "case", number)),)
    return ((button("看进度", "case", number),),)


SYSTEM = Actor(id="system", role=Role.SYSTEM, name="系统")


def hand_out(ticket: Ticket, wanted: Route, facts: Facts) -> tuple[Effect, ...]:
    """Gives the case to the least busy of the row's people: the change and the letter to him; () when nobody is free."""
    people = {member.name: member.id for member in facts.team if member.role in DESK}
    id = least_busy(people, wanted, facts.loads, ticket.excluded)
    member = next((one for one in facts.team if one.id == id), None)
    if member is None:
        return ()
    given = {"owner": member.id, "owner_name": shown_name(member), "owner_role": member.role}
    changed, event = apply(ticket, Action.ASSIGN, SYSTEM, facts.now, shown_name(member), **given)
    told = tell_member(member, changed, f"派给您一张新工单 {changed.number}：{changed.title}")
    return (ChangeTicket(ticket=changed, event=event), *told)


def tell_member(member: Member, ticket: Ticket, text: str, urgent: bool = False) -> tuple[Send, ...]:
    """A letter to one of the staff, if the bot can reach him."""
    if not member.chat:
        return ()
    reply = Reply(text=text, ticket=ticket.number, buttons=column(button("打开工单", "desk", ticket.number)))
    return (Send(channel=member.channel, chat=member.chat, reply=reply, urgent=urgent),)


def tell_staff(facts: Facts, ticket: Ticket, text: str, urgent: bool = False) -> tuple[Send, ...]:
    """Letters to those who should know: the owner; without one the clerks and supervisors; everybody when urgent."""
    owner = [m for m in facts.team if m.id == ticket.owner]
    readers = owner if owner and not urgent else [m for m in facts.team if urgent or m.role in DISPATCH]
    readers = readers or [m for m in facts.team if m.role is not Role.ADMIN]
    return tuple(send for m in readers for send in tell_member(m, ticket, text, urgent))


def tell_change(facts: Facts, before: Ticket, after: Ticket, text: str) -> tuple[Send, ...]:
    """Letters to whoever has the case now, to whoever lost it by what happened, and to the other side of a mediation."""
    lost = tell_staff(facts, before, text) if before.owner and before.owner != after.owner else ()
    return (*tell_staff(facts, after, text), *lost, *_tell_party_change(before, after))


def _tell_party_change(before: Ticket, after: Ticket) -> tuple[Send, ...]:
    if not after.mediation.chat or before.state not in TALKING:
        return ()
    if after.state not in MEDIATED:
        return (party_letter(after, "当事人不办了，这件事的调解到这里为止。", ()),)
    if before.owner and not after.owner:
        notice = ACTIONS[Action.SWAP].party_notice
        return (party_letter(after, notice, party_buttons(after, Action.SWAP)),)
    return ()


def tell_supervisors(facts: Facts, ticket: Ticket, text: str) -> tuple[Send, ...]:
    """Letters to the supervisors."""
    readers = [m for m in facts.team if m.role is Role.SUPERVISOR]
    return tuple(send for m in readers for send in tell_member(m, ticket, text))


def brief(ticket: Ticket, facts: Facts) -> str:
    """One line of the queue."""
    who = ticket.owner_name or "无人接手"
    flag = "【急】" if ticket.urgent else ""
    return f"{LAMPS[lamp(ticket, facts.now)]} {ticket.number} {flag}{ticket.title}｜{STATES[ticket.state].label}｜{who}"


def lines_of(ticket: Ticket, events: tuple[Event, ...], facts: Facts) -> list[str]:
    """What the case is about: where it stands, clocks and periods, what was asked and answered."""
    lines = [brief(ticket, facts), *clock_lines(ticket, facts.now)]
    lines += [f"{question}：{answer}" for question, answer in ticket.facts]
    lines += [f"（{label}）{words}" for label, words in ticket.before]
    return [*lines, *([f"镇乡：{ticket.town}"] if ticket.town else [])]


def card(ticket: Ticket, events: tuple[Event, ...], facts: Facts, member: Member) -> Reply:
    """The whole case for staff: facts, history with internal notes, and what can be done."""
    lines = lines_of(ticket, events, facts)
    lines += ["——经过——", *(event_line(closed_to(event, ticket, member)) for event in events[-12:])]
    acts = offered(ticket, member)
    rows = tuple(
        tuple(button(ACTIONS[a].label, "do", ticket.number, a) for a in acts[i : i + 3]) for i in range(0, len(acts), 3)
    )
    return Reply(text=shown("\n".join(lines), ticket, member), ticket=ticket.number, buttons=rows)


def clock_lines(ticket: Ticket, now: datetime) -> list[str]:
    """The promises that run, and beside them the citizen's own statutory periods, which nothing stops."""
    lines = [f"{clock.name}：{say_time(clock.due_at)}前" for clock in clocks(ticket)]
    if ticket.open and ticket.paused_at:
        lines.append(f"承诺的时钟停着（{STATES[ticket.state].label}）")
    return lines + [limit_line(one, now) for one in ticket.limits]


def limit_line(limit: Limit, now: datetime) -> str:
    """A statutory period as staff and citizen see it."""
    left = days_left(limit, now)
    state = f"还有 {left} 天" if left >= 0 else f"过了 {-left} 天"
    basis = f"（{limit.basis}）" if limit.basis else ""
    return f"{LAMPS[limit_lamp(limit, now)]} 法定期限 {limit.title}{basis}：最晚{say_day(limit.last_day)}，{state}"


def event_line(event: Event) -> str:
    """One line of a case's history for staff; internal ones are marked."""
    return f"{say_time(event.at)} {what_happened(event)}"


def what_happened(event: Event) -> str:
    """Who did what, and the words."""
    label = (
        ACTIONS[Action(event.action)].label
        if event.action in set(Action)
        else EVENT_LABELS.get(event.action, event.action)
    )
    mark = "" if event.public else "（内部）"
    who = event.name or ROLE_NAMES.get(event.role, "系统")
    text = f"：{event.text}" if event.text else ""
    return f"{who} {label}{mark}{text}"


def citizen_line(event: Event) -> str:
    """One line of the history for the person himself, whose own acts are his."""
    return event_line(replace(event, name="您") if event.role is Role.CITIZEN else event)


EVENT_LABELS = {
    "open": "提交",
    "forgotten": "按本人要求删除",
    "undelivered": "没送到",
    "delivered": "已送到",
    "attach": "附件",
}
