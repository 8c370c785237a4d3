"""The emergency gate: danger now, seen by trigger words and by the ranker together."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge.text import normalise
from knowledge.types import Emergency

LIKELY = 0.4  # with a trigger, the ranker has to lean towards an emergency at least this much
PLEADED = 0.9  # without a trigger, it has to be sure and the person has to call for help
TOLD = 7  # and without a trigger so many characters have to tell something: 快点啊 is only impatience
CERTAIN = 0.99  # or so sure that nobody needs to
PLEA = re.compile(
    "救命|救救|快救|救人|快来人|来人啊|快派|快打|不行了|快死|要死了|没气了|救护车怎么|被锁|不[让给放]上岸|现在正"
)
PAST = re.compile(
    "去年|前年|大前年|上个?月|上个?礼拜|上周|上星期|上回|上次|那次|那天|前几天|前阵|以前|往后|下回|下次|在医院|住院|年底的事|年初|"
    "幸好|还好|没大事|差点|出院|死亡证明|今年[0-9一二三四五六七八九十]{1,2}月|月份|正月|腊月|前面给了|后来就不接|后面就不接|"
    "[一二两三仨四五六七八九十几半0-9]个?多?[月年](?:了|前|后|没|还|才|下来|以后)|几十天|[二三四五六七八九]十.?天|[2-9][0-9]天"
)
LEGAL = re.compile(
    "^(?:要是|如果|万一|假如|假使)|怎么赔|赔多少|要赔|能赔|赔不赔|赔偿|谁赔|保险公司|不赔|互保|工伤|几级残|鉴定|判几年|被判|索赔|坐牢|追究|取保|罚多少|会罚|"
    "怎么防|怎么预防|该查点|防这种|要补上|应急预案|演练|要不要报|该不该讲|要办什么|算不算|合不合法|起诉|要告|时效|谁负责|算谁|去哪里?弄|去哪里?告|去哪里?讨|给了.{1,3}[万千]"
)


class Alarm:
    """Knows the trigger words of all emergencies."""

    def __init__(self, emergencies: Iterable[Emergency]) -> None:
        self._triggers = [
            (emergency, trigger, [_either(part) for part in normalise(trigger).split("+")])
            for emergency in emergencies
            for trigger in emergency.triggers
        ]

    def triggered(self, text: str) -> list[tuple[Emergency, str]]:
        """All emergencies with a trigger in the normalised text, and the trigger."""
        return [(one, trigger) for one, trigger, parts in self._triggers if all(part.search(text) for part in parts)]


def _either(part: str) -> re.Pattern[str]:
    words = [re.escape(word.strip()) for word in part.split("/") if word.strip()]
    return re.compile("|".join(words) or r"(?!)")


def pleading(text: str) -> bool:
    """The text calls for help."""
    return bool(PLEA.search(text))


def afterwards(text: str) -> bool:
    """The text asks about law, money or what happened before, and does not call for help."""
    return bool(PAST.search(text) or LEGAL.search(text)) and not pleading(text)
