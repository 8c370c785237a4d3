"""A message that is nothing but a citation: “渔业法78条”, “《渔业法》第七十八条第二款”, “海环法85条现在在哪”."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.citations import NUMERAL, number
from knowledge.text import normalise

LEAD = r"(?:请问|问一下|查一下|查下|查查|查|看一下|看看|看|帮我查|我想看|想看|搜一下|搜|翻一下|给我看)?"
OLD = r"(?P<old>旧版|老版|原来的|以前的|旧的|老的|旧|老|原)?"
ENDINGS = (
    "现在 目前 如今 还算数 算数 怎么规定 怎么说 怎么写 写的 说的 讲的 哪里 哪儿 哪条 哪一条 第几条 几条 什么 内容 原文 条文 全文 规定 有效 作数"
    " 管用 废止 废除 改成 变成 对应 看看 一下 的 是 在 到 改 哪 讲 啥 了 吗 呢 还 新 法 里 叫"
)
TAIL = rf"(?:{'|'.join(ENDINGS.split())})*+"
ONE = rf"第?\s*(?P<article>{NUMERAL})\s*条(?:\s*之\s*(?P<suffix>{NUMERAL}))?"
PART = rf"(?:\s*第?\s*(?P<paragraph>{NUMERAL})\s*款)?(?:\s*第?\s*[（(]?(?P<item>{NUMERAL})[）)]?\s*项)?"
MORE = rf"(?P<more>(?:[、,，和及]\s*第?\s*{NUMERAL}\s*条)*)"
WHOLE = re.compile(
    rf"{LEAD}\s*{OLD}\s*《?(?P<law>[^《》\d。!?,，;；\s][^《》。!?,，;；]{{0,60}}?)》?\s*{ONE}{PART}{MORE}\s*{TAIL}[。!?？~…\s]*"
)
STANDING = re.compile(
    rf"{LEAD}\s*《?(?P<law>[^《》\d。!?,，;；\s][^《》。!?,，;；]{{1,40}}?)》?\s*"
    r"(?:现在|目前)?(?:还有效|有效|废止了|废除了|作废了|失效了|还管用|还算数|还作数|哪年的|什么时候施行|施行了|什么时候生效|生效了)(?:吗|没有|没|不|的)?[。!?？\s]*"
)
QUOTED = re.compile(rf"{LEAD}\s*《(?P<law>[^《》]+(?:《[^《》]+》[^《》]*)?)》[。!?？\s]*")


@dataclass(frozen=True)
class Asked:
    """What a citation asks for. `articles` is empty when the text as a whole is meant; `old` asks for the former text."""

    law: str
    articles: tuple[tuple[int, int], ...]
    paragraph: int = 0
    item: int = 0
    old: bool = False
    quoted: bool = False


def read(text: str) -> Asked | None:
    """The citation a message consists of, None when it is anything else."""
    plain = normalise(text)
    if len(plain) > 120:
        return None
    if found := WHOLE.fullmatch(plain):
        first = (number(found["article"]), number(found["suffix"] or "0"))
        more = tuple((number(digits), 0) for digits in re.findall(NUMERAL, found["more"]))
        paragraph, item = number(found["paragraph"] or "0"), number(found["item"] or "0")
        return Asked(found["law"], (first, *more), paragraph, item, bool(found["old"]), "《" in plain)
    found = STANDING.fullmatch(plain) or QUOTED.fullmatch(plain)
    return Asked(found["law"], (), quoted="《" in plain) if found else None
