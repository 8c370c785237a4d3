"""kill -9 while forty questions wait: each is answered all the same."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.bot_api import FakeBotApi
from tests.fakes.telegram_desk import until

ROOT = Path(__file__).parent.parent.parent
QUESTIONS = 40


async def start(api: FakeBotApi, folder: Path, pause: float) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "tests.fakes.small_bot", api.url, str(folder), str(pause))
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT)


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


async def test_nothing_is_lost_when_the_process_is_killed(api: FakeBotApi, tmp_path: Path) -> None:
    for number in range(QUESTIONS):
        await api.say(number % 4 + 1, f"问 {number}")
    wanted = {f"答：问 {number}" for number in range(QUESTIONS)}
    for _ in range(2):  # in the middle of the turns, and again while it catches up
        process = await start(api, tmp_path, 0.1)
        before = len(api.sent)
        await until(lambda before=before: len(api.sent) >= before + 8, 60)
        process.kill()
        await process.wait()
    assert len(set(api.texts())) < QUESTIONS
    process = await start(api, tmp_path, 0.0)
    await until(lambda: wanted <= set(api.texts()), 60)
    process.kill()
    await process.wait()
    again = sum(count - 1 for count in Counter(api.texts()).values())
    assert again <= 4 * 2  # at most the letter that was on its way to each of the four chats, each time
    for who in range(1, 5):
        firsts = list(dict.fromkeys(api.texts(who)))
        assert firsts == [f"答：问 {number}" for number in range(who - 1, QUESTIONS, 4)]
