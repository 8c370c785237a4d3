"""A browser where there is one: Debian's Chromium."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from knowledge import Knowledge
from tests.bot.web_world import World, world

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
]


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("装 chromium 和 fonts-noto-cjk 后再跑")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        browser.devices = play.devices  # type: ignore[attr-defined]
        yield browser
        await browser.close()
