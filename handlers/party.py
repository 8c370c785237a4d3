"""The other side of a mediation: comes in by the link it was given, says yes or no, talks to the mediator alone.

What it says is kept as closed events: only the mediator of the case reads them, the applicant never does.
"""

import re
from datetime import timedelta

from handlers.buttons import button, column, parse
from handlers.desk import tell_change, tell_staff
from handlers.numbers import find_number
from handlers.start import word
from handlers.types import ChangeTicket, Effect, Facts, Message, Outcome, Reply, Send, Session
from knowledge import Knowledge
from tickets.due import say_time
from tickets.states import ACTIONS, TALKING, Action, Role, State
from tickets.ticket import Actor, NotAllowed, Ticket, apply

SPEAKING = timedelta(minutes=15)  # how long his words still belong to the mediation
WORDS = frozenset({"调解", "调解进度"})
PROGRESS = frozenset({"进度", "查进度", "我的工单", "工单"})  # of his own cases, if he has any
FINISHED = frozenset({"完了", "好了", "就这些", "没了", "发完了"})
QUESTION = re.compile(r"问[\s：:，,]")  # how he asks the bot something of his own meanwhile
WELCOME = (
    "您好。{applicant}为“{title}”申请了人民调解（{number}），想请您一起坐下来谈。\n"
    "调解不收钱，双方愿意才调，随时可以不调，也可以申请换调解员、要求不公开。不愿意也没关系，对方还可以走别的路。\n"
    "您在这里说的话只有调解员看得到，对方看不到。您愿意调解吗？"
)
TAKEN = "这个链接已经有人用过，或者调解已经结束。请跟调解员再要一个。"
SAID = "调解员会看到，对方看不到。还有就接着发，发完了回“完了”。要问我别的事，前面加个“问”字，比如“问 禁渔期到几号”。"
SURE = "真的不愿意调解吗？您说了不愿意，这次调解就停了，对方可以去走别的路。"
SURELY = "yes"  # what the button adds that is tapped after having been asked
AFTER = {
    Action.CONSENT: "好，记下您愿意调解。调解员会约时间，约好了告诉您。",
    Action.DECLINE: "好，记下您不愿意调解，这件事的调解就到这里。改主意了，请打电话给调解员，他可以再问一次。",
    Action.SWAP: "好，给您换一位调解员，换好了告诉您。",
}


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The link's code, buttons of the mediation, whatever he says while it runs, and answers to its letters."""
    if message.button:
        return parse(message.button)[0] == "party"
    if message.text.strip().startswith("调解 "):
        return True
    if facts.invited is None:
        return False
    if word(message) in WORDS or message.reply_to == facts.invited.number:
        return True
    return not _for_bot(message, facts) and (_speaking(session, facts) or _his_words(message, session, facts.invited))


def _speaking(session: Session, facts: Facts) -> bool:
    recent = session.asked_at is not None and facts.now - session.asked_at < SPEAKING
    return session.want == "party" and recent


def _for_bot(message: Message, facts: Facts) -> bool:
    """Whether he asks the bot something, or speaks of a case of his own."""
    own = {message.reply_to, find_number(message.text)} & {one.number for one in facts.tickets}
    progress = bool(facts.tickets) and word(message) in PROGRESS
    return bool(own) or progress or bool(QUESTION.match(message.text.strip()))


def _his_words(message: Message, session: Session, ticket: Ticket) -> bool:
    """Whether plain words belong to the mediation while it runs: he was told that they do."""
    running = ticket.mediation.person == message.key and ticket.state in TALKING
    return running and session.want in ("", "party") and not message.group


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    ticket = facts.invited
    if ticket is None:
        return Outcome(replies=(Reply(text=TAKEN),), session=session)
    if message.group:
        return Outcome(replies=(Reply(text="请在私聊里说，别在群里说。"),), session=session)
    if ticket.mediation.person != message.key:
        return _join(ticket, message, facts)
    _, arguments = parse(message.button)
    if len(arguments) > 1:
        return _button(ticket, arguments[1:], message, facts)
    if word(message) in FINISHED:
        return Outcome(replies=(Reply(text="好，都记上了。发“调解”随时看。"),))
    if word(message) not in WORDS | PROGRESS and not message.text.strip().startswith("调解 "):
        return _speak(ticket, message, facts)
    return Outcome(replies=(view(ticket),), session=session)


def _actor(message: Message, ticket: Ticket) -> Actor:
    return Actor(id=message.key, role=Role.PARTY, name=ticket.mediation.party)


def _join(ticket: Ticket, message: Message, facts: Facts) -> Outcome:
    if message.key == ticket.person:
        return Outcome(replies=(Reply(text="这个链接是给对方的，请您转给他。"),))
    try:
        changed, event = apply(
            ticket, Action.JOIN, _actor(message, ticket), facts.now, channel=message.channel, chat=message.chat
        )
    except NotAllowed:
        return Outcome(replies=(Reply(text=TAKEN),))
    told = tell_staff(facts, changed, f"工单 {changed.number}：对方从链接进来了。")
    text = WELCOME.format(applicant=applicant(ticket), title=ticket.title, number=ticket.number)
    reply = Reply(text=text, ticket=ticket.number, buttons=_choices(changed))
    return Outcome(replies=(reply,), effects=(ChangeTicket(ticket=changed, event=event), *told))


