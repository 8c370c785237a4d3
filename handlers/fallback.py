"""Last: photos without words, empty messages, buttons from another time. Never a dead end."""

from handlers.buttons import PERSON, button, column
from handlers.types import Attachment, Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge

OLD = "这个按钮过期了。请再问一遍，或者看菜单。"
EMPTY = "没有收到字。有事直接打字问我，或者点“找人工”。"
KEPT = "收到了，也存好了。我还看不懂照片和语音，请打几个字说是什么事；要人看，点“找人工”。"
STICKER = "收到。有事打字问我，比如“船被扣了怎么办”。"
LOCATION = "收到您的位置。如果是急事，现在就打 12395（海上）或 110。不急的话，打几个字说说什么事。"


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Everything."""
    return True


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    text = OLD if message.button else _for(message.attachments)
    return Outcome(replies=(Reply(text=text, buttons=column(PERSON, button("看菜单", "menu"))),), session=session)


def _for(attachments: tuple[Attachment, ...]) -> str:
    if not attachments:
        return EMPTY
    return {"sticker": STICKER, "location": LOCATION}.get(attachments[0].kind, KEPT)
