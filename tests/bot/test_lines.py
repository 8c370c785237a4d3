"""Waiting lines."""

import asyncio

import pytest

from bot.lines import Lines


async def test_first_come_first_served_in_each_line() -> None:
    lines, served = Lines(), []

    async def visit(key: str, n: int) -> None:
        place = lines.join(key)
        try:
            await asyncio.sleep(0.001 * (5 - n))
            await place.reached()
            served.append((key, n))
        finally:
            place.leave()

    await asyncio.gather(*(visit(key, n) for n in range(5) for key in "ab"))
    assert [n for key, n in served if key == "a"] == [n for key, n in served if key == "b"] == [0, 1, 2, 3, 4]
    assert lines._last == {}


async def test_one_who_gives_up_lets_the_others_in() -> None:
    lines = Lines()
    first, second, third = (lines.join("a") for _ in range(3))

    async def give_up() -> None:
        try:
            await second.reached()
        finally:
            second.leave()

    waiting = asyncio.create_task(give_up())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    last = asyncio.create_task(third.reached())
    await asyncio.sleep(0.01)
    assert not last.done()
    first.leave()
    await asyncio.wait_for(last, 1)
    third.leave()
    assert lines._last == {}


async def test_the_last_one_giving_up_does_not_open_a_second_line() -> None:
    lines = Lines()
    first, second = lines.join("a"), lines.join("a")
    second.leave()
    waiting = asyncio.create_task(lines.join("a").reached())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    first.leave()
    await asyncio.wait_for(waiting, 1)
