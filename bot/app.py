"""Builds everything from the settings, starts it, stops it: the one place that knows the concrete classes."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.channels.base import Channel
from bot.channels.telegram import TelegramChannel
from bot.clock import keep_time
from bot.knowledge import load_knowledge
from bot.outbox import Outbox
from bot.rooms import Feed
from bot.settings import SettingError, Settings
from bot.turn import Turns
from bot.web.keys import SITE
from bot.web.login import first_admin_link
from bot.web.server import make_app
from handlers import handle
from storage import open_lanes

log = logging.getLogger(__name__)


def start_log() -> None:
    """What the log keeps: our own lines, and of the talkative only what went wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for talkative in ("aiohttp.access", "fontTools"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


async def serve(settings: Settings, clock: Callable[[], datetime]) -> int:
    """Serve until SIGINT or SIGTERM; the exit status."""
    start_log()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    knowledge = load_knowledge(settings)
    lanes = open_lanes(settings.database_url)
    turns = Turns(lanes, handle, knowledge, clock)
    telegram = _telegram(settings, turns, clock)
    app = make_app(lanes, turns, settings, clock, telegram)
    channels: dict[str, Channel] = {channel.name: channel for channel in (app[SITE].channel, telegram) if channel}
    outbox = Outbox(lanes, channels, receipts={telegram.name: telegram.receipt} if telegram else {})
    feed = Feed(turns)
    turns.wake = both(outbox.wake, feed.wake)
    runner = await _listen(app, settings)
    for line in greeting(settings, first_admin_link(lanes, settings), telegram is not None):
        print(line, flush=True)
    sending = asyncio.create_task(outbox.run())
    try:
        await turns.recover()
        await _run(
            [
                sending,
                keep_time(turns, settings.keep_days),
                feed.run(),
                app[SITE].current.watch(),
                *(c.run() for c in channels.values()),
            ],
            keep=sending,
        )
    finally:
        # no new messages, then let turns under way end and their letters go, then close what sends them
        await runner.cleanup()
        await turns.close()
        outbox.stop()
        await asyncio.gather(sending, return_exceptions=True)
        if telegram:
            await telegram.close()
        lanes.close()
    return 0


def both(*wakers: Callable[[], None]) -> Callable[[], None]:
    """Calls all of them."""

    def wake() -> None:
        for waker in wakers:
            waker()

    return wake


def _telegram(settings: Settings, turns: Turns, clock: Callable[[], datetime]) -> TelegramChannel | None:
    """The Telegram channel, when there is a token."""
    if not settings.telegram_token:
        return None
    return TelegramChannel(
        settings.telegram_token, settings.telegram_api, turns, settings.data_dir / "files", clock,
        webhook_url=settings.telegram_webhook_url, webhook_secret=settings.telegram_webhook_secret, site=settings.web_url,
    )  # fmt: skip


async def _run(jobs: Sequence[Coroutine[Any, Any, object] | asyncio.Task[Any]], keep: asyncio.Task[Any]) -> None:
    """Run all jobs until one fails or the process is told to stop; then cancel all but `keep`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on the loop
            loop.add_signal_handler(sign, stop.set)
    tasks = [job if isinstance(job, asyncio.Task) else asyncio.create_task(job) for job in [*jobs, stop.wait()]]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    others = [task for task in tasks if task is not keep]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        task.result()


async def _listen(app: web.Application, settings: Settings) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.web_host, settings.web_port).start()
    except OSError:
        await runner.cleanup()
        raise SettingError(
            f"端口 {settings.web_port} 已经被占用，可能渔小法已经在跑。换一个：YXF_WEB_PORT=8081 scripts/run"
        ) from None
    return runner


def greeting(settings: Settings, admin_link: str | None, telegram: bool) -> list[str]:
    """What is printed at the start: where to click, and the first administrator's link while there is none."""
    lines = ["渔小法开好了。", f"  聊天：{settings.site}/", f"  工作台：{settings.site}/desk"]
    if admin_link:
        lines.append(f"  第一个管理员从这里进（一次有效）：{admin_link}")
    lines.append("  Telegram：" + ("开着" if telegram else "没开（填 YXF_TELEGRAM_TOKEN 就开）"))
    return [*lines, "  停下按 Ctrl-C。"]
