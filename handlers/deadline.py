"""帮我算日子: from the day something happened to the last day to act, by the topic's own periods."""

import re
from dataclasses import replace
from datetime import date

from handlers.buttons import PERSON, button, column, parse
from handlers.dates import find_day
from handlers.inputs import countable, limit_data, limit_text
from handlers.told import period_line, sources
from handlers.types import Button, ChangeTicket, Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge
from knowledge.deadlines import ADVICE_DAYS, last_day
from knowledge.types import Period, Topic
from tickets.due import BEIJING, is_workday, say_day
from tickets.states import Action, Role
from tickets.ticket import Actor, NotAllowed, apply

UNREAD = "这个日子我没看懂。写成“11月3号”“去年8月20日”“三天前”这样。"
CARE = "这是按您说的日子算的，特殊情形以法律工作者意见为准。交工单、申请调解都不会让这个日子停下来。"
DATED = 14  # characters of a message that only names a day
ASKS = re.compile("[?？吗呢]|几|多少|怎么|咋|能不能|还能|是不是")
TIMELY = re.compile("晚|来得及|过期|过了|到几号|到哪天|几号前|截止|算到|还能|还可以|最后|几天")
MEANS = {
    "可中断": "中间催讨过、对方答应过的，可能重新算，留好凭据。",
    "不中断": "中间催过、找过人，也不会重新算。",
    "不中止": "不会因为有事耽搁就停。",
    "不中止不中断": "不停、也不会重新算。",
    "可延长": "有正当理由可以申请延长。",
}


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The button under an answer, the day given afterwards, or a day that follows an answer with one period."""
    if message.button:
        return parse(message.button)[0] in ("count", "keep")
    return session.want == "deadline" or _dated(message, session, facts, knowledge)


def _dated(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Hardly more than a day, typed after an answer whose period runs from one kind of day: 8月30号下船的."""
    topic = knowledge.topics.get(session.topic)
    if topic is None or session.want or topic.id in knowledge.withheld or len(_starts(topic)) != 1:
        return False
    text = message.text.strip()
    return len(text) <= DATED and not ASKS.search(text) and find_day(text, _today(facts)) is not None


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    verb, arguments = parse(message.button)
    id = arguments[-1] if verb == "keep" else arguments[0] if arguments else session.slots.get("topic", session.topic)
    topic = knowledge.topics.get(id)
    if topic is None or not topic.periods or topic.id in knowledge.withheld:
        return Outcome(replies=(Reply(text="这一条内容已经更新，请再问一遍。"),))
    if verb == "keep":
        return _keep(arguments, message, session, facts, knowledge)
    if message.button:
        return _begin(topic, arguments[1:], session)
    start = session.slots.get("start", "")
    today = _today(facts)
    day = find_day(message.text, today)
    if day is None:
        return _unread(topic, session)
    text = counted(topic, start, day, today)
    rows = ((button("换个日子再算", "count", topic.id), PERSON), *_keep_button(topic, start, day, facts, knowledge))
    after = replace(session, want="", step="", slots={}, topic=topic.id)
    return Outcome(replies=(Reply(text=text, sources=sources(topic), buttons=rows),), session=after)


def counted(topic: Topic, start: str, day: date, today: date) -> str:
    """The last day of each period that runs from `start` ("" all), when that was `day`."""
    lines = [_line(period, day, today) for period in topic.periods if not start or period.start == start]
    return "\n".join([f"从{say_day(day)}起算：", *lines, CARE])


def told_day(text: str, topic: Topic, facts: Facts) -> str:
    """The reckoning for a day that stands in a question about time, "" without one or when it could mean several."""
    day = find_day(text, _today(facts)) if topic.periods and TIMELY.search(text) else None
    start = _meant(text, _starts(topic)) if day else ""
    return counted(topic, start, day, _today(facts)) if day and start else ""


def _meant(text: str, starts: list[str]) -> str:
    """The only start, or the one that shares most pairs of characters with the text; "" when none stands out."""
    if len(starts) == 1:
        return starts[0]
    shared = [sum(start[i : i + 2] in text for i in range(len(start) - 1)) for start in starts]
    best = max(shared, default=0)
    return starts[shared.index(best)] if best and shared.count(best) == 1 else ""


