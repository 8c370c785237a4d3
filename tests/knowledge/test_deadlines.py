"""Statutory periods against dates counted by hand."""

from datetime import date

import pytest

from knowledge.deadlines import last_day
from tickets.due import is_workday


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        ("2026-11-02", 60, "日", "2027-01-01"),  # a holiday the calendar may not know yet: checked below
        ("2026-11-03", 60, "日", "2027-01-04"),  # 2027-01-02 is a Saturday
        ("2026-11-20", 5, "工作日", "2026-11-27"),
        ("2026-09-28", 5, "工作日", "2026-10-10"),  # over the National Day week, the Saturday after is worked
        ("2026-08-31", 6, "月", "2027-02-28"),  # no 31st: the end of the month, a Sunday, see below
        ("2025-11-22", 1, "年", "2026-11-23"),  # a Sunday moves to Monday
        ("2024-02-29", 1, "年", "2025-02-28"),
    ],
)
def test_last_day(start: str, amount: int, unit: str, end: str) -> None:
    day = last_day(date.fromisoformat(start), amount, unit, is_workday)
    expected = date.fromisoformat(end)
    while not is_workday(expected):
        expected = date.fromordinal(expected.toordinal() + 1)
    assert day == expected


def test_hours_are_not_days() -> None:
    with pytest.raises(ValueError, match="小时"):
        last_day(date(2026, 1, 1), 48, "小时", is_workday)
