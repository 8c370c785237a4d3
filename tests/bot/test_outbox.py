"""The outbox over a real SQLite file and a channel that can be told how to fail."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot import outbox as module
from bot.errors import SendError
from bot.outbox import LIMITS, Budget, Limits, Outbox, Window, pause
from handlers.types import Reply, Send
from storage import Lanes, open_lanes
from tests.storage.samples import NOW, opened

Fault = SendError | Exception | float | None


class Wire:
    """A channel. `faults` are met one after the other, by chat: an error to raise, or seconds to take."""

    def __init__(self) -> None:
        self.faults: dict[str, list[Fault]] = {}
        self.tried: list[tuple[str, str]] = []
        self.sent: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.busy = 0
        self.busiest = 0

    async def send(self, chat: str, reply: Reply) -> str:
        self.tried.append((chat, reply.text))
        self.times.append(time.monotonic())
        fault = self.faults[chat].pop(0) if self.faults.get(chat) else None
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await asyncio.sleep(fault if isinstance(fault, float) else 0)
            if isinstance(fault, Exception):
                raise fault
        finally:
            self.busy -= 1
        self.sent.append((chat, reply.text))
        return f"m{len(self.sent)}"


@pytest.fixture
def lanes(tmp_path: object) -> Iterator[Lanes]:
    opened_lanes = open_lanes(f"sqlite:///{tmp_path}/desk.db")
    yield opened_lanes
    opened_lanes.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.02)


def put(lanes: Lanes, *letters: tuple[str, str], urgent: bool = False, ticket: str = "", channel: str = "wire") -> None:
    effects = [
        Send(channel=channel, chat=chat, reply=Reply(text=text, ticket=ticket), urgent=urgent) for chat, text in letters
    ]
    lanes.write(lambda store: store.perform(effects, NOW)).result()


@asynccontextmanager
async def running(lanes: Lanes, wire: Wire, limits: dict[str, Limits] | None = None) -> AsyncIterator[Outbox]:
    box = Outbox(lanes, {"wire": wire}, limits or {})
    task = asyncio.create_task(box.run())
    yield box
    box.stop()
    await asyncio.wait_for(task, 5)


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.005)


def left(lanes: Lanes) -> int:
    return lanes.local().board(NOW).letters_waiting


async def test_waiting_letters_go_out_at_the_start(lanes: Lanes, wire: Wire) -> None:
    put(lanes, ("7", "甲"), ("8", "乙"), ticket="x")
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    assert sorted(wire.sent) == [("7", "甲"), ("8", "乙")]
    assert {letter.state for letter in lanes.local().letters_of("x")} == {"sent"}
    found = lanes.local().letter_by_external("wire", wire.sent[0][0], "m1")
    assert found
    assert found.reply.text == wire.sent[0][1]


async def test_it_rests_until_called(lanes: Lanes, wire: Wire) -> None:
    async with running(lanes, wire) as box:
        await asyncio.sleep(0.05)
        put(lanes, ("7", "甲"))
        await asyncio.sleep(0.1)
        assert wire.sent == []
        await asyncio.to_thread(box.wake)
        await until(lambda: wire.sent == [("7", "甲")])


async def test_in_order_within_a_chat_side_by_side_between_chats(lanes: Lanes, wire: Wire) -> None:
    chats = [str(n) for n in range(10)]
    wire.faults = {chat: [0.02] * 5 for chat in chats}
    put(lanes, *((chat, str(n)) for n in range(5) for chat in chats))
    start = time.monotonic()
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    for chat in chats:
        assert [text for to, text in wire.sent if to == chat] == ["0", "1", "2", "3", "4"]
    assert wire.busiest > 3
    assert time.monotonic() - start < 50 * 0.02 + 2


async def test_a_slow_chat_holds_nobody_else(lanes: Lanes, wire: Wire) -> None:
    wire.faults = {"7": [0.5]}
    put(lanes, ("7", "甲"), ("7", "乙"), ("8", "丙"))
    async with running(lanes, wire):
        await until(lambda: ("8", "丙") in wire.sent)
        assert wire.sent == [("8", "丙")]
        await until(lambda: left(lanes) == 0)
    assert [text for chat, text in wire.sent if chat == "7"] == ["甲", "乙"]


@pytest.mark.parametrize("fault", [SendError("忙"), ValueError("秘密 13800000000"), OSError("x")])
async def test_what_may_pass_is_tried_again(
    lanes: Lanes, wire: Wire, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    wire.faults = {"7": [fault, fault, fault]}
    put(lanes, ("7", "甲"), ("7", "乙"))
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    assert [text for _, text in wire.tried] == ["甲", "甲", "甲", "甲", "乙"]
    gaps = [b - a for a, b in pairwise(wire.times)]
    assert gaps[0] >= 0.015
    assert gaps[2] >= 0.07
    assert "秘密" not in caplog.text


async def test_a_time_out_is_tried_again(lanes: Lanes, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEND_LIMIT", 0.05)
    wire.faults = {"7": [3.0]}
    put(lanes, ("7", "甲"))
    async with running(lanes, wire):
        await until(lambda: wire.sent == [("7", "甲")])
    assert len(wire.tried) == 2


async def test_it_waits_as_told(lanes: Lanes, wire: Wire) -> None:
    wire.faults = {"7": [SendError("太快", retry_after=0.3)]}
    put(lanes, ("7", "甲"), ("8", "乙"))
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    assert wire.tried == [("7", "甲"), ("8", "乙"), ("7", "甲")]
    assert wire.times[2] - wire.times[0] >= 0.29


async def test_for_good_means_once_and_the_case_shows_it(lanes: Lanes, wire: Wire) -> None:
    lanes.write(lambda store: store.perform((opened(),), NOW)).result()
    wire.faults = {"7": [SendError("对方拉黑了机器人", permanent=True)]}
    put(lanes, ("7", "甲"), ("7", "乙"), ticket="1000-0001")
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    assert wire.tried == [("7", "甲"), ("7", "乙")]
    event = lanes.local().events("1000-0001")[-1]
    assert (event.action, event.public) == ("undelivered", False)
    assert "对方拉黑了机器人" in event.text


async def test_it_gives_up_in_the_end(lanes: Lanes, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GIVE_UP", 3)
    wire.faults = {"7": [SendError("忙")] * 5}
    put(lanes, ("7", "甲"), ticket="x")
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    assert len(wire.tried) == 3
    assert lanes.local().letters_of("x")[0].state == "failed"


async def test_a_letter_we_cannot_send_soon_lets_the_next_go(lanes: Lanes, wire: Wire) -> None:
    wire.faults = {"7": [ValueError("bug")] * 99}
    put(lanes, ("7", "甲"), ("7", "乙"), ticket="x")
    async with running(lanes, wire):
        await until(lambda: ("7", "乙") in wire.tried)
    assert wire.tried[:5] == [("7", "甲")] * 5
    assert lanes.local().letters_of("x")[0].state == "failed"


async def test_a_moved_group_is_followed(lanes: Lanes, wire: Wire) -> None:
    lanes.write(lambda store: store.perform((opened(channel="wire", chat="-7"),), NOW)).result()
    wire.faults = {"-7": [SendError("搬了", migrate_to="-1007")]}
    put(lanes, ("-7", "甲"), ("-7", "乙"), ticket="1000-0001")
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    assert wire.tried == [("-7", "甲"), ("-1007", "甲"), ("-1007", "乙")]
    ticket = lanes.local().ticket("1000-0001")
    assert ticket
    assert ticket.chat == "-1007"


async def test_urgent_letters_overtake(lanes: Lanes, wire: Wire) -> None:
    limits = {"wire": Limits(person=(1, 0.05), group=(1, 0.05), all=(1, 0.05))}
    put(lanes, *(("7", str(n)) for n in range(3)))
    async with running(lanes, wire, limits) as box:
        await until(lambda: bool(wire.sent))
        put(lanes, ("7", "急"), urgent=True)
        box.wake()
        await until(lambda: left(lanes) == 0)
    assert [text for _, text in wire.sent].index("急") <= 2


async def test_the_budget_is_kept(lanes: Lanes, wire: Wire) -> None:
    limits = {"wire": Limits(person=(1, 0.1), group=(2, 0.4), all=(50, 1.0))}
    put(lanes, *(("7", str(n)) for n in range(4)), *(("-1", str(n)) for n in range(5)))
    async with running(lanes, wire, limits):
        await until(lambda: left(lanes) == 0)
    person = [at for at, (chat, _) in zip(wire.times, wire.tried, strict=True) if chat == "7"]
    group = [at for at, (chat, _) in zip(wire.times, wire.tried, strict=True) if chat == "-1"]
    assert all(b - a >= 0.09 for a, b in pairwise(person))
    assert all(b - a >= 0.38 for a, b in zip(group, group[2:], strict=False))


async def test_stopping_lets_letters_land_and_gives_back_the_rest(lanes: Lanes, wire: Wire) -> None:
    limits = {"wire": Limits(person=(1, 60.0), group=(1, 60.0), all=(100, 1.0))}
    wire.faults = {"8": [0.2]}
    put(lanes, ("7", "一"), ("7", "二"), ("8", "慢"))
    async with running(lanes, wire, limits):
        await until(lambda: wire.busy == 1 and ("7", "一") in wire.sent)
    assert sorted(wire.sent) == [("7", "一"), ("8", "慢")]
    again = lanes.write(lambda store: store.due_letters(NOW, NOW + timedelta(minutes=1), ["wire"])).result()
    assert [(letter.reply.text, letter.attempts) for letter in again] == [("二", 0)]


async def test_being_cancelled_is_like_stopping(lanes: Lanes, wire: Wire) -> None:
    wire.faults = {"7": [0.2]}
    put(lanes, ("7", "一"), ticket="x")
    task = asyncio.create_task(Outbox(lanes, {"wire": wire}, {}).run())
    await until(lambda: wire.busy == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lanes.local().letters_of("x")[0].state == "sent"


async def test_what_a_dead_process_had_claimed_goes_out_again(lanes: Lanes, wire: Wire) -> None:
    put(lanes, ("7", "一"), ("7", "二"))
    now = datetime.now(UTC)
    lanes.write(lambda store: store.due_letters(now, now + timedelta(hours=1), ["wire"])).result()
    async with running(lanes, wire):
        await until(lambda: left(lanes) == 0)
    assert wire.sent == [("7", "一"), ("7", "二")]


async def test_letters_of_other_channels_wait(lanes: Lanes, wire: Wire) -> None:
    put(lanes, ("7", "一"), channel="other")
    put(lanes, ("7", "二"))
    async with running(lanes, wire):
        await until(lambda: wire.sent == [("7", "二")])
    assert left(lanes) == 1


async def test_a_failing_database_is_waited_out(
    lanes: Lanes, wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "TROUBLE", 0.02)
    put(lanes, ("7", "一"))
    kind = type(lanes.local())
    working, calls = kind.due_letters, []

    def failing(self: object, *given: object) -> object:
        calls.append(1)
        if len(calls) < 4:
            raise OSError("disk full")
        return working(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(kind, "due_letters", failing)
    with caplog.at_level(logging.ERROR):
        async with running(lanes, wire):
            await until(lambda: wire.sent == [("7", "一")])
    assert "cannot use the database" in caplog.text


def test_pauses_grow_to_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert [pause(n) for n in (1, 2, 3, 4)] == [2.0, 4.0, 8.0, 16.0]
    assert pause(10) == pause(10_000) == 900.0


def test_a_window_never_holds_too_many() -> None:
    window = Window(3, 10.0)
    slots = [window.reserve(now) for now in (0.0, 0.0, 1.0, 1.0, 1.0, 30.0)]
    assert slots == [0.0, 0.0, 1.0, 10.0, 10.0, 30.0]
    assert not window.idle(39.0)
    assert window.idle(40.0)


def reserve(budget: Budget, chat: str, now: float) -> float:
    """When a letter to `chat` may go, waiting as the outbox does."""
    for window in budget.windows("telegram", chat, now):
        now = window.reserve(now)
    return now


def test_telegrams_limits() -> None:
    budget = Budget(LIMITS)
    assert [reserve(budget, "7", 0.0) for _ in range(7)] == [0.0, 0.0, 0.0, 3.0, 3.0, 3.0, 6.0]
    group = [reserve(Budget(LIMITS), "-100", 0.0) for _ in range(5)]
    assert group == [0.0] * 5
    budget = Budget(LIMITS)
    own = [budget.windows("telegram", "-100", 0.0)[0].reserve(0.0) for _ in range(21)]
    assert (own[19], own[20]) == (0.0, 60.0)
    crowd = [reserve(budget, str(n), 0.0) for n in range(2000)]
    assert (crowd[29], crowd[30], crowd[1999]) == (0.0, 1.0, 66.0)
    assert budget.windows("web", "7", 0.0) == ()


async def test_a_group_that_waits_holds_up_nobody(lanes: Lanes, wire: Wire) -> None:
    limits = {"wire": Limits(person=(9, 1.0), group=(1, 30.0), all=(4, 0.1))}
    put(lanes, ("-1", "一"), ("-1", "二"))
    async with running(lanes, wire, limits) as box:
        await until(lambda: len(wire.sent) == 1 and left(lanes) == 1)
        await asyncio.sleep(0.05)
        put(lanes, *((str(n), "信") for n in range(12)))
        box.wake()
        await until(lambda: len(wire.sent) == 13)
