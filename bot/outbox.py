"""Sends letters. In order within a chat, side by side between chats, urgent ones first, never faster than allowed.

At least once: a letter whose delivery was not written down before a crash goes out again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from bot.errors import SendError
from handlers.types import Reply, room_of
from storage import Lanes, Letter, Store

T = TypeVar("T")
log = logging.getLogger(__name__)

AT_ONCE = 64  # letters on their way at the same time
SEND_LIMIT = 60.0  # seconds for one attempt
LEASE = timedelta(minutes=5)  # longer than the longest wait for the budget plus SEND_LIMIT
FIRST_PAUSE = 2.0  # seconds before the second attempt; doubles each time
LONGEST_PAUSE = 900.0
GIVE_UP = 100  # attempts: about a day
OWN_FAULTS = 5  # attempts when it is not the far end that fails but we
REST = 60.0  # seconds after which it looks again even if nobody called
TROUBLE = 5.0  # seconds to wait when the database fails
ROOM = 1000  # windows kept before the idle ones are dropped
GRACE = 10.0  # seconds that letters under way get when stopping


class Sender(Protocol):
    """The sending side of a channel."""

    async def send(self, chat: str, reply: Reply) -> str:
        """Delivers and gives the channel's id of the message, "" if it has none. Raises SendError."""


@dataclass(frozen=True)
class Limits:
    """How many messages in how many seconds: to one person, to one group, in all."""

    person: tuple[int, float]
    group: tuple[int, float]
    all: tuple[int, float]


# a channel that is not here is not limited
LIMITS = {"telegram": Limits(person=(3, 3.0), group=(20, 60.0), all=(30, 1.0))}


class Window:
    """At most `count` in any stretch of `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._slots: deque[float] = deque(maxlen=count)

    def reserve(self, now: float) -> float:
        """Takes the next free moment and says which it is."""
        full = len(self._slots) == self._slots.maxlen
        slot = max(now, self._slots[0] + self._seconds) if full else now
        self._slots.append(slot)
        return slot

    def idle(self, now: float) -> bool:
        """Whether forgetting this window would change nothing."""
        return not self._slots or self._slots[-1] + self._seconds <= now


class Budget:
    """The windows of all chats and channels."""

    def __init__(self, limits: Mapping[str, Limits]) -> None:
        self._limits = limits
        self._windows: dict[tuple[str, str], Window] = {}
        self._room = ROOM

    def windows(self, channel: str, chat: str, now: float) -> tuple[Window, ...]:
        """What to pass before sending to this chat, one after the other: the chat's own, then the channel's.

        The channel's is to be reserved only when the chat's has been waited for: a chat that waits must not hold a
        moment that others could use.
        """
        limits = self._limits.get(channel)
        if limits is None:
            return ()
        chat = room_of(chat)[0] or chat
        if len(self._windows) > self._room:
            self._windows = {key: window for key, window in self._windows.items() if not window.idle(now)}
            self._room = max(ROOM, 2 * len(self._windows))
        # Telegram's groups have negative ids
        own = limits.group if chat.startswith("-") else limits.person
        return (self._window((channel, chat), own), self._window((channel, ""), limits.all))

    def _window(self, key: tuple[str, str], size: tuple[int, float]) -> Window:
        if key not in self._windows:
            self._windows[key] = Window(*size)
        return self._windows[key]


def pause(attempt: int) -> float:
    """Seconds to wait after the `attempt`-th failure."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 20))


