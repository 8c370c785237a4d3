"""A day or an hour as people say it: 2026-11-3, 11月3号, 上个月初五号, 昨天, 三天前; 明天, 下周二, 12月1日下午2点半."""

import re
from datetime import date, datetime, time, timedelta

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_RELATIVE = {"今天": 0, "今朝": 0, "昨天": 1, "昨日": 1, "前天": 2, "大前天": 3}
_AGO = re.compile(r"(\d+)\s*(天|日|个?星期|周|礼拜|个月)(?:以?前|之前)")
_FULL = re.compile(r"(\d{4}|\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})")
_MONTH_DAY = re.compile(r"(?:(今年|去年|前年)\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})")
_LAST_MONTH = re.compile(r"(上个?月|这个?月|本月)\s*(\d{1,2})")
_CHINESE_NUMBER = re.compile("[零〇一两二三四五六七八九十]+")
_YEARS = {"今年": 0, "去年": 1, "前年": 2, "": 0}
_COMING = {"今天": 0, "今朝": 0, "明天": 1, "明朝": 1, "后天": 2, "大后天": 3}
_AHEAD = re.compile(r"(\d+)\s*(天|日|个?星期|周|礼拜|个月)(?:以?后|之后)")
_NEXT_WEEK = re.compile(r"下(?:个?星期|周|礼拜)([1-6日天])")
_HOUR = re.compile(r"(早上|上午|中午|下午|晚上)?\s*(\d{1,2})\s*(?:[:：]\s*(\d{2})|[点时]\s*(半|\d{1,2})?)")
_AGO_DAYS = {"天": 1, "日": 1, "星期": 7, "个星期": 7, "周": 7, "礼拜": 7, "个月": 30}


def find_day(text: str, today: date) -> date | None:
    """The day that `text` names, or None. A month and day without a year is the latest one not after `today`."""
    for word, days in sorted(_RELATIVE.items(), key=lambda item: -len(item[0])):
        if word in text:
            return today - timedelta(days=days)
    plain = _CHINESE_NUMBER.sub(lambda found: str(_number(found[0])), text)
    return _ago(plain, today) or _full(plain) or _last_month(plain, today) or _month_day(plain, today)


def find_coming_day(text: str, today: date) -> date | None:
    """The day from today on that `text` names, or None. A month and day without a year is the next one."""
    for word, days in sorted(_COMING.items(), key=lambda item: -len(item[0])):
        if word in text:
            return today + timedelta(days=days)
    plain = _CHINESE_NUMBER.sub(lambda found: str(_number(found[0])), text)
    return _ahead(plain, today) or _full(plain) or _next_week(plain, today) or _coming_month_day(plain, today)


def find_coming_time(text: str, today: date) -> datetime | None:
    """The day and hour, without a zone, that `text` names; None unless both are there."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None) if ":" in text else _said_time(text, today)
    except ValueError:
        return _said_time(text, today)


def _said_time(text: str, today: date) -> datetime | None:
    plain = _CHINESE_NUMBER.sub(lambda found: str(_number(found[0])), text)
    hour = _HOUR.search(plain)
    if not hour:
        return None
    day = find_coming_day(plain[: hour.start()], today)
    number = int(hour[2]) + (12 if hour[1] in ("下午", "晚上") and int(hour[2]) < 12 else 0)
    minute = 30 if hour[4] == "半" else int(hour[3] or hour[4] or 0)
    if day is None or number > 23 or minute > 59:
        return None
    return datetime.combine(day, time(number, minute))


def _ahead(text: str, today: date) -> date | None:
    found = _AHEAD.search(text)
    return today + timedelta(days=int(found[1]) * _AGO_DAYS[found[2]]) if found and len(found[1]) < 5 else None


def _next_week(text: str, today: date) -> date | None:
    found = _NEXT_WEEK.search(text)
    if not found:
        return None
    weekday = 6 if found[1] in "日天" else int(found[1]) - 1
    return today + timedelta(days=7 - today.weekday() + weekday)


def _coming_month_day(text: str, today: date) -> date | None:
    found = _MONTH_DAY.search(text)
    if not found or found[1] in ("去年", "前年"):
        return None
    named = _day(today.year, int(found[2]), int(found[3]))
    if named is None or named < today:
        return _day(today.year + 1, int(found[2]), int(found[3]))
    return named


def _number(chinese: str) -> str | int:
    """十一 -> 11, 二十三 -> 23, 二〇二六 -> 2026."""
    if "十" not in chinese:
        return "".join(str(_DIGITS[c]) for c in chinese)
    tens, _, ones = chinese.partition("十")
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def _ago(text: str, today: date) -> date | None:
    found = _AGO.search(text)
    return today - timedelta(days=int(found[1]) * _AGO_DAYS[found[2]]) if found and len(found[1]) < 5 else None


def _full(text: str) -> date | None:
    found = _FULL.search(text)
    if not found:
        return None
    year = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
    return _day(year, int(found[2]), int(found[3]))


def _last_month(text: str, today: date) -> date | None:
    found = _LAST_MONTH.search(text)
    if not found:
        return None
    first = today.replace(day=1)
    month = (first - timedelta(days=1)) if found[1].startswith("上") else first
    return _day(month.year, month.month, int(found[2]))


def _month_day(text: str, today: date) -> date | None:
    found = _MONTH_DAY.search(text)
    if not found:
        return None
    year = today.year - _YEARS[found[1] or ""]
    named = _day(year, int(found[2]), int(found[3]))
    if named and named > today and not found[1]:
        return _day(year - 1, int(found[2]), int(found[3]))
    return named


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
