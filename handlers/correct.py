"""“不是这个意思”: move on to what else it may have been, and keep the pair so that the mistake can be learned from."""

from dataclasses import replace

from handlers.buttons import button, column
from handlers.start import word
from handlers.types import Facts, Message, Outcome, Rate, Reply, Session
from knowledge import Knowledge

WORDS = frozenset(
    [
        "不是这个意思",
        "不是这个",
        "不是问这个",
        "我不是问这个",
        "不对",
        "答非所问",
        "说的不是这个",
        "我说的不是这个",
        "你搞错了",
        "搞错了",
        "弄错了",
        "牛头不对马嘴",
    ]
)
SHOWN = 3
MOST_REFUSED = 6


def with_refused(session: Session, *topics: str) -> tuple[str, ...]:
    """The topics that were not it, with these among them."""
    return tuple(dict.fromkeys([*session.refused, *topics]))[-MOST_REFUSED:]


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Such words after an answer."""
    return bool(session.topic and session.query) and word(message) in WORDS


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    wrong = Rate(topic=session.topic, useful="wrong", query=session.query)
    others = [m.id for m in knowledge.decide(session.query).topics if m.id != session.topic][:SHOWN]
    rows = [button(knowledge.topics[id].title, "topic", id) for id in others if id in knowledge.topics]
    text = "对不住，理解错了，已记下来让人改。您问的是下面哪一样？都不是就换几个字再说一遍。"
    reply = Reply(text=text, buttons=column(*rows, button("都不是，找人工", "none")))
    return Outcome(
        replies=(reply,),
        session=replace(session, topic="", refused=with_refused(session, session.topic)),
        effects=(wrong,),
    )
