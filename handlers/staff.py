"""The desk in chat: join by invitation, see the queue, take, answer, ask back, note, hand on, close."""

from dataclasses import replace

from handlers.buttons import button, column, parse
from handlers.desk import brief, card, perform, traced
from handlers.inputs import inputs, read, words_of
from handlers.numbers import find_number
from handlers.offers import offered
from handlers.rights import sees, sees_body
from handlers.start import word
from handlers.types import (
    Enrol,
    Facts,
    Invite,
    Member,
    Message,
    Outcome,
    Reply,
    Session,
    UseGroup,
)
from knowledge import Knowledge
from tickets.states import ACTIONS, ROLE_NAMES, Action, Role
from tickets.ticket import NotAllowed, Ticket

QUEUE_WORDS = frozenset(["队列", "工作台", "待办", "/queue", "/desk"])
MINE_WORDS = frozenset(["我的单", "我的活", "/mine"])
NO_GROUP = "取消工作群"
GROUP_WORDS = frozenset(["设为工作群", NO_GROUP])
BUTTONS = frozenset({"desk", "queue", "mine", "do", "to", "invite", "in"})
SHOWN = 10
NOT_SEEN = "没有找到这张工单，可能号码不对，或者它不归您看。发“队列”看现有的。"
ASKED = "ask-"  # how answers are called in the session, beside the number of the case
PICKED = 12  # choices shown as buttons; the rest can be typed
LABELS = {info.label: action for action, info in ACTIONS.items()}
HELP = (
    "您现在是{role}{name}。发“队列”看单子，“我的单”看自己的，发工单号看一张。\n"
    "点按钮办，或者直接写：接单 号、回复 号 话、请补充 号 话、内部备注 号 话、办结 号 结果。\n"
    "写之前都会说当事人看不看得到；“内部备注”只有窗口看得到。"
)
INVITABLE = (Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN)


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """An invitation, or anything a member of staff does for the desk."""
    if facts.invite is not None:
        return True
    if facts.me is None:
        return False
    if message.button:
        return parse(message.button)[0] in BUTTONS
    if session.want == "staff" and word(message) not in STOP:
        return True
    known = QUEUE_WORDS | MINE_WORDS | GROUP_WORDS
    return word(message) in known or facts.named is not None or word(message).startswith("邀请")


STOP = frozenset(["停", "取消", "退出", "算了", "菜单", "重来"])


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    if facts.invite is not None:
        return _enrol(message, facts)
    assert facts.me is not None
    if message.button:
        verb, arguments = parse(message.button)
        return _button(verb, arguments, message, session, facts, knowledge)
    if word(message) in GROUP_WORDS:
        return _use_group(message, facts.me)
    if word(message) in QUEUE_WORDS:
        return Outcome(replies=(_queue(facts, mine=False),))
    if word(message) in MINE_WORDS:
        return Outcome(replies=(_queue(facts, mine=True),))
    if word(message).startswith("邀请"):
        return _invite(word(message).removeprefix("邀请").strip(), facts, facts.me)
    if session.want == "staff":
        return _typed(message, session, facts, knowledge)
    return _command(message, facts, facts.me, knowledge)


def _enrol(message: Message, facts: Facts) -> Outcome:
    if message.group:
        return Outcome(replies=(Reply(text="请在私聊里用邀请码，别在群里发。"),))
    if facts.link:
        return _connect(message, facts, facts.link)
    role = facts.invite or Role.CLERK
    name = message.name or message.person
    member = Member(id=member_id(facts), name=name, role=role, channel=message.channel, chat=message.chat)
    text = "欢迎加入。" + HELP.format(role=ROLE_NAMES[role], name=name)
    effects = (Enrol(code=facts.code, member=member),)
    return Outcome(replies=(Reply(text=text, buttons=column(button("看队列", "queue"))),), effects=effects)


