"""Below the guides: the articles that read most like the question. Always called what they are, always with a person."""

from handlers.buttons import PERSON, button, column
from handlers.types import Reply, Source
from knowledge import Knowledge
from knowledge.laws import Hit

HEAD = "这件事我没有现成的指引。下面是机器按字面找到的法条原文，不是对您这件事的回答，不一定对得上。"
SHOWN = 2
SHORTEST = 8  # characters; fewer say too little to search a whole body of law
FLOOR = 55.0  # score of the best article below which nothing is shown; small talk and recipes stay under it
CUT = 180  # characters of an article that are shown


def offer(text: str, knowledge: Knowledge) -> Reply | None:
    """The best articles for a question no guide answers; None when nothing is close enough."""
    if knowledge.laws is None or len(text) < SHORTEST:
        return None
    hits = knowledge.laws.search(text, SHOWN)
    if not hits or hits[0].score < FLOOR:
        return None
    parts = [HEAD, *(f"《{hit.law}》{hit.article_label}\n{_cut(hit.text)}" for hit in hits)]
    rows = column(PERSON, button("看菜单", "menu"))
    return Reply(text="\n\n".join(parts), sources=tuple(_source(hit, knowledge) for hit in hits), buttons=rows)


def _cut(text: str) -> str:
    return text if len(text) <= CUT else text[:CUT] + "……"


def _source(hit: Hit, knowledge: Knowledge) -> Source:
    versions = knowledge.laws.store.versions(hit.law) if knowledge.laws else ()
    version = versions[0].version if versions else ""
    return Source(label=f"《{hit.law}》{hit.article_label}", law=hit.law, article=hit.article_label, version=version)
