"""The office calendar: split shifts, holidays, make-up days."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.due import (
    BEIJING,
    add_work_hours,
    before_work_hours,
    is_workday,
    next_opening,
    open_now,
    say_time,
    work_hours_between,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T08:30", 3.5, "2026-11-23T12:00"),
        ("2026-11-23T11:00", 2, "2026-11-23T14:00"),  # lunch does not count
        ("2026-11-20T17:00", 1, "2026-11-23T09:00"),  # nor does the weekend
        ("2026-09-30T17:30", 1, "2026-10-08T09:30"),  # nor the National Day week
        ("2026-11-22T23:00", 8, "2026-11-23T17:30"),
    ],
)
def test_working_hours_are_counted_on_the_office_calendar(start: str, hours: float, end: str) -> None:
    assert add_work_hours(at(start), hours) == at(end)


def test_make_up_days_are_working_days() -> None:
    assert is_workday(date(2026, 10, 10))  # a Saturday worked for the October holiday
    assert not is_workday(date(2026, 10, 1))


def test_years_the_calendar_does_not_know_fall_back_to_weekdays() -> None:
    assert is_workday(date(2045, 11, 20)) and not is_workday(date(2045, 11, 19))


def test_after_hours_the_next_opening_is_named() -> None:
    assert not open_now(at("2026-11-22T20:00"))
    assert say_time(next_opening(at("2026-11-22T20:00"))) == "11月23日（周一）上午8:30"
    assert open_now(at("2026-11-23T09:00"))


@given(st.integers(0, 60 * 24 * 30), st.floats(0, 200))
def test_counting_there_and_back_agrees(minutes: int, hours: float) -> None:
    start = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    assert abs(work_hours_between(start, add_work_hours(start, hours)) - hours) < 0.001


@given(st.integers(0, 60 * 24 * 30), st.floats(0.01, 200))
def test_counting_back_is_the_other_way_round(minutes: int, hours: float) -> None:
    end = at("2026-11-23T09:00") + timedelta(minutes=minutes)
    start = before_work_hours(end, hours)
    assert start < end
    assert abs(work_hours_between(start, end) - hours) < 0.001
