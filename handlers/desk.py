"""What staff do to a case, wherever they do it: in chat or in the pages. Acts become effects, citizens are told."""

from handlers.buttons import button, column
from handlers.types import Attachment, ChangeTicket, Effect, Facts, Member, Reply, Send
from tickets.changes import needs_owner
from tickets.due import say_time
from tickets.states import ACTIONS, DISPATCH, STATES, Action, Role, possible
from tickets.ticket import Actor, Event, Ticket, apply, lamp

LAMPS = {"red": "🔴", "yellow": "🟡", "green": "🟢"}

# the order in which staff see what they can do; the rest follows in the order of ACTIONS
STAFF_BUTTONS = (
    Action.CLAIM,
    Action.ACCEPT,
    Action.REPLY,
    Action.ASK,
    Action.NOTE,
    Action.WISH,
    Action.CONSENT,
    Action.MEDIATE,
    Action.MEET,
    Action.TELL_PARTY,
    Action.RECORD,
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
    Action.RETURN,
    Action.RECUSE,
    Action.REDIRECT,
    Action.RESOLVE,
    Action.WARN,
    Action.ORDER,
    Action.ANSWER,
    Action.CALL_BACK,
)


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


def offered(ticket: Ticket, member: Member) -> tuple[Action, ...]:
    """What `member` can do with `ticket`, most used first."""
    can = set(possible(ticket.state, member.role))
    if ticket.owner not in ("", member.id):
        can = {action for action in can if not needs_owner(action, member.role)}
    if ticket.order_due_at is None:
        can.discard(Action.ANSWER)
    return tuple(action for action in STAFF_BUTTONS if action in can)


def perform(
    ticket: Ticket,
    action: Action,
    member: Member,
    facts: Facts,
    text: str = "",
    to: Member | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> tuple[Ticket, tuple[Effect, ...]]:
    """The case after a member's act, and the effects: the change, the letter to the citizen, the one to a new owner.

    Raises tickets.ticket.NotAllowed with a sentence for the member.
    """
    data = {"owner": to.id, "owner_name": shown_name(to)} if to else {}
    if action is Action.ASSIGN and to:
        text = shown_name(to)
    changed, event = apply(ticket, action, actor(member), facts.now, text, **data)
    effects: list[Effect] = [ChangeTicket(ticket=changed, event=event, attachments=attachments)]
    if ACTIONS[action].notice:
        effects.append(tell_citizen(changed, action, member, text, attachments))
    if to:
        effects.extend(tell_member(to, changed, f"转给您一张工单 {changed.number}：{changed.title}"))
    return changed, tuple(effects)


def tell_citizen(
    ticket: Ticket, action: Action, member: Member, text: str, attachments: tuple[Attachment, ...] = ()
) -> Send:
    """The letter that tells the citizen what happened, with the buttons that fit."""
    notice = ACTIONS[action].notice.format(number=ticket.number, text=text, who=shown_name(member))
    reply = Reply(
        text=notice, ticket=ticket.number, by=shown_name(member), buttons=citizen_buttons(ticket, action),
        attachments=attachments,
    )  # fmt: skip
    return Send(channel=ticket.channel, chat=ticket.chat, reply=reply, urgent=ticket.urgent)


def citizen_buttons(ticket: Ticket, action: Action) -> tuple[tuple, ...]:  # type: ignore[type-arg]
    """The buttons under a letter to the citizen."""
    number = ticket.number
    if action is Action.RESOLVE:
        return ((button("解决了", "act", number, Action.CONFIRM), button("没解决", "act", number, Action.REOPEN)),)
    if action in (Action.ASK, Action.REPLY):
        return ((button("回话", "add", number), button("看进度", "case", number)),)
    return ((button("看进度", "case", number),),)


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


def tell_supervisors(facts: Facts, ticket: Ticket, text: str) -> tuple[Send, ...]:
    """Letters to the supervisors."""
    readers = [m for m in facts.team if m.role is Role.SUPERVISOR]
    return tuple(send for m in readers for send in tell_member(m, ticket, text))


def brief(ticket: Ticket, facts: Facts) -> str:
    """One line of the queue."""
    who = ticket.owner_name or "无人接手"
    flag = "【急】" if ticket.urgent else ""
    return f"{LAMPS[lamp(ticket, facts.now)]} {ticket.number} {flag}{ticket.title}｜{STATES[ticket.state].label}｜{who}"


def card(ticket: Ticket, events: tuple[Event, ...], facts: Facts, member: Member) -> Reply:
    """The whole case for staff: facts, history with internal notes, and what can be done."""
    lines = [brief(ticket, facts), f"答应在 {say_time(ticket.due_at)} 前办"]
    lines += [f"{question}：{answer}" for question, answer in ticket.facts]
    if ticket.town:
        lines.append(f"镇乡：{ticket.town}")
    lines += ["——经过——", *(event_line(event) for event in events[-12:])]
    acts = offered(ticket, member)
    rows = tuple(
        tuple(button(ACTIONS[a].label, "do", ticket.number, a) for a in acts[i : i + 3]) for i in range(0, len(acts), 3)
    )
    return Reply(text="\n".join(lines), ticket=ticket.number, buttons=rows)


def event_line(event: Event) -> str:
    """One line of a case's history for staff; internal ones are marked."""
    label = (
        ACTIONS[Action(event.action)].label
        if event.action in set(Action)
        else EVENT_LABELS.get(event.action, event.action)
    )
    mark = "" if event.public else "（内部）"
    text = f"：{event.text}" if event.text else ""
    return f"{say_time(event.at)} {event.name or '系统'} {label}{mark}{text}"


EVENT_LABELS = {
    "open": "提交",
    "forgotten": "按本人要求删除",
    "undelivered": "没送到",
    "delivered": "已送到",
    "attach": "附件",
}
