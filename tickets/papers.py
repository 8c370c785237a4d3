"""The papers of a case as plain content: 提示单, 督办单, 调解登记表, 调解协议书（草稿）. How they are set is bot/papers.py's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tickets.due import BEIJING, say_day, say_time
from tickets.model import Event, NotAllowed, Ticket
from tickets.states import STATES, Action

BLANK = "＿＿＿＿＿＿＿＿"
OWN = "本单由渔小法按工单记录生成。"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A page: a table of facts, then sections of paragraphs, then places to sign."""

    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    signs: tuple[str, ...]
    foot: str = OWN


@dataclass(frozen=True)
class Kind:
    """`name` on the button, `closed` whether only those on the case may have it, `make` from case and history."""

    name: str
    closed: bool
    make: Callable[[Ticket, Sequence[Event]], Paper]


def _last(events: Sequence[Event], action: Action) -> Event:
    found = next((event for event in reversed(events) if event.action == action), None)
    if found is None:
        raise NotAllowed("这张单还没有这份文书。")
    return found


def _facts(ticket: Ticket) -> tuple[tuple[str, str], ...]:
    return (
        ("工单", f"{ticket.number}　{ticket.title}"),
        ("承办", "　".join(part for part in (ticket.team, ticket.owner_name) if part) or "还没有人接手"),
        ("现在", STATES[ticket.state].label),
        ("承诺办结", say_time(ticket.due_at)),
        *(("法定期限", f"{one.title}，最晚{say_day(one.last_day)}") for one in ticket.limits),
    )


def _warning(ticket: Ticket, events: Sequence[Event]) -> Paper:
    event = _last(events, Action.WARN)
    return Paper(
        title="提示单", number=ticket.number, facts=(("开出", say_time(event.at)), *_facts(ticket)),
        sections=(("提示", (event.text,)), ("请", ("在承诺时间前办，办不完的在工单里写明原因和打算。",))),
        signs=("承办人", "日期"),
    )  # fmt: skip


def _order(ticket: Ticket, events: Sequence[Event]) -> Paper:
    event = _last(events, Action.ORDER)
    answer = next((e for e in reversed(events) if e.action == Action.ANSWER and e.at >= event.at), None)
    due = f"{say_time(ticket.order_due_at)}前" if ticket.order_due_at else "已答复"
    answered = (answer.text, f"答复人：{answer.name}　{say_time(answer.at)}") if answer else (BLANK * 3, BLANK * 3)
    return Paper(
        title="督办单", number=ticket.number,
        facts=(("签发", f"{event.name}　{say_time(event.at)}"), ("答复期限", f"两个工作日内书面答复：{due}"), *_facts(ticket)),
        sections=(("督办事项", (event.text,)), ("答复", answered)),
        signs=("督办员", "承办单位（章）", "日期"),
    )  # fmt: skip


def _register(ticket: Ticket, events: Sequence[Event]) -> Paper:
    kept = ticket.mediation
    records = tuple(f"{say_time(e.at)}　{e.text}" for e in events if e.action == Action.RECORD)
    meetings = tuple(f"{say_time(one.at)}　{one.place}" for one in kept.meetings)
    return Paper(
        title="人民调解登记表", number=ticket.number,
        facts=(
            ("纠纷", ticket.title), ("申请人", ticket.applicant or BLANK), ("对方", kept.details or kept.party or BLANK), ("调解员", ticket.owner_name or BLANK),
            ("征求意见", say_time(kept.invited_at) if kept.invited_at else BLANK),
            ("申请人同意", say_time(kept.applicant_at) if kept.applicant_at else BLANK),
            ("对方同意", say_time(kept.party_at) if kept.party_at else BLANK),
            ("开始调解", say_time(kept.begun_at) if kept.begun_at else BLANK),
            ("结果", STATES[ticket.state].label),
        ),
        sections=(("调解时间、地点", meetings or (BLANK,)), ("调解记录", records or (BLANK,))),
        signs=("调解员", "日期"), foot=f"{OWN}调解记录不公开。",
    )  # fmt: skip


def _agreement(ticket: Ticket, events: Sequence[Event]) -> Paper:
    """The items are those of 人民调解法 第二十九条. What the case does not hold is left blank to be written by hand."""
    terms = ticket.mediation.terms or next((e.text for e in reversed(events) if e.action == Action.AGREE), "")
    signed = ticket.mediation.signed_on
    person = "姓名或名称＿＿＿＿　性别＿＿　民族＿＿　出生＿＿＿＿　住址＿＿＿＿＿＿　电话＿＿＿＿＿＿"
    facts = tuple(f"{question}：{answer}" for question, answer in ticket.facts if answer != ticket.phone)
    year = ticket.opened_at.astimezone(BEIJING).year
    return Paper(
        title="人民调解协议书（草稿）", number=f"（{year}）{ticket.number}",
        facts=(("当事人甲", ticket.applicant or person), ("当事人乙", ticket.mediation.details or f"{ticket.mediation.party}　{person}"), ("签字日期", say_day(signed) if signed else BLANK)),
        sections=(
            ("一、纠纷的主要事实、争议事项和各方的责任", (*facts, f"各方的责任：{BLANK * 2}")),
            ("二、协议内容", tuple(terms.splitlines()) or (BLANK * 3,)),
            ("三、履行的方式、期限", (BLANK * 3,)),
            ("四、说明", (
                "本协议自各方签名、盖章或者按指印，调解员签名并加盖人民调解委员会印章之日起生效（《人民调解法》第二十九条）。",
                "生效之日起三十日内，双方可以共同向人民法院申请司法确认（《人民调解法》第三十三条）。",
                "协议一式三份，双方各执一份，人民调解委员会留存一份。",
            )),
        ),
        signs=("当事人甲", "当事人乙", "调解员", "人民调解委员会（章）", "日期"), foot=f"{OWN}草稿，签字前逐条核对。",
    )  # fmt: skip


PAPERS: dict[str, Kind] = {
    "warning": Kind("提示单", False, _warning),
    "order": Kind("督办单", False, _order),
    "register": Kind("调解登记表", True, _register),
    "agreement": Kind("协议书草稿", True, _agreement),
}

# which act makes a paper possible
NEEDS = {
    "warning": Action.WARN,
    "order": Action.ORDER,
    "register": Action.INVITE,
    "agreement": Action.MEDIATE,
}


def papers_of(events: Sequence[Event]) -> tuple[str, ...]:
    """The papers that this history can give."""
    happened = {event.action for event in events}
    return tuple(name for name, action in NEEDS.items() if action in happened)
