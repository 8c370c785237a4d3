"""Ticket numbers, written and spoken."""

import pytest

from handlers.numbers import find_number, fresh_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4821-3390", "4821-3390"),
        ("单号48213390到哪了", "4821-3390"),
        ("四八二一三三九零", "4821-3390"),
        ("我的号是四八二幺 三三九〇", "4821-3390"),
        ("13800001234", ""),
        ("欠我 3000 块", ""),
        ("", ""),
    ],
)
def test_find(text: str, number: str) -> None:
    assert find_number(text) == number


def test_fresh_numbers_are_found_again() -> None:
    for value in (0, 5, 8999):
        number = fresh_number(lambda n, value=value: min(value, n - 1))
        assert find_number(number) == number
        assert len(number) == 9
