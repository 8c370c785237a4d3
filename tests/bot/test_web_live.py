"""The live streams over HTTP: what they say, what is counted, and that leaving is no error."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectionResetError

from bot.app import start_log
from bot.papers import pdf
from bot.web.keys import SITE
from bot.web.live import PAGES
from knowledge import Knowledge
from tests.bot.web_world import World, world
from tickets.papers import Paper
from tickets.states import Role


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


async def test_a_closed_page_is_not_counted_any_more(here: World) -> None:
    clerk = await here.staff(Role.CLERK)
    for _ in range(3 * PAGES):
        async with clerk.session.get("/desk/live") as stream:
            assert stream.status == 200
            await stream.content.readuntil(b"\n\n")
            stream.close()
        await asyncio.sleep(0.01)
    streams = here.app[SITE].watchers[clerk.me.id]
    for _ in range(30):
        if not streams:
            break
        await asyncio.sleep(0.1)
    assert streams == []


async def test_too_many_open_pages_are_refused(here: World) -> None:
    clerk = await here.staff(Role.CLERK)
    streams = [await clerk.session.get("/desk/live") for _ in range(PAGES + 1)]
    assert [one.status for one in streams] == [200] * PAGES + [429]
    for one in streams:
        one.close()


async def test_a_page_is_told_that_the_line_is_alive(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.live.BREATH", 0.1)
    clerk = await here.staff(Role.CLERK)
    async with clerk.session.get("/desk/live") as stream:
        await stream.content.readuntil(b"\n\n")
        assert await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 5) == b"event: here\ndata:\n\n"


async def test_leaving_is_no_error_in_the_log(
    here: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen, left = await here.visitor(), asyncio.Event()

    async def late(*_: object) -> list[object]:
        await left.wait()
        raise ClientConnectionResetError("Cannot write to closing transport")

    monkeypatch.setattr("bot.web.chat.history", late)
    asking = asyncio.create_task(citizen.session.get("/chat/new"))
    await asyncio.sleep(0.3)
    asking.cancel()  # the tab is closed while its lines are looked up
    await asyncio.sleep(0.3)
    left.set()
    await asyncio.sleep(0.3)
    assert errors(caplog) == []


async def test_a_connection_that_we_lose_is_an_error(
    here: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen = await here.visitor()

    async def broken(*_: object) -> list[object]:
        raise ConnectionResetError("the database is gone")

    monkeypatch.setattr("bot.web.chat.history", broken)
    async with citizen.session.get("/chat/new") as answer:
        assert answer.status == 500
    assert len(errors(caplog)) == 1


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log calls an error."""
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]


def test_a_paper_says_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    start_log()
    caplog.set_level(logging.INFO)
    pdf(Paper(title="登记表", number="1234-5678", facts=(("当事人", "阿三"),), sections=(), signs=(), foot="渔小法"))
    assert [one.name for one in caplog.records if one.name.startswith("fontTools")] == []
