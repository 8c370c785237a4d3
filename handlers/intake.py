"""Ask for what a case needs, one question at a time, show it all to correct, then open the case."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from handlers.before import before
from handlers.buttons import button, column, parse
from handlers.desk import hand_out, tell_staff, title_of
from handlers.types import (
    Attachment,
    Button,
    Facts,
    Message,
    OpenTicket,
    Outcome,
    Reply,
    Session,
)
from knowledge import Knowledge
from knowledge.types import Field
from tickets.due import DAY_HOURS, next_opening, open_now, say_time
from tickets.duplicates import alike
from tickets.routing import route
from tickets.states import Role
from tickets.ticket import Actor, Ticket, open_ticket

NOTHING_MORE = frozenset({"就这些", "没了", "没有了", "好了", "没有"})
UNSURE = "不清楚"
NONE = "（不清楚）"
DONE = "已发文件"
SHOWN = 80  # characters of what he said before that are shown to him
LONGEST = 2000  # characters of one answer that are kept; more is asked to come as a file
QUESTION_HOURS = DAY_HOURS  # a person answers a plain question within one working day

# asked when no service was ordered: only what a mediator needs to begin
HUMAN_FIELDS = (
    Field("what", "出了什么事？用您自己的话讲，照片、单子也可以直接发。", "text"),
    Field("other_party", "对方是谁？写名字、船名或单位名，没有就点“不清楚”。", "text", (), True),
    Field("when", "什么时候的事？大概日子也行。", "date", (), True),
    Field("town", "在哪个镇乡、哪个码头？", "text", (), True),
    Field("phone", "留个电话，只给承办人联系您用，别人看不到。", "phone", (), True),
)
NOTICE = (
    "下面问您几句，好让承办人办事。只问用得着的，只给承办的人看，办结后到期删除（发“隐私”看详情）。"
    "答不上来点“不清楚”，说错了点“返回”，不办了发“停”。"
)
PARTY_NAMES = frozenset({"other_party", "debtor", "counterparty", "opponent", "employer", "agency"})
_PHONE = re.compile(r"^\+?\d[\d\- ]{5,18}\d$")
_DIGITS = re.compile(r"\d")


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Whatever comes while a form is being filled in, except buttons that belong elsewhere."""
    verb = parse(message.button)[0]
    return session.want == "intake" and (not message.button or verb in BUTTONS)


BUTTONS = frozenset({"pick", "unsure", "done", "back", "send", "fix"})


def fields_of(service: str, knowledge: Knowledge) -> tuple[Field, ...]:
    """What is asked for a service, or for a plain question when `service` is ""."""
    return knowledge.services[service].fields if service in knowledge.services else HUMAN_FIELDS


