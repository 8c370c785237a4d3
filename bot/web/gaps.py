"""What was asked in vain or answered badly, and the short way from there (or from a finished case) to content."""

import asyncio
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.drafts import keep, text_of
from bot.mask import masked
from bot.web.content import FAMILIES, looked_at, shell
from bot.web.keys import Site, site
from bot.web.login import posted
from bot.web.pages import page, read, write
from handlers.rights import sees, sees_body
from handlers.types import Member
from knowledge.editing import file_of, with_question
from knowledge.types import Topic
from storage import Draft, Store
from tickets.ticket import NotAllowed, Ticket

GAPS = 100
LONGEST = 120  # characters of a question
PERIODS = {"7": "近一周", "30": "近一个月"}
WHY = {
    "refuse": "没找到答案",
    "statute": "只有条文",
    "error": "程序出错",
    "answer": "答了，说没解决",
    "rated": "答了，说没解决",
}
PERSONAL = ("谁", "名字", "姓名", "电话", "船名", "单位名", "身份证", "住址", "地址")


async def index(request: web.Request, me: Member) -> web.StreamResponse:
    """The questions, most frequent first, each with the topics it may belong to."""
    here = site(request)
    days = request.query.get("days", "")
    days = days if days in PERIODS else "7"
    since = here.clock() - timedelta(days=int(days))
    found = await read(here, lambda store: store.misses(since, GAPS))
    rows: list[dict[str, Any]] = await asyncio.to_thread(lambda: [
        {
            "text": masked(one.text), "count": one.count, "why": WHY.get(one.action, one.action), "at": one.last_at,
            "topics": _likely(here, one.text)[:2],
        }
        for one in found
    ])  # fmt: skip
    pairs = await read(here, lambda store: store.confusions(since, GAPS))
    topics = here.knowledge.topics
    mixed = [
        {"text": masked(one.text), "count": one.count, "right": topics[one.right],
         "wrong": [topics[id].title for id in one.wrong if id in topics]}
        for one in pairs if one.right in topics
    ]  # fmt: skip
    return page(request, "gaps.html", **shell(request, me), rows=rows, mixed=mixed, days=days, periods=PERIODS)


def _likely(here: Site, text: str) -> list[Topic]:
    topics = here.knowledge.topics
    return [topics[one.id] for one in here.knowledge.decide(text[:500]).topics if one.id in topics]


async def new(request: web.Request, me: Member) -> web.StreamResponse:
    """From a question or a finished case: where it belongs, or a new topic."""
    here, number = site(request), request.query.get("ticket", "")
    question = " ".join(masked(request.query.get("question", "")).split())[:LONGEST]
    facts: list[tuple[str, str]] = []
    if number:
        ticket = await read(here, lambda store: store.ticket(number))
        if ticket is None or not sees(ticket, me) or not sees_body(ticket, me):
            raise web.HTTPNotFound(text="没有这张工单，或者它不归您看。")
        question, facts = question or _hidden(ticket.title, ticket)[:LONGEST], impersonal(ticket)
    likely = await asyncio.to_thread(_likely, here, " ".join([question, *(a for _, a in facts)])) if question else []
    return page(
        request, "new.html", **shell(request, me), question=question, facts=facts, number=number, likely=likely,
        families=FAMILIES, topics=here.knowledge.topics, longest=LONGEST,
    )  # fmt: skip


def impersonal(ticket: Ticket) -> list[tuple[str, str]]:
    """What a case was about, without who: questions about persons left out, numbers and names hidden."""
    kept = [(q, a) for q, a in ticket.facts if a != ticket.phone and not any(word in q for word in PERSONAL)]
    facts = [(question, _hidden(answer, ticket)) for question, answer in kept]
    return [*facts, ("结果", _hidden(ticket.outcome, ticket))] if ticket.outcome else facts


def _hidden(text: str, ticket: Ticket) -> str:
    return masked(text, ticket.phone, ticket.other_party, ticket.owner_name)


async def add(request: web.Request, me: Member) -> web.StreamResponse:
    """One more question for a topic, as a proposal; as a draft when the checker has something to say."""
    here, fields = site(request), await posted(request)
    id, question = fields.get("topic", "").strip(), " ".join(masked(fields.get("question", "")).split())[:LONGEST]
    if not question or not file_of(id):
        raise web.HTTPBadRequest(text="请写上问法，选一个主题。")
    if id not in here.knowledge.topics:
        raise web.HTTPNotFound(text="没有这个主题。")
    root = here.current.root
    text = await read(here, lambda store: text_of(store, root, id))
    body = with_question(text.body, question)
    _, problems = await asyncio.to_thread(looked_at, here, text.file, body)
    state = "draft" if problems else "proposed"

    def job(store: Store) -> Draft:
        return keep(store, root, me, here.clock(), text, body, state, f"加一条问法：{question}")

    try:
        kept = await write(here, job)
    except NotAllowed as error:
        raise web.HTTPConflict(text=str(error)) from None
    raise web.HTTPSeeOther(f"/desk/content/draft/{kept.id}")
