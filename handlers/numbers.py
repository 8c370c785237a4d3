"""Ticket numbers: eight random digits, written 4821-3390, easy to read out over a bad line and not to be guessed."""

import re
from collections.abc import Callable

_NUMBER = re.compile(r"(?<!\d)(\d{4})[-－—–~ ]?(\d{4})(?!\d)")
_SPOKEN = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
_SPOKEN_RUN = re.compile(r"[零〇一幺二两三四五六七八九\-－ ]{8,11}")


def fresh_number(pick: Callable[[int], int]) -> str:
    """A new number; `pick(n)` gives an unpredictable integer below n."""
    return f"{1000 + pick(9000)}-{pick(10000):04d}"


def find_number(text: str) -> str:
    """The first ticket number in `text`, digits or spoken Chinese ("四八二一三三九零"), or ""."""
    found = _NUMBER.search(text)
    if not found:
        run = _SPOKEN_RUN.search(text)
        found = _NUMBER.search(run.group().translate(_SPOKEN)) if run else None
    return f"{found[1]}-{found[2]}" if found else ""
