"""How a topic is told: the answer, what stands behind it, one part of it, its sources."""

from dataclasses import replace

from handlers.buttons import PERSON, button, column
from handlers.types import Button, Reply, Source
from knowledge import Knowledge
from knowledge.laws import Laws
from knowledge.types import Citation, Period, Topic
from knowledge.yearly import current, first_violation, penalties

DISCLAIMER = "这是信息和指引，不是法律意见，以执法机关和法院的认定为准。"
REVIEWING = "条文已修订，正在复核。旧的答案先不给，免得误事。急着用，点“找人工”，由人按新条文答您。"
STALE = "这条内容过了复核日期，正在重新核对。急着用，点“找人工”。"
PARTS = {
    "带什么": ("带什么", "材料", "什么证", "准备什么", "要什么"),
    "去哪里": ("去哪", "哪里办", "找谁", "找哪", "在哪"),
    "期限": ("几天", "多久", "多长时间", "来得及", "期限", "几号前", "过期"),
    "费用": ("要钱", "收费", "多少钱办", "费用", "花钱"),
    "罚": ("罚",),
    "哪天": ("几号", "哪天", "几时"),
}


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
    return (*rows, *thumbs(topic))


def thumbs(topic: Topic) -> tuple[tuple[Button, ...], ...]:
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


def part(text: str, topic: Topic, knowledge: Knowledge) -> Reply | None:
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
    rows = ((button("整条再看一遍", "topic", topic.id), button("说详细点", "more", topic.id)), *thumbs(topic))
    return Reply(text=f"{topic.title}\n{found}\n\n{DISCLAIMER}", sources=sources(topic, knowledge.laws), buttons=rows)


def nod(topic: Topic) -> Reply:
    """One more piece of the same story, without a question in it."""
    rows = ((button("整条再看一遍", "topic", topic.id), PERSON),)
    return Reply(text=f"嗯，听着呢，还是“{topic.title}”这件事。要问什么接着说；要人来办，点“找人工”。", buttons=rows)


def rest(topic: Topic, knowledge: Knowledge) -> Reply:
    """Another short question about the topic at hand: what the answer he has just read left out, not the same again."""
    told = more(topic, knowledge)
    rows = ((button("整条再看一遍", "topic", topic.id),), *thumbs(topic))
    return replace(told, text=f"还是说“{topic.title}”：\n\n{told.text}\n\n{DISCLAIMER}", buttons=rows)


def all_told(topic: Topic, knowledge: Knowledge) -> Reply:
    """He asks on after answer and details: a person knows more than the guide."""
    related = [button(knowledge.topics[id].title, "topic", id) for id in topic.related if id in knowledge.topics][:3]
    text = f"“{topic.title}”我知道的都讲了。您的情况要细看，点“找人工”，让窗口的人答您；也看看相近的："
    return Reply(text=text, buttons=column(PERSON, *related, button("整条再看一遍", "topic", topic.id)))