def _connect(message: Message, facts: Facts, member: Member) -> Outcome:
    """A member of the pages is from now on reached in this chat too."""
    reached = replace(member, channel=message.channel, chat=message.chat)
    text = "连上了，新单和当事人的话会发到这里。" + HELP.format(role=ROLE_NAMES[member.role], name=member.name)
    effects = (Enrol(code=facts.code, member=reached),)
    return Outcome(replies=(Reply(text=text, buttons=column(button("看队列", "queue"))),), effects=effects)


def member_id(facts: Facts) -> str:
    """A fresh id for a new member: short, without a colon, so that it fits into button data."""
    return "m" + facts.number.replace("-", "")


def _invite(wanted: str, facts: Facts, me: Member) -> Outcome:
    if me.role is not Role.ADMIN:
        return Outcome(replies=(Reply(text="只有管理员能邀请人。"),))
    role = next((r for r in INVITABLE if wanted in (ROLE_NAMES[r], r.value)), None)
    if role is None:
        rows = column(*(button(f"邀请{ROLE_NAMES[r]}", "invite", r) for r in INVITABLE))
        return Outcome(replies=(Reply(text="邀请谁来？", buttons=rows),))
    text = f"{ROLE_NAMES[role]}的邀请码（一次有效，3 天内用）：\n{facts.code}\n请他私聊我，发“加入 {facts.code}”。"
    return Outcome(replies=(Reply(text=text),), effects=(Invite(code=facts.code, role=role, by=me.id),))


def _use_group(message: Message, me: Member) -> Outcome:
    """This group is where cases get their rooms, or no group is."""
    if me.role not in (Role.SUPERVISOR, Role.ADMIN):
        return Outcome(replies=(Reply(text="工作群由督办员或管理员来设。"),))
    if word(message) == NO_GROUP:
        effects = (UseGroup(channel=message.channel, chat=""),)
        return Outcome(replies=(Reply(text="好，以后不在群里开话题了。已有的话题留着。"),), effects=effects)
    if not message.group:
        return Outcome(replies=(Reply(text=GROUP_FIRST),))
    return Outcome(replies=(Reply(text=GROUP_SET),), effects=(UseGroup(channel=message.channel, chat=message.chat),))


GROUP_FIRST = "到工作群里对我说“设为工作群”。群要先打开“话题”，再把我设成管理员，给我“管理话题”“置顶消息”两项权限。"
GROUP_SET = (
    "好，从现在起每张工单在这个群里有一个话题，名字上写着状态和号码。\n"
    "请确认：群打开了“话题”，我是管理员，有“管理话题”“置顶消息”两项权限。群里的人都看得到工单，请只留窗口的人。\n"
    "在话题里打字是内部备注；“回复 话”才发给当事人。不要了发“取消工作群”。"
)


def _queue(facts: Facts, mine: bool) -> Reply:
    me = facts.me
    cases = [t for t in facts.queue if me and sees(t, me) and (not mine or t.owner == me.id)]
    cases.sort(key=lambda t: (not t.urgent, bool(t.owner), t.due_at))
    if not cases:
        return Reply(text="现在没有您的单子。" if mine else "队列是空的。")
    shown = cases[:SHOWN]
    rest = f"\n还有 {len(cases) - SHOWN} 张，网页工作台看全部。" if len(cases) > SHOWN else ""
    text = "\n".join(brief(t, facts) for t in shown) + rest
    return Reply(text=text, buttons=column(*(button(f"{t.number} {t.title}"[:24], "desk", t.number) for t in shown)))


def _button(
    verb: str, arguments: tuple[str, ...], message: Message, session: Session, facts: Facts, knowledge: Knowledge
) -> Outcome:
    me = facts.me
    assert me is not None
    if verb in ("queue", "mine"):
        return Outcome(replies=(_queue(facts, mine=verb == "mine"),))
    if verb == "invite":
        return _invite(arguments[0] if arguments else "", facts, me)
    ticket = facts.named
    if ticket is None or not sees_body(ticket, me):
        return Outcome(replies=(Reply(text=NOT_SEEN),))
    if len(arguments) > 1 and verb == "to":
        return _hand_on(ticket, arguments[1], message, facts, me)
    if len(arguments) > 1 and verb == "in" and session.want == "staff":
        return _typed(replace(message, text=arguments[1]), session, facts, knowledge)
    if len(arguments) > 1 and verb == "do" and arguments[1] in set(Action):
        return _start(ticket, Action(arguments[1]), message, facts, me, knowledge)
    return Outcome(replies=(card(ticket, facts.events, facts, me),))


