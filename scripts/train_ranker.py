#!/usr/bin/env python3
"""Learn the order of statutes from a question log: {"query", "relevant": [{"law", "article_label"}]} a line.

scripts/train_ranker 记录.jsonl              学好放进条文库的文件夹，问答马上用得上
scripts/train_ranker --evaluate 记录.jsonl   只量一量：每题都由没见过它的模型来排（五折）
scripts/train_ranker --forget                不要学来的，回到不用训练的排法
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.settings import SettingError, load
from knowledge.laws.laws import STORE
from knowledge.laws.learning import Lesson, Quality, cross_validated, read_log, teach, untrained
from knowledge.laws.ranker import FILE
from knowledge.laws.ranking import Ranking
from knowledge.laws.store import Store


def main() -> int:
    """0 when it was learned or measured, 1 with one sentence on stderr."""
    arguments = parser().parse_args()
    try:
        folder = arguments.laws or load().data_dir / "laws"
        if arguments.forget:
            (folder / FILE).unlink(missing_ok=True)
            return 0
        return run(arguments, folder)
    except (SettingError, ValueError, OSError) as error:
        print(f"没有学成：{error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("logs", nargs="*", type=Path, help="问题记录，一行一个 JSON")
    found.add_argument("--evaluate", action="store_true", help="只量，不存")
    found.add_argument("--forget", action="store_true", help="删掉学来的")
    found.add_argument("--laws", type=Path, help="条文库的文件夹")
    return found


def run(arguments: argparse.Namespace, folder: Path) -> int:
    logged = [row for file in arguments.logs for row in read_log(file.read_text("utf-8").splitlines(), str(file))]
    if not logged:
        raise ValueError("没有给记录，或记录是空的")
    if not (folder / STORE).exists():
        raise ValueError("还没有条文库，先运行 scripts/import_laws --setup")
    store = Store(folder / STORE, None)
    ranking = Ranking.open(folder, store)
    if ranking is None:
        raise ValueError("条文库没有索引，再运行一次 scripts/import_laws --setup")
    lesson, began = Lesson(logged, store, ranking), time.monotonic()
    print(f"{len(logged)} 个问题，{len(lesson.usable)} 个的条文在库里。")
    if arguments.evaluate:
        tell("不训练", untrained(lesson, ranking))
        tell("训练后（五折，题目都没见过）", cross_validated(lesson))
    else:
        teach(folder, lesson)
        print(f"学好了：{folder / FILE}")
    print(f"用了 {time.monotonic() - began:.0f} 秒。")
    return 0


def tell(name: str, found: Quality) -> None:
    print(f"{name}：MRR@10 {found.mrr:.3f}，前十 {found.ten:.3f}，前百 {found.hundred:.3f}")


if __name__ == "__main__":
    sys.exit(main())
