"""The figures in a sentence, whichever way they are written: 二十万, 20 万, 200000 are the same."""

from __future__ import annotations

import re

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
SMALL = 3  # up to here a number may be a way of speaking: 一次, 两样, 三证
FIGURE = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+|\d+(?:\.\d+)?\s*[万亿]?")
# 5–20 万 and 五至二十万: the unit belongs to both ends, unless the first has its own
RANGE = re.compile(
    r"(?<![\d.万千百])(\d+(?:\.\d+)?|[一二两三四五六七八九十]+)(\s*[–—~至到-]\s*)(?=(?:\d[\d.]*|[一二两三四五六七八九十]+)\s*万)"
)


def figures(text: str) -> frozenset[float]:
    """All numbers in the text above SMALL."""
    whole = RANGE.sub(lambda found: f"{found[1]}万{found[2]}", text.replace("百分之", " "))
    found = (_arabic(one) if one[0].isdecimal() else _chinese(one) for one in FIGURE.findall(whole))
    return frozenset(value for value in found if value > SMALL)


def _arabic(text: str) -> float:
    number = float(re.match(r"[\d.]+", text)[0])  # type: ignore[index]
    return number * 10_000 if "万" in text else number * 100_000_000 if "亿" in text else number


def _chinese(text: str) -> float:
    total = section = digit = 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in UNITS:
            section += (digit or 1) * UNITS[sign]
            digit = 0
        else:
            total = (total + section + digit or 1) * (10_000 if sign == "万" else 100_000_000)
            section = digit = 0
    return float(total + section + digit)