def _now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """Runs until stopped. Its clock is the real one even when the desk's is fixed."""

    def __init__(
        self,
        lanes: Lanes,
        channels: Mapping[str, Sender],
        limits: Mapping[str, Limits] = LIMITS,
        clock: Callable[[], datetime] = _now,
        receipts: Mapping[str, Callable[[str], Awaitable[None]]] | None = None,
    ) -> None:
        """`receipts`, by channel, are told the origin of words that have arrived elsewhere."""
        self._receipts = receipts or {}
        self._lanes = lanes
        self._channels = channels
        self._budget = Budget(limits)
        self._clock = clock
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """There may be something to send. Callable from any thread, before, during and after `run`."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Sends until `stop` or cancelled; then lets letters under way arrive and gives the others back."""
        self._loop = asyncio.get_running_loop()
        if not self._lanes.shared:
            # nobody else sends from this file: whatever is claimed was claimed by a process that died
            await self._write(lambda store: store.reset_stuck())
        try:
            while not self._stop.is_set():
                self._wake.clear()
                await self._round_or_rest()
        finally:
            self._stop.set()
            await self._land()

    def stop(self) -> None:
        """Makes `run` end soon."""
        self._stop.set()
        self._wake.set()

    async def _round_or_rest(self) -> None:
        try:
            await self._round()
        except Exception as error:
            log.error("the outbox cannot use the database: %s", type(error).__name__)
            await self._sleep(TROUBLE)

    async def _round(self) -> None:
        """Starts all letters that can go; if there are none, rests until one is due or somebody calls."""
        room = AT_ONCE - len(self._flying)
        names = list(self._channels)
        now = self._clock()
        letters = await self._write(lambda store: store.due_letters(now, now + LEASE, names, room)) if room else []
        for letter in letters:
            task = asyncio.create_task(self._deliver(letter))
            self._flying.add(task)
            task.add_done_callback(self._landed)
        if letters:
            return
        due = await asyncio.wrap_future(self._lanes.read(lambda store: store.next_letter_at(now, names)))
        seconds = (due - self._clock()).total_seconds() if due else REST
        await self._sleep(min(max(seconds, 0.01), REST))

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a letter's fate could not be written down: %s", type(error).__name__)

    async def _deliver(self, letter: Letter) -> None:
        if not await self._may_go(letter):
            await self._write(lambda store: store.release([letter.id]))
            return
        try:
            async with asyncio.timeout(SEND_LIMIT):
                external = await self._channels[letter.channel].send(letter.chat, letter.reply)
        except SendError as error:
            await self._refused(letter, error)
        except TimeoutError:
            await self._refused(letter, SendError("对方服务器没有回应"))
        except Exception as error:
            log.error("%s failed to send: %s", letter.channel, type(error).__name__)
            # a fault of ours, most likely in this very letter: it must not hold up its chat for a day
            hopeless = letter.attempts + 1 >= OWN_FAULTS
            await self._refused(letter, SendError(f"发送时出错（{type(error).__name__}）", permanent=hopeless))
        else:
            now = self._clock()
            await self._write(lambda store: store.sent(letter.id, external, now))
            await self._tell_arrived(letter)

    async def _tell_arrived(self, letter: Letter) -> None:
        """Whoever wrote the words in another chat learns that they arrived."""
        channel, _, _ = letter.reply.origin.partition(":")
        here = letter.reply.origin.startswith(f"{letter.channel}:{letter.chat}:")
        if channel in self._receipts and not here:
            await self._receipts[channel](letter.reply.origin)

    async def _may_go(self, letter: Letter) -> bool:
        """Waits for the budget; False when it is time to stop."""
        time = asyncio.get_running_loop().time
        for window in self._budget.windows(letter.channel, letter.chat, time()):
            if await self._stopped_within(window.reserve(time()) - time()):
                return False
        return not self._stop.is_set()

    async def _stopped_within(self, seconds: float) -> bool:
        if seconds <= 0:
            return self._stop.is_set()
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _refused(self, letter: Letter, error: SendError) -> None:
        now, attempt = self._clock(), letter.attempts + 1
        if error.migrate_to:
            new = error.migrate_to
            await self._write(lambda store: store.migrate_chat(letter.channel, letter.chat, new))
        if error.permanent or attempt >= GIVE_UP:
            retry_at = None
        elif error.migrate_to:
            retry_at = now
        else:
            seconds = pause(attempt) if error.retry_after is None else error.retry_after
            retry_at = now + timedelta(seconds=seconds)
        await self._write(lambda store: store.failed(letter.id, str(error), now, retry_at))

    async def _write(self, job: Callable[[Store], T]) -> T:
        return await asyncio.wrap_future(self._lanes.write(job))

    async def _land(self) -> None:
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
