"""The web as a channel: what is said is in the history already, so sending means waking whoever looks at it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from handlers.types import Reply

NAME = "web"


class WebChannel:
    """Open pages of each chat. A letter to a chat without an open page is read when the page is opened next."""

    name = NAME

    def __init__(self) -> None:
        self._open: dict[str, set[asyncio.Event]] = {}

    async def run(self) -> None:
        """Messages come in over HTTP requests; there is nothing to fetch."""
        await asyncio.Event().wait()

    async def send(self, chat: str, reply: Reply) -> str:
        """Wake the open pages of `chat`. Always succeeds: the letter is stored."""
        self.wake(chat)
        return ""

    def wake(self, chat: str) -> None:
        """There is something new in `chat`."""
        for event in self._open.get(chat, ()):
            event.set()

    def wake_all(self) -> None:
        """Let every open page look, so that they can end."""
        for chat in list(self._open):
            self.wake(chat)

    def open_pages(self, chat: str) -> int:
        """How many pages look at `chat`."""
        return len(self._open.get(chat, ()))

    @contextmanager
    def page(self, chat: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever there is something new in `chat`."""
        event = asyncio.Event()
        self._open.setdefault(chat, set()).add(event)
        try:
            yield event
        finally:
            self._open[chat].discard(event)
            if not self._open[chat]:
                del self._open[chat]
