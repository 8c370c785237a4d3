"""A person's own cases: where they stand, like tracking a parcel; add to them, withdraw, confirm, rate, reopen."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.buttons import PERSON, button, column, parse
from handlers.desk import citizen_line, limit_line, tell_change, tell_staff, tell_supervisors, traced
from handlers.numbers import find_number
from handlers.start import word
from handlers.types import Button, ChangeTicket, Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge
from tickets.changes import RATINGS, SWAPS
from tickets.due import say_time
from tickets.states import ACTIONS, STATES, Action, Role, State, possible
from tickets.ticket import REOPEN_LIMIT, Actor, Event, NotAllowed, Ticket, apply

WORDS = frozenset(
    ["进度", "查进度", "我的工单", "工单", "我的单子", "/status", "/progress", "查单", "办到哪了", "到哪一步了"]
)
URGES = frozenset(
    [
        "催一下", "催催", "催", "催办", "帮我催一下", "快点办", "快一点", "人呢", "有人理我吗", "怎么没人理我", "没人理我", "怎么没人联系我",
        "什么时候有人理我", "还没人联系我", "怎么还没消息", "我的单到哪了", "我的单子到哪了", "单子到哪了", "到哪了",
    ]
)  # fmt: skip
BACK = re.compile("撤回|撤单|撤掉|撤了吧|不用办了|不要办了|我改主意了")
OTHERS = re.compile("申请|仲裁|起诉|复议|调解|诉|告|吗|[?？]")  # then it is a question of law
BUTTONS = frozenset({"case", "add", "act", "rate", "new"})
SHOWN = 8  # cases listed at once
ADDING = timedelta(minutes=15)  # how long after the last piece the next one is still taken as a piece of the case
ANOTHER = "好。刚才那句已经留在工单里，承办的人会看到。另一件事请您从头说一遍，我接着答。"
# what may stand beside a number that is only asked after
BESIDE = re.compile(r"[\d\s\-－—:：,，。?？!！]|工单号?|单号|进度|怎么样|到哪|办|查|看|一下|我的|的|了|号|请|帮我?")
FINISHED = frozenset({"完了", "好了", "就这些", "没了", "发完了"})


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Progress words, case buttons, an own ticket number, a reply to a letter, or whatever comes while adding."""
    if message.button:
        return parse(message.button)[0] in BUTTONS
    if word(message) in WORDS or _urged(message, facts) or _over(message, facts):
        return True
    if _adding(session, facts):
        return not _asks_law(message, session, facts)
    return session.want in ("", "case") and _meant(message, facts) is not None


def _asks_law(message: Message, session: Session, facts: Facts) -> bool:
    """A question of law while an alarm runs: it gets its answer, the alarm goes on."""
    ticket = own(session.slots.get("number", ""), facts)
    return bool(ticket and ticket.kind == "emergency" and not message.attachments and LAW.search(message.text))


def _urged(message: Message, facts: Facts) -> Ticket | None:
    """The newest open case, when he asks for haste or wants it back."""
    said = word(message).replace(" ", "").rstrip("?？")
    if said not in URGES and not _back(said):
        return None
    return next((t for t in facts.tickets if t.open), None)


def _adding(session: Session, facts: Facts) -> bool:
    """Whether the person is still sending things for a case; after a while his words are questions again."""
    recent = session.asked_at is None or facts.now - session.asked_at < ADDING
    return session.want == "case" and recent


def _meant(message: Message, facts: Facts) -> Ticket | None:
    """The case a free message belongs to: named by its number, replied to, waiting for this person's answer; a picture
    without words belongs to the newest open one."""
    number = message.reply_to or find_number(message.text)
    if number:
        return own(number, facts)
    asked = next((t for t in facts.tickets if t.state is State.NEED_INFO), None)
    wordless = bool(message.attachments) and not message.text.strip()
    return asked or (next((t for t in facts.tickets if t.open), None) if wordless else None)