def _start(
    ticket: Ticket, action: Action, message: Message, facts: Facts, me: Member, knowledge: Knowledge, text: str = ""
) -> Outcome:
    """Do it at once when nothing is missing; else ask for it, one thing after the other."""
    if action not in offered(ticket, me):
        return act(ticket, action, text or "-", facts, me, message=message)
    if action is Action.ASSIGN:
        return Outcome(replies=(_choose_member(ticket, facts, me),))
    slots = {"number": ticket.number, **({"text": text} if text else {})}
    return _ask(ticket, Session(want="staff", step=action, slots=slots), facts, me, knowledge, message)


def _ask(
    ticket: Ticket,
    session: Session,
    facts: Facts,
    me: Member,
    knowledge: Knowledge,
    message: Message | None = None,
    head: str = "",
) -> Outcome:
    """The next question of the act, or the act when all is there."""
    action = Action(session.step)
    missing = next((one for one in inputs(ticket, action, knowledge) if ASKED + one.name not in session.slots), None)
    title = f"{head}工单 {ticket.number} {ACTIONS[action].label}："
    if missing:
        named = "（可以直接发“是”用它）" if missing.start else ""
        start = f"\n现在是：{missing.start}{named}" if missing.start else ""
        rows = column(*(button(label[:24], "in", ticket.number, value) for value, label in missing.choices[:PICKED]))
        reply = Reply(
            text=f"{title}{missing.label}？{start}\n不办了发“停”。", ticket=ticket.number, buttons=rows, ask="text"
        )
        return Outcome(replies=(reply,), session=session)
    if ACTIONS[action].needs and "text" not in session.slots:
        start = words_of(ticket, action)
        kept = f"\n现在是：{start}\n（可以直接发“是”用它）" if start else ""
        text = f"{title}请写{ACTIONS[action].needs}（{ACTIONS[action].seen}）。不写了发“停”。{kept}"
        return Outcome(replies=(Reply(text=text, ticket=ticket.number, ask="text"),), session=session)
    return _done(ticket, action, session, facts, me, knowledge, message)


def _done(
    ticket: Ticket,
    action: Action,
    session: Session,
    facts: Facts,
    me: Member,
    knowledge: Knowledge,
    message: Message | None,
) -> Outcome:
    try:
        given = {name.removeprefix(ASKED): value for name, value in session.slots.items() if name.startswith(ASKED)}
        data = read(ticket, action, given, knowledge, facts.now)
    except NotAllowed as error:
        kept = {name: value for name, value in session.slots.items() if name in ("number", "text")}
        return _ask(ticket, replace(session, slots=kept), facts, me, knowledge, head=f"{error}\n")
    return act(ticket, action, session.slots.get("text", ""), facts, me, message=message, data=data)


def _choose_member(ticket: Ticket, facts: Facts, me: Member) -> Reply:
    others = [m for m in facts.team if m.id != ticket.owner and m.role is not Role.ADMIN]
    if not others:
        return Reply(text="还没有别的同事可以转。请管理员先邀请人。", ticket=ticket.number)
    rows = column(*(button(f"{ROLE_NAMES[m.role]} {m.name}", "to", ticket.number, m.id) for m in others))
    return Reply(text=f"工单 {ticket.number} 转给谁？", ticket=ticket.number, buttons=rows)


def _hand_on(ticket: Ticket, member: str, message: Message, facts: Facts, me: Member) -> Outcome:
    to = next((m for m in facts.team if m.id == member), None)
    if to is None:
        return Outcome(replies=(_choose_member(ticket, facts, me),))
    return act(ticket, Action.ASSIGN, "", facts, me, to, message)


