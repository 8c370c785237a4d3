"""The application: one table of routes, headers that keep browsers strict, errors as pages that say what to do."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from bot.current import Current
from bot.drafts import EDITORS
from bot.settings import Settings
from bot.turn import Turns, where
from bot.web import (
    act,
    board,
    case,
    chat,
    content,
    gaps,
    law,
    live,
    login,
    papers,
    people,
    presence,
    queue,
    routes,
    withheld,
)
from bot.web.channel import WebChannel
from bot.web.keys import SITE, Site, Webhook, site
from bot.web.limits import Limits
from bot.web.pages import STATIC, environment, page, read
from bot.web.presence import Presence
from storage import Lanes
from tickets.states import DESK, DISPATCH, STAFF, Role

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY = 1024 * 1024  # bytes of a body read at once; uploads are read in pieces and have their own limit
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
GONE = 499  # what nginx writes for a browser that left
KEEP = "public, max-age=31536000, immutable"
CASE = r"/desk/case/{number:\d{4}-\d{4}}"
TOPIC = "/desk/content/topic/{id:[a-z0-9-]{1,50}}"
DRAFT = r"/desk/content/draft/{number:\d{1,9}}"
PLACE = r"\d{1,18}\.[01]\.\d{1,18}"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'{sockets};"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}

# what happened → title, what to do
ERRORS = {
    400: ("没收全", "请返回上一页再试一次。"),
    403: ("这里进不去", "可能页面放久了，或者这一页不归您看。返回上一页刷新再试。"),
    404: ("没有这一页", "地址可能写错了，或者内容已经撤下。回到首页直接打字问就行。"),
    405: ("不能这样打开", "请从首页进去。"),
    409: ("刚才有变化", "返回刷新一下再办。"),
    413: ("太大了", "一个文件最多 20 MB。照片压小一点，录像剪短一点再发。"),
    415: ("这种文件收不了", "请发照片、PDF、Word、Excel、录音或录像。"),
    429: ("太快了", "等几秒再试。"),
    500: ("出了点问题", "不是您的错，我们已经记下。过一会儿再试；急事请直接打 12395（海上）、110、120。"),
}

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", chat.show),
    ("POST", "/chat/say", chat.say),
    ("GET", "/chat/live", chat.live),
    ("GET", "/chat/new", chat.new),
    ("GET", "/mediate/{code:[0-9A-Za-z]{10}}", chat.mediate),
    ("GET", f"/file/{{position:{PLACE}}}/{{index:\\d{{1,2}}}}", chat.file),
    ("GET", "/desk/join/{code}", login.show_join),
    ("POST", "/desk/join/{code}", login.join),
    ("GET", "/desk/in/{token}", login.show_link),
    ("POST", "/desk/in/{token}", login.use_link),
    ("GET", r"/law/{law}/{article:\d{1,4}(-\d{1,2})?}", law.show),
)

LEADERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})

DESK_ROUTES: tuple[tuple[str, str, login.StaffHandler, frozenset[Role]], ...] = (
    ("GET", "/desk", queue.queue, STAFF),
    ("GET", CASE, case.case, STAFF),
    ("POST", CASE, act.act, DESK),
    ("GET", CASE + r"/file/{index:\d{1,4}}", case.file, DESK),
    ("GET", CASE + "/paper/{kind:[a-z]+}.{form:docx|pdf}", papers.paper, DESK),
    ("POST", "/desk/bulk", queue.bulk, DISPATCH),
    ("POST", "/desk/view", queue.keep_view, STAFF),
    ("GET", "/desk/live", live.events, STAFF),
    ("POST", CASE + "/here", presence.sign, STAFF),
    ("GET", "/desk/export", queue.export, DISPATCH),
    ("GET", "/desk/board", board.board, LEADERS),
    ("GET", "/desk/month", board.month, LEADERS),
    ("GET", "/desk/routes", routes.routes, LEADERS),
    ("POST", "/desk/routes", routes.save, LEADERS),
    ("GET", "/desk/gaps", gaps.index, EDITORS),
    ("GET", "/desk/content", content.index, EDITORS),
    ("GET", TOPIC, content.topic, EDITORS),
    ("POST", TOPIC, content.restore_file, EDITORS),
    ("GET", "/desk/content/edit", content.edit, EDITORS),
    ("POST", "/desk/content/edit", content.save, EDITORS),
    ("GET", DRAFT, content.draft, EDITORS),
    ("POST", DRAFT, content.act, EDITORS),
    ("GET", "/desk/content/withheld", withheld.index, EDITORS),
    ("POST", "/desk/content/withheld/{id:[a-z0-9-]{1,50}}", withheld.act, EDITORS),
    ("GET", "/desk/content/gaps", gaps.index, EDITORS),
    ("GET", "/desk/content/new", gaps.new, EDITORS),
    ("POST", "/desk/content/question", gaps.add, EDITORS),
    ("GET", "/desk/people", people.people, ADMIN),
    ("POST", "/desk/people/invite", people.invite, ADMIN),
    ("POST", r"/desk/people/{id:m\d+}", people.change, ADMIN),
    ("GET", "/desk/me", people.mine, STAFF),
    ("POST", "/desk/me/link", people.own_link, STAFF),
    ("POST", "/desk/me/telegram", people.telegram_code, STAFF),
    ("POST", "/desk/logout", login.logout, STAFF),
)


def make_app(
    store: Lanes,
    turns: Turns,
    settings: Settings,
    clock: Callable[[], datetime],
    telegram: Webhook | None = None,
) -> web.Application:
    """The web application over the lanes to the database. Its channel is `app[SITE].channel`."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[tell_errors])
    app[SITE] = Site(
        lanes=store, turns=turns, current=Current(turns, settings), settings=settings, clock=clock,
        telegram=telegram,
        channel=WebChannel(), limits=Limits(), pages=environment(), closing=asyncio.Event(), watchers={}, presence=Presence(),
    )  # fmt: skip
    for method, path, handler in ROUTES:
        app.router.add_route(method, path, handler)
    for method, path, staff_handler, roles in DESK_ROUTES:
        app.router.add_route(method, path, login.guarded(staff_handler, roles))
    app.router.add_get("/health", health)
    app.router.add_post("/telegram", telegram_update)
    app.router.add_static("/static", STATIC)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(let_go)
    return app


