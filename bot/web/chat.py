"""The chat page: what was said, a place to write, and what is new, by socket or by waiting request."""

import asyncio
import re
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.web.channel import NAME
from bot.web.keys import Site, site
from bot.web.lines import Line, lines, reply_line
from bot.web.pages import page, read, render, sentence
from bot.web.uploads import Form, Refused, discard, read_form, respond
from bot.web.visitor import (
    COOKIE,
    YEAR,
    form_token,
    fresh_secret,
    keep,
    person_of,
    same_origin,
    secret_of,
    token_fits,
)
from handlers.start import HELLO, menu
from handlers.types import Message
from storage import Said

SHOWN = 50  # lines shown at once
LONGEST = 8000  # characters of one message
PAGES = 8  # open pages of one visitor
WAIT = 25.0  # seconds a waiting request stays open
PATIENCE = 10.0  # seconds a page that posted waits for the answer before it is sent on
LOOK = 3.0  # seconds between looks when another process may have written
EXAMPLES = ("fm-wage-arrears", "fm-summer-closure", "fm-vessel-seizure", "sy-hot-work")
NUMBERS = ("12395", "110", "120")
LOST_COOKIE = "这个页面放太久了，刷新一下再发，您写的字还在。"
TOO_FAST = "发得太快了，等几秒再发。"
MEDIATION = "有人想请您一起调解。点“发送”就能看到是什么事，看了再说愿不愿意。"
DRAFT = re.compile(r"调解 [0-9A-Za-z]{10}")
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


async def show(request: web.Request) -> web.Response:
    """The page with the last lines; a new visitor gets his cookie."""
    here, secret = site(request), secret_of(request)
    said = await history(here, person_of(secret), request.query.get("before", "")) if secret else []
    shown = lines(said)
    draft = request.query.get("say", "")
    draft = draft if DRAFT.fullmatch(draft) else ""
    new = not secret
    secret = secret or fresh_secret()
    response = page(
        request, "chat.html",
        lines=shown or [reply_line("0.0.0", here.clock(), menu(HELLO))], examples=() if shown else examples(here),
        more=said[0].position if len(said) == SHOWN else "", phones=phones(here), csrf=form_token(secret),
        fresh=fresh_secret, longest=LONGEST, notice=MEDIATION if draft else "", draft=draft,
    )  # fmt: skip
    if new:
        keep(request, response, COOKIE, secret, YEAR)
    return response


async def mediate(request: web.Request) -> web.Response:
    """The link for the other side of a mediation: the chat with the code written in, to be sent by the person himself."""
    raise web.HTTPSeeOther(f"/?say={quote('调解 ' + request.match_info['code'])}")


def examples(here: Site) -> tuple[str, ...]:
    """Questions to begin with, as people ask them."""
    topics = here.knowledge.topics
    return tuple(topics[id].questions[0] for id in EXAMPLES if id in topics and topics[id].questions)


def phones(here: Site) -> list[Any]:
    """The numbers for the line on top."""
    return [here.knowledge.phones[number] for number in NUMBERS if number in here.knowledge.phones]


async def history(here: Site, chat: str, before: str = "") -> list[Said]:
    """The last lines of a chat."""
    return await read(here, lambda store: store.history(NAME, chat, SHOWN, before))


def visitor(request: web.Request) -> str:
    """The person who asks. Raises 403 for a request that does not come from our page or has no cookie."""
    secret = secret_of(request)
    if not secret or not same_origin(request):
        raise web.HTTPForbidden(text=LOST_COOKIE)
    return person_of(secret)


async def say(request: web.Request) -> web.Response:
    """Take a message: durable before it is acknowledged. The same id twice is one message."""
    here, person = site(request), visitor(request)
    if not here.limits.allow(f"say:{person}", burst=30, per_minute=60):
        raise web.HTTPTooManyRequests(text=TOO_FAST)
    try:
        form = await read_form(request, here.files)
    except Refused as refused:
        raise sentence(refused.status, str(refused)) from None
    try:
        message = _message(request, form, person, here)
        fresh = await here.turns.journal(message)
    except BaseException:
        discard(form.files, here.files)
        raise
    if not fresh:
        discard(form.files, here.files)
    here.channel.wake(person)
    await _play(here, message)
    if request.headers.get("Accept", "").startswith("application/json"):
        return web.json_response({"ok": True, "again": not fresh})
    raise web.HTTPSeeOther("/")


