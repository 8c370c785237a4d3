"""找人工: a person is one word away at any time."""

import re

from handlers import intake
from handlers.buttons import parse
from handlers.start import word
from handlers.types import Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge

WORDS = frozenset(
    [
        "人工",
        "找人工",
        "转人工",
        "人工服务",
        "叫人工",
        "真人",
        "找真人",
        "客服",
        "找客服",
        "人工客服",
        "我要人工",
        "我要找人",
        "找个人",
        "找个真人",
        "找活人",
        "找个活人",
        "活人",
        "我要跟人讲",
        "我要跟人说",
        "有没有人",
        "有没有真人",
        "叫个人来",
        "/human",
        "调解员",
        "找调解员",
    ]
)
SOMEBODY = re.compile(
    "(?:找|叫|让|派|能不能有|有没有|有)个?(?:活|真)?人(?:来?帮|来办|给我办|跟我讲|联系我|打给我|给我打)"
)
SHORT = 16  # characters; a longer message tells something
GROUP = "这是群里，大家都看得见。您个人的事请点我的头像私聊我，再发“人工”。"


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The word, or a button that leads to a person or to a service."""
    if message.button:
        return parse(message.button)[0] in ("person", "order")
    return word(message) in WORDS or (len(message.text) <= SHORT and bool(SOMEBODY.search(message.text)))


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    if message.group:
        return Outcome(replies=(Reply(text=GROUP),), session=session)
    verb, arguments = parse(message.button)
    if verb == "order" and arguments and arguments[0] in knowledge.services:
        return intake.begin(arguments[0], session, facts, knowledge)
    return intake.begin("", session, facts, knowledge)
