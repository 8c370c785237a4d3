"""A free question: a cited answer when sure, choices when not, the right door when it is not ours, a person always."""

import re
from dataclasses import asdict, replace
from datetime import timedelta

from handlers import correct, intake, statute
from handlers.buttons import PERSON, button, column, parse
from handlers.types import (
    Button,
    Facts,
    LogQuestion,
    Message,
    Outcome,
    Rate,
    Reply,
    Session,
    Source,
)
from knowledge import Knowledge
from knowledge.laws import Laws
from knowledge.types import Citation, Context, Decision, Period, Topic
from knowledge.yearly import current, first_violation, penalties

DISCLAIMER = "这是信息和指引，不是法律意见，以执法机关和法院的认定为准。"
BUTTONS = frozenset({"topic", "yes", "no", "more", "back-ask", "none"})
UNCLEAR = "我没把握。您问的是不是下面哪一样？"
LOST = "这个我答不了，怕说错。换几个字再说一遍，或者点“找人工”，让窗口的人答您。"
REVIEWING = "条文已修订，正在复核。旧的答案先不给，免得误事。急着用，点“找人工”，由人按新条文答您。"
STALE = "这条内容过了复核日期，正在重新核对。急着用，点“找人工”。"
MISSES = 2  # the third question in a row that finds nothing goes to a person without asking
FOLLOW_UP = 14  # characters; longer words are a question of their own
PARTS = {
    "带什么": ("带什么", "材料", "什么证", "准备什么", "要什么"),
    "去哪里": ("去哪", "哪里办", "找谁", "找哪", "在哪"),
    "期限": ("几天", "多久", "多长时间", "来得及", "期限", "几号前", "过期"),
    "费用": ("要钱", "收费", "多少钱办", "费用", "花钱"),
    "罚": ("罚",),
    "哪天": ("几号", "哪天", "几时"),
}
LONGEST = 4000  # characters read of one message
MATTER = timedelta(minutes=30)  # after such a pause he speaks of something else
MOST_SAID, LONGEST_SAID = 6, 500  # of his words on one matter so many pieces of so many characters are remembered
PIECE = 6  # characters that are hardly a question of their own when more came just before
ASKING = re.compile("[?？吗呢么]|怎|咋|多少|几|哪|谁|啥|什|为何|能|可以|要不要|行不|好不|好.{0,4}[不伐]|[不伐]$")
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
    context = Context(session.topic, session.query) if session.topic else None
    decision = knowledge.decide(text, context)
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


def more(topic: Topic, knowledge: Knowledge) -> Reply:
    """What stands behind the short answer: details, penalties, the hint for a first violation, periods."""
    if topic.id in knowledge.withheld:
        return answer(topic, knowledge)
    parts = list(topic.details)
    if topic.penalty:
        listed = penalties(topic.id, knowledge.yearly)
        parts.append("\n".join(part for part in ("【会怎么罚】", topic.penalty, listed) if part))
    if topic.first_hint:
        listed = first_violation(topic.id, knowledge.yearly)
        parts.append("\n".join(part for part in (f"【头一回】{topic.first_hint}", listed) if part))
    if topic.periods:
        parts.append("【期限】\n" + "\n".join(period_line(p) for p in topic.periods))
    related = [button(knowledge.topics[id].title, "topic", id) for id in topic.related if id in knowledge.topics][:3]
    text = "\n\n".join(parts) or topic.short
    return Reply(text=text, sources=sources(topic, knowledge.laws), buttons=column(*related, PERSON))


def period_line(period: Period) -> str:
    """A period and the day it runs from."""
    return f"· {period.name}：{period.amount}{period.unit}，从{period.start.removeprefix('从')}起"


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
    rows = ((button("说详细点", "more", topic.id), button("看条文", "law", topic.id)), *_thumbs(topic))
    return Outcome(replies=(Reply(text=text, sources=sources(topic), buttons=rows),), session=session)


BUTTON = {"topic": _open_topic, "yes": _useful, "no": _useless, "more": _more, "back-ask": _ask_back}


def answer(topic: Topic, knowledge: Knowledge, echo: str = "", penalty_first: bool = False) -> Reply:
    """The approved answer of a topic: conclusion, next steps, sources, one line of disclaimer, buttons.

    While the law it rests on has moved and nobody has read it again, only that is said.
    """
    if topic.id in knowledge.withheld:
        why = REVIEWING if knowledge.withheld[topic.id].changes else STALE
        return Reply(text=f"{topic.title}\n{why}", buttons=((button("看现行条文", "law", topic.id), PERSON),))
    parts = [echo] if echo else []
    parts.append(topic.short)
    if penalty_first and topic.penalty:
        parts.append(f"会怎么罚：\n{topic.penalty}")
    if topic.service_form:
        form = topic.service_form
        parts.append(f"谁可以提：{form.who}\n承办：{form.team}\n时限：{form.promise}\n收费：{form.fee}")
    parts.append("\n".join(["怎么办：", *(f"· {step}" for step in topic.steps)]))
    if this_year := current(topic.id, knowledge.yearly, knowledge.today):
        parts.append(this_year)
    parts += [f"要紧的一点：{one.question}" for one in topic.ask_back[:1]]
    parts.append(DISCLAIMER)
    return Reply(
        text="\n\n".join(parts), sources=sources(topic, knowledge.laws), buttons=_answer_buttons(topic, knowledge)
    )


