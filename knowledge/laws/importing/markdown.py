"""Reads a folder of Markdown in LawRefBook's layout: 行政法规/某条例(2019-03-02).md and so on."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from knowledge.laws.importing.texts import DIGITS, OPENING, Found, SourceError, article, cut, days, effective, iso
from knowledge.laws.names import key
from knowledge.laws.types import Article

LEVELS = ("宪法", "法律", "行政法规", "部门规章", "司法解释", "地方性法规")
NATIONAL = ("刑法", "民法典", "经济法", "社会法", "行政法", "宪法相关法", "民法商法", "诉讼与非诉讼程序法")
DATED = re.compile(r"\((\d{4}-\d{2}-\d{2})\)$")
STARTS = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日\s*(?:起)?施行")
RUN_ON = re.compile(rf"(?<=[。；：]) (第[{DIGITS}]+条(?:之[{DIGITS}]+)?) ")
COMMENT = re.compile(r"<!--.*?-->")
FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)


def read_markdown(root: Path, source: str) -> Iterator[Found]:
    """Every text in the folder. The newest version of a source that may be behind is only known up to its last date."""
    if not root.is_dir():
        raise SourceError(str(root), "没有这个文件夹")
    files = [file for file in sorted(root.rglob("*.md")) if file.stem not in ("_index", "README", "法律法规模版")]
    read = [(file, *_read(file)) for file in files]
    if not read:
        raise SourceError(str(root), "里面没有 .md 文件")
    expired = _expired(root)
    ends: dict[str, str] = {}
    for file, _, version, _, _ in read:
        ends[_level(root, file)] = max(ends.get(_level(root, file), ""), version)
    for file, name, version, starts, articles in read:
        level = _level(root, file)
        status = "repealed" if (key(DATED.sub("", file.stem)), version) in expired else "unknown"
        note = "来源标为失效" if status == "repealed" else ""
        yield Found(name, level, "", version, starts, ends[level], status, source, articles, note=note)


def _level(root: Path, file: Path) -> str:
    parts = (root.name, *file.relative_to(root).parts[:-1])
    named = [part for part in parts if part in LEVELS]
    if named:
        return named[-1]
    return "法律" if any(part in NATIONAL for part in parts) else "行政法规"


def _read(file: Path) -> tuple[str, str, str, tuple[Article, ...]]:
    """Name, version, effective day and articles of one file."""
    try:
        text = FRONT.sub("", file.read_text("utf-8").replace("\r", ""))
    except UnicodeDecodeError:
        raise SourceError(str(file), "不是 UTF-8 编码的文本") from None
    head, mark, body = text.partition("<!-- INFO END -->")
    if not mark:
        raise SourceError(f"{file}:1", "缺“<!-- INFO END -->”这一行，不是 LawRefBook 的格式")
    lines = [COMMENT.sub("", line).strip(" \u3000") for line in head.split("\n")]
    title = next((line.lstrip("# ") for line in lines if line.startswith("#")), DATED.sub("", file.stem))
    info = [line for line in lines if line and not line.startswith("#")]
    dated = DATED.search(file.stem)
    version = dated[1] if dated else max(days("\n".join(info)), default="")
    if not version:
        raise SourceError(f"{file}:1", "文件名和开头都没有日期，不知道是哪个版本")
    rows = (line.lstrip("#").strip(" \u3000\t") for line in COMMENT.sub("", body).split("\n"))
    articles = cut(list(_separate(rows)))
    if not articles:
        raise SourceError(f"{file}:1", "正文是空的")
    starts = next((iso(*found.groups()) for line in info if (found := STARTS.match(line))), "")
    return title.strip(), version, starts or effective([one.text for one in articles]), articles


def _separate(lines: Iterable[str]) -> Iterator[str]:
    """Parts articles that stand on one line, when the numbers go on."""
    last = 0
    for line in lines:
        if opening := OPENING.match(line):
            last = article(opening[1], "").number
        while (found := RUN_ON.search(line)) and article(found[1], "").number == last + 1:
            yield line[: found.start()]
            line, last = line[found.start() + 1 :], last + 1
        yield line


def _expired(root: Path) -> set[tuple[str, str]]:
    """(key, date) of the texts the folder's own list flags as no longer valid."""
    found: set[tuple[str, str]] = set()
    for file in sorted(root.rglob("db.sqlite3")):
        with sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True) as base:
            for name, published, gone in base.execute("select name, publish, expired from law"):
                if gone:
                    found.add((key(name), published or ""))
    return found
