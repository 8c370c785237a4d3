"""Telegram question → answer against python-telegram-bot's own echo bot: same fake server, same run, as a ratio.

Ours journals every question with full durability before it is confirmed, runs a whole turn and sends through the
outbox; theirs only echoes. `python scripts/bench_telegram.py` prints it; scripts/bench calls `measure`.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PEOPLE = 50
WORDS = "禁渔期偷偷出海抓鱼要罚多少"
AT_ONCE = 16


def measure(questions: int = 300, singles: int = 40, calls: int = 400) -> dict[str, float]:
    """Milliseconds for one question, answers a second in a burst, sends a second over each HTTP client; ratios."""
    with _process("-m", "tests.fakes.bot_api") as server, tempfile.TemporaryDirectory() as folder:
        assert server.stdout
        api = _Api(server.stdout.readline().strip())
        theirs = _answers(api, questions, singles, __file__, "--theirs", api.url)
        ours = _answers(api, questions, singles, __file__, "--ours", api.url, "--folder", folder)
        httpx, aiohttp = asyncio.run(_clients(api.url, calls))
    return {
        "ptb_ms": theirs[0], "ours_ms": ours[0], "ms_ratio": ours[0] / theirs[0],
        "ptb_per_second": theirs[1], "ours_per_second": ours[1], "per_second_ratio": ours[1] / theirs[1],
        "httpx_sends": httpx, "aiohttp_sends": aiohttp, "sends_ratio": aiohttp / httpx,
    }  # fmt: skip


class _Api:
    """The fake server, seen from here."""

    def __init__(self, url: str) -> None:
        self.url, self.sent = url, 0

    def ask(self, people: list[int]) -> float:
        """Ask one question for each, wait for all answers; seconds."""
        self.sent += len(people)
        begin = time.perf_counter()
        said = json.dumps([[who, f"{WORDS}{number}"] for number, who in enumerate(people)]).encode()
        for path, body in (("say", said), (f"wait?sent={self.sent}", None)):
            with urllib.request.urlopen(f"{self.url}/_ctl/{path}", body, timeout=120) as answer:
                answer.read()
        return time.perf_counter() - begin


def _answers(api: _Api, questions: int, singles: int, *command: str) -> tuple[float, float]:
    """Median milliseconds for one question, and answers a second when many come at once."""
    with _process(*command):
        api.ask([1])  # until it is up
        one = statistics.median(api.ask([1 + number % PEOPLE]) for number in range(singles))
        many = api.ask([1 + number % PEOPLE for number in range(questions)])
    return one * 1000, questions / many


@contextmanager
def _process(*command: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def _clients(api: str, calls: int) -> tuple[float, float]:
    """sendMessage a second by the library's own client and by ours."""
    from telegram.request import HTTPXRequest

    from bot.channels.telegram_http import AiohttpRequest

    return await _sends(api, HTTPXRequest(), calls), await _sends(api, AiohttpRequest(), calls)


async def _sends(api: str, request: object, calls: int) -> float:
    from telegram import Bot

    from tests.fakes.bot_api import TOKEN

    gate = asyncio.Semaphore(AT_ONCE)
    async with Bot(TOKEN, f"{api}/bot", request=request) as bot:  # type: ignore[arg-type]

        async def one(number: int) -> None:
            async with gate:
                await bot.send_message(number, WORDS)

        begin = time.perf_counter()
        await asyncio.gather(*(one(1 + number) for number in range(calls)))
        return calls / (time.perf_counter() - begin)


def _theirs(api: str) -> None:
    """The echo bot of the library's documentation."""
    from telegram import Update
    from telegram.ext import Application, ContextTypes, MessageHandler, filters

    from tests.fakes.bot_api import TOKEN

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        assert update.message.text
        await update.message.reply_text(update.message.text)

    application = Application.builder().token(TOKEN).base_url(f"{api}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    application.run_polling(allowed_updates=Update.ALL_TYPES)


async def _ours(api: str, folder: str) -> None:
    """Our bot with a conversation that echoes. No limit on sends, as the echo bot has none."""
    from tests.fakes.bot_api import FakeBotApi
    from tests.fakes.telegram_desk import desk

    telegram = FakeBotApi()
    telegram.url = api
    async with desk(telegram, Path(folder)):
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theirs", metavar="API")
    parser.add_argument("--ours", metavar="API")
    parser.add_argument("--folder", default=".")
    arguments = parser.parse_args()
    if arguments.theirs:
        _theirs(arguments.theirs)
    elif arguments.ours:
        asyncio.run(_ours(arguments.ours, arguments.folder))
    else:
        print(json.dumps({name: round(value, 2) for name, value in measure().items()}, indent=2))


if __name__ == "__main__":
    main()
