"""The content as legal staff work on it: the list, a topic as the citizen sees it, the text, the review of a change."""

import asyncio
from collections import Counter, defaultdict
from typing import Any

from aiohttp import web

from bot.check import cited
from bot.drafts import MOVED, PUBLISHERS, Text, decide, keep, may_publish, publish, text_of
from bot.knowledge import published
from bot.web.differences import by_line
from bot.web.keys import Site, site
from bot.web.lines import Line, reply_line
from bot.web.login import csrf_of, posted
from bot.web.pages import page, read, write
from handlers.told import answer, more
from handlers.types import Member
from knowledge.editing import LONGEST, Edit, blank, file_text, standing, tidy, tried, with_question
from knowledge.types import ContentError, Topic
from knowledge.yearly import KINDS
from storage import Conflict, Draft, Store
from tickets.due import BEIJING
from tickets.states import ROLE_NAMES
from tickets.ticket import NotAllowed

FAMILIES = {
    "svc": "服务", "bundle": "一类事", "sy": "船舶修造", "hd": "海钓", "ht": "重型运输", "sp": "水产品加工",
    "fm": "渔民问题", "dl": "期限",
}  # fmt: skip
STATES = {"draft": "草稿", "proposed": "等复核", "published": "已发布", "replaced": "被新版替代", "dropped": "作废"}
STANDINGS = {"applied": "网页发布，还没进文件", "merged": "已进文件", "diverged": "分歧：文件另有改动，以文件为准"}
MOST_WORDS = 60


def shell(request: web.Request, me: Member) -> dict[str, Any]:
    """What every page of the desk needs."""
    return {"me": me, "role": ROLE_NAMES[me.role], "csrf": csrf_of(request)}


async def index(request: web.Request, me: Member) -> web.StreamResponse:
    """All topics by family, found by words, with what is going on about each."""
    here = site(request)
    family, words = request.query.get("family", ""), request.query.get("q", "").strip()[:MOST_WORDS]
    edits, draft, proposed = await read(
        here, lambda store: (published(store), store.drafts("draft"), store.drafts("proposed"))
    )
    marks = await asyncio.to_thread(_marks, here, edits, (*draft, *proposed))
    topics = [one for one in here.knowledge.topics.values() if _fits(one, family, words)]
    new = [one for one in (*proposed, *draft) if one.topic not in here.knowledge.topics]
    return page(
        request, "content.html", **shell(request, me), families=FAMILIES, family=family, words=words, marks=marks,
        topics=topics, count=Counter(one.family for one in here.knowledge.topics.values()), proposed=proposed, new=new,
        lists=_lists(here), withheld=len(here.knowledge.withheld),
    )  # fmt: skip


def _fits(topic: Topic, family: str, words: str) -> bool:
    if family and topic.family != family:
        return False
    text = " ".join((topic.id, topic.title, topic.short, *topic.questions)).lower()
    return all(word in text for word in words.lower().split())


def _marks(here: Site, edits: tuple[Edit, ...], drafts: tuple[Draft, ...]) -> dict[str, list[str]]:
    """What to tell about each topic in the list."""
    found: dict[str, list[str]] = defaultdict(list)
    for id, held in here.knowledge.withheld.items():
        found[id].append("停答：条文改了" if held.changes else "停答：过了复核日期")
    for edit in edits:
        how = standing(here.current.root, edit)
        if how != "merged":
            found[edit.file.rpartition("/")[2].removesuffix(".md")].append(STANDINGS[how])
    for draft in drafts:
        found[draft.topic].append(STATES[draft.state])
    return found


def _lists(here: Site) -> list[tuple[str, int, str, str]]:
    """The yearly lists: title, entries, newest source and day."""
    rows = []
    for kind in KINDS.values():
        entries = here.knowledge.yearly.of(kind.name)
        last = max(entries, key=lambda one: one["日期"], default={"来源": "", "日期": ""})
        rows.append((kind.title, len(entries), last["来源"], last["日期"]))
    return rows