def _answer_buttons(topic: Topic, knowledge: Knowledge) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    if topic.ask_back:
        options = topic.ask_back[0].options
        rows.append(tuple(button(label, "back-ask", topic.id, "0", str(i)) for i, (label, _) in enumerate(options)))
    if topic.service_form:
        rows.append((button("申请这项服务", "order", topic.id),))
    if topic.periods:
        rows.append((button("帮我算日子", "count", topic.id),))
    if topic.penalty and knowledge.laws and knowledge.laws.renewed(topic.citations):
        rows.append((button("事情发生在新法之前？", "when", topic.id),))
    rows.append((button("说详细点", "more", topic.id), button("看条文", "law", topic.id)))
    return (*rows, *_thumbs(topic))


def _thumbs(topic: Topic) -> tuple[tuple[Button, ...], ...]:
    return ((button("有用", "yes", topic.id), button("没解决", "no", topic.id), PERSON),)


def sources(topic: Topic, laws: Laws | None = None) -> tuple[Source, ...]:
    """The topic's citations, each with its version and a caveat where the text in force could not be checked."""
    return tuple(source(one, laws) for one in topic.citations)


def source(one: Citation, laws: Laws | None = None) -> Source:
    """A citation as a reply carries it."""
    article = f"{one.article}" + (f"-{one.suffix}" if one.suffix else "")
    return Source(
        label=one.label,
        law=one.law,
        article=article,
        version=one.version,
        caveat=one.caveat or _moved(one, laws),
        link=f"/law/{one.law}/{article}",
    )


def _moved(one: Citation, laws: Laws | None) -> str:
    """A released answer still cites the text it was checked against: says so, and where that stands now."""
    verdict = laws.check(one) if laws else None
    if verdict is None or verdict.worth not in ("superseded", "repealed", "missing-article"):
        return ""
    now = verdict.now
    return f"旧文本，已照新文本复核，现在看《{now.law}》{now.label}" if now else "旧文本，已经复核"


def _answer(text: str, decision: Decision, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    topic = knowledge.topics[decision.topics[0].id]
    if topic.id == session.topic and len(text) <= FOLLOW_UP and topic.id not in knowledge.withheld:
        if part := _asked_part(text, topic, knowledge):
            return Outcome(replies=(part,), session=replace(session, misses=0))
        if _in_burst(session, facts) and not ASKING.search(text):
            return Outcome(replies=(_nod(topic),), session=session)
        if text != session.query:
            rest = _rest(topic, knowledge) if not session.misses else _all_told(topic, knowledge)
            return Outcome(replies=(rest,), session=replace(session, misses=1))
    first = answer(topic, knowledge, decision.echo, penalty_first="罚" in text)
    if other := knowledge.topics.get(decision.maybe):
        first = replace(first, buttons=(*first.buttons, (button(f"还问：{other.title}", "topic", other.id),)))
    replies = [first]
    replies += [answer(knowledge.topics[id], knowledge) for id in decision.also if id in knowledge.topics]
    return Outcome(replies=tuple(replies), session=replace(session, topic=topic.id, query=text, misses=0))


def _asked_part(text: str, topic: Topic, knowledge: Knowledge) -> Reply | None:
    """A short follow-up about the topic at hand gets just the part it asks for."""
    wanted = next((name for name, signs in PARTS.items() if any(sign in text for sign in signs)), "")
    if wanted == "罚":
        found = topic.penalty
    elif wanted == "哪天":
        found = current(topic.id, knowledge.yearly, knowledge.today)
    else:
        found = next((step for step in topic.steps if wanted and step.startswith(wanted)), "")
    if not found:
        return None
    rows = ((button("整条再看一遍", "topic", topic.id), button("说详细点", "more", topic.id)), *_thumbs(topic))
    return Reply(text=f"{topic.title}\n{found}\n\n{DISCLAIMER}", sources=sources(topic, knowledge.laws), buttons=rows)


def _nod(topic: Topic) -> Reply:
    """One more piece of the same story, without a question in it."""
    rows = ((button("整条再看一遍", "topic", topic.id), PERSON),)
    return Reply(text=f"嗯，听着呢，还是“{topic.title}”这件事。要问什么接着说；要人来办，点“找人工”。", buttons=rows)


def _rest(topic: Topic, knowledge: Knowledge) -> Reply:
    """Another short question about the topic at hand: what the answer he has just read left out, not the same again."""
    told = more(topic, knowledge)
    rows = ((button("整条再看一遍", "topic", topic.id),), *_thumbs(topic))
    return replace(told, text=f"还是说“{topic.title}”：\n\n{told.text}\n\n{DISCLAIMER}", buttons=rows)


def _all_told(topic: Topic, knowledge: Knowledge) -> Reply:
    """He asks on after answer and details: a person knows more than the guide."""
    related = [button(knowledge.topics[id].title, "topic", id) for id in topic.related if id in knowledge.topics][:3]
    text = f"“{topic.title}”我知道的都讲了。您的情况要细看，点“找人工”，让窗口的人答您；也看看相近的："
    return Reply(text=text, buttons=column(PERSON, *related, button("整条再看一遍", "topic", topic.id)))


def _clarify(text: str, decision: Decision, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    """The question that separates the candidates, with up to three of them to tap."""
    asked = decision.outside.reply if decision.outside and decision.outside.reply else UNCLEAR
    choices = decision.outside.choices if decision.outside and decision.outside.choices else ()
    ids = choices or tuple(m.id for m in decision.topics[:3])
    known = [button(knowledge.topics[id].title, "topic", id) for id in ids if id in knowledge.topics]
    head = f"{decision.echo}\n{asked}" if decision.echo else asked
    reply = Reply(text=head, buttons=column(*known[:3], button("都不是，找人工", "none")))
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
