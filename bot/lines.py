"""Waiting lines: within one everybody is served in the order of joining, different lines go side by side."""

import asyncio
from collections.abc import Hashable


class Place:
    """A place in a line. Whoever takes one must leave it."""

    def __init__(self, lines: "Lines", key: Hashable, before: asyncio.Event | None) -> None:
        self._lines = lines
        self._key = key
        self._before = before
        self.done = asyncio.Event()

    async def reached(self) -> None:
        """Returns when everybody who joined earlier has left."""
        if self._before is not None:
            await self._before.wait()

    def leave(self) -> None:
        """Lets the next one in."""
        self.done.set()
        self._lines.tidy(self._key, self.done)


class Lines:
    """All lines, by key."""

    def __init__(self) -> None:
        self._last: dict[Hashable, asyncio.Event] = {}

    def join(self, key: Hashable) -> Place:
        """The next place in the line of `key`. Never waits."""
        place = Place(self, key, self._last.get(key))
        self._last[key] = place.done
        return place

    def tidy(self, key: Hashable, done: asyncio.Event) -> None:
        """Drops the line when the last one has left."""
        if self._last.get(key) is done:
            del self._last[key]