def applicant(ticket: Ticket) -> str:
    """How the other side is told who asks: no name, which it will hear from the mediator."""
    return f"{ticket.town}的一位当事人" if ticket.town else "一位当事人"


def _choices(ticket: Ticket) -> tuple[tuple, ...]:  # type: ignore[type-arg]
    number = ticket.number
    speak = button("跟调解员说话", "party", number, "speak")
    if ticket.state is State.CONSENT_PENDING and ticket.mediation.party_at is None:
        yes, no = button("愿意调解", "party", number, "consent"), button("不愿意", "party", number, "decline")
        return ((yes, no), (speak,))
    if ticket.state in (State.CONSENT_PENDING, State.MEDIATING) and not ticket.swapped and ticket.owner:
        return (
            (speak,),
            (button("换一位调解员", "party", number, "swap"), button("不调了", "party", number, "decline")),
        )
    return column(speak) if ticket.state in TALKING else ()


def _button(ticket: Ticket, arguments: tuple[str, ...], message: Message, facts: Facts) -> Outcome:
    verb, sure = arguments[0], arguments[1:] == (SURELY,)
    if verb == Action.DECLINE and not sure and ticket.state in TALKING:
        no = button("真的不愿意", "party", ticket.number, Action.DECLINE, SURELY)
        rows = column(button("再想想", "party", ticket.number, "view"), no)
        return Outcome(replies=(Reply(text=SURE, ticket=ticket.number, buttons=rows),))
    if verb == "speak":
        asked = Session(want="party", slots={"number": ticket.number}, asked_at=facts.now)
        text = "要跟调解员说的话、照片，直接发给我。只有他看得到。发完了回“完了”。"
        return Outcome(replies=(Reply(text=text, ticket=ticket.number, ask="file"),), session=asked)
    if verb not in set(AFTER):
        return Outcome(replies=(view(ticket),))
    action = Action(verb)
    try:
        changed, event = apply(ticket, action, _actor(message, ticket), facts.now)
    except NotAllowed as error:
        return Outcome(replies=(Reply(text=str(error), ticket=ticket.number),))
    told = f"工单 {changed.number} 对方：{ACTIONS[action].label}"
    effects: tuple[Effect, ...] = (
        ChangeTicket(ticket=changed, event=event),
        *(one for one in tell_change(facts, ticket, changed, told) if one.chat != message.chat),
        *_tell_applicant(changed, action),
    )
    rows = () if action is Action.DECLINE else _choices(changed)
    return Outcome(replies=(Reply(text=AFTER[action], ticket=ticket.number, buttons=rows),), effects=effects)


def _tell_applicant(ticket: Ticket, action: Action) -> tuple[Send, ...]:
    notice = ACTIONS[action].notice.format(number=ticket.number, text="", who="")
    if not notice or not ticket.chat:
        return ()
    reply = Reply(text=notice, ticket=ticket.number, buttons=column(button("看进度", "case", ticket.number)))
    return (Send(channel=ticket.channel, chat=ticket.chat, reply=reply),)


def _speak(ticket: Ticket, message: Message, facts: Facts) -> Outcome:
    text = message.text or ("（见附件）" if message.attachments else "（空消息）")
    try:
        changed, event = apply(ticket, Action.SPEAK, _actor(message, ticket), facts.now, text)
    except NotAllowed:
        return Outcome(replies=(Reply(text="这件事的调解已经结束，这里不再收话了。", ticket=ticket.number),))
    told = tell_staff(facts, changed, f"工单 {changed.number} 对方来话，请到工单里看。")
    effects = (ChangeTicket(ticket=changed, event=event, attachments=message.attachments), *told)
    after = Session(want="party", slots={"number": ticket.number}, asked_at=facts.now)
    return Outcome(replies=(Reply(text=SAID, ticket=ticket.number),), session=after, effects=effects)


def view(ticket: Ticket) -> Reply:
    """Where the mediation stands, as the other side may see it."""
    from_now = [f"· {say_time(meeting.at)} {meeting.place}" for meeting in ticket.mediation.meetings]
    lines = [
        f"调解 {ticket.number}：{PLAIN.get(ticket.state, '已经结束')}",
        *(["约好的时间："] if from_now else []),
        *from_now,
    ]
    return Reply(text="\n".join(lines), ticket=ticket.number, buttons=_choices(ticket))


PLAIN = {
    State.CONSENT_PENDING: "在问双方愿不愿意",
    State.MEDIATING: "正在调解",
    State.AGREEMENT: "双方谈拢了",
    State.TERMINATED: "调解没成",
    State.JUDICIAL_CONFIRM: "协议签了，30 天内双方可以一起去法院申请司法确认",
}