SAFE = re.compile(
    "没事了|人没事|都没事|都平安|人平安|按错|点错|发错|误会|误报|弄错|不用来?救|不用派|不用来了|救上来了|捞上来了|救出来了|送医院了|送到医院|"
    "火.{0,3}灭了|找到了|回来了|"
    "(?:昨天|前天|上个?月|上周|上礼拜|去年|前年|好久以前).{0,3}的事|撤掉|已经葬|葬了|火化"
)
FOLLOWING = 16  # characters of a command about a case
# what is asked about the law while an alarm runs
LAW = re.compile(
    "报给|要报|要不要报|几小时|几天|多久|罚|赔|保险|责任|谁负责|私了|判|坐牢|工伤|医药费|怎么算|去哪告|能告"
)
OVER = 40  # characters; more is a story that somebody has to read
STILL = re.compile("没气|没呼吸|不会动|没心跳|昏|不醒|流血|出血|抽|快不行|发烧|还有.{0,4}(?:没|在)|但是|可是")


def safe(text: str) -> bool:
    """The words say that the danger is over, or was long ago, and nothing else is wrong."""
    return bool(SAFE.search(text)) and not STILL.search(text)


def own(number: str, facts: Facts) -> Ticket | None:
    """The sender's own case of that number."""
    return next((t for t in facts.tickets if t.number == number), None)


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    verb, arguments = parse(message.button)
    if message.button:
        return _button(verb, arguments, message, session, facts)
    if word(message) in WORDS:
        return Outcome(replies=(_list(facts),), session=_leave(session))
    if urged := _urged(message, facts):
        return _urge(urged, message, session, facts)
    if over := _over(message, facts):
        return _calm(over, message, facts, session)
    if _adding(session, facts):
        return _in_case(message, session, facts)
    ticket = _meant(message, facts)
    if ticket is None:
        return Outcome(replies=(_list(facts),), session=session)
    if find_number(message.text) and not message.reply_to and not BESIDE.sub("", message.text):
        return Outcome(replies=(view(ticket, facts),), session=_leave(session))
    adding = Session(want="case", step="add", slots={"number": ticket.number})
    return add(ticket, message, facts, adding)


def _leave(session: Session) -> Session:
    return replace(session, want="", step="", slots={}) if session.want == "case" else session


def _button(verb: str, arguments: tuple[str, ...], message: Message, session: Session, facts: Facts) -> Outcome:
    ticket = own(arguments[0], facts) if arguments else None
    if ticket is None:
        return Outcome(replies=(_list(facts),), session=_leave(session))
    if verb == "add":
        return _begin_add(ticket, facts.now)
    if verb == "new":
        return Outcome(replies=(Reply(text=ANOTHER),))
    if verb == "act" and len(arguments) > 1 and arguments[1] in AFTER:
        return _act(
            ticket, Action(arguments[1]), message, facts, {"solved": arguments[2]} if len(arguments) > 2 else {}
        )
    if verb == "rate" and len(arguments) > 1:
        return _rate(ticket, arguments[1], message, facts)
    return Outcome(replies=(view(ticket, facts),), session=_leave(session))


def _begin_add(ticket: Ticket, now: datetime) -> Outcome:
    text = f"要补充到工单 {ticket.number} 的话、照片、文件，直接发给我，可以发好几条。发完了回“完了”。"
    session = Session(want="case", step="add", slots={"number": ticket.number}, asked_at=now)
    return Outcome(replies=(Reply(text=text, ticket=ticket.number, ask="file"),), session=session)


def _in_case(message: Message, session: Session, facts: Facts) -> Outcome:
    ticket = own(session.slots.get("number", ""), facts)
    if word(message) == "这是另一件事":
        return Outcome(replies=(Reply(text=ANOTHER),))
    if ticket is None or word(message) in FINISHED:
        return Outcome(
            replies=(Reply(text="好，都记上了。发“进度”随时看。", buttons=column(button("看进度", "case"))),)
        )
    if session.step == "why":
        return _bad_rating(ticket, message, facts)
    return add(ticket, message, facts, session)


