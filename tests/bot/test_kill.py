"""kill -9 at any moment: nothing lost, nothing opened twice, every chat in order, every letter out."""

import asyncio
import os
import random
import time
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from bot.outbox import Outbox
from bot.turn import Turns
from handlers.types import Message, Reply
from storage import open_lanes, open_store
from tests.storage.fork import real_processes
from tests.storage.samples import NOW, count_and_open, message

CHATS = "abcdef"
EACH = 40  # messages in every chat
KILLS = 6


def stream() -> list[Message]:
    """What the people send, in the order in which the channel has it; every fourth message opens a case."""
    return [
        message(f"{chat}{n}", f"单{n}" if n % 4 == 0 else f"{n}", chat) for n in range(1, EACH + 1) for chat in CHATS
    ]


class Wire:
    """The far end, which outlives our process: lines appended to two files."""

    def __init__(self, folder: Path) -> None:
        self.acknowledged = folder / "acknowledged"
        self.delivered = folder / "delivered"
        for file in (self.acknowledged, self.delivered):
            file.touch()

    def to_do(self) -> list[Message]:
        """What was not acknowledged comes again."""
        done = set(self.acknowledged.read_text().split("\n"))
        return [each for each in stream() if each.id not in done]

    def acknowledge(self, message: Message) -> None:
        _append(self.acknowledged, message.id)

    async def send(self, chat: str, reply: Reply) -> str:
        _append(self.delivered, f"{chat}\t{reply.text}")
        return ""


def _append(file: Path, line: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


def serve(url: str, folder: Path) -> None:
    """One life of the bot; it ends by itself when all is handled and delivered."""
    asyncio.run(_serve(url, Wire(folder)))


async def _serve(url: str, wire: Wire) -> None:
    lanes = open_lanes(url)
    turns = Turns(lanes, count_and_open, None, lambda: NOW)
    box = Outbox(lanes, {"telegram": wire, "desk": wire}, {})
    turns.wake = box.wake
    sending = asyncio.create_task(box.run())
    await turns.recover()
    for each in wire.to_do():
        await turns.journal(each)
        wire.acknowledge(each)
        turns.start(each)
    await turns.close()
    while lanes.local().board(NOW).letters_waiting:  # noqa: ASYNC110 - the end of the test, not of the bot
        await asyncio.sleep(0.01)
    box.stop()
    await sending
    lanes.close()


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    return real_processes()


def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path, processes: ForkServerContext) -> None:
    url, dice = f"sqlite:///{tmp_path}/desk.db", random.Random(7)
    killed = 0
    for _ in range(KILLS):
        life = processes.Process(target=serve, args=(url, tmp_path))
        life.start()
        wire = Wire(tmp_path)
        before = len(wire.to_do())
        while life.is_alive() and len(wire.to_do()) > before - dice.randint(5, 30):
            time.sleep(0.002)
        time.sleep(dice.random() * 0.02)
        life.kill()
        life.join()
        killed += life.exitcode == -9
    last = processes.Process(target=serve, args=(url, tmp_path))
    last.start()
    last.join(120)
    assert last.exitcode == 0
    assert killed >= KILLS - 2
    check(url, Wire(tmp_path))


def check(url: str, wire: Wire) -> None:
    store = open_store(url)
    sent = stream()
    assert wire.to_do() == []
    assert store.waiting() == []
    for chat in CHATS:
        own = [each for each in sent if each.chat == chat]
        assert store.session(own[0]).slots["count"] == str(EACH)
        # each message was counted once, in the order in which it was sent, and its answer arrived
        answers = [line.split("\t")[1] for line in wire.delivered.read_text().splitlines() if line[0] == chat]
        assert [int(text.split()[0]) for text in dict.fromkeys(answers)] == list(range(1, EACH + 1))
        for n, each in enumerate(own, 1):
            (reply,) = store.stored_replies(each) or ()
            assert reply.text.split()[0] == str(n)
        assert len(store.tickets_of(f"telegram:{chat}")) == EACH // 4
    told = {line for line in wire.delivered.read_text().splitlines() if line.startswith("group")}
    assert told == {f"group\t新单 {each.id}" for each in sent if each.text.startswith("单")}
    assert store.audit_verify() is None
    assert store.board(NOW).letters_failed == 0
    store.close()
