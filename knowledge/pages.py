"""Content files as legal staff write them: a head of `key: value`, then `## 节` with lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from knowledge.types import ContentError

FENCE = "---"
SEPARATOR = "｜"
Line = tuple[int, str]


@dataclass
class Page:
    """One file, cut into head and sections, with the line number of everything."""

    path: Path
    name: str
    head: dict[str, Line] = field(default_factory=dict)
    sections: dict[str, list[Line]] = field(default_factory=dict)
    headings: dict[str, int] = field(default_factory=dict)
    problems: list[ContentError] = field(default_factory=list)

    def fail(self, line: int, problem: str, remedy: str) -> None:
        self.problems.append(ContentError(self.name, line, problem, remedy))

    def value(self, key: str, needed: bool = False) -> str:
        """The value in the head; a needed one that is missing is reported."""
        if key in self.head and self.head[key][1]:
            return self.head[key][1]
        if needed:
            self.fail(1, f"抬头里缺 {key}", f"在两行 --- 之间加一行“{key}: ……”")
        return ""

    def line_of(self, key: str) -> int:
        return self.head.get(key, (1, ""))[0]

    def day(self, key: str) -> date:
        """A date in the head; a wrong or missing one is reported and read as the first of all days."""
        text = self.value(key, needed=True)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if text:
                self.fail(self.line_of(key), f"{key} 不是日期：{text}", "写成 2026-11-22 这样")
            return date.min

    def names(self, key: str) -> tuple[str, ...]:
        """A comma-separated list in the head."""
        return tuple(part.strip() for part in self.value(key).replace("，", ",").split(",") if part.strip())

    def lines(self, section: str, needed: bool = False) -> list[Line]:
        if needed and not self.sections.get(section):
            self.fail(self.headings.get(section, 1), f"缺“{section}”一节或这一节是空的", f"加上“## {section}”并写内容")
        return self.sections.get(section, [])

    def items(self, section: str, needed: bool = False) -> list[Line]:
        """The `- ` lines of a section, without the dash."""
        found = []
        for number, text in self.lines(section, needed):
            if text.startswith("- "):
                found.append((number, text[2:].strip()))
            elif text:
                self.fail(number, f"“{section}”里这一行没有以“- ”开头", "每条写成“- ……”，一行一条")
        return found

    def texts(self, section: str, needed: bool = False) -> tuple[str, ...]:
        return tuple(text for _, text in self.items(section, needed))

    def prose(self, section: str, needed: bool = False) -> str:
        return "".join(text for _, text in self.lines(section, needed))

    def paragraphs(self, section: str) -> tuple[str, ...]:
        found: list[str] = [""]
        for _, text in self.lines(section):
            if text:
                found[-1] += text
            elif found[-1]:
                found.append("")
        return tuple(paragraph for paragraph in found if paragraph)


def read_page(path: Path, root: Path, known: Sequence[str], text: str | None = None) -> Page:
    """Read one file, or `text` in its place; whatever is wrong with it lands in `problems`, nothing is raised."""
    page = Page(path, path.relative_to(root).as_posix())
    try:
        lines = (path.read_text("utf-8-sig") if text is None else text).splitlines()
    except (OSError, UnicodeDecodeError):
        page.fail(1, "文件读不出来", "用 UTF-8 编码重新保存")
        return page
    body = _read_head(page, lines)
    _read_sections(page, lines, body)
    for heading, line in page.headings.items():
        if heading not in known:
            page.fail(line, f"不认识的节“{heading}”", "可用的节：" + "、".join(known))
    return page


def _read_head(page: Page, lines: list[str]) -> int:
    """Fill `page.head`; answers the index of the first line after the head."""
    if not lines or lines[0].strip() != FENCE:
        page.fail(1, "第一行不是 ---", "文件第一行写三个减号，抬头写完再写一行三个减号")
        return 0
    for index, text in enumerate(lines[1:], 1):
        if text.strip() == FENCE:
            return index + 1
        key, colon, value = text.partition(":" if ":" in text.split("：", 1)[0] else "：")
        if colon:
            page.head[key.strip()] = (index + 1, value.strip())
        elif text.strip():
            page.fail(index + 1, f"抬头里这一行看不懂：{text.strip()[:20]}", "写成“键: 值”")
    page.fail(1, "抬头没有结束", "抬头写完加一行 ---")
    return len(lines)


def _read_sections(page: Page, lines: list[str], start: int) -> None:
    current: list[Line] | None = None
    for number, text in enumerate(lines[start:], start + 1):
        text = text.strip()
        if text.startswith("## "):
            heading = text[3:].strip()
            if heading in page.headings:
                page.fail(number, f"“{heading}”写了两次", "合并成一节")
            page.headings[heading] = number
            current = page.sections.setdefault(heading, [])
        elif current is not None:
            current.append((number, text))
        elif text:
            page.fail(number, "这一行不在任何一节里", "放到某个“## 节”下面")
    for section in page.sections.values():
        while section and not section[-1][1]:
            section.pop()
