"""The room of a case in the staff's group: what is said there stays with the staff, unless somebody sends it on.

A plain line is an internal note. `回复 话`, `请补充 话`, `办结 结果` and the buttons under the card act; a line written under
a citizen's words can be sent on with one tap. Words of a mediation have no place here: the whole group reads along.
"""

import re
from dataclasses import replace

from handlers import staff
from handlers.buttons import button, column, parse
from handlers.desk import event_line, lines_of, perform, traced, what_happened
from handlers.offers import offered
from handlers.rights import closed_to, shared
from handlers.start import word
from handlers.types import ChangeTicket, Effect, Facts, Member, Message, Outcome, Reply, Send, Session, room_of
from knowledge import Knowledge
from tickets.states import ACTIONS, STATES, Action, Role, State, possible
from tickets.ticket import Event, NotAllowed, Ticket

STRANGER = "您还没有加入窗口，在这里说的话不会记进工单。请管理员发邀请码，私聊我加入。"
GONE = "没有找到这张工单。"
CLOSED_HERE = "调解里的话不能写在群里，这里大家都看得到。请私聊我，或者到网页工作台里写。"
NOTED = "✍"
SIGNED = (Action.REPLY, Action.ASK, Action.NOTE)  # what shows by a sign under the line, and when it arrived by another
SEND = "已记为内部备注，当事人看不到。要发给他？"
LOST = "这句话找不到了，请重新写：回复 要说的话"
LABELS = {ACTIONS[action].label: action for action in Action}
SPOKEN = re.compile(r"\s*(" + "|".join(sorted(LABELS, key=len, reverse=True)) + r")(?:[\s：:，,]+(.*)|)$", re.S)
CARD_ACTS = (Action.CLAIM, Action.ACCEPT, Action.REPLY, Action.ASK, Action.ASSIGN, Action.INVITE, Action.RESOLVE)
DESK_ROLES = (Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR)
HISTORY = 8  # events on the card


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Whatever comes in a room."""
    return bool(room_of(message.chat)[1])


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    ticket, me = facts.named, facts.me
    if me is None:
        return Outcome(replies=(Reply(text=STRANGER),))
    if ticket is None:
        return Outcome(replies=(Reply(text=GONE),))
    if message.edited:
        return _changed(ticket, message, facts, me)
    verb, arguments = parse(message.button)
    if verb == "relay":
        return _relay(ticket, message, session, facts, me)
    action, text = spoken(message.text)
    wanted = next((Action(one) for one in arguments[1:2] if one in set(Action)), action)
    if wanted and ACTIONS[wanted].closed:
        return Outcome(replies=(Reply(text=CLOSED_HERE, ticket=ticket.number),))
    if message.button or (session.want == "staff" and word(message) not in staff.STOP):
        return _brief(staff.handle(message, session, facts, knowledge), message, ticket)
    if action:
        return _brief(staff.begin(ticket, action, text, message, facts, me, knowledge), message, ticket)
    return _note(ticket, message, facts, me)


def spoken(text: str) -> tuple[Action | None, str]:
    """The act a line begins with and the words that follow; None for a line that is just said."""
    found = SPOKEN.match(text)
    return (LABELS[found[1]], (found[2] or "").strip()) if found else (None, text)


def _brief(outcome: Outcome, message: Message, ticket: Ticket) -> Outcome:
    """What was done in one line, for the card above shows the rest; words sent to the citizen get a sign only."""
    acts = [one.event.action for one in outcome.effects if isinstance(one, ChangeTicket)]
    if not acts:
        return replace(outcome, replies=tuple(replace(one, text=shared(one.text, ticket)) for one in outcome.replies))
    if acts[0] in SIGNED and message.origin:
        return replace(outcome, replies=_sign(message, outcome.replies[0].ticket, outcome.effects))
    cut = tuple(replace(one, text=one.text.partition("\n")[0], buttons=()) for one in outcome.replies)
    return replace(outcome, replies=cut)


def _sign(message: Message, number: str, effects: tuple[Effect, ...]) -> tuple[Reply, ...]:
    """That it is written down. Words that go out get their sign when they have arrived, and no other before."""
    goes_out = any(isinstance(one, Send) and one.reply.origin == message.origin for one in effects)
    return () if goes_out else (Reply(text="", sign=NOTED, origin=message.origin, ticket=number),)


def _note(ticket: Ticket, message: Message, facts: Facts, me: Member) -> Outcome:
    text = message.text or "（见附件）"
    _, effects = perform(ticket, Action.NOTE, me, facts, text, None, message.attachments, traced(message))
    if not message.answers or message.attachments or Action.REPLY not in offered(ticket, me):
        return Outcome(replies=_sign(message, ticket.number, effects), effects=effects)
    slots = {"text": text, "origin": message.origin, "answers": message.answers}
    rows = column(button("发给当事人", "relay", ticket.number))
    asked = Reply(text=SEND, ticket=ticket.number, buttons=rows, answers=message.origin)
    return Outcome(replies=(asked,), session=Session(want="room", slots=slots), effects=effects)


def _relay(ticket: Ticket, message: Message, session: Session, facts: Facts, me: Member) -> Outcome:
    """Send on what was just noted; it keeps its origin, so that a later change finds it."""
    if session.want != "room":
        return Outcome(replies=(Reply(text=LOST, ticket=ticket.number),))
    said = replace(message, origin=session.slots["origin"], answers=session.slots["answers"])
    return _brief(staff.act(ticket, Action.REPLY, session.slots["text"], facts, me, message=said), message, ticket)


def _changed(ticket: Ticket, message: Message, facts: Facts, me: Member) -> Outcome:
    """A line changed after it was written: what went to the citizen is changed there too, both wordings stay."""
    before = next((one for one in reversed(facts.events) if one.data.get("origin") == message.origin), None)
    if before is None:
        return Outcome()
    sent = next((one for one in _of(facts, message.origin) if ACTIONS[Action(one.action)].notice), None)
    action = Action.REPLY if sent else Action.NOTE
    label, words = spoken(message.text)
    text = words if label else message.text
    data = {**traced(message), "edits": message.origin}
    try:
        _, effects = perform(ticket, action, me, facts, f"{text}（改过）", None, (), data)
    except NotAllowed as error:
        return Outcome(replies=(Reply(text=str(error), ticket=ticket.number),))
    return Outcome(replies=_sign(message, ticket.number, effects), effects=effects)


def _of(facts: Facts, origin: str) -> list[Event]:
    """The acts that came from this message."""
    return [one for one in facts.events if one.data.get("origin") == origin and one.action in set(Action)]


def title(ticket: Ticket, longest: int = 128) -> str:
    """The name of the room: state, number, matter."""
    urgent = "急" if ticket.urgent and ticket.open else ""
    return shared(f"【{urgent}{STATES[ticket.state].label}】{ticket.number} {ticket.title}", ticket)[:longest]


def card(ticket: Ticket, events: tuple[Event, ...], facts: Facts) -> Reply:
    """What is pinned at the top of the room, for all who read along: no telephone number, no words of a mediation."""
    lines = [*lines_of(ticket, events, facts), "——经过——"]
    lines += [event_line(closed_to(one, ticket, NOBODY)) for one in events if one.action != "seen"][-HISTORY:]
    lines.append("在这里打字是内部备注；发给当事人写“回复 话”。")
    can = {action for role in DESK_ROLES for action in possible(ticket.state, role)}
    can -= {Action.CLAIM} if ticket.owner else set()
    acts = [button(ACTIONS[one].label, "do", ticket.number, one) for one in CARD_ACTS if one in can]
    rows = [tuple(acts[i : i + 3]) for i in range(0, len(acts), 3)]
    more = button("全部", "desk", ticket.number)
    return Reply(text=shared("\n".join(lines), ticket), ticket=ticket.number, buttons=(*rows, (more,)))


NOBODY = Member(id="", name="", role=Role.SYSTEM)


def told(ticket: Ticket, event: Event, here: bool) -> str:
    """What the room is told of an event; "" for nothing. `here`: the words were written in the room itself."""
    if event.action in ("seen", "forgotten") or here:
        return ""
    if event.action == Action.SUBMIT and event.before == State.DRAFT:
        return "新的急单，先打电话！" if ticket.urgent else "新工单，等人接。"
    if event.role is Role.SYSTEM and event.action == Action.NOTE:
        return ""
    return shared(what_happened(closed_to(event, ticket, NOBODY)), ticket)
