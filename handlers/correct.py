"""“不是这个意思”: move on to what else it may have been, and keep the pair so that the mistake can be learned from."""

import re
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
        "错了",
        "答错了",
        "说错了",
        "不是的",
        "不是",
        "都不是",
        "都不对",
        "不对的",
        "不对不对",
    ]
)
BEGINS = re.compile("^(?:不是这个意思|不是问?这个|我?不是问这个|不对|错了|你搞错了)[,，。;； ]+(?=.{3})")
NONE = "都不是，找人工"
SHOWN = 3
WORTH = 0.02  # what is less likely than that is not offered
MOST_REFUSED = 12


def with_refused(session: Session, *topics: str) -> tuple[str, ...]:
    """The topics that were not it, with these among them."""
    return tuple(dict.fromkeys([*session.refused, *topics]))[-MOST_REFUSED:]


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """Such words after an answer or after choices."""
    if word(message) not in WORDS or not session.query or not (session.topic or session.misses):
        return False
    topic = knowledge.topics.get(session.topic)
    return not (topic and topic.ask_back and word(message) in {label for label, _ in topic.ask_back[0].options})


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    wrong = Rate(topic=session.topic, useful="wrong", query=session.query)
    found = knowledge.decide("，".join(session.said) or session.query).topics
    likely = [m.id for m in found if m.score >= WORTH]
    offered = [id for id in likely if id not in session.refused][:SHOWN]
    refused = with_refused(session, *([session.topic] if session.topic else offered))
    others = [id for id in likely if id not in refused][:SHOWN]
    rows = [button(knowledge.topics[id].title, "topic", id) for id in others if id in knowledge.topics]
    which = "您问的是下面哪一样？都不是就换几个字再说一遍。" if rows else "换几个字再说一遍，或者点“找人工”。"
    reply = Reply(text=f"对不住，理解错了，已记下来让人改。{which}", buttons=column(*rows, button(NONE, "none")))
    after = replace(session, topic="", refused=refused, misses=max(session.misses, 1))
    return Outcome(replies=(reply,), session=after, effects=(wrong,))
