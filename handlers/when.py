"""事情发生在新法之前？: when the law is new, the day of the act decides which text is looked at, by 从旧兼从轻."""

from dataclasses import replace
from datetime import date

from handlers.buttons import PERSON, button, parse
from handlers.dates import find_day
from handlers.told import source
from handlers.types import Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge
from knowledge.laws import Laws
from knowledge.types import Citation, Topic
from tickets.due import BEIJING

UNREAD = "这个日子我没看懂，要写过去的一天，比如“今年3月15号”“去年8月20日”。"
RULE = (
    "从旧兼从轻：罚不罚、怎么罚，看事情发生那天的规定；作出处罚决定时规定已经改了，新的罚得轻或者不罚的，用新的。"
    "到底用哪个、罚多少，由执法机关定，我不替您算。拿不准，点“找人工”。"
)
LIKENESS = "新旧条号不一样的，是按文字比对找的，请核对。"
PRINCIPLE = Citation("行政处罚法", 37, None, None, None, "2021-01-22", "从旧兼从轻", "", 0)
SHOWN = 3  # articles in one answer
LONG = 700


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The button under an answer about a penalty, and the day given afterwards."""
    if message.button:
        return parse(message.button)[0] == "when"
    return session.want == "when"


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    _, arguments = parse(message.button)
    topic = knowledge.topics.get(arguments[0] if arguments else session.slots.get("topic", ""))
    laws = knowledge.laws
    changed = laws.renewed(topic.citations) if topic and laws else {}
    if topic is None or laws is None or not changed or topic.id in knowledge.withheld:
        return Outcome(replies=(Reply(text="这一条内容已经更新，请再问一遍。"),))
    if message.button:
        asked = replace(session, want="when", step="day", slots={"topic": topic.id})
        return Outcome(replies=(Reply(text=_question(changed), ask="text"),), session=asked)
    day = find_day(message.text, facts.now.astimezone(BEIJING).date())
    if day is None or day > facts.now.astimezone(BEIJING).date():
        return _unread(topic, session)
    after = replace(session, want="", step="", slots={}, topic=topic.id)
    return Outcome(replies=(_told(topic, day, changed, laws),), session=after)


def _unread(topic: Topic, session: Session) -> Outcome:
    """Ask again once; then let go, so that the next words are read as a question."""
    if session.step == "again":
        rows = ((button("再选日子", "when", topic.id), PERSON),)
        after = replace(session, want="", step="", slots={})
        return Outcome(replies=(Reply(text="先不看旧条文了。", buttons=rows),), session=after)
    return Outcome(replies=(Reply(text=UNREAD, ask="text"),), session=replace(session, step="again"))


def _question(changed: dict[Citation, date]) -> str:
    days = {f"新《{one.law}》{since} 起施行" for one, since in changed.items()}
    return f"哪天的事？比如“今年3月15号”。{'，'.join(sorted(days))}，在那以前的事，要看旧条文。"


def _told(topic: Topic, day: date, changed: dict[Citation, date], laws: Laws) -> Reply:
    """The text of that day, the rule which of the two holds, and a person. No amount of our own."""
    rows = ((button("换一天", "when", topic.id), button("看现在的答案", "topic", topic.id), PERSON),)
    before = {one: since for one, since in changed.items() if day < since}
    if not before:
        return Reply(text=f"{day} 新法已经施行，就按现在的答案看。", buttons=rows)
    parts = [f"{day} 的事，那天新法还没施行（{_since(before)}）。那天管用的条文："]
    texts = {old.label + old.law: old for one in before if (old := laws.held_on(one, day))}
    for old in list(texts.values())[:SHOWN]:
        cut = old.text if len(old.text) <= LONG else old.text[:LONG] + "……"
        parts.append(f"《{old.law}》{old.label}（{old.version} 文本，现在已经不是现行的）\n{cut}")
    if not texts:
        parts = [f"{day} 新法还没施行（{_since(before)}），那天的旧条文库里没有，请找人工核对。"]
    parts += [LIKENESS, RULE] if texts else [RULE]
    return Reply(text="\n\n".join(parts), sources=(source(PRINCIPLE),), buttons=rows)


def _since(before: dict[Citation, date]) -> str:
    return "，".join(sorted({f"《{one.law}》{since} 起施行" for one, since in before.items()}))
