"""Days as people say them."""

from datetime import date, datetime

import pytest

from handlers.dates import find_coming_day, find_coming_time, find_day

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", "2026-11-22"),
        ("大前天下午", "2026-11-19"),
        ("三天前", "2026-11-19"),
        ("2个月前", "2026-09-23"),
        ("2026-11-3", "2026-11-03"),
        ("2025年8月20日", "2025-08-20"),
        ("25.8.20", "2025-08-20"),
        ("11月3号", "2026-11-03"),
        ("十一月三号", "2026-11-03"),
        ("十二月三十一日", "2025-12-31"),
        ("去年8月20", "2025-08-20"),
        ("上个月5号", "2026-10-05"),
        ("二〇二六年五月一日", "2026-05-01"),
    ],
)
def test_a_day_is_found(said: str, day: str) -> None:
    assert find_day(said, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("said", ["", "不记得了", "2月30号", "13月1号", "老早"])
def test_no_day_is_invented(said: str) -> None:
    assert find_day(said, TODAY) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("明天", "2026-11-23"),
        ("大后天", "2026-11-25"),
        ("十天后", "2026-12-02"),
        ("2个月后", "2027-01-21"),
        ("2026-12-01", "2026-12-01"),
        ("12月1日", "2026-12-01"),
        ("1月5号", "2027-01-05"),
        ("下周二", "2026-11-24"),
        ("下星期天", "2026-11-29"),
    ],
)
def test_a_coming_day_is_found(said: str, day: str) -> None:
    assert find_coming_day(said, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-12-01 14:00", "2026-12-01 14:00"),
        ("2026-12-01T14:00", "2026-12-01 14:00"),
        ("12月1日下午2点", "2026-12-01 14:00"),
        ("明天上午九点半", "2026-11-23 09:30"),
        ("下周二晚上7:15", "2026-11-24 19:15"),
        ("后天12点", "2026-11-24 12:00"),
    ],
)
def test_a_coming_hour_is_found(said: str, at: str) -> None:
    assert find_coming_time(said, TODAY) == datetime.fromisoformat(at)


@pytest.mark.parametrize("said", ["", "下午两点", "12月1日", "12月1日26点", "随便"])
def test_no_hour_is_invented(said: str) -> None:
    assert find_coming_time(said, TODAY) is None
