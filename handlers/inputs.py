"""What an act on a case asks for beside words (tickets.changes.ASKS), as questions for a page or a chat, and how it is read.

Pages show all questions of an act at once, a chat asks one after the other; both hand the answers to `read`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handlers.dates import find_coming_day, find_coming_time, find_day
from knowledge import Knowledge
from knowledge.deadlines import last_day
from tickets.changes import RETURN_REASONS
from tickets.due import BEIJING, is_workday, say_day
from tickets.states import ACTIONS, Action
from tickets.ticket import NotAllowed, Ticket

Given = Mapping[str, str]


@dataclass(frozen=True)
class Input:
    """One question. `kind`: text | number | day | time | choice; `start` is what stands there already.

    The `choices` of a day are only proposals, in words that `day_of` reads.
    """

    name: str
    label: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    start: str = ""


def inputs(ticket: Ticket, action: Action, knowledge: Knowledge) -> tuple[Input, ...]:
    """The questions of an act on this case, in order; () when words are all it needs."""
    ask = ACTIONS[action].asks
    return _ASKED[ask](ticket, knowledge) if ask in _ASKED else ()


def words_of(ticket: Ticket, action: Action) -> str:
    """What stands already where the words of an act are written: the terms agreed on, to be changed or signed."""
    return ticket.mediation.terms if action in (Action.TERMS, Action.AGREE) else ""


def _co(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return Input("team", "请哪一家协办"), Input("hours", "几个工作小时内办好", "number", start="16")


def _part(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    left = tuple((str(at), task.team) for at, task in enumerate(ticket.co) if task.done_at is None)
    return (Input("index", "哪一家协办完了", "choice", left),)


def _until(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return (Input("until", "到哪一天", "day"),)


def _snooze(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    """Days that suit those at sea. When the season opens is known only from this year's notice."""
    ends = {one["结束"][:10] for one in knowledge.yearly.closures(knowledge.today.year)}
    opening = tuple((day, f"开渔后（{day}）") for day in sorted(ends) if day > knowledge.today.isoformat())
    return (Input("until", "到哪一天", "day", (*SNOOZES, *opening)),)


SNOOZES = (("明天", "明天"), ("3天后", "三天后"), ("下周一", "下周一"), ("7天后", "回港后（约一周）"))


def _limit(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return Input("id", "哪个法定期限", "choice", limits(ticket, knowledge)), Input("start", "从哪天起算", "day")


def limits(ticket: Ticket, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    """The statutory periods to choose from, (id, title); those that belong to the topic of the case first."""
    known = [one for one in knowledge.topics.values() if countable(one.id, knowledge)]
    topic = knowledge.topics.get(ticket.topic)
    near = {ticket.topic, *(topic.related if topic else ())}
    known.sort(key=lambda one: (one.id not in near, one.id))
    return tuple((one.id, one.title) for one in known)


def countable(id: str, knowledge: Knowledge) -> bool:
    """Whether the topic has a period that ends on a day, and may be shown now."""
    topic = knowledge.topics.get(id)
    return bool(topic and id not in knowledge.withheld and any(p.unit != "小时" for p in topic.periods))


def _ticket(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return (Input("number", "另一张工单的号"),)


def _reason(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return (Input("reason", "为什么退回", "choice", tuple(RETURN_REASONS.items())),)


def _names(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    what = "姓名或名称、性别、民族、出生、住址"
    return (
        Input("applicant", f"当事人的{what}", start=ticket.applicant),
        Input("party", f"对方的{what}", start=ticket.mediation.details or ticket.mediation.party),
    )


def _party(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return (Input("party", "对方是谁", start=ticket.other_party),)


def _meeting(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return Input("at", "哪天几点", "time"), Input("place", "在哪里")


def _signed(ticket: Ticket, knowledge: Knowledge) -> tuple[Input, ...]:
    return (Input("signed_on", "哪天签的字", "day"),)


_ASKED: dict[str, Callable[[Ticket, Knowledge], tuple[Input, ...]]] = {
    "co": _co,
    "part": _part,
    "until": _until,
    "snooze": _snooze,
    "limit": _limit,
    "ticket": _ticket,
    "reason": _reason,
    "party": _party,
    "names": _names,
    "meeting": _meeting,
    "signed": _signed,
}


def read(ticket: Ticket, action: Action, given: Given, knowledge: Knowledge, now: datetime) -> dict[str, str]:
    """What tickets.ticket.apply needs as `data`, from the answers as they were typed or picked. Raises NotAllowed."""
    today = now.astimezone(BEIJING).date()
    past = action in (Action.LIMIT, Action.AGREE)
    data = {one.name: _value(one, given.get(one.name, ""), today, past) for one in inputs(ticket, action, knowledge)}
    if action is Action.LIMIT:
        return limit_data(data["id"], date.fromisoformat(data["start"]), knowledge)
    return data


def _value(asked: Input, typed: str, today: date, past: bool) -> str:
    text = typed.strip()
    if asked.kind == "choice":
        return _choice(asked, text)
    if asked.kind == "day":
        day = (_iso(text) or find_day(text, today)) if past else day_of(text, today)
        if day is None:
            raise NotAllowed(f"{asked.label}？写成 2026-12-01 或“12月1日”这样。")
        return day.isoformat()
    if asked.kind == "time":
        at = find_coming_time(text, today)
        if at is None:
            raise NotAllowed(f"{asked.label}？写成 2026-12-01 14:00 或“12月1日下午2点”这样。")
        return at.replace(tzinfo=BEIJING).isoformat()
    if not text:
        raise NotAllowed(f"请写上：{asked.label}。")
    return text


def _choice(asked: Input, text: str) -> str:
    """By its value, its number in the list or its words."""
    for at, (value, label) in enumerate(asked.choices, 1):
        if text in (value, label, str(at)) and text:
            return value
    raise NotAllowed(f"{asked.label}？请选一个。" if asked.choices else f"{asked.label}？现在没有可选的。")


def day_of(text: str, today: date) -> date | None:
    """The coming day that `text` names."""
    return _iso(text) or find_coming_day(text, today)


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def limit_data(id: str, start: date, knowledge: Knowledge) -> dict[str, str]:
    """A statutory period counted from `start`, as the data of Action.LIMIT. Of several the topic's first counts."""
    if not countable(id, knowledge):
        raise NotAllowed("这个期限现在算不了，请选别的。")
    topic = knowledge.topics[id]
    period = next(one for one in topic.periods if one.unit != "小时")
    end = last_day(start, period.amount, period.unit, is_workday)
    basis = topic.citations[0] if topic.citations else None
    return {
        "id": id, "title": period.name or topic.title, "last_day": end.isoformat(),
        "basis": basis.label if basis else "", "start": start.isoformat(),
    }  # fmt: skip


def limit_text(data: Given) -> str:
    """The period in words, for whom it concerns."""
    basis = f"（{data['basis']}）" if data.get("basis") else ""
    start, end = (say_day(date.fromisoformat(data[name])) for name in ("start", "last_day"))
    return f"{data['title']}{basis}从{start}起算，最晚到{end}。"
