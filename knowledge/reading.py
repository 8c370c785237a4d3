"""Whether a reader with little schooling gets through it: short sentences, no words that only officials use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from knowledge.pages import Page
from knowledge.types import ContentError

FILE = "words/plain.txt"
SENTENCE = re.compile(r"[^。！？；]+")
LONGEST = {"简答": 50, "详细": 60, "下一步": 60, "自查": 50, "首违": 60}  # characters of one sentence


def read_plain(root: Path) -> dict[str, str]:
    """Officials' words and what to write instead; {} without the file."""
    path = root / FILE
    rows = path.read_text("utf-8-sig").splitlines() if path.exists() else []
    pairs = (row.split("｜") for row in rows if "｜" in row and not row.startswith("#"))
    return {stiff.strip(): plain.strip() for stiff, plain in pairs}


def hard_to_read(page: Page, plain: Mapping[str, str]) -> Iterator[ContentError]:
    """Sentences that are too long and stiff words, each with its line and what to write instead."""
    for section, longest in LONGEST.items():
        for line, text in page.sections.get(section, []):
            yield from _long(page, line, text, longest)
            for word in plain:
                if word in text:
                    yield ContentError(page.name, line, f"“{word}”是书面话", f"写“{plain[word]}”")


def _long(page: Page, line: int, text: str, longest: int) -> Iterator[ContentError]:
    for sentence in SENTENCE.findall(text):
        if len(sentence) > longest:
            problem = f"一句话 {len(sentence)} 个字：{sentence[:12]}……"
            yield ContentError(page.name, line, problem, f"拆成几句，每句不超过 {longest} 个字")
