"""Figures over many cases."""

from datetime import datetime, timedelta
from typing import Any

from tickets.due import BEIJING, add_work_hours
from tickets.figures import Line, by_team, colour, flow, points, speed

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=BEIJING)
NOW = datetime(2026, 11, 30, 17, 0, tzinfo=BEIJING)


def line(hours: float | None = 1, **more: Any) -> Line:
    """A case promised in eight office hours and closed after `hours`, None not yet."""
    closed = add_work_hours(MONDAY, hours) if hours is not None else None
    given = {
        "team": "窗口", "town": "石浦", "owner": "m1", "open": closed is None, "rating": "", "solved": "",
        "signed": False, "opened_at": MONDAY, "contacted_at": MONDAY + timedelta(hours=1), "closed_at": closed,
        "due_at": add_work_hours(MONDAY, 8), **more,
    }  # fmt: skip
    return Line(**given)


def test_the_colour_tells_how_much_of_the_promise_was_left() -> None:
    assert [colour(line(hours), NOW) for hours in (1, 3.9, 4.1, 8, 8.1, None)] == [
        "green", "green", "yellow", "yellow", "red", "red",
    ]  # fmt: skip


def test_points_are_counted_from_what_happened() -> None:
    assert points(line(1), NOW) == 3
    assert points(line(1, solved="yes", rating="good", signed=True), NOW) == 8
    assert points(line(9, rating="bad"), NOW) == -1
    assert points(line(None), NOW) == -1


def test_a_units_month() -> None:
    lines = [
        line(1),
        line(5),
        line(9),
        line(1, team="石浦调解队", rating="good"),
        line(None, due_at=NOW + timedelta(days=9)),
    ]
    first, second = by_team(lines, NOW)
    assert (first.team, first.cases, first.closed, first.colours) == ("窗口", 4, 3, {"green": 2, "yellow": 1, "red": 1})
    assert (first.lamp, second.lamp) == ("red", "green")


def test_a_unit_is_never_without_a_name() -> None:
    assert [row.team for row in by_team([line(team="")], NOW)] == ["窗口"]


def test_speed_is_in_office_hours_and_nothing_is_made_up() -> None:
    found = speed([line(1), line(4), line(30)], NOW)
    assert (found.first_reply, found.closing, found.solved) == (1.0, 4.0, None)
    assert found.in_time is not None
    assert round(found.in_time, 2) == 0.67
    nothing = speed([], NOW)
    assert (nothing.first_reply, nothing.closing, nothing.in_time) == (None, None, None)


def test_the_flow_names_each_day() -> None:
    assert flow([line(1), line(9)], MONDAY + timedelta(days=1), 2) == [("11-02", 2, 1), ("11-03", 0, 1)]
