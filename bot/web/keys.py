"""What the pages share: one value in the application, found by one key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import jinja2
from aiohttp import web

from bot.current import Current
from bot.settings import Settings
from bot.turn import Turns
from bot.web.channel import WebChannel
from bot.web.limits import Limits
from knowledge import Knowledge
from storage import Lanes

if TYPE_CHECKING:
    from bot.web.presence import Presence


class Webhook(Protocol):
    """Takes a pushed Telegram update and gives the HTTP status to answer with."""

    async def handle_webhook(self, body: bytes, secret: str) -> int: ...


@dataclass(frozen=True)
class Site:
    """Everything a page may need."""

    lanes: Lanes
    turns: Turns
    current: Current
    settings: Settings
    clock: Callable[[], datetime]
    telegram: Webhook | None
    channel: WebChannel
    limits: Limits
    pages: jinja2.Environment
    closing: asyncio.Event
    watchers: dict[str, list[web.Request]]  # the open streams of each member
    presence: "Presence"

    @property
    def knowledge(self) -> Knowledge:
        """What is known now; edits and releases replace it."""
        found: Knowledge = self.turns.knowledge
        return found

    @property
    def files(self) -> Path:
        """Where uploaded files are kept."""
        return self.settings.data_dir / "files"


SITE = web.AppKey("site", Site)
# how many things had happened before a page was made: what the stream tells beyond that is news to it
POSITION = web.RequestKey("position", int)


def site(request: web.Request) -> Site:
    """The site a request came to."""
    return request.config_dict[SITE]
