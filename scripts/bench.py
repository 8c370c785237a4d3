"""All benchmarks in one run, as one table. Numbers of one machine at one time: read the ratios."""

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from rapidfuzz import fuzz, process

from knowledge import Knowledge
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
    return [
        (
            "一轮（落盘才算）：一个人 / 五十个人同时",
            f"{alone:.0f} / {crowd:.0f} 轮每秒",
            f"合并提交 {crowd / alone:.1f} 倍",
        )
    ]


def telegram() -> list[Row]:
    """Question to answer over a Bot API server of our own, beside the library's echo bot on the same server."""
    found = measure_telegram()
    return [
        (name, f"{found[ours]:.0f} / {found[theirs]:.0f} {unit}", f"{found[ratio]:.2f}")
        for name, ours, theirs, ratio, unit in TELEGRAM
    ]


# what is told, our figure, the peer's, their ratio, unit
TELEGRAM = (
    (
        "Telegram 三百人同时问到答：我们（全落盘）/ PTB 回声",
        "ours_per_second",
        "ptb_per_second",
        "per_second_ratio",
        "条每秒",
    ),
    ("Telegram 一个人问到答：我们（全落盘）/ PTB 回声", "ours_ms", "ptb_ms", "ms_ratio", "毫秒"),
    ("Telegram 发信：我们的 aiohttp / PTB 的 httpx", "aiohttp_sends", "httpx_sends", "sends_ratio", "条每秒"),
)


def guides() -> list[Row]:
    """A question to its topic, beside a rapidfuzz scan over the same known questions."""
    knowledge = Knowledge.load()
    known = {question: topic.id for topic in knowledge.topics.values() for question in topic.questions}
    asked = [f"我想问一下{question}，有人晓得伐" for question in list(known)[:: len(known) // ASKED]]
    ours = _times(asked, knowledge.decide)
    theirs = _times(asked[:SCANNED], lambda text: process.extractOne(text, known.keys(), scorer=fuzz.WRatio))
    return [
        (
            f"找主题（{len(knowledge.topics)} 个主题、{len(known)} 条问法）：我们 / rapidfuzz 逐条比，中位",
            f"{ours[0]:.1f} / {theirs[0]:.0f} 毫秒",
            f"快 {theirs[0] / ours[0]:.0f} 倍",
        ),
        ("同上，p99", f"{ours[1]:.1f} / {theirs[1]:.0f} 毫秒", f"快 {theirs[1] / ours[1]:.0f} 倍"),
    ]


ASKED = 400  # questions asked of ours
SCANNED = 60  # of the scan, which is slow


def _times(asked: list[str], find: Callable[[str], object]) -> tuple[float, float]:
    """Median and p99 of one question, in milliseconds."""
    find(asked[0])  # what is read at the first question does not count
    found = []
    for text in asked:
        start = time.perf_counter()
        find(text)
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found), statistics.quantiles(found, n=100)[98]


PARTS: dict[str, Callable[[], list[Row]]] = {"turns": turns, "telegram": telegram, "guides": guides}


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
