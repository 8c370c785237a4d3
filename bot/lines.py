"""Waiting lines: within one everybody is served in the order of joining, different lines go side by side."""

import asyncio
from collections.abc import Hashable


class Place:
    """A place in a line. Whoever takes one must leave it."""

    def __init__(self, lines: "Lines", key: Hashable, before: "Place | None") -> None:
        self._lines = lines
        self._key = key
        self._before = before
        self._left = asyncio.Event()

    async def reached(self) -> None:
        """Returns when everybody who joined earlier has left."""
        while self._before is not None:
            before = self._before
            await before._left.wait()
            # one who gave up waiting leaves behind whoever he was waiting for
            self._before = before._before

    def leave(self) -> None:
        """Lets the next one in; before `reached`, only gives the place up."""
        self._left.set()
        self._lines.tidy(self._key, self)


class Lines:
    """All lines, by key."""

    def __init__(self) -> None:
        self._last: dict[Hashable, Place] = {}

    def join(self, key: Hashable) -> Place:
        """The next place in the line of `key`. Never waits."""
        place = Place(self, key, self._last.get(key))
        self._last[key] = place
        return place

    def tidy(self, key: Hashable, place: Place) -> None:
        """Drops the line when the last one has left and nobody is before him."""
        if self._last.get(key) is place and place._before is None:
            del self._last[key]