def _message(request: web.Request, form: Form, person: str, here: Site) -> Message:
    """The form as a message. Raises an HTTP error with a sentence for what cannot be taken."""
    if not token_fits(secret_of(request), form.fields.get("csrf", "")):
        raise web.HTTPForbidden(text=LOST_COOKIE)
    text, button, own_id = (form.fields.get(name, "") for name in ("text", "button", "id"))
    if not _ID.fullmatch(own_id):
        raise web.HTTPBadRequest(text="没收全，请刷新一下再发。")
    if len(text) > LONGEST:
        raise sentence(413, f"一次最多 {LONGEST} 个字，分几次发，或者存成文件发来。")
    if not (text.strip() or button or form.files):
        raise web.HTTPBadRequest(text="还没有写字。")
    return Message(
        id=f"{person}:{own_id}", channel=NAME, chat=person, person=person, at=here.clock(),
        text=text.replace("\r\n", "\n"), button=button[:64], attachments=tuple(form.files),
    )  # fmt: skip


async def _play(here: Site, message: Message) -> None:
    """Play the turn; a page does not wait for a slow one, its answer comes by the live line."""
    turn = here.turns.start(message, inline=True)
    turn.add_done_callback(lambda _: here.channel.wake(message.chat))
    await asyncio.wait({turn}, timeout=PATIENCE)


async def live(request: web.Request) -> web.WebSocketResponse:
    """A socket that gets every new line of the visitor's chat."""
    here, person = site(request), visitor(request)
    if here.channel.open_pages(person) >= PAGES:
        raise web.HTTPTooManyRequests(text="这个聊天开了太多页面，关掉几个。")
    socket = web.WebSocketResponse(heartbeat=20, max_msg_size=1024)
    await socket.prepare(request)
    with here.channel.page(person) as news:
        feed = asyncio.create_task(_feed(socket, here, person, news))
        async for _ in socket:
            pass  # the page only listens; reading notices when it leaves
        feed.cancel()
        with suppress(asyncio.CancelledError):
            await feed
    return socket


async def _feed(socket: web.WebSocketResponse, here: Site, person: str, news: asyncio.Event) -> None:
    """Send what is new until the socket or the server closes."""
    seen: set[str] = set()
    while not socket.closed and not here.closing.is_set():
        fresh = [one for one in lines(await history(here, person)) if one.key not in seen]
        seen |= {one.key for one in fresh}
        if fresh:
            await socket.send_json({"lines": [as_json(here, one) for one in fresh]})
        await _wait(here, news, LOOK if here.lanes.shared else None)
    await socket.close(code=1001)


async def _wait(here: Site, news: asyncio.Event, seconds: float | None) -> None:
    """Until something is new, or for so long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), seconds)
    news.clear()


async def new(request: web.Request) -> web.Response:
    """For browsers without sockets: the last lines as soon as they differ from what the page has (`have`)."""
    here, person = site(request), visitor(request)
    if here.channel.open_pages(person) >= PAGES:
        raise web.HTTPTooManyRequests(text="这个聊天开了太多页面，关掉几个。")
    end = asyncio.get_running_loop().time() + WAIT
    with here.channel.page(person) as news:
        while True:
            shown = lines(await history(here, person))
            mark = _mark(shown)
            left = end - asyncio.get_running_loop().time()
            if mark != request.query.get("have", "") or left <= 0 or here.closing.is_set():
                return web.json_response({"have": mark, "lines": [as_json(here, one) for one in shown]})
            await _wait(here, news, min(left, LOOK) if here.lanes.shared else left)


def _mark(shown: list[Line]) -> str:
    """What a page has, in short: how many lines and the newest answer among them."""
    answers = [one.key for one in shown if not one.own]
    return f"{len(shown)}-{shown[-1].key if shown else ''}-{max(answers, key=_order) if answers else ''}"


def _order(key: str) -> tuple[int, ...]:
    return tuple(int(part) for part in key.split("."))


def as_json(here: Site, line: Line) -> dict[str, str]:
    """A line as the page's script takes it: made by the same template as the page."""
    return {"key": line.key, "id": line.id, "html": render(here, "one.html", line=line)}


async def file(request: web.Request) -> web.StreamResponse:
    """A file of the visitor's own chat, found by its place there, so that nobody can ask for another's."""
    here, secret = site(request), secret_of(request)
    position, index = request.match_info["position"], int(request.match_info["index"])
    turn, side, line = (int(part) for part in position.split("."))
    after = f"{turn}.{side}.{line + 1}"
    said = await read(here, lambda store: store.history(NAME, person_of(secret), 1, after)) if secret else []
    if not said or said[0].position != position:
        raise web.HTTPNotFound
    source = said[0].message or said[0].reply
    attachments = source.attachments if source else ()
    if index >= len(attachments):
        raise web.HTTPNotFound
    return respond(here.files, attachments[index])
