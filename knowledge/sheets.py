"""Tables as offices send them: CSV or XLSX in, rows of text with their line numbers out."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

Row = tuple[int, list[str]]
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's days have no zone
BUILT_IN_DATES = {14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 57}
LARGEST = 50_000_000


class SheetError(Exception):
    """A table cannot be read at all. One Chinese sentence."""


def read_sheet(path: Path) -> list[Row]:
    """The rows that are not empty, by the file's ending. Raises SheetError."""
    readers = {".csv": _csv, ".xlsx": _xlsx}
    if path.suffix.lower() not in readers:
        raise SheetError(f"{path.name} 不是 CSV 或 XLSX。老的 .xls 请另存为 .xlsx")
    try:
        rows = list(readers[path.suffix.lower()](path))
    except OSError:
        raise SheetError(f"{path} 打不开") from None
    return [(number, cells) for number, cells in rows if any(cells)]


def _csv(path: Path) -> Iterator[Row]:
    """UTF-8, or GBK as Excel saves it in China."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    if "\ufffd" in text:
        raise SheetError(f"{path.name} 的编码认不出，请另存为“CSV UTF-8”")
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        yield reader.line_num, [cell.strip() for cell in cells]


def _xlsx(path: Path) -> Iterator[Row]:
    """The first sheet. Days come out as 2026-05-01, or with the time when there is one."""
    try:
        with zipfile.ZipFile(path) as archive:
            shared = [_text(one) for one in _part(archive, "xl/sharedStrings.xml")]
            dates = _date_styles(archive)
            name = min(n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
            for row in _part(archive, name).iter(f"{SPREADSHEET}row"):
                cells = {_column(cell.get("r", "A1")): _value(cell, shared, dates) for cell in row}
                yield int(row.get("r", "0")), [cells.get(n, "") for n in range(max(cells, default=-1) + 1)]
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, IndexError):
        raise SheetError(f"{path.name} 不是好的 XLSX 文件，请用表格软件打开后另存一次") from None


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if name not in archive.namelist():
        return ElementTree.Element("none")
    if archive.getinfo(name).file_size > LARGEST:
        raise SheetError("表格太大了，分成几个文件")
    data = archive.read(name)
    if b"<!DOCTYPE" in data:
        raise SheetError("这个 XLSX 里有不该有的内容，不收")
    return ElementTree.fromstring(data)


def _date_styles(archive: zipfile.ZipFile) -> set[int]:
    """The cell styles that show a day."""
    styles = _part(archive, "xl/styles.xml")
    own = {
        int(one.get("numFmtId", "0"))
        for one in styles.iter(f"{SPREADSHEET}numFmt")
        if re.search("[ymdh]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", one.get("formatCode", "").lower()))
    }
    formats = styles.find(f"{SPREADSHEET}cellXfs")
    every = list(formats) if formats is not None else []
    return {place for place, one in enumerate(every) if int(one.get("numFmtId", "0")) in BUILT_IN_DATES | own}


def _column(reference: str) -> int:
    """B7 -> 1"""
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: ElementTree.Element, shared: list[str], dates: set[int]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell).strip()
    raw = cell.findtext(f"{SPREADSHEET}v", "").strip()
    if not raw or kind == "str":
        return raw
    if kind == "s":
        return shared[int(raw)].strip()
    if kind == "n" and int(cell.get("s", "0")) in dates:
        moment = EPOCH + timedelta(seconds=round(float(raw) * 86400))
        return f"{moment:%Y-%m-%d %H:%M}" if moment.time() != moment.min.time() else f"{moment:%Y-%m-%d}"
    return raw.removesuffix(".0")


def _text(element: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{SPREADSHEET}t"))
