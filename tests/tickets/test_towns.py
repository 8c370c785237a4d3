"""Towns are found in what people write, and only towns."""

import pytest

from tests.tickets.test_ticket import CITIZEN, NOW, ticket
from tickets.routing import Route
from tickets.ticket import open_ticket
from tickets.towns import TOWNS, town_of


@pytest.mark.parametrize(
    ("written", "town"),
    [
        ("石浦", "石浦"),
        ("石浦镇", "石浦"),
        ("象山县石浦镇渔港路，靠近鹤浦", "石浦"),
        ("黄避岙乡", "黄避岙"),
        ("东门岛码头", "石浦"),
        ("高塘", "高塘岛"),
        ("船上", ""),
        ("不知道", ""),
        ("", ""),
    ],
)
def test_a_town_is_found_however_it_is_written(written: str, town: str) -> None:
    assert town_of(written) == town
    made, _ = open_ticket(
        now=NOW,
        hours=8,
        by=CITIZEN,
        number="1",
        channel="",
        chat="",
        person="",
        kind="question",
        title="",
        town=written,
    )
    assert made.town == town


def test_the_table_may_write_the_town_either_way() -> None:
    assert Route(town="石浦镇").fits(ticket(town="石浦"))
    assert Route(town="石浦").fits(ticket(town="石浦"))
    assert not Route(town="鹤浦").fits(ticket(town="石浦"))


def test_no_town_is_part_of_another() -> None:
    assert not [(one, other) for one in TOWNS for other in TOWNS if one != other and one in other]
