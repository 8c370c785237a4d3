"""What every source has in common: a text found, article labels, stray line breaks, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.citations import number
from knowledge.laws.types import Article

DIGITS = "零〇一二三四五六七八九十百千"
LABEL = re.compile(rf"第([{DIGITS}]+)\s?条(?:之([{DIGITS}]+))?")
OPENING = re.compile(rf"^\s*(第[{DIGITS}]+ ?条(?:之[{DIGITS}]+)?)(?:[ \u3000]+|$)(.*)$", re.S)
HEADING = re.compile(rf"^第[{DIGITS}]+(分编|编|章|节)(?:\s.{{1,40}})?$")
KINDS = ("编", "分编", "章", "节")
ITEM = re.compile(r"^[（(][一二三四五六七八九十]+[）)]")
HAN = "\u4e00-\u9fff，、；：。（）"
STRAY = re.compile(rf"(?<=[{HAN}])[ \u3000]+(?=[{HAN}0-9])|(?<=[0-9]) +(?=[\u4e00-\u9fff])")
DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
IN_FORCE = re.compile(r"自\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日起(?:施行|实施|执行|生效)")
CLOSED = "。；：！？”）》…"


class SourceError(Exception):
    """A source cannot be read: where, and what is wrong, in Chinese."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}：{problem}")


@dataclass(frozen=True)
class Found:
    """One version of one text as a source has it. `status` as in `Law`; `checked` is the day the source ends."""

    name: str
    level: str
    issuer: str
    version: str
    effective: str
    checked: str
    status: str
    source: str
    articles: tuple[Article, ...]
    repealed_by: str = ""
    until: str = ""
    note: str = ""


def iso(year: str, month: str, day: str) -> str:
    return f"{year}-{int(month):02d}-{int(day):02d}"


def days(text: str) -> list[str]:
    """All dates written in a text, as ISO."""
    return [iso(*found) for found in DAY.findall(text)]


def effective(texts: list[str]) -> str:
    """The day the last articles say the text takes effect, "" when they do not."""
    found = IN_FORCE.search("\n".join(texts[-3:]))
    return iso(*found.groups()) if found else ""


def tidy(text: str) -> str:
    """A text without the line breaks and spaces that its extraction left, and without chapter headings."""
    lines: list[str] = []
    for raw in text.replace("\r", "").split("\n"):
        bare = raw.strip(" \t\u3000")
        if not bare or HEADING.match(bare):
            continue
        line = STRAY.sub("", bare)
        if lines and lines[-1][-1] not in CLOSED and not ITEM.match(line):
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join(lines)


def article(label: str, text: str, note: str = "", heading: str = "") -> Article:
    """An article from its label as written; 0 where the label is no number (全文, 条目一)."""
    found = LABEL.fullmatch(label.replace(" ", ""))
    if not found:
        return Article(0, 0, label, heading, text, note)
    return Article(number(found[1]), number(found[2] or "0"), found[0], heading, text, note)


def cut(lines: list[str]) -> tuple[Article, ...]:
    """The articles of a text given as lines; a text without articles is one, labelled 全文.

    A second run from 第一条 is an annexed text and is left out.
    """
    parts: list[tuple[str, str, list[str]]] = []
    above: dict[str, str] = {}
    for line in lines:
        if found := OPENING.match(line):
            parts.append((found[1].replace(" ", ""), " ".join(above.values()), [found[2]]))
        elif heading := HEADING.match(line):
            above = _under(above, heading[1], line)
        elif parts:
            parts[-1][2].append(line)
    if not parts:
        whole = tidy("\n".join(lines))
        return (article("全文", whole),) if whole else ()
    seen: set[str] = set()
    kept: list[Article] = []
    for label, chapter, texts in parts:
        if label in seen:
            break
        seen.add(label)
        kept.append(article(label, tidy("\n".join(texts)), heading=chapter))
    return tuple(kept)


def _under(above: dict[str, str], kind: str, line: str) -> dict[str, str]:
    """The headings over what follows: a new chapter ends the sections of the one before."""
    higher = KINDS[: KINDS.index(kind)]
    return {**{one: above[one] for one in higher if one in above}, kind: re.sub(r"\s+", " ", line)}