def _over(message: Message, facts: Facts) -> Ticket | None:
    """The urgent case that he says is over."""
    if len(message.text) > OVER or not safe(message.text):
        return None
    return next((t for t in facts.tickets if t.kind == "emergency" and t.open), None)


def _calm(ticket: Ticket, message: Message, facts: Facts, session: Session) -> Outcome:
    """Nobody is in danger any more: it is written down, and what he says next is a question again."""
    noted = add(ticket, message, facts, session)
    text = (
        f"好，记到急单 {ticket.number} 了。人都平安、不用来救了，就点“撤掉”。\n"
        "要问赔偿、保险、报告这些事，直接打字问我。"
    )
    rows = column(
        button("我没事了，撤掉", "act", ticket.number, Action.WITHDRAW), button("接着补充", "add", ticket.number)
    )
    said = tuple(value for label, value in ticket.facts if label == "原话")
    after = Session(query=said[0] if said else "", said=said, misses=1, asked_at=facts.now)
    reply = Reply(text=text, ticket=ticket.number, buttons=(*rows, (PERSON,)))
    return Outcome(replies=(reply,), session=after, effects=noted.effects)


def _back(said: str) -> bool:
    """The words ask for a case back."""
    return len(said) <= FOLLOWING and bool(BACK.search(said)) and not OTHERS.search(said)


def _urge(ticket: Ticket, message: Message, session: Session, facts: Facts) -> Outcome:
    """Where the case stands and a word to who has it; or the case back, when that is what he wants."""
    shown = view(ticket, facts)
    if _back(word(message)):
        return Outcome(replies=(_take_back(facts) or shown,), session=_leave(session))
    if Action.ADD not in possible(ticket.state, Role.CITIZEN):
        return Outcome(replies=(shown,), session=_leave(session))
    changed, event = apply(ticket, Action.ADD, _citizen(message), facts.now, f"（催办）{message.text}")
    told = tell_staff(facts, changed, f"工单 {changed.number} 当事人催办：{message.text}", urgent=changed.urgent)
    reply = replace(shown, text=f"替您催了，承办的人会看到。\n{shown.text}")
    return Outcome(
        replies=(reply,), session=_leave(session), effects=(ChangeTicket(ticket=changed, event=event), *told)
    )


def _take_back(facts: Facts) -> Reply | None:
    """Asks once more before a case is taken back, and which, when several may be; None when none may."""
    running = [one for one in facts.tickets if one.open and Action.WITHDRAW in possible(one.state, Role.CITIZEN)]
    if len(running) > 1:
        choices = (button(f"撤回 {one.number} {one.title}"[:24], "act", one.number, Action.WITHDRAW) for one in running)
        return Reply(text="您有几张单在办，要撤回哪一张？", buttons=column(*choices, button("都不撤", "case")))
    for one in running:
        text = f"要撤回工单 {one.number}（{one.title}）吗？撤回后就不办了。"
        take, keep = button("撤回", "act", one.number, Action.WITHDRAW), button("不撤，接着办", "case", one.number)
        return Reply(text=text, ticket=one.number, buttons=column(take, keep))
    return None


def _citizen(message: Message) -> Actor:
    return Actor(id=message.key, role=Role.CITIZEN, name=message.name)


def add(ticket: Ticket, message: Message, facts: Facts, session: Session) -> Outcome:
    """Put what was sent into the case and tell whoever works on it."""
    can = possible(ticket.state, Role.CITIZEN)
    action = next((a for a in (Action.SUPPLY, Action.ADD) if a in can), None)
    if action is None:
        text = f"工单 {ticket.number} 已经{STATES[ticket.state].label}，不能再补充。还有事可以重开，或者另开一单。"
        return Outcome(replies=(Reply(text=text, ticket=ticket.number, buttons=_closed_buttons(ticket)),))
    text = message.text or _named(message)
    changed, event = apply(ticket, action, _citizen(message), facts.now, text, **traced(message), **_edits(message))
    told = tell_staff(facts, changed, f"工单 {changed.number} 当事人补充：{text}", urgent=changed.urgent)
    effects = (ChangeTicket(ticket=changed, event=event, attachments=message.attachments), *told)
    rows = ((button("看进度", "case", ticket.number), button("这是另一件事", "new", ticket.number)),)
    said = f"记到工单 {ticket.number} 里了，承办的人会看到。还有就接着发，发完了回“完了”。"
    after = replace(session, asked_at=facts.now)
    return Outcome(replies=(Reply(text=said, ticket=ticket.number, buttons=rows),), session=after, effects=effects)