def _typed(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    """The answer to the question that is open: a choice, a day, or the words of the act."""
    ticket, me = facts.named, facts.me
    if ticket is None or me is None or session.step not in set(Action) or not sees_body(ticket, me):
        return Outcome(replies=(Reply(text=NOT_SEEN),))
    text = message.text or ("（见附件）" if message.attachments else "")
    asked = [one for one in inputs(ticket, Action(session.step), knowledge) if ASKED + one.name not in session.slots]
    name = ASKED + asked[0].name if asked else "text"
    start = asked[0].start if asked else words_of(ticket, Action(session.step))
    if start and text.strip() in ("是", "对", "好"):
        text = start
    slots = {**session.slots, name: text}
    return _ask(ticket, replace(session, slots=slots), facts, me, knowledge, message)


def _command(message: Message, facts: Facts, me: Member, knowledge: Knowledge) -> Outcome:
    """`接单 4821-3390`, `回复 4821-3390 您好……`, or just the number."""
    ticket = facts.named
    assert ticket is not None
    if not sees_body(ticket, me):
        return Outcome(replies=(Reply(text=NOT_SEEN),))
    number = find_number(message.text)
    before, _, after = message.text.partition(number) if number in message.text else ("", "", "")
    if not before and not after:
        raw = message.text.replace(number.replace("-", ""), number)
        before, _, after = raw.partition(number)
    action = LABELS.get(before.strip())
    if message.reply_to and not number:
        return _note(ticket, message, facts, me)
    if action is None:
        return Outcome(replies=(card(ticket, facts.events, facts, me),))
    return begin(ticket, action, after.strip(" ：:，,\n"), message, facts, me, knowledge)


def begin(
    ticket: Ticket, action: Action, text: str, message: Message, facts: Facts, me: Member, knowledge: Knowledge
) -> Outcome:
    """Act with these words, or ask for what is missing."""
    if action is Action.ASSIGN:
        to = next((m for m in facts.team if text in (m.name, ROLE_NAMES[m.role] + m.name)), None)
        return (
            act(ticket, action, "", facts, me, to, message)
            if to
            else Outcome(replies=(_choose_member(ticket, facts, me),))
        )
    if (ACTIONS[action].needs and not text) or inputs(ticket, action, knowledge):
        return _start(ticket, action, message, facts, me, knowledge, text)
    return act(ticket, action, text, facts, me, message=message)


def _note(ticket: Ticket, message: Message, facts: Facts, me: Member) -> Outcome:
    """What staff write under a letter of the bot stays internal; relaying takes an explicit act."""
    text = message.text or "（见附件）"
    done = act(ticket, Action.NOTE, text, facts, me, message=message)
    told = Reply(
        text=f"已记为 {ticket.number} 的内部备注，当事人看不到。要发给他请点“回复”。", ticket=ticket.number,
        buttons=column(button("回复当事人", "do", ticket.number, Action.REPLY)),
    )  # fmt: skip
    return replace(done, replies=(told,))


def act(
    ticket: Ticket,
    action: Action,
    text: str,
    facts: Facts,
    me: Member,
    to: Member | None = None,
    message: Message | None = None,
    data: dict[str, str] | None = None,
) -> Outcome:
    """Perform and show the case again, or say why not."""
    try:
        files = message.attachments if message else ()
        changed, effects = perform(ticket, action, me, facts, text, to, files, {**(data or {}), **traced(message)})
    except NotAllowed as error:
        return Outcome(
            replies=(
                Reply(text=str(error), ticket=ticket.number, buttons=column(button("打开工单", "desk", ticket.number))),
            )
        )
    told = "，已告诉当事人" if ACTIONS[action].notice else ""
    done = f"{changed.number} {ACTIONS[action].label}{told}。"
    if action is Action.INVITE:
        code = changed.mediation.code
        asked = f"请把下面这句转给对方，让他发给我，他就能单独跟您说话：\n调解 {code}"
        done += f"\n{asked if code else '对方以前进来过，已经直接问他了。'}"
    shown = card(changed, facts.events, facts, me)
    return Outcome(replies=(replace(shown, text=f"{done}\n{shown.text}"),), effects=effects)
