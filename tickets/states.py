"""The life of a case as one table. Buttons, notices and the diagram in the docs are read from here.

Three tables: STATES (what each state is called, and whether the promised-time clock runs), ACTIONS (who may do it, what it
is called, what the citizen is told), TRANSITIONS (which action leads from where to where). A pair that is not in TRANSITIONS
cannot happen.
"""

from dataclasses import dataclass
from enum import StrEnum

from tickets.roles import CITIZEN, DESK, DISPATCH, OWN_SIDE, ROLE_NAMES, STAFF, Role

__all__ = [
    "ACTIONS", "DESK", "DISPATCH", "MEDIATED", "ROLE_NAMES", "STAFF", "STATES", "TALKING", "TRANSITIONS", "Action",
    "ActionInfo", "Role", "State", "StateInfo", "possible",
]  # fmt: skip


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    TRIAGE = "triage"
    NEED_INFO = "need_info"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    CO_HANDLING = "co_handling"
    SNOOZED = "snoozed"
    RETURNED = "returned"
    CONSENT_PENDING = "consent_pending"
    MEDIATING = "mediating"
    AGREEMENT = "agreement"
    TERMINATED = "terminated"
    JUDICIAL_CONFIRM = "judicial_confirm"
    RESOLVED = "resolved"
    FEEDBACK = "feedback"
    REOPENED = "reopened"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"
    MERGED = "merged"


@dataclass(frozen=True)
class StateInfo:
    """`label` for staff, `plain` for the citizen, `clock` whether the promised time runs, `open` whether work is left."""

    label: str
    plain: str
    clock: bool = True
    open: bool = True


STATES: dict[State, StateInfo] = {
    State.DRAFT: StateInfo("草稿", "还没提交", clock=False),
    State.SUBMITTED: StateInfo("已提交", "窗口收到了，等人接手"),
    State.TRIAGE: StateInfo("待分派", "窗口正在看该由谁来办"),
    State.NEED_INFO: StateInfo("待补充", "等您补充情况", clock=False),
    State.ASSIGNED: StateInfo("已派单", "已派给承办人，等他签收"),
    State.ACCEPTED: StateInfo("已签收", "承办人接手了"),
    State.IN_PROGRESS: StateInfo("办理中", "正在办"),
    State.CO_HANDLING: StateInfo("协办中", "几个部门一起在办"),
    State.SNOOZED: StateInfo("约好再办", "和您约好了时间，到时候接着办", clock=False),
    State.RETURNED: StateInfo("已退回", "退回窗口重新分派"),
    State.CONSENT_PENDING: StateInfo("待对方同意", "在问对方愿不愿意调解", clock=False),
    State.MEDIATING: StateInfo("调解中", "正在调解"),
    State.AGREEMENT: StateInfo("已达成协议", "双方谈拢了"),
    State.TERMINATED: StateInfo("调解终止", "调解没成，可以走别的路"),
    State.JUDICIAL_CONFIRM: StateInfo("司法确认提醒", "协议签了，30 天内可以一起去法院确认", clock=False),
    State.RESOLVED: StateInfo("办结待确认", "办好了，等您说解决没有", clock=False),
    State.FEEDBACK: StateInfo("等评价", "办结了，等您评价", clock=False, open=False),
    State.REOPENED: StateInfo("已重开", "您说没解决，重新办"),
    State.ARCHIVED: StateInfo("已归档", "已经办结", clock=False, open=False),
    State.WITHDRAWN: StateInfo("已撤回", "您撤回了", clock=False, open=False),
    State.REDIRECTED: StateInfo("已转出", "不归这里办，已告诉您去哪", clock=False, open=False),
    State.MERGED: StateInfo("已并单", "和另一张工单并在一起办", clock=False, open=False),
}


