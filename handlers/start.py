"""Greeting, menu by what happened in life, help, starting over."""

from handlers.buttons import button, column, parse
from handlers.types import Button, Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge

HELLO = (
    "我是渔小法，象山渔民和企业的法律帮手。\n"
    "您直接打字问，像跟人说话一样：“老大半年没给工钿咋弄”。\n"
    "我给的是信息和办事指引，依据写明是哪部法第几条；拿不准的，我转给人。"
)
HELP = (
    "直接打字问就行。随时可以发：\n"
    "菜单——看能办什么\n人工——找窗口的人\n进度——看您的工单\n自查——企业合规自查\n"
    "重来——这件事从头来\n停——不办了\n隐私——看我们记了什么、怎么删"
)
WORDS = {
    "菜单": "menu", "主菜单": "menu", "首页": "menu", "/menu": "menu", "/start": "hello", "start": "hello", "开始": "hello",
    "帮助": "help", "/help": "help", "help": "help", "怎么用": "help",
    "重来": "again", "从头来": "again", "重新开始": "again",
    "停": "stop", "停止": "stop", "退出": "stop", "取消": "stop", "/cancel": "stop", "不办了": "stop", "算了": "stop",
    "我不办了": "stop", "不填了": "stop", "不弄了": "stop", "不想填了": "stop", "不要了": "stop", "不查了": "stop", "不想查了": "stop", "不问了": "stop", "我不想填了": "stop",
}  # fmt: skip
BUTTONS = frozenset({"menu", "events", "services", "help", "stop"})

# what happened in life → the topics behind it; ids without a topic file are left out
EVENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "wage": ("工钱要不回", ("fm-wage-arrears", "fm-wage-share", "fm-boss-runaway", "svc-legal-aid")),
    "hurt": (
        "人受伤、出事",
        ("fm-injury-crew", "fm-work-injury-deadline", "fm-death-missing", "fm-private-settlement"),
    ),
    "fish": ("鱼款、账款", ("fm-fish-payment", "fm-loan-dispute", "svc-debt-rescue")),
    "crash": ("碰撞、网具", ("fm-collision", "fm-collision-merchant", "fm-net-damage", "fm-salvage")),
    "paper": ("证件、休渔", ("fm-summer-closure", "fm-fishing-license", "fm-gear-mesh", "fm-no-three-boat")),
    "fine": ("被罚、被扣", ("fm-penalty-review", "fm-penalty-hearing", "fm-vessel-seizure", "fm-fine-payment")),
    "boat": (
        "买船、合伙、保险",
        ("fm-vessel-sale", "fm-vessel-partnership", "fm-insurance-claim", "fm-vessel-mortgage"),
    ),
}
SERVICES_A_PAGE = 7


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The menu words and buttons."""
    return word(message) in WORDS or parse(message.button)[0] in BUTTONS


def word(message: Message) -> str:
    """The text as a command word: no spaces around, no full stop, lower case."""
    return message.text.strip().rstrip("。.！!～~").lower()


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    if message.button:
        verb, arguments = parse(message.button)
        return _button(verb, arguments, session, knowledge)
    return WANTS[WORDS[word(message)]](session, facts, knowledge)


def _button(verb: str, arguments: tuple[str, ...], session: Session, knowledge: Knowledge) -> Outcome:
    if verb == "events" and arguments:
        return Outcome(replies=(_event(arguments[0], knowledge),))
    if verb == "services":
        page = int(arguments[0]) if arguments and arguments[0].isdigit() else 0
        return Outcome(replies=(_services(page, knowledge),))
    if verb == "help":
        return Outcome(replies=(Reply(text=HELP),))
    if verb == "stop":
        return _stop(session, None, knowledge)
    return Outcome(replies=(menu(HELLO),))


def menu(text: str) -> Reply:
    """The menu: life events two a row, then services, self-check, progress, a person."""
    events = [button(label, "events", name) for name, (label, _) in EVENTS.items()]
    rows = [tuple(events[i : i + 2]) for i in range(0, len(events), 2)]
    rows.append((button("19 项涉企服务", "services", "0"), button("合规自查", "guide")))
    rows.append((button("我的工单", "case"), button("找人工", "person")))
    return Reply(text=text, buttons=tuple(rows))


def _event(name: str, knowledge: Knowledge) -> Reply:
    label, topics = EVENTS.get(name, ("", ()))
    known = [button(knowledge.topics[id].title, "topic", id) for id in topics if id in knowledge.topics]
    return Reply(
        text=f"{label}：您想问哪一样？也可以直接打字说。", buttons=column(*known, button("都不是，找人工", "person"))
    )


def _services(page: int, knowledge: Knowledge) -> Reply:
    services = list(knowledge.services.values())
    shown = services[page * SERVICES_A_PAGE : (page + 1) * SERVICES_A_PAGE]
    rows: list[tuple[Button, ...]] = [(button(service.title, "topic", service.id),) for service in shown]
    turn = []
    if page > 0:
        turn.append(button("上一页", "services", str(page - 1)))
    if (page + 1) * SERVICES_A_PAGE < len(services):
        turn.append(button("下一页", "services", str(page + 1)))
    rows.append((*turn, button("回菜单", "menu")))
    return Reply(text="涉企法治服务（本清单由本系统整理）。点一项看说明、提申请。", buttons=tuple(rows))


def _hello(session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    return Outcome(replies=(menu(HELLO),))


def _help(session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    return Outcome(replies=(Reply(text=HELP),), session=session)


def _again(session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    return Outcome(replies=(menu("好，从头来。您想问什么？"),))


def _stop(session: Session, facts: Facts | None, knowledge: Knowledge) -> Outcome:
    left = "刚才填的没有提交，也没有留下。" if session.want == "intake" else ""
    return Outcome(replies=(Reply(text=f"好，先停在这里。{left}要用时随时发话，或发“菜单”。"),))


WANTS = {"menu": _hello, "hello": _hello, "help": _help, "again": _again, "stop": _stop}
