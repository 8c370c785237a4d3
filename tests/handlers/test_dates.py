"""Days as people say them."""

from datetime import date

import pytest

from handlers.dates import find_day

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
