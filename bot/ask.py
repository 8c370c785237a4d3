"""`python -m bot ask`: one question, one answer, without a store. `--jsonl` answers many, each a fresh conversation."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import handlers
from bot.render import plain
from handlers.types import Facts, LogQuestion, Message, Outcome, Reply, Session
from knowledge import Knowledge

NUMBER = "0000-0000"  # a question asked this way opens no case
ACTION_OF = {
    "emergency": "emergency",
    "person": "handover",
    "law": "statute",
    "fallback": "smalltalk",
}  # handlers not named here answer command words
UNREADABLE = "这一行读不了：要一个 JSON 对象，里面有文字 query。"


def ask(query: str, knowledge: Knowledge, now: datetime) -> tuple[str, Outcome]:
    """What was done (answer, clarify, …) and what came of it, for one question in a fresh conversation."""
    message = Message(id="1", channel="ask", chat="ask", person="ask", at=now, text=query)
    session, facts = Session(), Facts(now=now, number=NUMBER)
    name = handlers.chosen(message, session, facts, knowledge)
    outcome = handlers.handle(message, session, facts, knowledge)
    logged = next((effect for effect in outcome.effects if isinstance(effect, LogQuestion)), None)
    return logged.action if logged else ACTION_OF.get(name, "command"), outcome


def spoken(replies: Iterable[Reply]) -> str:
    """All replies as one text."""
    return "\n\n".join(plain(reply) for reply in replies)


def answer_lines(lines: Iterable[str], knowledge: Knowledge, now: datetime) -> Iterator[str]:
    """One JSON line for each input line, whatever it holds."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer_line(line, knowledge, now), ensure_ascii=False)


def _answer_line(line: str, knowledge: Knowledge, now: datetime) -> dict[str, Any]:
    begun = time.perf_counter()
    try:
        given = json.loads(line)
        query = given["query"]
        if not isinstance(query, str):
            raise TypeError
    except (ValueError, TypeError, KeyError):
        given = given if "given" in locals() and isinstance(given, dict) else {}
        return _row(given.get("id"), "refuse", [], [], UNREADABLE, begun)
    query = query.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be printed
    action, outcome = ask(query, knowledge, now)
    topics = [{"id": m.id, "score": round(m.score, 4)} for m in knowledge.decide(query).topics[:5]]
    cited = {
        (s.law, s.label): {"law": s.law, "article": s.label.split("》")[-1]} for r in outcome.replies for s in r.sources
    }
    return _row(given.get("id"), action, topics, list(cited.values()), spoken(outcome.replies), begun)


def _row(id: Any, action: str, topics: list[Any], citations: list[Any], reply: str, begun: float) -> dict[str, Any]:
    ms = round((time.perf_counter() - begun) * 1000, 2)
    return {"id": id, "action": action, "topics": topics, "citations": citations, "reply": reply, "ms": ms}
