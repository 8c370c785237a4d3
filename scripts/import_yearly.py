#!/usr/bin/env python3
"""Bring an official list into the data folder (YXF_DATA_DIR, else var/): yearly/<名单>.json. CSV or XLSX.

scripts/import_yearly closures 休渔.xlsx       休渔日期：年份 作业类型 海区 开始 结束 备注
scripts/import_yearly phones 电话.csv          电话：号码 名称 用途
scripts/import_yearly offices 窗口.csv         窗口：名称 主题（svc-* 编号） 镇乡 地址 电话 时间
scripts/import_yearly first 首违清单.xlsx      首违不罚清单：序号 事项 条件 主题
scripts/import_yearly penalties 裁量.xlsx      处罚裁量清单：序号 违法行为 依据 裁量 主题
每行还要有 来源、日期 两列；全表一样的，用 --source "通告全名" --date 2026-04-20 写一次。
加 --dry-run 只检查，不写。一行有错就整张不写，错在哪行哪列都列出来。跑着的系统二十秒内自己换上。
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.settings import SettingError, load
from knowledge.content import read_content
from knowledge.sheets import SheetError, read_sheet
from knowledge.yearly import KINDS, read_rows, store_list


def main() -> int:
    """0 when the list is there (or would be); 1 with every mistake on stderr."""
    arguments = parser().parse_args()
    try:
        folder = arguments.to or load().data_dir / "yearly"
        rows = read_sheet(arguments.file)
    except (SheetError, SettingError) as error:
        print(f"没有导入：{error}。", file=sys.stderr)
        return 1
    kind = KINDS[arguments.kind]
    given = {name: text for name, text in (("来源", arguments.source), ("日期", arguments.date)) if text}
    entries, faults = read_rows(kind, rows, read_content().topics, given)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"没有导入：{len(faults)} 处要改。", file=sys.stderr)
        return 1
    bound = sum(bool(entry.get("主题")) for entry in entries)
    print(
        f"{kind.title}：{len(entries)} 条"
        + (f"，{bound} 条写了主题。" if kind.name in ("first", "penalties") else "。")
    )
    print("只检查，没有写。" if arguments.dry_run else f"写好了：{store_list(folder, kind, entries)}")
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("kind", choices=sorted(KINDS), help="哪张名单")
    found.add_argument("file", type=Path, help=".csv 或 .xlsx 文件")
    found.add_argument("--source", default="", help="来源：文件全名和文号")
    found.add_argument("--date", default="", help="录入日期，如 2026-04-20")
    found.add_argument("--to", type=Path, help="写到哪个文件夹")
    found.add_argument("--dry-run", action="store_true", help="只检查，不写")
    return found


if __name__ == "__main__":
    sys.exit(main())
