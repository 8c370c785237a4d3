"""What was between the person and the bot before a case was opened: for whoever takes it over."""

from handlers.types import Session
from knowledge import Knowledge


def before(session: Session, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    """(label, words): what was asked, what the bot answered and why, what it offered in vain. () for a bare request."""
    topics = knowledge.topics
    if not session.query and session.topic not in topics:
        return ()
    found = [("问过机器人", session.query)] if session.query else []
    if session.topic in topics:
        topic = topics[session.topic]
        basis = "、".join(one.label for one in topic.citations[:3])
        found.append(("机器人答了", f"{topic.title}：{topic.short}" + (f"（{basis}）" if basis else "")))
    if session.query:
        found.append(("为什么这样答", why(session.query, knowledge)))
    refused = [topics[id].title for id in session.refused if id in topics]
    return (*found, ("他说不是这些", "；".join(refused))) if refused else tuple(found)


def why(query: str, knowledge: Knowledge) -> str:
    """The decision on a question in words: what was seen in it, how sure, what came next."""
    decision = knowledge.decide(query)
    reason = decision.why
    words = f"看到“{'、'.join(reason.words)}”，" if reason.words else ""
    names = [knowledge.topics[one.id].title for one in decision.topics[:2] if one.id in knowledge.topics]
    first = f"最像“{names[0]}”（{reason.score:.0%}）" if names else "没有像的"
    second = f"，其次“{names[1]}”（{reason.runner_up:.0%}）" if names[1:] else ""
    return f"{words}{first}{second}，低于 {reason.floor:.0%} 不答"
