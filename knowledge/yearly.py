"""What changes every year or comes as an official list: shown with source and date, and said to be missing when it is.

Two places, one form: `yearly/*.toml` in the content, and the lists that scripts/import_yearly puts into the data folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.sheets import Row

Entry = Mapping[str, str]
CLOSED_SEASON = ("fm-summer-closure", "hd-closed-season")
NO_OFFICE = "窗口的地址、电话、上班时间还没录入，可以打 12348（法律服务热线）问。"
NO_CLOSURES = (
    "今年（{year}年）的休渔通告还没录入，哪天停、哪天开我不报，免得误事。"
    "请看当年公告原文，问县渔业部门或所在渔村；也可以打 12345 问。"
)

CLOSURE_KEYS = ("gear", "start", "end", "source", "date")
OFFICE_KEYS = ("name", "serves", "address", "phone", "hours", "source", "date")


@dataclass(frozen=True)
class Column:
    """A column of a list: its heading, what must stand in it (text, day, moment, year, topics), whether it may be empty."""

    name: str
    kind: str = "text"
    optional: bool = False


@dataclass(frozen=True)
class Kind:
    """A list that can be imported."""

    name: str
    title: str
    columns: tuple[Column, ...]


ORIGIN = (Column("来源"), Column("日期", "day"))
FOR = Column("主题", "topics")
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("closures", "休渔日期", (
            Column("年份", "year"), Column("作业类型"), Column("海区", optional=True), Column("开始", "moment"),
            Column("结束", "moment"), Column("备注", optional=True), *ORIGIN,
        )),
        Kind("phones", "电话", (Column("号码"), Column("名称"), Column("用途"), *ORIGIN)),
        Kind("offices", "窗口", (
            Column("名称"), FOR, Column("镇乡", optional=True), Column("地址"), Column("电话"), Column("时间"), *ORIGIN,
        )),
        Kind("first", "首违不罚清单", (
            Column("序号"), Column("事项"), Column("条件", optional=True), Column("主题", "topics", True), *ORIGIN,
        )),
        Kind("penalties", "处罚裁量清单", (
            Column("序号"), Column("违法行为"), Column("依据"), Column("裁量"), Column("主题", "topics", True), *ORIGIN,
        )),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Yearly:
    """The lists by kind; an empty one was not entered. Values stand under the column's heading."""

    lists: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)

    def of(self, kind: str, topic: str = "") -> list[Entry]:
        """The entries of a list; with `topic`, those that name it."""
        every = self.lists.get(kind, ())
        return [one for one in every if not topic or topic in ids(one.get("主题", ""))]

    def closures(self, year: int) -> list[Entry]:
        """The closed-season table of a year."""
        return [one for one in self.of("closures") if one["年份"] == str(year)]


def ids(text: str) -> list[str]:
    """Topic ids as written in one cell."""
    return [part for part in re.split(r"[\s,，、;；]+", text) if part]


def read_rows(kind: Kind, rows: list[Row], topics: Collection[str], given: Entry) -> tuple[list[Entry], list[str]]:
    """The entries of a table with a heading line, and what is wrong with it, by line. `given` fills missing columns."""
    if not rows:
        return [], ["表里没有内容"]
    (top, heading), *body = rows
    wanted = {column.name: column for column in kind.columns}
    missing = [n for n, column in wanted.items() if n not in heading and n not in given and not column.optional]
    strange = [name for name in heading if name and name not in wanted]
    faults = [f"第 {top} 行：表头缺“{name}”" for name in missing]
    faults += [f"第 {top} 行：不认识的列“{name}”，可用的列：{'、'.join(wanted)}" for name in strange]
    if faults:
        return [], faults
    entries: list[Entry] = []
    for number, cells in body:
        entry = {**given, **{name: cell for name, cell in zip(heading, cells, strict=False) if cell and name}}
        faults += [f"第 {number} 行“{c.name}”：{why}" for c in kind.columns if (why := _fault(c, entry, topics))]
        entries.append(entry)
    return entries, faults + _twice(kind, entries, body)


def _fault(column: Column, entry: Entry, topics: Collection[str]) -> str:
    text = entry.get(column.name, "")
    if not text:
        return "" if column.optional else "空着，要填"
    if column.kind == "year" and not re.fullmatch(r"20\d\d", text):
        return f"“{text}”不是年份，写成 2026"
    if column.kind == "day" and not _is_day(text, "%Y-%m-%d"):
        return f"“{text}”不是日期，写成 2026-04-20"
    if column.kind == "moment" and not (_is_day(text, "%Y-%m-%d %H:%M") or _is_day(text, "%Y-%m-%d")):
        return f"“{text}”不是日期，写成 2026-05-01 12:00"
    unknown = [one for one in ids(text) if one not in topics] if column.kind == "topics" else []
    return f"没有 {unknown[0]} 这个主题" if unknown else ""


