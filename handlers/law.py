"""The text of an article, one tap or one line away: the 看条文 button, or “渔业法78条”."""

import re

from handlers.buttons import PERSON, column, parse
from handlers.told import source
from handlers.types import Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge
from knowledge.types import Citation

MISSING = "这条的原文还没有装进条文库，下面是核对时记的摘要。"
TAIL = re.compile(
    "(?:是|讲|说|写|规定)?(?:的是)?(?:什么|啥|怎么说|怎么写|怎么规定)(?:意思|内容)?[的呢吗?？。]*$|的?(?:原文|内容)[?？。]*$"
)
SHOWN = 6  # articles shown at once


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The button under an answer, or a message that is nothing but a citation."""
    if message.button:
        return parse(message.button)[0] == "law"
    return knowledge.laws is not None and knowledge.laws.is_citation(TAIL.sub("", message.text))


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    if message.button:
        _, arguments = parse(message.button)
        topic = knowledge.topics.get(arguments[0]) if arguments else None
        if topic is None:
            return Outcome(replies=(Reply(text="这一条内容已经更新，请再问一遍。"),), session=session)
        shown = _distinct(topic.citations)[:SHOWN]
        text = "\n\n".join(_text(one, knowledge) for one in shown)
        sources = tuple(source(one) for one in shown)
        return Outcome(replies=(Reply(text=text, sources=sources, buttons=column(PERSON)),), session=session)
    assert knowledge.laws is not None
    found = knowledge.laws.explain(TAIL.sub("", message.text))
    return Outcome(replies=(Reply(text=found, buttons=column(PERSON)),), session=session)


def _distinct(citations: tuple[Citation, ...]) -> list[Citation]:
    seen = {(one.law, one.article, one.suffix): one for one in reversed(citations)}
    return list(reversed(seen.values()))


def _text(one: Citation, knowledge: Knowledge) -> str:
    """The article in force with its version, or the summary when the text is not at hand."""
    found = knowledge.laws.article(one.law, one.article, one.suffix) if knowledge.laws else None
    if found is None:
        return f"{one.label}（{one.version} 文本）\n{MISSING}\n{one.summary}"
    caveat = f"｜{one.caveat}" if one.caveat else ""
    return f"《{one.law}》{found.label}（{found.version} 文本{caveat}）\n{found.text}"
