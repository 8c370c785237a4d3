"""Reads single texts as the national database (flk.npc.gov.cn) gives them: DOCX, or plain text in UTF-8."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from knowledge.laws.importing.texts import HEADING, OPENING, Found, SourceError, cut, days, effective

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DATED = re.compile(r"[_（(]?(\d{4})-?(\d{2})-?(\d{2})[)）]?$")
LARGEST = 20_000_000
LEVELS = (
    (re.compile(r"^最高人民(?:法院|检察院)"), "司法解释"), (re.compile(r"宪法$"), "宪法"),
    (re.compile(r"^.{2,8}(?:省|市|自治区|县).+(?:条例|办法|规定|决定)$"), "地方性法规"),
    (re.compile(r"(?:法|法典)$"), "法律"), (re.compile(r"(?:条例|实施细则)$"), "行政法规"),
)  # fmt: skip
SOURCE = "国家法律法规数据库"


def read_national(path: Path, checked: str) -> Iterator[Found]:
    """The text in a file, or in every .docx and .txt of a folder. `checked` is the day somebody downloaded them."""
    files = sorted(f for f in path.rglob("*") if f.suffix in (".docx", ".txt")) if path.is_dir() else [path]
    if not files or not files[0].exists():
        raise SourceError(str(path), "没有这个文件，或文件夹里没有 .docx、.txt")
    for file in files:
        yield _read(file, checked)


def _read(file: Path, checked: str) -> Found:
    lines = _docx(file) if file.suffix == ".docx" else _plain(file)
    body = next((n for n, line in enumerate(lines) if OPENING.match(line)), len(lines))
    head = [line for line in lines[:body] if not HEADING.match(line)]
    name = _title(file, head)
    dated = DATED.search(file.stem)
    version = max(days("\n".join(head)), default="") or ("-".join(dated.groups()) if dated else "")
    if not version:
        raise SourceError(f"{file}:1", "开头没有公布或修订的日期，文件名里也没有")
    articles = cut(lines[body:] or lines)
    if not articles:
        raise SourceError(f"{file}:1", "正文是空的")
    level = next((level for pattern, level in LEVELS if pattern.search(name)), "部门规章")
    starts = effective([one.text for one in articles]) or version
    return Found(name, level, "", version, starts, checked, "current", SOURCE, articles)


def _title(file: Path, head: list[str]) -> str:
    """The lines before the first bracket or 目录; the file's name when there are none."""
    parts: list[str] = []
    for line in head:
        if line[:1] in "（(" or line.replace(" ", "").replace("\u3000", "") == "目录":
            break
        parts.append(line)
    return re.sub(r"\s", "", "".join(parts)) or DATED.sub("", file.stem)


def _plain(file: Path) -> list[str]:
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}", f"不是 UTF-8 编码的文本（第 {error.start} 字节）") from None
    return [line.strip(" \t\u3000") for line in text.split("\n") if line.strip(" \t\r\u3000")]


def _docx(file: Path) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            part = archive.getinfo("word/document.xml")
            if part.file_size > LARGEST:
                raise SourceError(str(file), "文件太大")
            raw = archive.read(part)
    except (zipfile.BadZipFile, KeyError):
        raise SourceError(str(file), "不是 DOCX 文件（旧的 .doc 请先另存为 .docx 或 .txt）") from None
    if b"<!DOCTYPE" in raw[:1000] or b"<!ENTITY" in raw:
        raise SourceError(str(file), "文件里有不该有的定义，不读")
    paragraphs = ElementTree.fromstring(raw).iter(f"{WORD}p")
    lines = ("".join(_run(node) for node in one.iter()) for one in paragraphs)
    return [part.strip(" \t\u3000") for line in lines for part in line.split("\n") if part.strip(" \t\u3000")]


def _run(node: ElementTree.Element) -> str:
    if node.tag == f"{WORD}t":
        return node.text or ""
    return {f"{WORD}br": "\n", f"{WORD}tab": "\u3000"}.get(node.tag, "")