def _edits(message: Message) -> dict[str, str]:
    return {"edits": message.origin} if message.edited and message.origin else {}


def _named(message: Message) -> str:
    names = "、".join(KINDS.get(a.kind, "文件") for a in message.attachments)
    return f"（发来{names}）" if names else "（空消息）"


KINDS = {
    "photo": "照片",
    "voice": "语音",
    "video": "视频",
    "location": "位置",
    "contact": "联系人",
    "file": "文件",
    "sticker": "表情",
}


def _act(ticket: Ticket, action: Action, message: Message, facts: Facts, data: dict[str, str]) -> Outcome:
    try:
        changed, event = apply(ticket, action, _citizen(message), facts.now, message.text, **data)
    except NotAllowed as error:
        return Outcome(replies=(Reply(text=str(error), ticket=ticket.number, buttons=_closed_buttons(ticket)),))
    told = tell_change(facts, ticket, changed, f"工单 {changed.number} 当事人：{ACTIONS[action].label}")
    effects = (ChangeTicket(ticket=changed, event=event), *told)
    return Outcome(replies=(AFTER[action](changed),), effects=effects)


def _after_confirm(ticket: Ticket) -> Reply:
    rating = tuple(button(label, "rate", ticket.number, name) for name, label in RATINGS.items())
    return Reply(text="好，这件事办结了。您对这次服务满意吗？", ticket=ticket.number, buttons=(rating,))


def _after_reopen(ticket: Ticket) -> Reply:
    text = f"工单 {ticket.number} 重新打开了，承办的人会再联系您。哪里没解决？直接写给我，会记到这张单里。"
    return Reply(text=text, ticket=ticket.number, buttons=column(button("补充", "add", ticket.number)))


def _after_withdraw(ticket: Ticket) -> Reply:
    text = f"工单 {ticket.number} 撤回了。以后还要办，发“人工”重新交就行。"
    return Reply(text=text, ticket=ticket.number)


def _after_wish(ticket: Ticket) -> Reply:
    return Reply(text="好，记下您愿意调解。对方也愿意，调解员就约时间。", ticket=ticket.number)


def _after_swap(ticket: Ticket) -> Reply:
    return Reply(text=f"好，工单 {ticket.number} 换一个人来办，换好了告诉您。", ticket=ticket.number)


AFTER = {
    Action.CONFIRM: _after_confirm,
    Action.REOPEN: _after_reopen,
    Action.WITHDRAW: _after_withdraw,
    Action.WISH: _after_wish,
    Action.SWAP: _after_swap,
}


def _rate(ticket: Ticket, rating: str, message: Message, facts: Facts) -> Outcome:
    label = RATINGS.get(rating, "一般")
    try:
        changed, event = apply(ticket, Action.RATE, _citizen(message), facts.now, label, rating=rating)
    except NotAllowed as error:
        return Outcome(replies=(Reply(text=str(error), ticket=ticket.number),))
    effects = (ChangeTicket(ticket=changed, event=event),)
    if rating != "bad":
        return Outcome(replies=(Reply(text="谢谢，记下了。", ticket=ticket.number),), effects=effects)
    told = tell_supervisors(facts, changed, f"工单 {changed.number} 当事人不满意，请回访。")
    after = Session(want="case", step="why", slots={"number": ticket.number}, asked_at=facts.now)
    reply = Reply(text="对不住。哪里没办好？写一句，督办员会看到。", ticket=ticket.number)
    return Outcome(replies=(reply,), session=after, effects=(*effects, *told))


