"""What is kept about a person, to look at and to delete."""

from handlers.buttons import button, column, parse
from handlers.start import word
from handlers.types import Facts, Forget, Message, Outcome, Reply, Session
from knowledge import Knowledge

WORDS = frozenset(["隐私", "/privacy", "个人信息", "我的资料", "隐私政策"])
DELETE = frozenset(["删除我的资料", "删除资料", "忘记我", "/forget", "删掉我的资料"])
TEXT = (
    "我们记什么：您发的话和文件、工单里您填的内容。\n"
    "为什么：答您的问题、办您的工单，不作别的用。\n"
    "谁能看：只有办您这件事的人；电话只给承办人。\n"
    "放多久：聊天记录到期清掉；办结的工单到保存期满后去掉姓名电话。\n"
    "您可以：随时看自己的工单（发“进度”），要我们删（发“删除我的资料”），有疑问发“人工”。\n"
    "用境外聊天软件时，消息会经过境外的服务器。证件、病历请不要在聊天里发，约窗口当面交。"
)
ASK = "要删的是：聊天记录、没提交的内容、已办结工单里的姓名电话。还没办完的工单照办，办完再删。删了找不回来，确定吗？"


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The words and the buttons."""
    return word(message) in WORDS | DELETE or parse(message.button)[0] in ("privacy", "forget")


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    verb, arguments = parse(message.button)
    if verb == "forget" and arguments:
        return Outcome(replies=(Reply(text="已经删掉了。要用时随时再来。"),), effects=(Forget(),))
    if verb == "forget" or word(message) in DELETE:
        sure = (button("确定删除", "forget", "sure"), button("不删了", "menu"))
        return Outcome(replies=(Reply(text=ASK, buttons=(sure,)),), session=session)
    rows = column(button("删除我的资料", "forget"), button("回菜单", "menu"))
    return Outcome(replies=(Reply(text=TEXT, buttons=rows),), session=session)
