"""Promised times on the office calendar: Chinese public holidays and make-up days, split shifts, Beijing time.

Promised times are this system's own promise, not statute. Statutory deadlines are counted in `knowledge`, never here.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache

import chinese_calendar

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
SHIFTS = ((time(8, 30), time(12, 0)), (time(13, 0), time(17, 30)))  # eight working hours a day
DAY_HOURS = 8
FAR = 400  # days looked ahead before giving up; no promise is that long


@lru_cache(maxsize=4096)  # asked for the same few hundred days again and again
def is_workday(day: date) -> bool:
    """Whether the office works on `day`. Years the holiday calendar does not know yet count Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def shifts(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of office time from `start` on, each as (begin, end), at most FAR days ahead."""
    local = start.astimezone(BEIJING)
    for offset in range(FAR):
        for begin, end in _office(local.date() + timedelta(days=offset)):
            begin = max(local, begin)
            if begin < end:
                yield begin, end


def add_work_hours(start: datetime, hours: float) -> datetime:
    """The moment when `hours` of office time have passed since `start`."""
    left = timedelta(hours=hours)
    end = start
    for begin, end in shifts(start):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return end


def before_work_hours(end: datetime, hours: float) -> datetime:
    """The moment from which fewer than `hours` of office time are left until `end`."""
    left, day = timedelta(hours=hours), end.astimezone(BEIJING).date()
    for offset in range(FAR):
        for begin, close in reversed(_office(day - timedelta(days=offset))):
            close = min(close, end)
            if begin < close:
                if left <= close - begin:
                    return close - left
                left -= close - begin
    return end


@lru_cache(maxsize=4096)
def _office(day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of office time on that day."""
    if not is_workday(day):
        return ()
    return tuple(
        (datetime.combine(day, opens, BEIJING), datetime.combine(day, closes, BEIJING)) for opens, closes in SHIFTS
    )


def work_hours_between(start: datetime, end: datetime) -> float:
    """Office hours between two moments; 0 when `end` is not after `start`."""
    total = timedelta()
    for begin, close in shifts(start):
        if begin >= end:
            break
        total += min(close, end) - begin
    return total / timedelta(hours=1)


def open_now(now: datetime) -> bool:
    """Whether the office is open at `now`."""
    return next_opening(now) <= now


def next_opening(now: datetime) -> datetime:
    """`now` when the office is open, else the next time it opens."""
    return next(shifts(now))[0]


WEEKDAYS = "一二三四五六日"


def say_day(day: date) -> str:
    """A day as people read it, with its year, e.g. "2026年11月24日（周二）"."""
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def say_time(moment: datetime) -> str:
    """A moment as people read it, e.g. "11月24日（周二）下午5:30"."""
    local = moment.astimezone(BEIJING)
    half = "上午" if local.hour < 12 else "下午"
    hour = local.hour if local.hour <= 12 else local.hour - 12
    weekday = WEEKDAYS[local.weekday()]
    return f"{local.month}月{local.day}日（周{weekday}）{half}{hour}:{local.minute:02d}"