def begin(service: str, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    """Start to ask. What the person asked last is offered as the first answer of a plain question."""
    slots = {"service": service, "topic": session.topic}
    fields = fields_of(service, knowledge)
    head = NOTICE
    if service:
        one = knowledge.services[service]
        head = f"申请“{one.title}”。承办：{one.team}。{one.promise}。收费：{one.fee}。\n{NOTICE}"
    told = "；".join(session.said) or session.query
    if not service and told:
        slots["told"] = told[:LONGEST]
        head += f"\n您刚才说的“{_cut(told, SHOWN)}”已经记下，要补的接着说，没有了点“就这些”。"
    return _ask(0, fields, slots, session, head)


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[:size] + "…"


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    fields = fields_of(session.slots.get("service", ""), knowledge)
    verb, arguments = parse(message.button)
    if session.step == "review":
        return _review(verb, arguments, message, session, facts, knowledge, fields)
    index = int(session.step) if session.step.isdigit() and int(session.step) < len(fields) else 0
    slots = dict(session.slots)
    if verb == "back" or message.text.strip() in ("返回", "上一步"):
        return _ask(max(index - 1, 0), fields, slots, session, "")
    if fields[index].kind == "phone" and (shared := _shared_phone(message)):
        message = replace(message, text=shared, attachments=())
    if message.attachments:
        slots["files"] = _add_files(slots.get("files", ""), message.attachments)
        if not message.text.strip():
            return _kept(index, fields, slots, session, len(message.attachments))
    answer, complaint = _answer(fields[index], verb, arguments, message)
    if complaint:
        return _ask(index, fields, slots, session, complaint)
    if told := slots.pop("told", ""):  # what he has said before goes before his first answer, once
        answer = told if answer in (DONE, NONE) or answer in NOTHING_MORE else f"{told}；{answer}"[:LONGEST]
    slots[f"f:{fields[index].name}"] = answer
    if slots.pop("fixing", ""):
        return _summary(slots, fields, session, knowledge)
    return _next(index, fields, slots, session, knowledge)


def _next(
    index: int, fields: tuple[Field, ...], slots: dict[str, str], session: Session, knowledge: Knowledge
) -> Outcome:
    if index + 1 < len(fields):
        return _ask(index + 1, fields, slots, session, "")
    return _summary(slots, fields, session, knowledge)


def _shared_phone(message: Message) -> str:
    """The number of a contact that was shared instead of typed; its name is "姓名 电话"."""
    return next((a.name.split()[-1] for a in message.attachments if a.kind == "contact" and a.name), "")


def _kept(index: int, fields: tuple[Field, ...], slots: dict[str, str], session: Session, count: int) -> Outcome:
    if fields[index].kind == "file":
        slots[f"f:{fields[index].name}"] = DONE
    return _ask(
        index,
        fields,
        slots,
        session,
        f"收到 {count} 个文件，已经记在这件事里。还有就接着发，没有了就回答下面这句或点“就这些”。",
    )


def _add_files(kept: str, new: tuple[Attachment, ...]) -> str:
    files = json.loads(kept or "[]")
    files += [[a.kind, a.name, a.ref, a.mime, a.size] for a in new]
    return json.dumps(files, ensure_ascii=False)


def _files(kept: str) -> tuple[Attachment, ...]:
    rows = json.loads(kept or "[]")
    return tuple(
        Attachment(kind=kind, name=name, ref=ref, mime=mime, size=size) for kind, name, ref, mime, size in rows
    )


def _answer(field: Field, verb: str, arguments: tuple[str, ...], message: Message) -> tuple[str, str]:
    """The answer to keep and "", or "" and what to say instead."""
    text = message.text.strip()
    if verb == "done" and message.button:
        return DONE, ""
    if verb == "unsure" or text in (UNSURE, "不知道", "没有", "跳过", "无"):
        return NONE, ""
    if verb == "pick" and arguments and arguments[0].isdigit() and int(arguments[0]) < len(field.choices):
        return field.choices[int(arguments[0])], ""
    if text and len(text) <= ASIDE and WHY.search(text):
        return (
            "",
            "问这些是让承办的人少来回跑，只给他看。调解、法律援助不收钱，别的服务收费写在开头。不想说就点“不清楚”。",
        )
    if not text:
        return "", "这一句没有看到字。打几个字，或者点“不清楚”。"
    if len(text) > LONGEST:
        return "", f"太长了，一次最多 {LONGEST} 个字。分几次发，或者拍照发来。"
    return CHECKS.get(field.kind, _any)(text)


def _any(text: str) -> tuple[str, str]:
    return text, ""


def _phone(text: str) -> tuple[str, str]:
    if _PHONE.match(text.strip()):
        return text.strip(), ""
    if text.strip() in UNWILLING:
        return NONE, ""
    return "", "这个号码看着不像电话。手机号是 11 位数字，再发一次，不想留就点“不清楚”。"


def _date(text: str) -> tuple[str, str]:
    if _PHONE.match(text.strip()) and len(_DIGITS.findall(text)) > 8:
        return "", "这像是电话号码，电话后面会问。这里要的是日子，比如“上个月初五”，说不准就点“不清楚”。"
    return text, ""


def _number(text: str) -> tuple[str, str]:
    if _DIGITS.search(text) or set(text) & set("零一二三四五六七八九十百千万两半几"):
        return text, ""
    return "", "这里要一个数目，比如“8000”或“三万多”。说不准就点“不清楚”。"


WHY = re.compile(
    "^(?:为什么|为啥|干嘛|干什么|你?问这|你问那么|怎么问|等一下|等等|要钱吗|要钱不|收费吗|收不收钱|要多少钱)"
)
ASIDE = 16  # characters of a word to the one who asks, instead of an answer
UNWILLING = frozenset({"不想说", "不想留", "不留", "不方便", "不给", "没电话", "没有电话"})
CHECKS = {"phone": _phone, "number": _number, "date": _date}


def _ask(index: int, fields: tuple[Field, ...], slots: Mapping[str, str], session: Session, head: str) -> Outcome:
    field = fields[index]
    number = f"（{index + 1}/{len(fields)}）"
    text = f"{head}\n\n{number}{field.question}" if head else f"{number}{field.question}"
    rows: list[tuple[Button, ...]] = [(button(choice, "pick", str(i)),) for i, choice in enumerate(field.choices)]
    sent = (field.kind == "file" and slots.get("files")) or "told" in slots
    last = [button("就这些", "done")] if sent else [button(UNSURE, "unsure")] if UNSURE not in field.choices else []
    if index > 0:
        last.append(button("返回", "back"))
    if last:
        rows.append(tuple(last))
    ask = {"phone": "phone", "file": "file"}.get(field.kind, "text")
    after = replace(session, want="intake", step=str(index), slots=dict(slots))
    return Outcome(replies=(Reply(text=text, buttons=tuple(rows), ask=ask),), session=after)


def answers(slots: Mapping[str, str], fields: tuple[Field, ...]) -> tuple[tuple[str, str], ...]:
    """The (question, answer) pairs in the order asked."""
    return tuple((short(f.question), slots.get(f"f:{f.name}", NONE)) for f in fields)


def short(question: str) -> str:
    """A question cut to its first sentence, as a label."""
    return re.split(r"[？?。，]", question)[0]


def _summary(
    slots: Mapping[str, str], fields: tuple[Field, ...], session: Session, knowledge: Knowledge, head: str = ""
) -> Outcome:
    lines = [f"{i}. {question}：{answer}" for i, (question, answer) in enumerate(answers(slots, fields), 1)]
    files = len(_files(slots.get("files", "")))
    if files:
        lines.append(f"另有 {files} 个文件")
    text = "\n".join([*([head] if head else []), "请看一遍，对不对：", *lines, "没问题点“提交”；哪条不对点“改”。"])
    rows = column(button("提交", "send"), button("改一条", "fix"), button("不办了", "stop"))
    after = replace(session, want="intake", step="review", slots=dict(slots))
    return Outcome(replies=(Reply(text=text, buttons=rows),), session=after)


def _review(
    verb: str,
    arguments: tuple[str, ...],
    message: Message,
    session: Session,
    facts: Facts,
    knowledge: Knowledge,
    fields: tuple[Field, ...],
) -> Outcome:
    text = message.text.strip()
    if verb == "send" or text in ("提交", "对", "对的", "没问题", "好", "是", "确认"):
        return _open(message, session, facts, knowledge, fields)
    if message.attachments:
        slots = {**session.slots, "files": _add_files(session.slots.get("files", ""), message.attachments)}
        return _summary(slots, fields, session, knowledge, "文件收到了。")
    chosen = arguments[0] if arguments else text.removeprefix("改").strip()
    if chosen.isdigit() and 1 <= int(chosen) <= len(fields):
        return _ask(int(chosen) - 1, fields, {**session.slots, "fixing": "1"}, session, "改这一条：")
    if verb == "fix" or text.startswith("改"):
        rows = tuple(
            (button(f"{i}. {question}"[:20], "fix", str(i)),)
            for i, (question, _) in enumerate(answers(session.slots, fields), 1)
        )
        return Outcome(replies=(Reply(text="改哪一条？点一下，或者发序号。", buttons=rows),), session=session)
    if _PHONE.match(text) and (phone := next((f.name for f in fields if f.name == "phone"), "")):
        return _summary({**session.slots, f"f:{phone}": text}, fields, session, knowledge, "电话记下了。")
    if verb == "back" or text in ("返回", "上一步"):
        return _ask(len(fields) - 1, fields, session.slots, session, "")
    head = "这句还没有提交。要添进去，请点“改一条”；都对就点“提交”。"
    return _summary(session.slots, fields, session, knowledge, head)


def _open(message: Message, session: Session, facts: Facts, knowledge: Knowledge, fields: tuple[Field, ...]) -> Outcome:
    slots = session.slots
    service = knowledge.services.get(slots.get("service", ""))
    by = Actor(id=message.key, role=Role.CITIZEN, name=message.name)
    ticket, event = open_ticket(
        now=facts.now, hours=service.hours if service else QUESTION_HOURS, by=by, number=facts.number,
        channel=message.channel, chat=message.chat, person=message.key,
        kind="service" if service else "question", service=service.id if service else "",
        topic=slots.get("topic", ""), title=_title(slots, service.title if service else "", knowledge),
        team=service.team if service else "窗口", town=_value(slots, "town"), phone=_value(slots, "phone"),
        other_party=next((_value(slots, name) for name in PARTY_NAMES if _value(slots, name)), ""),
        facts=answers(slots, fields), before=before(session, knowledge),
    )  # fmt: skip
    same = () if slots.get("anyway") else alike(ticket, [one for one in facts.tickets if one.open])
    if same:
        return _same_matter(same[0], session)
    wanted = route(ticket, facts.routes)
    ticket = replace(ticket, team=wanted.team) if wanted else ticket
    opened = OpenTicket(ticket=ticket, event=event, attachments=_files(slots.get("files", "")))
    handed = hand_out(ticket, wanted, facts) if wanted else ()
    told = handed or tell_staff(facts, ticket, f"新工单 {ticket.number}：{ticket.title}")
    return Outcome(replies=(confirmation(ticket, facts),), effects=(opened, *told))


def _same_matter(other: Ticket, session: Session) -> Outcome:
    """Asks whether this is one of his open cases told again: two cases for one matter slow both down."""
    text = (
        f"您 {say_time(other.opened_at)} 交过一张 {other.number}：{other.title}，还在办。\n"
        "是同一件事就补到那张里，不是就另开一单。"
    )
    rows = column(
        button("同一件事，补到那张", "add", other.number),
        button("另一件事，另开一单", "send"),
        button("不办了", "stop"),
    )
    after = replace(session, slots={**session.slots, "anyway": "1"})
    return Outcome(replies=(Reply(text=text, ticket=other.number, buttons=rows),), session=after)


def _value(slots: Mapping[str, str], name: str) -> str:
    value = slots.get(f"f:{name}", "")
    return "" if value == NONE else value


def _title(slots: Mapping[str, str], service: str, knowledge: Knowledge) -> str:
    what = _value(slots, "what") or _value(slots, "matter") or _value(slots, "question")
    topic = knowledge.topics.get(slots.get("topic", ""))
    plain = what or (topic.title if topic else "找人工")
    return title_of(f"{service}：{plain}" if service and what else service or plain)


def confirmation(ticket: Ticket, facts: Facts) -> Reply:
    """What the person gets after sending: number, what happens next, by when, and what it does not do."""
    opening = "" if open_now(facts.now) else f"现在下班了，{say_time(next_opening(facts.now))}上班就看。"
    text = (
        f"交上去了。工单号 {ticket.number}\n"
        f"接下来：{ticket.team}接手，{say_time(ticket.due_at)}前给您回话。{opening}\n"
        "这个时间是我们自己的承诺。交工单不等于起诉，也不等于申请复议，法律规定的期限照样在走。\n"
        "发“进度”随时看。照片、单子直接发来，会放进这张单；有话要补充点“补充”。"
    )
    rows = ((button("看进度", "case", ticket.number), button("补充", "add", ticket.number)),)
    return Reply(text=text, ticket=ticket.number, buttons=rows)
