"""A free question: a cited answer when sure, choices when not, the right door when it is not ours, a person always."""

import re
from dataclasses import asdict, replace
from datetime import timedelta

from handlers import correct, deadline, intake, statute
from handlers.buttons import PERSON, button, column, parse
from handlers.told import DISCLAIMER, all_told, answer, more, nod, part, rest, sources, thumbs
from handlers.types import (
    Facts,
    LogQuestion,
    Message,
    Outcome,
    Rate,
    Reply,
    Session,
)
from knowledge import Knowledge
from knowledge.types import Decision, Topic

BUTTONS = frozenset({"topic", "yes", "no", "more", "back-ask", "none"})
UNCLEAR = "我没把握。您问的是不是下面哪一样？"
LOST = "这个我答不了，怕说错。换几个字再说一遍，或者点“找人工”，让窗口的人答您。"
MISSES = 2  # the third question in a row that finds nothing goes to a person without asking
FOLLOW_UP = 14  # characters; longer words are a question of their own
LONGEST = 4000  # characters read of one message
MATTER = timedelta(minutes=30)  # after such a pause he speaks of something else
MOST_SAID, LONGEST_SAID = 6, 500  # of his words on one matter so many pieces of so many characters are remembered
PIECE = 6  # characters that are hardly a question of their own when more came just before
ASKING = re.compile(
    "[?？吗呢么]|算不算|帮|给我|要|第[一二]|怎|咋|多少|几|哪|谁|啥|什|为何|能|可以|行不|好.{0,4}[不伐]|[不伐]$"
)
PUNISHED = re.compile("罚|判刑|判几年|坐牢|拘留|吊证|吊销")
BURST = timedelta(seconds=90)  # messages closer than this may be pieces of one question


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Any text, and the buttons under answers."""
    if message.button:
        return parse(message.button)[0] in BUTTONS
    return bool(message.text.strip())


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    if message.button:
        verb, arguments = parse(message.button)
        return _button(verb, arguments, session, facts, knowledge)
    if told := _told_back(message.text.strip(), session, facts, knowledge):
        return told
    said = correct.BEGINS.sub("", message.text.strip()[:LONGEST])
    session = replace(session, said=_said(said, session, facts))
    text, decision = _decide(said, session, facts, knowledge)
    outcome = ACTIONS[decision.action](text, decision, session, facts, knowledge)
    refused = outcome.session.refused if outcome.session.query == session.query else ()
    outcome = replace(outcome, session=replace(outcome.session, asked_at=facts.now, refused=refused))
    found = decision.action == "refuse" and outcome.replies[0].sources
    log = LogQuestion(
        text=text,
        action="statute" if found else decision.action,
        topics=tuple(m.id for m in decision.topics[:3]),
        why=asdict(decision.why),
    )
    return replace(outcome, effects=(*outcome.effects, log))


def _told_back(text: str, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome | None:
    """The fact that the answer asked back for, typed instead of tapped: 是, 不超过, 20吨以下呢."""
    topic = knowledge.topics.get(session.topic)
    if topic is None or not topic.ask_back or len(text) > FOLLOW_UP:
        return None
    said = PARTICLES.sub("", text)
    for place, (label, _) in enumerate(topic.ask_back[0].options):
        if said == label or (len(label) > 2 and label in said):
            return _ask_back(topic, (topic.id, "0", str(place)), session, facts, knowledge)
    return None


PARTICLES = re.compile(r"[\s，。？！,.?!、]|^(我|我的|那|那个|船)?(是|就是)?(?=.{2,})|(呢|吧|的|啊|呀|了)+$")


def _decide(text: str, session: Session, facts: Facts, knowledge: Knowledge) -> tuple[str, Decision]:
    """The decision, and the question it is about: one told in several short messages is read as a whole."""
    decision = knowledge.decide(text, session.topic)
    if decision.action == "emergency" or not (_in_burst(session, facts) and session.said[1:]):
        return text, decision
    if decision.action in ("answer", "smalltalk") and not (decision.action == "answer" and len(text) <= PIECE):
        return text, decision
    whole = "，".join(session.said)[-LONGEST:]
    together = knowledge.decide(whole)
    if together.action != "answer":
        return text, decision
    return (text if together.topics[0].id == session.topic else whole), together


def _in_burst(session: Session, facts: Facts) -> bool:
    return session.asked_at is not None and facts.now - session.asked_at < BURST


def _said(text: str, session: Session, facts: Facts) -> tuple[str, ...]:
    """His words on the matter with these at the end; after a while it is another matter."""
    before = session.said if session.asked_at is not None and facts.now - session.asked_at < MATTER else ()
    return (*before, text[:LONGEST_SAID])[-MOST_SAID:]


def _button(verb: str, arguments: tuple[str, ...], session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    topic = knowledge.topics.get(arguments[0]) if arguments else None
    if verb == "none":
        miss = Rate(topic=session.topic, useful="wrong", query=session.query)
        offered = [one.id for one in knowledge.decide(session.query).topics[:3]] if session.query else []
        refused = correct.with_refused(session, *offered)
        outcome = intake.begin("", replace(session, refused=refused), facts, knowledge)
        return replace(outcome, effects=(miss,))
    if topic is None:
        return Outcome(
            replies=(Reply(text="这一条内容已经更新，请再问一遍。", buttons=column(PERSON)),), session=session
        )
    return BUTTON[verb](topic, arguments, session, facts, knowledge)


def _open_topic(
    topic: Topic, arguments: tuple[str, ...], session: Session, facts: Facts, knowledge: Knowledge
) -> Outcome:
    after = replace(session, want="", step="", slots={}, topic=topic.id, misses=0)
    return Outcome(replies=(answer(topic, knowledge),), session=after, effects=_corrected(topic, session))


def _corrected(topic: Topic, session: Session) -> tuple[LogQuestion, ...]:
    """What was meant after something else was offered: the pair is kept, so that the question is learned."""
    wrong = tuple(id for id in session.refused if id != topic.id)
    if not wrong or not session.query:
        return ()
    return (LogQuestion(text=session.query, action="corrected", topics=(topic.id, *wrong)),)


def _useful(topic: Topic, arguments: tuple[str, ...], session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    rate = Rate(topic=topic.id, useful="yes", query=session.query)
    return Outcome(replies=(Reply(text="好，帮上就好。还有事接着问。"),), session=session, effects=(rate,))


def _useless(topic: Topic, arguments: tuple[str, ...], session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    rate = Rate(topic=topic.id, useful="no", query=session.query)
    related = [knowledge.topics[id] for id in topic.related if id in knowledge.topics][:3]
    rows = [button(one.title, "topic", one.id) for one in related]
    if topic.service in knowledge.services:
        rows.append(button(f"申请{knowledge.services[topic.service].title}", "order", topic.service))
    text = "没解决的话，有三条路：看看相近的，申请服务，或者直接找人。"
    after = replace(session, refused=correct.with_refused(session, topic.id))
    return Outcome(replies=(Reply(text=text, buttons=column(*rows, PERSON)),), session=after, effects=(rate,))


def _more(topic: Topic, arguments: tuple[str, ...], session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    return Outcome(replies=(more(topic, knowledge),), session=session)


def _ask_back(
    topic: Topic, arguments: tuple[str, ...], session: Session, facts: Facts, knowledge: Knowledge
) -> Outcome:
    """The conclusion that the chosen fact leads to."""
    if topic.id in knowledge.withheld:
        return Outcome(replies=(answer(topic, knowledge),), session=session)
    try:
        asked = topic.ask_back[int(arguments[1])]
        label, conclusion = asked.options[int(arguments[2])]
    except (IndexError, ValueError):
        return Outcome(replies=(answer(topic, knowledge),), session=session)
    text = f"{asked.question}{label}。\n{conclusion}\n{DISCLAIMER}"
    rows = ((button("说详细点", "more", topic.id), button("看条文", "law", topic.id)), *thumbs(topic))
    return Outcome(replies=(Reply(text=text, sources=sources(topic), buttons=rows),), session=session)


BUTTON = {"topic": _open_topic, "yes": _useful, "no": _useless, "more": _more, "back-ask": _ask_back}


def _answer(text: str, decision: Decision, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    topic = knowledge.topics[decision.topics[0].id]
    if topic.id == session.topic and len(text) <= FOLLOW_UP and topic.id not in knowledge.withheld:
        if found := part(text, topic, knowledge):
            return Outcome(replies=(found,), session=replace(session, misses=0))
        if _in_burst(session, facts) and not ASKING.search(text):
            return Outcome(replies=(nod(topic),), session=session)
        if text != session.query:
            told = rest(topic, knowledge) if not session.misses else all_told(topic, knowledge)
            return Outcome(replies=(told,), session=replace(session, misses=1))
    first = answer(topic, knowledge, decision.echo, penalty_first=bool(PUNISHED.search(text)))
    if other := knowledge.topics.get(decision.maybe):
        first = replace(first, buttons=(*first.buttons, (button(f"还问：{other.title}", "topic", other.id),)))
    replies = [first]
    if topic.id not in knowledge.withheld and (reckoned := deadline.told_day(text, topic, facts)):
        replies.append(Reply(text=reckoned, buttons=column(button("换个日子再算", "count", topic.id), PERSON)))
    replies += [answer(knowledge.topics[id], knowledge) for id in decision.also if id in knowledge.topics]
    return Outcome(replies=tuple(replies), session=replace(session, topic=topic.id, query=text, misses=0))


def _clarify(text: str, decision: Decision, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    """The question that separates the candidates, with up to three of them to tap."""
    asked = decision.outside.reply if decision.outside and decision.outside.reply else UNCLEAR
    choices = decision.outside.choices if decision.outside and decision.outside.choices else ()
    ids = choices or tuple(m.id for m in decision.topics if m.id not in session.refused)[:3]
    known = [button(knowledge.topics[id].title, "topic", id) for id in ids if id in knowledge.topics]
    head = f"{decision.echo}\n{asked}" if decision.echo else asked
    reply = Reply(text=head, buttons=column(*known[:3], button(correct.NONE, "none")))
    return Outcome(replies=(reply,), session=replace(session, query=text, misses=max(session.misses, 1)))


def _refuse(text: str, decision: Decision, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    outside = decision.outside
    if outside is None:
        return _miss(text, session, facts, knowledge)
    door = knowledge.topics.get(outside.door)
    rows = [button(door.title, "topic", door.id)] if door else []
    reply = Reply(text=outside.reply, buttons=column(*rows, PERSON))
    return Outcome(replies=(reply,), session=replace(session, query=text))


def _miss(text: str, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    """Found nothing: say so, offer a person; the third time in a row begin to take the matter down."""
    counted = replace(session, query=text, misses=session.misses + 1)
    if session.misses >= MISSES:
        begun = intake.begin("", replace(counted, misses=0), facts, knowledge)
        first = replace(begun.replies[0], text=f"问了几回我都答不上，直接给您找人。\n{begun.replies[0].text}")
        return replace(begun, replies=(first,))
    lost = Reply(text=LOST, buttons=column(PERSON, button("看菜单", "menu")))
    return Outcome(replies=(statute.offer(text, knowledge) or lost,), session=counted)


def _smalltalk(text: str, decision: Decision, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    reply = decision.outside.reply if decision.outside else "您好，有事直接打字问我。"
    after = replace(session, said=session.said[:-1])
    return Outcome(replies=(Reply(text=reply, buttons=column(button("看菜单", "menu"), PERSON)),), session=after)


ACTIONS = {
    "answer": _answer,
    "clarify": _clarify,
    "refuse": _refuse,
    "statute": _refuse,
    "smalltalk": _smalltalk,
    "emergency": _smalltalk,
}
