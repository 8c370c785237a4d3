"""All that can be checked by machine: the content by itself, and its citations against the statute store."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge import Knowledge
from knowledge.check import CAVEAT, problems_in
from knowledge.figures import figures
from knowledge.laws import Laws
from knowledge.laws.types import Worth
from knowledge.types import Citation, ContentError, Topic

REMEDY = {
    "repealed": "改引现行的法条，读过原文再写",
    "superseded": "改引现行文本的条号，读过原文再写",
    "not-yet": "引现在有效的条文",
    "missing-law": "核对法名",
    "missing-article": "核对条号",
    "unverified": f"这一行加第四列“{CAVEAT}”，或换成核得到的依据",
}


@dataclass(frozen=True)
class Report:
    """What the check found: `errors` stop a release; `counts` tell how many citations are ok, unverified, …"""

    errors: tuple[ContentError, ...]
    counts: dict[Worth, int] = field(default_factory=dict)


def check(knowledge: Knowledge) -> Report:
    """Every problem with file, line and remedy. Without a statute store citations are not checked."""
    found = problems_in(knowledge.content)
    counts: dict[Worth, int] = {}
    if knowledge.laws:
        for topic in knowledge.topics.values():
            found += cited(topic, knowledge.laws, counts)
    return Report(tuple(found), counts)


def cited(topic: Topic, laws: Laws, counts: dict[Worth, int]) -> Iterator[ContentError]:
    """What is wrong with the citations of a topic; what each is worth is counted."""
    for one in topic.citations:
        verdict = laws.check(one)
        counts[verdict.worth] = counts.get(verdict.worth, 0) + 1
        if verdict.worth == "ok":
            yield from _version(topic, one, laws)
        elif verdict.worth != "unverified" or not one.caveat:
            yield ContentError(topic.path.name, one.line, f"{one.label}：{verdict.note}", REMEDY[verdict.worth])
        if verdict.worth in ("ok", "unverified") and verdict.now:
            yield from _figures(topic, one, verdict.now.text)


def _figures(topic: Topic, one: Citation, text: str) -> Iterator[ContentError]:
    """Amounts and days of the summary have to stand in the article."""
    strange = sorted(figures(one.summary) - figures(text))
    if strange:
        shown = "、".join(f"{figure:g}" for figure in strange)
        problem = f"{one.label} 的摘要里有条文里没有的数：{shown}"
        yield ContentError(topic.path.name, one.line, problem, "对着条文改数，或把这个数挪到引用它的那一条")


def _version(topic: Topic, one: Citation, laws: Laws) -> Iterator[ContentError]:
    now = laws.article(one.law, one.article, one.suffix)
    if now and now.version != one.version:
        problem = f"{one.label} 写的版本 {one.version} 不是现行的 {now.version}"
        yield ContentError(topic.path.name, one.line, problem, "重读现行条文，再改版本")