def _is_day(text: str, form: str) -> bool:
    try:
        return bool(datetime.strptime(text, form))  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False


def _twice(kind: Kind, entries: list[Entry], body: list[Row]) -> list[str]:
    """Two lines with the same number."""
    first = kind.columns[0].name
    if first not in ("序号", "号码"):
        return []
    seen: dict[str, int] = {}
    faults = []
    for entry, (number, _) in zip(entries, body, strict=True):
        if entry.get(first) in seen:
            faults.append(f"第 {number} 行“{first}”：{entry[first]} 和第 {seen[entry[first]]} 行重复")
        seen.setdefault(entry.get(first, ""), number)
    return faults


def store_list(folder: Path, kind: Kind, entries: Iterable[Entry]) -> Path:
    """Write a list over the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh, path = folder / f"{kind.name}.new", folder / f"{kind.name}.json"
    fresh.write_text(json.dumps(list(entries), ensure_ascii=False, indent=1), "utf-8")
    fresh.replace(path)
    return path


def load_yearly(tables: Mapping[str, Mapping[str, Any]], folder: Path | None) -> Yearly:
    """What the content's own tables hold, with the imported lists in their place where there are any."""
    lists: dict[str, tuple[Entry, ...]] = {
        "closures": tuple(_own_closures(tables.get("closures", {}))),
        "offices": tuple(_own_offices(tables.get("offices", {}))),
    }
    for name in KINDS if folder else ():
        path = folder / f"{name}.json" if folder else Path()
        if path.exists():
            lists[name] = tuple(json.loads(path.read_text("utf-8")))
    return Yearly(lists)


def _own_closures(table: Mapping[str, Any]) -> Iterable[Entry]:
    """Only what stands in an official notice; a reprint is no answer."""
    for year, part in table.items():
        for row in part.get("closure", []) if isinstance(part, dict) else []:
            if row.get("official") is True and all(row.get(key) for key in CLOSURE_KEYS):
                yield {
                    "年份": year, "作业类型": row["gear"], "海区": row.get("area", ""), "开始": row["start"],
                    "结束": row["end"], "备注": row.get("note", ""), "来源": row["source"], "日期": row["date"],
                }  # fmt: skip


def _own_offices(table: Mapping[str, Any]) -> Iterable[Entry]:
    for row in table.get("office", []):
        if isinstance(row, dict) and all(row.get(key) for key in OFFICE_KEYS):
            yield {
                "名称": row["name"], "主题": ",".join(row["serves"]), "镇乡": row.get("town", ""), "电话": row["phone"],
                "地址": row["address"], "时间": row["hours"], "来源": row["source"], "日期": row["date"],
            }  # fmt: skip


def origin(entry: Entry) -> str:
    """来源：某通告，2026-04-20 录入"""
    return f"来源：{entry['来源']}，{entry['日期']} 录入"


def current(topic: str, yearly: Yearly, today: date) -> str:
    """What this year's lists add to the answer of a topic, "" for nothing. The one place that says so."""
    if topic in CLOSED_SEASON:
        return _season(yearly.closures(today.year), today.year)
    offices = yearly.of("offices", topic)
    if not offices and topic.startswith("svc-"):
        return NO_OFFICE
    return "\n".join(
        f"· {one['名称']}{'（' + one['镇乡'] + '）' if one.get('镇乡') else ''}：{one['地址']}，电话 {one['电话']}，"
        f"{one['时间']}（{origin(one)}）"
        for one in offices
    )


def _season(rows: list[Entry], year: int) -> str:
    if not rows:
        return NO_CLOSURES.format(year=year)
    lines = [f"今年（{year}年）的日子："]
    for one in rows:
        where = f"（{one['海区']}）" if one.get("海区") else ""
        note = f"，{one['备注']}" if one.get("备注") else ""
        lines.append(f"· {one['作业类型']}{where}：{one['开始']} 到 {one['结束']}{note}")
    return "\n".join([*lines, *dict.fromkeys(origin(one) for one in rows)])


def first_violation(topic: str, yearly: Yearly) -> str:
    """The items of the official first-violation list that name the topic."""
    found = [
        f"· 清单第 {one['序号']} 项：{one['事项']}{'，条件：' + one['条件'] if one.get('条件') else ''}（{origin(one)}）"
        for one in yearly.of("first", topic)
    ]
    return "\n".join(found)


def penalties(topic: str, yearly: Yearly) -> str:
    """The rows of the official penalty list that name the topic."""
    return "\n".join(
        f"· {one['违法行为']}（{one['依据']}）：{one['裁量']}（{origin(one)}）" for one in yearly.of("penalties", topic)
    )
