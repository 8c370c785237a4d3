"""Measure the matcher on files of questions, and on the content's own questions left out in turn.

scripts/evaluate FILE…                     the tables
scripts/evaluate --known LIST FILE…        LIST: ids that are expected to fail; one that passes has to leave it
scripts/evaluate --cross                   cross-validated on the content's own questions as well (minutes)
scripts/evaluate --homophones 2 FILE…      with two characters of each question replaced by ones that sound alike
scripts/evaluate --traditional FILE…       with the questions written in traditional script
scripts/evaluate --picture OUT.png FILE…   a histogram of the confidence
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge import Knowledge
from knowledge.pinyin import syllables
from knowledge.text import TABLES
from knowledge.types import Decision
from scripts.picture import histogram

TOPICAL = ("topic", "multi", "deadline")
CROSS_FOLDS = 5


@dataclass(frozen=True)
class Case:
    """One question of an evaluation file."""

    id: str
    query: str
    expect: tuple[str, ...]
    also_ok: tuple[str, ...]
    kind: str

    @property
    def family(self) -> str:
        return self.expect[0].partition("-")[0] if self.expect else self.kind


@dataclass(frozen=True)
class Result:
    """A case with the decision on it."""

    case: Case
    decision: Decision
    milliseconds: float

    @property
    def ids(self) -> list[str]:
        return [match.id for match in self.decision.topics]

    @property
    def first(self) -> bool:
        return self.ids[0] in (*self.case.expect, *self.case.also_ok)

    @property
    def three(self) -> bool:
        return any(identity in self.case.expect for identity in self.ids[:3])

    @property
    def passed(self) -> bool:
        action = self.decision.action
        if self.case.kind in TOPICAL:
            return self.first and action in ("answer", "clarify")
        if self.case.kind in ("clarify", "emergency"):
            return action == self.case.kind
        return action != "answer" or self.ids[0] in self.case.also_ok


def read_cases(paths: Iterable[Path]) -> list[Case]:
    rows = (json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines() if line.strip())
    return [
        Case(row["id"], row["query"], tuple(row["expect"]), tuple(row.get("also_ok", ())), row["kind"]) for row in rows
    ]


def run(knowledge: Knowledge, cases: Sequence[Case], change: Callable[[str], str]) -> list[Result]:
    found = []
    for case in cases:
        query = change(case.query)
        start = time.perf_counter()
        decision = knowledge.decide(query)
        found.append(Result(case, decision, (time.perf_counter() - start) * 1000))
    return found


def homophones(count: int) -> Callable[[str], str]:
    """Replaces that many characters by others that sound exactly alike, the same ones each time."""
    alike: dict[str, str] = {}
    for char, syllable in syllables().items():
        alike[syllable] = alike.get(syllable, "") + char

    def change(text: str) -> str:
        pick = random.Random(text)
        places = [place for place, char in enumerate(text) if len(alike.get(syllables().get(char, ""), "")) > 1]
        chars = list(text)
        for place in pick.sample(places, min(count, len(places))):
            others = [char for char in alike[syllables()[chars[place]]][:12] if char != chars[place]]
            chars[place] = pick.choice(others)
        return "".join(chars)

    return change


def traditional(text: str) -> str:
    """The text in traditional script, by the product's own table read backwards."""
    pairs = (TABLES / "traditional.txt").read_text("utf-8").replace("\n", "")
    table = {new: old for old, new in zip(pairs[::2], pairs[1::2], strict=True)}
    return "".join(table.get(char, char) for char in text)


def share(results: Sequence[Result], right: Callable[[Result], bool]) -> float:
    return sum(map(right, results)) / len(results) if results else float("nan")