async def let_go(app: web.Application) -> None:
    """Open pages are told that the server stops; they come back by themselves."""
    app[SITE].closing.set()
    app[SITE].channel.wake_all()
    await app[SITE].current.close()


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """The headers every answer carries; what a handler has set stays."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/static/") and "v" in request.query:
        response.headers["Cache-Control"] = KEEP
    host = request.host if all(c.isalnum() or c in ".-:[]" for c in request.host) else ""
    sockets = f" ws://{host} wss://{host}" if host else ""  # older Safari does not count sockets as 'self'
    response.headers.setdefault("Content-Security-Policy", POLICY.format(sockets=sockets))
    if site(request).settings.site.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


@web.middleware
async def tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as a page in Chinese, or as JSON for scripts. Unexpected ones are logged without their words."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return _told(request, error.status, _own_words(error))
    except asyncio.CancelledError:
        raise
    except Exception as error:
        if isinstance(error, ConnectionError) and not live.there(request):
            return web.Response(status=GONE)  # the tab was closed meanwhile; nobody reads this
        log.error("a request failed: %s %s", request.method, where(error))
        return _told(request, 500, "")


def _own_words(error: web.HTTPException) -> str:
    """The sentence a handler gave; aiohttp's English default counts as none."""
    text = error.text or ""
    return text if any("\u4e00" <= sign <= "\u9fff" for sign in text) else ""


def _told(request: web.Request, status: int, words: str) -> web.Response:
    title, remedy = ERRORS.get(status, ERRORS[500 if status >= 500 else 400])
    if request.headers.get("Accept", "").startswith("application/json"):
        return web.json_response({"ok": False, "error": words or f"{title}。{remedy}"}, status=status)
    home = "/desk" if request.path.startswith("/desk") else "/"
    return page(request, "error.html", status, title=title, words=words or remedy, home=home)


async def health(request: web.Request) -> web.Response:
    """For the supervisor of the process: whether the database answers, and what piles up."""
    here = site(request)
    try:
        board = await read(here, lambda store: store.board(here.clock()))
    except Exception as error:
        log.error("health: %s", where(error))
        return web.json_response({"ok": False, "database": "error"}, status=503)
    return web.json_response({
        "ok": True, "database": "ok", "letters_waiting": board.letters_waiting,
        "letters_failed": board.letters_failed, "messages_unhandled": board.unhandled,
    })  # fmt: skip


async def telegram_update(request: web.Request) -> web.Response:
    """A pushed update, for whoever handles Telegram."""
    handler = site(request).telegram
    if handler is None:
        raise web.HTTPNotFound
    status = await handler.handle_webhook(await request.read(), request.headers.get(SECRET_HEADER, ""))
    return web.Response(status=status)
