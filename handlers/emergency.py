"""Life and limb first: numbers to call and two short instructions before anything else, then an urgent case."""

from handlers.buttons import PERSON, button, column
from handlers.case import safe
from handlers.desk import tell_staff
from handlers.types import (
    ChangeTicket,
    Effect,
    Facts,
    Message,
    OpenTicket,
    Outcome,
    Reply,
    Session,
)
from knowledge import Knowledge
from knowledge.types import Emergency
from tickets.states import Action, Role, possible
from tickets.ticket import Actor, Ticket, apply, open_ticket

HOURS = 1  # working hours promised for an urgent case; people are told to call, not to wait


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Any message that reports danger now, except what staff write while they work on a case."""
    if facts.me and (session.want == "staff" or facts.named):
        return False
    running = any(one.kind == "emergency" and one.open for one in facts.tickets)
    if not message.text or message.button or (running and safe(message.text)):
        return False
    return knowledge.decide(message.text).emergency is not None


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    found = knowledge.decide(message.text).emergency
    assert found is not None
    if message.group:
        return Outcome(replies=(Reply(text=calls(found, knowledge)),), session=session)
    ticket, effects = _case(message, facts, found)
    text = f"{calls(found, knowledge)}\n\n先打电话，再看这里。我们同时记下了急单 {ticket.number}，并通知了值班人员。"
    ask = "您现在在哪里？发个位置，或者写地名、经纬度、船名。留个能打通的电话，救援的人好找您。"
    buttons = column(button("我没事了，撤掉", "act", ticket.number, Action.WITHDRAW), PERSON)
    after = Session(want="case", step="add", slots={"number": ticket.number}, asked_at=facts.now)
    replies = (
        Reply(text=text, ticket=ticket.number),
        Reply(text=ask, ticket=ticket.number, buttons=buttons, ask="place"),
    )
    return Outcome(replies=replies, session=after, effects=effects)


def calls(found: Emergency, knowledge: Knowledge) -> str:
    """The numbers with their names and the two instructions."""
    lines = [f"☎ {number} {knowledge.phones[number].name}" for number in found.numbers]
    steps = [f"{index}. {step}" for index, step in enumerate(found.first_steps, 1)]
    return "\n".join(["【紧急】马上打电话：", *lines, *steps])


def _case(message: Message, facts: Facts, found: Emergency) -> tuple[Ticket, tuple[Effect, ...]]:
    """The urgent case of this person: the one still open gets the message added, else a new one."""
    by = Actor(id=message.key, role=Role.CITIZEN, name=message.name)
    running = next((t for t in facts.tickets if t.kind == "emergency" and t.open), None)
    if running:
        action = Action.ADD if running.paused_at is None else Action.SUPPLY
        if action in _can(running):
            changed, event = apply(running, action, by, facts.now, message.text)
            told = tell_staff(facts, changed, f"急单 {changed.number} 又来消息：{message.text}", urgent=True)
            return changed, (ChangeTicket(ticket=changed, event=event, attachments=message.attachments), *told)
    ticket, event = open_ticket(
        now=facts.now, hours=HOURS, by=by, number=facts.number, channel=message.channel, chat=message.chat,
        person=message.key, kind="emergency", title=found.title, topic=found.id, urgent=True,
        facts=(("原话", message.text),),
    )  # fmt: skip
    told = tell_staff(facts, ticket, f"【急单】{ticket.number} {found.title}\n{message.text}", urgent=True)
    return ticket, (OpenTicket(ticket=ticket, event=event, attachments=message.attachments), *told)


def _can(ticket: Ticket) -> frozenset[Action]:
    return frozenset(possible(ticket.state, Role.CITIZEN))