async def topic(request: web.Request, me: Member) -> web.StreamResponse:
    """A topic as the citizen sees it, and its history."""
    here, id = site(request), request.match_info["id"]
    one = here.knowledge.topics.get(id)
    if one is None:
        raise web.HTTPNotFound(text="没有这个主题。新主题的草稿在“内容”页上。")
    text, history = await read(here, lambda store: (text_of(store, here.current.root, id), store.drafts(topic=id)))
    return page(
        request, "topic.html", **shell(request, me), topic=one, lines=shown(here, one), text=text, history=history,
        states=STATES, standings=STANDINGS, held=here.knowledge.withheld.get(id), families=FAMILIES,
    )  # fmt: skip


def shown(here: Site, one: Topic) -> list[Line]:
    """The answer and what stands behind it, as the chat shows them."""
    view, now = here.knowledge.showing(one), here.clock()
    return [reply_line("0.0.0", now, answer(one, view)), reply_line("0.1.0", now, more(one, view))]


def looked_at(here: Site, file: str, body: str) -> tuple[list[Line], list[ContentError]]:
    """How a text would be shown, and all that is wrong with it, by line."""
    knowledge = here.knowledge
    content, problems = tried(knowledge.content, file, tidy(body))
    one = content.topics.get(file.rpartition("/")[2].removesuffix(".md"))
    if one is None or problems_hide(problems):
        return [], problems
    found = [*problems, *(cited(one, knowledge.laws, {}) if knowledge.laws else ())]
    return shown(here, one), sorted(found, key=lambda error: error.line)


def problems_hide(problems: list[ContentError]) -> bool:
    """Whether a text is too broken to be shown: its head cannot be read."""
    return any("抬头" in error.problem or "第一行" in error.problem for error in problems)


async def edit(request: web.Request, me: Member) -> web.StreamResponse:
    """The text of a topic to be changed; of a draft, or a new one."""
    here, asked = site(request), request.query
    id = asked.get("topic", "").strip()[:MOST_WORDS]
    number = asked.get("draft", "")
    try:
        text, draft = await read(here, lambda store: (text_of(store, here.current.root, id), _draft(store, number, id)))
    except NotAllowed as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    body = draft.body if draft else text.body
    question = " ".join(asked.get("question", "").split())[:200]
    if not body:
        today = here.clock().astimezone(BEIJING).date()
        body = blank(id, " ".join(asked.get("title", "").split())[:30] or id, question or "", today)
    elif question and not draft:
        body = with_question(body, question)
    return await _edit(request, me, text, draft, body, draft.note if draft else "")


def _draft(store: Store, number: str, topic: str) -> Draft | None:
    found = store.draft(int(number)) if number.isdigit() and len(number) < 10 else None
    return found if found and found.topic == topic and found.state in ("draft", "proposed") else None


async def _edit(
    request: web.Request, me: Member, text: Text, draft: Draft | None, body: str, note: str, error: str = "",
    status: int = 200,
) -> web.Response:  # fmt: skip
    here = site(request)
    lines, problems = await asyncio.to_thread(looked_at, here, text.file, body)
    return page(
        request, "edit.html", status, **shell(request, me), text=text, draft=draft, body=body, note=note, error=error,
        lines=lines, problems=problems, changes=by_line(text.body, tidy(body)), longest=LONGEST,
    )  # fmt: skip


async def save(request: web.Request, me: Member) -> web.StreamResponse:
    """Look again, keep as a draft, or propose. What is not right stays on the page with every word."""
    here, fields = site(request), await posted(request)
    id, body, note = fields.get("topic", ""), tidy(fields.get("body", ""))[:LONGEST], fields.get("note", "")[:500]
    wanted, root = fields.get("do", ""), here.current.root
    try:
        text, old = await read(
            here, lambda store: (text_of(store, root, id), _draft(store, fields.get("draft", ""), id))
        )
        if wanted not in ("save", "propose"):
            return await _edit(request, me, text, old, body, note)
        _, problems = await asyncio.to_thread(looked_at, here, text.file, body)
        if problems and wanted == "propose":
            return await _edit(request, me, text, old, body, note, "还有要改的地方，改好再提交。先存草稿也行。", 409)
        state = "proposed" if wanted == "propose" else "draft"
        seen = Text(id, text.file, "", fields.get("base", ""), int(fields.get("parent", "0") or 0), None)
        kept = await write(here, lambda store: keep(store, root, me, here.clock(), seen, body, state, note, old))
    except NotAllowed as error:
        if "编号" in str(error):
            raise web.HTTPBadRequest(text=str(error)) from None
        return await _edit(request, me, text, old, body, note, str(error), 409)
    except Conflict:
        text = await read(here, lambda store: text_of(store, root, id))
        return await _edit(request, me, text, None, body, note, MOVED, 409)
    except ValueError:
        raise web.HTTPBadRequest from None
    raise web.HTTPSeeOther(f"/desk/content/draft/{kept.id}")