def print_tables(results: Sequence[Result]) -> None:
    topical = [result for result in results if result.case.kind in TOPICAL]
    print("\n族 / 类          题数  第一对  前三有  直接答  答错")
    groups = {f"{name} 族": name for name in sorted({result.case.family for result in topical})}
    for title, name in groups.items():
        _print_row(title, [result for result in topical if result.case.family == name])
    for kind in TOPICAL:
        _print_row(kind, [result for result in topical if result.case.kind == kind])
    _print_row("合计", topical)
    print("\n别的话          题数  做对    其中直接按指引答")
    for kind in sorted({result.case.kind for result in results} - set(TOPICAL)):
        some = [result for result in results if result.case.kind == kind]
        actions = Counter(result.decision.action for result in some)
        false = share(some, lambda result: result.decision.action == "answer" and not result.first)
        print(
            f"{kind:<14}{len(some):>5}{share(some, lambda result: result.passed):>8.3f}{false:>8.3f}   {dict(actions)}"
        )
    calm = [result for result in results if result.case.kind != "emergency"]
    print(f"误报紧急 {share(calm, lambda result: result.decision.action == 'emergency'):.4f}")
    times = sorted(result.milliseconds for result in results)
    print(f"用时 中位 {times[len(times) // 2]:.2f} 毫秒，p99 {times[int(len(times) * 0.99)]:.2f} 毫秒")


def _print_row(title: str, some: Sequence[Result]) -> None:
    if not some:
        return
    answered = [result for result in some if result.decision.action == "answer"]
    print(
        f"{title:<14}{len(some):>5}{share(some, lambda result: result.first):>8.3f}"
        f"{share(some, lambda result: result.three):>8.3f}{len(answered) / len(some):>8.3f}"
        f"{share(answered, lambda result: not result.first):>8.3f}"
    )


def print_calibration(results: Sequence[Result]) -> None:
    print("\n自报把握    题数  实际第一对")
    topical = [result for result in results if result.case.kind in TOPICAL]
    for low in range(0, 10, 2):
        some = [r for r in topical if low / 10 <= min(r.decision.topics[0].score, 0.999) < low / 10 + 0.2]
        if some:
            print(f"{low / 10:.1f}–{low / 10 + 0.2:.1f}   {len(some):>5}{share(some, lambda r: r.first):>8.3f}")


def print_confusions(results: Sequence[Result], most: int) -> None:
    wrong = [result for result in results if result.case.kind in TOPICAL and not result.first]
    print(f"\n常混的（应当 → 找成了），错 {len(wrong)} 条")
    for (right, found), count in Counter((r.case.expect[0], r.ids[0]) for r in wrong).most_common(most):
        print(f"{count:>3}  {right} → {found}")


def print_wrong(results: Sequence[Result]) -> None:
    print("\n每一条没做对的")
    for result in results:
        if not result.passed:
            best = " ".join(f"{match.id}={match.score:.2f}" for match in result.decision.topics[:3])
            case = result.case
            print(
                f"{case.id} [{case.kind}] {case.query[:60]} | {'/'.join(case.expect)} | {result.decision.action} {best}"
            )


def check_known(results: Sequence[Result], known: Path) -> int:
    """Failures must be listed, and the listed must fail."""
    rows = known.read_text("utf-8").splitlines()
    listed = {row.split()[0] for row in rows if row.strip() and not row.startswith("#")}
    failed = {result.case.id for result in results if not result.passed}
    ids = {result.case.id for result in results}
    for identity in sorted(failed - listed):
        print(f"新的失败：{identity}")
    for identity in sorted(listed & ids - failed):
        print(f"已经做对了，请从名单里删掉：{identity}")
    return int(bool(failed ^ (listed & ids)))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="问得懂吗：在问题文件上测一遍")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--known", type=Path)
    parser.add_argument("--cross", action="store_true")
    parser.add_argument("--homophones", type=int, default=0)
    parser.add_argument("--traditional", action="store_true")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--wrong", action="store_true")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    if chosen.cross:
        from scripts.cross import print_cross

        print_cross(CROSS_FOLDS)
    if not chosen.files:
        return 0
    change = traditional if chosen.traditional else homophones(chosen.homophones)
    results = run(Knowledge.load(), read_cases(chosen.files), change)
    print_tables(results)
    print_calibration(results)
    print_confusions(results, 15)
    if chosen.wrong:
        print_wrong(results)
    if chosen.picture:
        histogram(chosen.picture, [(result.decision.topics[0].score, result.passed) for result in results])
    return check_known(results, chosen.known) if chosen.known else 0


if __name__ == "__main__":
    sys.exit(main())