class Action(StrEnum):
    SUBMIT = "open"
    TRIAGE = "triage"
    CLAIM = "claim"
    ASSIGN = "assign"
    RELEASE = "release"
    ACCEPT = "accept"
    START = "start"
    ASK = "ask"
    SUPPLY = "supply"
    REPLY = "reply"
    NOTE = "note"
    ADD = "add"
    CO_HANDLE = "co_handle"
    CO_PART = "co_part"
    CO_DONE = "co_done"
    SNOOZE = "snooze"
    WAKE = "wake"
    EXTEND = "extend"
    LIMIT = "limit"
    LINK = "link"
    MERGE = "merge"
    SPLIT = "split"
    RETURN = "return"
    SWAP = "swap"
    RECUSE = "recuse"
    WARN = "warn"
    ORDER = "order"
    ANSWER = "answer"
    NAMES = "names"
    INVITE = "invite"
    JOIN = "join"
    CONSENT = "consent"
    DECLINE = "decline"
    WISH = "wish"
    MEDIATE = "mediate"
    MEET = "meet"
    RECORD = "record"
    SPEAK = "speak"
    TELL_PARTY = "tell_party"
    TERMS = "terms"
    AGREE = "agree"
    TERMINATE = "terminate"
    REMIND_CONFIRM = "remind_confirm"
    RESOLVE = "resolve"
    REDIRECT = "redirect"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    RATE = "rate"
    CALL_BACK = "call_back"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class ActionInfo:
    """One thing that can happen.

    `who` may do it; `needs` names the text that must come with it ("" none); `asks` what else, see tickets/changes.py
    ("" nothing); `public` whether the citizen sees it in the timeline; `closed` whether only those on the case may read
    it; `own` whether of the staff only the owner may do it, no supervisor in his place; `notice` is what the citizen is
    told, `party_notice` what the other side of a mediation is told, with {number}, {text}, {who}, {day} filled in ("" nothing).
    """

    label: str
    who: frozenset[Role]
    needs: str = ""
    asks: str = ""
    public: bool = True
    closed: bool = False
    own: bool = False
    notice: str = ""
    party_notice: str = ""

    @property
    def seen(self) -> str:
        """Who outside the office reads the words, as it is said to whoever writes them."""
        if "{text}" in self.notice:
            return "会发给当事人"
        if self.public:
            return "当事人在进度里看得到"
        return "会发给对方，当事人看不到" if "{text}" in self.party_notice else "当事人看不到"