def _today(facts: Facts) -> date:
    return facts.now.astimezone(BEIJING).date()


def _starts(topic: Topic) -> list[str]:
    """The kinds of days from which the topic's periods run."""
    return list(dict.fromkeys(period.start for period in topic.periods))


def _begin(topic: Topic, chosen: tuple[str, ...], session: Session) -> Outcome:
    """Ask for the day; first for which of them, when the periods run from different days."""
    starts = _starts(topic)
    place = int(chosen[0]) if chosen and chosen[0].isdigit() and int(chosen[0]) < len(starts) else None
    if len(starts) > 1 and place is None:
        lines = [period_line(period) for period in topic.periods]
        rows = column(*(button(start[:20], "count", topic.id, str(i)) for i, start in enumerate(starts)))
        text = "\n".join(["要从哪个日子算起？", *lines])
        return Outcome(replies=(Reply(text=text, buttons=rows),), session=replace(session, topic=topic.id))
    start = starts[place or 0]
    slots = {"topic": topic.id, "start": start}
    asked = replace(session, want="deadline", step="day", slots=slots)
    text = f"{start.removeprefix('从')}是几月几号？写“11月3号”“三天前”这样都行。"
    return Outcome(replies=(Reply(text=text, ask="text"),), session=asked)


def _keep_button(
    topic: Topic, start: str, day: date, facts: Facts, knowledge: Knowledge
) -> tuple[tuple[Button, ...], ...]:
    """Offers to write the topic's first period into his newest open case, where everybody keeps an eye on it."""
    ticket = next((one for one in facts.tickets if one.open), None)
    first = next((period.start for period in topic.periods if period.unit != "小时"), "")
    if ticket is None or not countable(topic.id, knowledge) or start not in ("", first):
        return ()
    return ((button(f"记到工单 {ticket.number}", "keep", ticket.number, f"{day:%Y%m%d}", topic.id),),)


def _keep(
    arguments: tuple[str, ...], message: Message, session: Session, facts: Facts, knowledge: Knowledge
) -> Outcome:
    number, start, id = arguments
    ticket = next((one for one in facts.tickets if one.number == number), None)
    day = find_day(f"{start[:4]}-{start[4:6]}-{start[6:]}", facts.now.astimezone(BEIJING).date())
    if ticket is None or day is None:
        return Outcome(replies=(Reply(text="没有找到这张工单。发“进度”看您的单子。"),), session=session)
    by = Actor(id=message.key, role=Role.CITIZEN, name=message.name)
    try:
        data = limit_data(id, day, knowledge)
        changed, event = apply(ticket, Action.LIMIT, by, facts.now, limit_text(data), **data)
    except NotAllowed as error:
        return Outcome(replies=(Reply(text=str(error)),), session=session)
    text = f"记到工单 {number} 了，承办的人也看得到，快到期会提醒您。{limit_text(data)}\n{CARE}"
    return Outcome(
        replies=(Reply(text=text, ticket=number),),
        session=session,
        effects=(ChangeTicket(ticket=changed, event=event),),
    )


def _unread(topic: Topic, session: Session) -> Outcome:
    """Ask again once; then let go, so that the next words are read as a question."""
    if session.step == "again":
        after = replace(session, want="", step="", slots={})
        return Outcome(replies=(Reply(text="先不算了。要算再点“帮我算日子”。", buttons=((PERSON,),)),), session=after)
    return Outcome(replies=(Reply(text=UNREAD, ask="text"),), session=replace(session, step="again"))


def _line(period: Period, day: date, today: date) -> str:
    if period.unit == "小时":
        return f"· {period.name}：{period.amount} 小时内，从{period.start.removeprefix('从')}起，马上办。"
    end = last_day(day, period.amount, period.unit, is_workday)
    left = (end - today).days
    if left < 0:
        state = f"已经过了 {-left} 天，马上找人问还有没有办法"
    elif left <= ADVICE_DAYS:
        state = f"只剩 {left} 天，今天就办"
    else:
        state = f"还有 {left} 天，最好提前 {ADVICE_DAYS} 天办"
    return (
        f"· {period.name}（{period.amount} {period.unit}）：最晚{say_day(end)}，{state}。{MEANS.get(period.note, '')}"
    )
