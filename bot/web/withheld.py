"""Topics that are not answered because their law moved or nobody looked for too long: both texts, and the way back."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from bot.drafts import PUBLISHERS, keep, publish, release, signers, text_of
from bot.web.content import shell, shown
from bot.web.differences import Piece, side_by_side
from bot.web.keys import Site, site
from bot.web.lines import Line
from bot.web.login import posted
from bot.web.pages import page, read, write
from handlers.types import Member
from knowledge.editing import read_again
from knowledge.laws import Change, LawArticle
from knowledge.quarantine import due_for_review
from knowledge.types import Topic
from storage import Signed, Store
from tickets.due import BEIJING
from tickets.ticket import NotAllowed

CHANGED = "您看的时候条文或名单又变了，请对着新的再看一遍。"
NOTE = "复核过，答案仍对，日期顺延"


@dataclass(frozen=True)
class Both:
    """One citation with its two texts."""

    label: str
    summary: str
    why: str
    old: LawArticle | None
    new: LawArticle | None
    left: list[Piece]
    right: list[Piece]


@dataclass(frozen=True)
class Held:
    """One topic that is not answered."""

    topic: Topic
    both: list[Both]
    overdue: date | None
    lines: list[Line]
    mark: str
    signers: list[str]


async def index(request: web.Request, me: Member) -> web.StreamResponse:
    """The list."""
    return await _index(request, me)


async def _index(request: web.Request, me: Member, error: str = "", status: int = 200) -> web.Response:
    here = site(request)
    signed = await read(here, lambda store: store.signed())
    knowledge = here.knowledge
    rows = [_held(here, id, signed) for id in sorted(knowledge.withheld) if id in knowledge.topics]
    return page(
        request, "withheld.html", status, **shell(request, me), rows=rows, error=error, done=request.query.get("done", ""),
        due=due_for_review(knowledge.topics, knowledge.today), may=me.role in PUBLISHERS, me_name=me.name,
        two=here.settings.reviewers > 1, released=list(reversed(signed))[:20], titles=knowledge.topics,
    )  # fmt: skip


def _held(here: Site, id: str, signed: tuple[Signed, ...]) -> Held:
    topic, held = here.knowledge.topics[id], here.knowledge.withheld[id]
    return Held(
        topic, [_both(one) for one in held.changes], held.overdue, shown(here, topic)[:1], _mark(held.changes),
        signers(signed, id, held.changes),
    )  # fmt: skip


def _both(one: Change) -> Both:
    left, right = side_by_side(one.old.text if one.old else "", one.new.text if one.new else "")
    return Both(one.citation.label, one.citation.summary, one.verdict.note, one.old, one.new, left, right)


def _mark(changes: tuple[Change, ...]) -> str:
    """What was on the page, so that nobody releases what he did not see."""
    seen: list[Any] = [(one.citation.label, one.citation.version, one.new) for one in changes]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


async def act(request: web.Request, me: Member) -> web.StreamResponse:
    """复核过，答案仍对: a release of the new texts, or a later day of review where only that was due."""
    here, fields, id = site(request), await posted(request), request.match_info["id"]
    topic, held = here.knowledge.topics.get(id), here.knowledge.withheld.get(id)
    if topic is None:
        raise web.HTTPNotFound(text="没有这个主题。")
    changes = held.changes if held else ()
    if fields.get("mark", "") != _mark(changes):
        return await _index(request, me, CHANGED, 409)
    try:
        if changes:
            await write(here, lambda store: release(store, me, here.clock(), id, changes))
        else:
            return await _again(here, me, id)
    except NotAllowed as error:
        return await _index(request, me, str(error), 409)
    await here.current.refresh()
    raise web.HTTPSeeOther(f"/desk/content/withheld?done={id}")


async def _again(here: Site, me: Member, id: str) -> web.StreamResponse:
    """The dates move in the text itself: proposed, and published at once by one who may do so alone."""
    root, now = here.current.root, here.clock()

    def job(store: Store) -> int:
        text = text_of(store, root, id)
        body = read_again(text.body, now.astimezone(BEIJING).date())
        draft = keep(store, root, me, now, text, body, "proposed", NOTE)
        if me.role in PUBLISHERS and here.settings.reviewers == 1:
            publish(store, root, me, now, draft, 1)
        return draft.id

    number = await write(here, job)
    await here.current.refresh()
    raise web.HTTPSeeOther(f"/desk/content/draft/{number}")
