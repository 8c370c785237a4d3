"""When a statutory period ends. The rules are 民法典 第二百零一至二百零三条: the first day is not counted, a period of months
or years ends on the same day of its last month, and a last day off work moves to the next working day.
"""

import calendar
from collections.abc import Callable
from datetime import date, timedelta

Workday = Callable[[date], bool]
ADVICE_DAYS = 7  # people are told to act this long before the last day


def last_day(start: date, amount: int, unit: str, is_workday: Workday) -> date:
    """The last day of a period of `amount` `unit` (日, 工作日, 月, 年) that begins after `start`.

    Raises ValueError for a unit that is not counted in days (小时).
    """
    if unit == "工作日":
        return _working_days(start, amount, is_workday)
    if unit == "日":
        end = start + timedelta(days=amount)
    elif unit == "月":
        end = _months(start, amount)
    elif unit == "年":
        end = _months(start, 12 * amount)
    else:
        raise ValueError(f"not counted in days: {unit}")
    while not is_workday(end):
        end += timedelta(days=1)
    return end


def _working_days(start: date, amount: int, is_workday: Workday) -> date:
    day = start
    for _ in range(amount):
        day += timedelta(days=1)
        while not is_workday(day):
            day += timedelta(days=1)
    return day


def _months(start: date, amount: int) -> date:
    years, month = divmod(start.month - 1 + amount, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
