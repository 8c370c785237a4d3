"""All benchmarks in one run, as one table. Numbers of one machine at one time: read the ratios."""

import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from scripts.bench_telegram import measure as measure_telegram
from scripts.turns import turns_per_second
from tickets.due import BEIJING

PAGE = Path(__file__).parent.parent / "docs" / "bench.md"
Row = tuple[str, str, str]


def turns() -> list[Row]:
    """Turns with full durability: one chat, and fifty that share commits."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        turns_per_second(url, 1, 20)  # the first turns open files and compile statements
        alone, crowd = turns_per_second(url, 1, 200), turns_per_second(url, 50, 30)
    return [("一轮（落盘才算）：一个人 / 五十个人同时", f"{alone:.0f} / {crowd:.0f} 轮每秒", f"合并提交 {crowd / alone:.1f} 倍")]


def telegram() -> list[Row]:
    """Question to answer over a Bot API server of our own, beside the library's echo bot on the same server."""
    found = measure_telegram()
    return [(name, f"{value:.2f}", "") for name, value in found.items()]


PARTS: dict[str, Callable[[], list[Row]]] = {"turns": turns, "telegram": telegram}


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    rows = [row for name in chosen for row in PARTS[name]()]
    lines = ["| 量什么 | 数 | 比 |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]
    print("\n".join(lines))
    if set(chosen) == set(PARTS):
        head = f"# 速度\n\n{datetime.now(BEIJING):%Y-%m-%d}，Python {platform.python_version()}，{platform.machine()}，同一次运行，看比值。重跑：`scripts/bench`。\n\n"
        PAGE.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