ACTIONS: dict[Action, ActionInfo] = {
    Action.SUBMIT: ActionInfo("提交", frozenset(Role)),
    Action.TRIAGE: ActionInfo("开始分派", DISPATCH),
    Action.CLAIM: ActionInfo(
        "接单", DESK, notice="您的工单 {number} 由{who}接手了。", party_notice="换了承办人，现在由{who}接着调解。"
    ),
    Action.ASSIGN: ActionInfo(
        "转交",
        DISPATCH | {Role.MEDIATOR, Role.SYSTEM},
        asks="member",
        notice="您的工单 {number} 已转给{text}。",
        party_notice="换了承办人，现在由{text}接着调解。",
    ),
    Action.RELEASE: ActionInfo("放回队列", DESK | {Role.SYSTEM}, public=False),
    Action.ACCEPT: ActionInfo("签收", DESK, notice="您的工单 {number} 由{who}接手了。"),
    Action.START: ActionInfo("开始办理", DESK),
    Action.ASK: ActionInfo("请补充", DESK, needs="要当事人补充什么", notice="关于工单 {number}，{who}想问您：\n{text}"),
    Action.SUPPLY: ActionInfo("补充情况", OWN_SIDE, needs="补充的情况"),
    Action.REPLY: ActionInfo("回复", DESK, needs="回复的话", notice="关于工单 {number}，{who}回复您：\n{text}"),
    Action.NOTE: ActionInfo("内部备注", STAFF | {Role.SYSTEM}, needs="备注", public=False),
    Action.ADD: ActionInfo("补充留言", CITIZEN),
    Action.CO_HANDLE: ActionInfo("请协办", DESK, needs="请他们协办什么", asks="co", public=False),
    Action.CO_PART: ActionInfo("一家协办完", DESK, needs="协办的结果", asks="part", public=False),
    Action.CO_DONE: ActionInfo("协办都完成", DESK),
    Action.SNOOZE: ActionInfo(
        "约好再办",
        DESK,
        needs="约好什么时候、为什么",
        asks="snooze",
        notice="工单 {number} 先放一放，到时候接着办：{text}",
    ),
    Action.WAKE: ActionInfo("接着办", DESK | {Role.SYSTEM}),
    Action.EXTEND: ActionInfo(
        "延长调解",
        DESK,
        needs="双方书面同意的情况",
        asks="until",
        own=True,
        notice="工单 {number} 双方同意延长调解：{text}",
    ),
    Action.LIMIT: ActionInfo(
        "记法定期限",
        DESK | {Role.CITIZEN},
        asks="limit",
        notice="工单 {number} 请记牢：{text}\n提交本工单、申请调解不等于起诉，也不等于申请复议、仲裁，这个期限照样往前走。",
    ),
    Action.LINK: ActionInfo("关联工单", DESK, asks="ticket", public=False),
    Action.MERGE: ActionInfo(
        "并到别的单",
        DISPATCH,
        asks="ticket",
        notice="工单 {number} 和 {text} 说的是一件事，已经并在一起办。以后看 {text}。",
    ),
    Action.SPLIT: ActionInfo(
        "拆成两件",
        DESK,
        needs="另一件是什么事",
        notice="工单 {number} 里说了两件事，另一件单独开了一张：{text}。两张各办各的，都能查进度。",
    ),
    Action.RETURN: ActionInfo("退回", DESK, needs="建议去哪里办", asks="reason", public=False),
    Action.SWAP: ActionInfo(
        "换个人办",
        CITIZEN | {Role.PARTY},
        notice="工单 {number} 要换一个人来办，换好就告诉您。",
        party_notice="要换一位承办人，换好了告诉您。",
    ),
    Action.RECUSE: ActionInfo(
        "回避",
        DESK,
        needs="为什么要回避",
        public=False,
        own=True,
        notice="您的工单 {number} 要换一个人来办，换好就告诉您。",
        party_notice="要换一位承办人，换好了告诉您。",
    ),
    Action.WARN: ActionInfo("发提示单", frozenset({Role.SUPERVISOR, Role.SYSTEM}), needs="提示什么", public=False),
    Action.ORDER: ActionInfo("发督办单", frozenset({Role.SUPERVISOR}), needs="督办什么", public=False),
    Action.ANSWER: ActionInfo("答复督办", DESK, needs="答复", public=False),
    Action.NAMES: ActionInfo("记双方姓名住址", DESK, asks="names", public=False, own=True),
    Action.INVITE: ActionInfo(
        "征求调解意见",
        DESK,
        asks="party",
        notice="工单 {number}：想请双方坐下来调解，不收钱，愿意才调，随时可以不调。您愿意吗？我们也在问对方。",
        party_notice="想再请双方坐下来谈，不收钱，愿意才调，随时可以不调。您愿意吗？",
    ),
    Action.WISH: ActionInfo("当事人愿意调解", OWN_SIDE | {Role.SUPERVISOR}),
    Action.JOIN: ActionInfo("对方进来了", frozenset({Role.PARTY}), public=False),
    Action.CONSENT: ActionInfo(
        "对方同意调解", DESK | {Role.PARTY}, own=True, notice="工单 {number}：对方愿意调解，调解员会约时间。"
    ),
    Action.DECLINE: ActionInfo(
        "对方不同意",
        DESK | {Role.PARTY},
        own=True,
        notice="工单 {number}：对方不愿意调解。您还可以申请仲裁、行政处理，或者去法院起诉（人民调解法第二十六条）。",
    ),
    Action.MEDIATE: ActionInfo(
        "开始调解",
        DESK,
        own=True,
        notice="工单 {number}：双方都同意，开始调解。时间地点另外告诉您。",
        party_notice="双方都同意，开始调解。时间地点另外告诉您。",
    ),
    Action.MEET: ActionInfo(
        "约调解时间",
        DESK,
        asks="meeting",
        own=True,
        notice="工单 {number} 调解的时间地点：{text}\n来不了请早点回话。",
        party_notice="调解的时间地点：{text}\n来不了请早点回话。",
    ),
    Action.RECORD: ActionInfo("调解记录", DESK, needs="调解记录", public=False, closed=True, own=True),
    Action.SPEAK: ActionInfo("对方来话", frozenset({Role.PARTY}), needs="话", public=False, closed=True),
    Action.TELL_PARTY: ActionInfo(
        "回复对方", DESK, needs="给对方的话", public=False, closed=True, own=True, party_notice="{who}：\n{text}"
    ),
    Action.TERMS: ActionInfo("写协议条款", DESK, needs="谈好的条款", public=False, closed=True, own=True),
    Action.AGREE: ActionInfo(
        "达成协议",
        DESK,
        needs="协议条款",
        asks="signed",
        own=True,
        notice="工单 {number}：双方谈拢了，{day}签的协议。\n{text}",
        party_notice="双方谈拢了，{day}签的协议。\n{text}",
    ),
    Action.TERMINATE: ActionInfo(
        "终止调解",
        DESK,
        needs="终止的原因",
        own=True,
        notice="工单 {number}：调解没成。\n{text}\n您还可以依法申请仲裁、行政处理，或者去法院起诉（人民调解法第二十六条）。",
        party_notice="调解没成，终止了。双方还可以依法申请仲裁、行政处理，或者去法院起诉（人民调解法第二十六条）。",
    ),
    Action.REMIND_CONFIRM: ActionInfo(
        "提醒司法确认",
        DESK | {Role.SYSTEM},
        notice="工单 {number}：协议生效起 30 天内，双方可以一起去法院申请司法确认（人民调解法第三十三条），对方反悔才好强制执行。",
        party_notice="协议生效起 30 天内，双方可以一起去法院申请司法确认（人民调解法第三十三条）。",
    ),
    Action.RESOLVE: ActionInfo(
        "办结", DESK, needs="办结的结果", notice="工单 {number} 办好了。结果：\n{text}\n问题解决了吗？"
    ),
    Action.REDIRECT: ActionInfo("指引转出", DESK, needs="该去哪里", notice="工单 {number} 不归这里办。\n{text}"),
    Action.CONFIRM: ActionInfo("解决了", CITIZEN),
    Action.REOPEN: ActionInfo("没解决，重开", CITIZEN),
    Action.RATE: ActionInfo("评价", CITIZEN),
    Action.CALL_BACK: ActionInfo("回访", DISPATCH, needs="回访的情况", public=False),
    Action.WITHDRAW: ActionInfo("撤回", CITIZEN),
    Action.ARCHIVE: ActionInfo("归档", DISPATCH | {Role.SYSTEM}),
}