async def draft(request: web.Request, me: Member) -> web.StreamResponse:
    """A change to be reviewed: the difference, the answer as it would be, and what to do with it."""
    return await _review(request, me)


async def _review(request: web.Request, me: Member, error: str = "", status: int = 200) -> web.Response:
    here, number = site(request), int(request.match_info["number"])
    found = await read(here, lambda store: _with_text(here, store, number))
    if found is None:
        raise web.HTTPNotFound(text="没有这份草稿。")
    one, text = found
    lines, problems = await asyncio.to_thread(looked_at, here, one.file, one.body)
    reviewers = here.settings.reviewers
    return page(
        request, "draft.html", status, **shell(request, me), draft=one, text=text, state=STATES[one.state], lines=lines,
        problems=problems, changes=by_line(text.body, one.body), error=error,
        open=one.state in ("draft", "proposed"), stale=(text.base, text.parent) != (one.base, one.parent),
        may_publish=may_publish(me, one, reviewers), may_decide=me.role in PUBLISHERS or one.author == me.id,
        two=reviewers > 1,
    )  # fmt: skip


def _with_text(here: Site, store: Store, number: int) -> tuple[Draft, Text] | None:
    one = store.draft(number)
    return (one, text_of(store, here.current.root, one.topic)) if one else None


async def act(request: web.Request, me: Member) -> web.StreamResponse:
    """Publish, give back or drop a draft; on return the answer has changed."""
    here, fields, number = site(request), await posted(request), int(request.match_info["number"])
    wanted, root = fields.get("do", ""), here.current.root
    one = await read(here, lambda store: store.draft(number))
    if one is None or wanted not in ("publish", "return", "drop", "restore"):
        raise web.HTTPNotFound(text="没有这份草稿。")
    if wanted == "restore":
        return await _restore(request, me, one)
    if str(one.version) != fields.get("version", ""):
        return await _review(request, me, MOVED, 409)
    if wanted == "publish":
        _, problems = await asyncio.to_thread(looked_at, here, one.file, one.body)
        if problems:
            return await _review(request, me, "还有要改的地方，不能发布。", 409)

    def job(store: Store) -> Draft:
        if wanted == "publish":
            return publish(store, root, me, here.clock(), one, here.settings.reviewers)
        return decide(store, me, here.clock(), one, "draft" if wanted == "return" else "dropped")

    try:
        await write(here, job)
    except NotAllowed as error:
        return await _review(request, me, str(error), 409)
    except Conflict:
        return await _review(request, me, "这份草稿是照旧文改的，要先照新文重做。", 409)
    if wanted == "publish":
        await here.current.refresh()
    raise web.HTTPSeeOther(f"/desk/content/draft/{number}")


async def _restore(request: web.Request, me: Member, one: Draft) -> web.StreamResponse:
    """Propose an earlier text again, so that it comes back the way every change does."""
    note = f"恢复 {one.at.astimezone(BEIJING):%Y-%m-%d} {one.author_name} 的那一版"
    return await _propose(site(request), me, one.topic, one.body, note)


async def restore_file(request: web.Request, me: Member) -> web.StreamResponse:
    """Propose the text of the file again, as if nothing had been published in the pages."""
    here, id = site(request), request.match_info["id"]
    await posted(request)
    text = await read(here, lambda store: text_of(store, here.current.root, id))
    return await _propose(here, me, id, file_text(here.current.root, text.file), "恢复文件里的那一版")


async def _propose(here: Site, me: Member, topic: str, body: str, note: str) -> web.StreamResponse:
    """A proposal made from the text that holds. Raises the redirect to it, or 409 with the reason."""
    root = here.current.root

    def job(store: Store) -> Draft:
        return keep(store, root, me, here.clock(), text_of(store, root, topic), body, "proposed", note)

    try:
        kept = await write(here, job)
    except NotAllowed as error:
        raise web.HTTPConflict(text=str(error)) from None
    raise web.HTTPSeeOther(f"/desk/content/draft/{kept.id}")
