"""The emergency gate: words that show danger now, unless the question is about what happened before."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge.text import normalise
from knowledge.types import Emergency

AFTERWARDS = re.compile(
    "去年|前年|上个?月|上个?礼拜|上周|昨天|前天|那天|那次|前几天|前阵|当时|以前|后来|已经出院|过世|身亡|"
    "怎么赔|赔多少|能赔|要赔|赔偿|赔钱|赔我|保险|工伤|责任|算谁|怪谁|谁负责|怎么罚|罚多少|罚款|要罚|会罚|判几年|坐牢|"
    "要不要报|上报|报告|规定|要求|预案|演练|培训|证|合法|违法|犯法|起诉|告他|仲裁|调解|鉴定|欠|工资|工钿|"
    "怎么预防|万一|如果|要是|假如|需要配|要配|要备|应该配"
)


class Alarm:
    """Knows the trigger words of all emergencies."""

    def __init__(self, emergencies: Iterable[Emergency]) -> None:
        self._groups = [
            (emergency, trigger, [normalise(part).split("/") for part in trigger.split("+")])
            for emergency in emergencies
            for trigger in emergency.triggers
        ]

    def triggered(self, text: str) -> tuple[Emergency, str] | None:
        """The first emergency one of whose triggers is in the normalised text, and that trigger."""
        for emergency, trigger, parts in self._groups:
            if all(any(word.strip() in text for word in part) for part in parts):
                return emergency, trigger
        return None


def afterwards(text: str) -> bool:
    """The text asks about law, money or the past rather than for help."""
    return bool(AFTERWARDS.search(text))