_WORKING = (State.ACCEPTED, State.IN_PROGRESS, State.CO_HANDLING, State.REOPENED)
_QUEUED = (State.SUBMITTED, State.TRIAGE, State.RETURNED, State.REOPENED)
# in which the other side may talk to the mediator; in which a new owner goes on with what was begun
TALKING = (State.CONSENT_PENDING, State.MEDIATING, State.AGREEMENT)
MEDIATED = (*TALKING, State.TERMINATED, State.JUDICIAL_CONFIRM)
_ASKING = (State.CONSENT_PENDING, State.MEDIATING)
_OPEN = tuple(state for state, info in STATES.items() if info.open and state is not State.DRAFT)
_UNRESOLVED = tuple(state for state in _OPEN if state is not State.RESOLVED)
_KEPT = tuple(state for state in State if state is not State.DRAFT)
_IN_HAND = (State.ASSIGNED, State.ACCEPTED, State.IN_PROGRESS)


def _rows(sources: tuple[State, ...], action: Action, target: State | None) -> dict[tuple[State, Action], State]:
    """`target` None means the state stays as it is."""
    return {(source, action): target or source for source in sources}


TRANSITIONS: dict[tuple[State, Action], State] = {
    **_rows((State.DRAFT,), Action.SUBMIT, State.SUBMITTED),
    **_rows((State.SUBMITTED, State.RETURNED), Action.TRIAGE, State.TRIAGE),
    **_rows(_QUEUED, Action.CLAIM, State.ACCEPTED),
    **_rows(MEDIATED, Action.CLAIM, None),
    **_rows((*_QUEUED, State.ASSIGNED, *_WORKING, State.NEED_INFO), Action.ASSIGN, State.ASSIGNED),
    **_rows((*MEDIATED, State.SNOOZED), Action.ASSIGN, None),
    **_rows(_IN_HAND, Action.RELEASE, State.TRIAGE),
    **_rows((State.ASSIGNED,), Action.ACCEPT, State.ACCEPTED),
    **_rows((State.ACCEPTED, State.REOPENED), Action.START, State.IN_PROGRESS),
    **_rows((*_QUEUED, *_WORKING, State.NEED_INFO), Action.ASK, State.NEED_INFO),
    **_rows((State.MEDIATING,), Action.ASK, None),
    **_rows((State.NEED_INFO,), Action.SUPPLY, State.IN_PROGRESS),
    **_rows(_WORKING, Action.REPLY, State.IN_PROGRESS),
    **_rows((State.CO_HANDLING,), Action.REPLY, State.CO_HANDLING),
    **_rows((State.NEED_INFO, State.SNOOZED, *TALKING), Action.REPLY, None),
    **_rows((State.TERMINATED, State.JUDICIAL_CONFIRM, State.RESOLVED), Action.REPLY, None),
    **_rows(_KEPT, Action.NOTE, None),
    **_rows(tuple(state for state in _OPEN if state is not State.NEED_INFO), Action.ADD, None),
    **_rows((State.SNOOZED,), Action.ADD, State.IN_PROGRESS),
    **_rows((State.ACCEPTED, State.IN_PROGRESS, State.CO_HANDLING), Action.CO_HANDLE, State.CO_HANDLING),
    **_rows((State.CO_HANDLING,), Action.CO_PART, None),
    **_rows((State.CO_HANDLING,), Action.CO_DONE, State.IN_PROGRESS),
    **_rows((State.ACCEPTED, State.IN_PROGRESS, State.NEED_INFO), Action.SNOOZE, State.SNOOZED),
    **_rows((State.SNOOZED,), Action.WAKE, State.IN_PROGRESS),
    **_rows((State.MEDIATING,), Action.EXTEND, None),
    **_rows(_OPEN, Action.LIMIT, None),
    **_rows(_KEPT, Action.LINK, None),
    **_rows((*_QUEUED, *_WORKING, State.ASSIGNED, State.NEED_INFO, State.SNOOZED), Action.MERGE, State.MERGED),
    **_rows((*_QUEUED, *_WORKING, State.ASSIGNED, State.NEED_INFO), Action.SPLIT, None),
    **_rows(_IN_HAND, Action.RETURN, State.RETURNED),
    **_rows(_IN_HAND, Action.SWAP, State.TRIAGE),
    **_rows(_IN_HAND, Action.RECUSE, State.TRIAGE),
    **_rows(_ASKING, Action.SWAP, None),
    **_rows(MEDIATED, Action.RECUSE, None),
    **_rows(_UNRESOLVED, Action.WARN, None),
    **_rows(_OPEN, Action.ORDER, None),
    **_rows(_OPEN, Action.ANSWER, None),
    **_rows((State.ACCEPTED, State.IN_PROGRESS, State.TERMINATED), Action.INVITE, State.CONSENT_PENDING),
    **_rows((State.CONSENT_PENDING,), Action.WISH, None),
    **_rows(_ASKING, Action.JOIN, None),
    **_rows((State.CONSENT_PENDING,), Action.CONSENT, None),
    **_rows((State.CONSENT_PENDING,), Action.MEDIATE, State.MEDIATING),
    **_rows(_ASKING, Action.DECLINE, State.TERMINATED),
    **_rows((State.MEDIATING,), Action.MEET, None),
    **_rows(MEDIATED, Action.NAMES, None),
    **{(state, act): state for state in TALKING for act in (Action.RECORD, Action.SPEAK, Action.TELL_PARTY)},
    **_rows((State.MEDIATING,), Action.TERMS, None),
    **_rows((State.MEDIATING,), Action.AGREE, State.AGREEMENT),
    **_rows(_ASKING, Action.TERMINATE, State.TERMINATED),
    **_rows((State.AGREEMENT,), Action.REMIND_CONFIRM, State.JUDICIAL_CONFIRM),
    **_rows((*_WORKING, State.AGREEMENT, State.TERMINATED, State.JUDICIAL_CONFIRM), Action.RESOLVE, State.RESOLVED),
    **_rows((*_QUEUED, *_WORKING, State.ASSIGNED), Action.REDIRECT, State.REDIRECTED),
    **_rows((State.RESOLVED,), Action.CONFIRM, State.FEEDBACK),
    **_rows((State.RESOLVED, State.FEEDBACK, State.ARCHIVED), Action.REOPEN, State.REOPENED),
    **_rows((State.RESOLVED, State.ARCHIVED), Action.RATE, None),
    **_rows((State.FEEDBACK,), Action.RATE, State.ARCHIVED),
    **_rows((State.RESOLVED, State.FEEDBACK, State.ARCHIVED), Action.CALL_BACK, None),
    **_rows(_UNRESOLVED, Action.WITHDRAW, State.WITHDRAWN),
    **_rows((State.RESOLVED, State.FEEDBACK), Action.ARCHIVE, State.ARCHIVED),
}


def possible(state: State, role: Role) -> tuple[Action, ...]:
    """The actions that `role` has in `state`, in the order of ACTIONS."""
    return tuple(a for a, info in ACTIONS.items() if role in info.who and (state, a) in TRANSITIONS)