def _bad_rating(ticket: Ticket, message: Message, facts: Facts) -> Outcome:
    changed, event = apply(ticket, Action.RATE, _citizen(message), facts.now, f"不满意：{message.text}", rating="bad")
    told = tell_supervisors(facts, changed, f"工单 {changed.number} 当事人说：{message.text}")
    text = "记下了，督办员会看。还没解决的话可以重开这张单。"
    reply = Reply(text=text, ticket=ticket.number, buttons=_closed_buttons(changed))
    return Outcome(replies=(reply,), effects=(ChangeTicket(ticket=changed, event=event), *told))


def _closed_buttons(ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    can = possible(ticket.state, Role.CITIZEN)
    if Action.REOPEN in can and ticket.reopened < REOPEN_LIMIT:
        return ((button("没解决，重开", "act", ticket.number, Action.REOPEN), PERSON),)
    return ((PERSON,),)


def _list(facts: Facts) -> Reply:
    if not facts.tickets:
        text = "您在这里还没有工单。有事直接打字问；要找窗口的人，发“人工”。"
        return Reply(text=text, buttons=column(PERSON))
    if len(facts.tickets) == 1:
        return view(facts.tickets[0], facts)
    shown = facts.tickets[:SHOWN]
    lines = [f"{t.number} {t.title}：{STATES[t.state].plain}" for t in shown]
    rows = column(*(button(f"{t.number} {t.title}"[:24], "case", t.number) for t in shown))
    return Reply(text="\n".join(["您的工单：", *lines]), buttons=rows)


def view(ticket: Ticket, facts: Facts) -> Reply:
    """The case as its owner sees it: where it stands and the public history, newest first."""
    lines = [f"工单 {ticket.number}：{ticket.title}", f"现在：{STATES[ticket.state].plain}"]
    if ticket.owner_name:
        lines.append(f"承办：{ticket.owner_name}")
    if ticket.open and STATES[ticket.state].clock and ticket.kind != "emergency":
        lines.append(f"答应在 {say_time(ticket.due_at)} 前给您回话")
    if ticket.outcome:
        lines.append(f"结果：{ticket.outcome}")
    lines += [limit_line(one, facts.now) for one in ticket.limits if ticket.open]
    history = [line(event) for event in reversed(facts.events) if event.public and event.number == ticket.number]
    lines += history[:10]
    return Reply(text="\n".join(lines), ticket=ticket.number, buttons=_view_buttons(ticket))


def line(event: Event) -> str:
    """One public event, as a parcel's track shows it."""
    return "· " + citizen_line(event)


def _view_buttons(ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    can = possible(ticket.state, Role.CITIZEN)
    rows: list[tuple[Button, ...]] = []
    if Action.CONFIRM in can:
        rows.append(
            (
                button("解决了", "act", ticket.number, Action.CONFIRM),
                button("解决一部分", "act", ticket.number, Action.CONFIRM, "part"),
                button("没解决", "act", ticket.number, Action.REOPEN),
            )
        )
    if Action.ADD in can or Action.SUPPLY in can:
        rows.append((button("补充", "add", ticket.number), button("撤回", "act", ticket.number, Action.WITHDRAW)))
    if Action.WISH in can and ticket.mediation.applicant_at is None:
        rows.append((button("愿意调解", "act", ticket.number, Action.WISH),))
    if Action.SWAP in can and ticket.owner and ticket.swapped < SWAPS:
        rows.append((button("换个人办", "act", ticket.number, Action.SWAP),))
    if not ticket.open and Action.RATE in can and not ticket.rating:
        rows.append(tuple(button(label, "rate", ticket.number, name) for name, label in RATINGS.items()))
    if not ticket.open:
        rows += _closed_buttons(ticket)
    return tuple(row for row in rows if row)
