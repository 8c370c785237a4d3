"""One article on a page: its text in force, or what was noted about it when it was checked, and who cites it."""

from dataclasses import replace

from aiohttp import web

from bot.web.keys import Site, site
from bot.web.pages import page
from knowledge.laws.types import LawArticle
from knowledge.types import Citation, Topic

STATUS = {
    "in-force": "现行有效",
    "unverified": "来源可能不是最新，引用前请核对官方文本",
    "superseded": "已被新的文本取代",
    "repealed": "已经废止",
    "not-yet": "还没有施行",
}
CITING = 8  # topics named under an article


async def show(request: web.Request) -> web.Response:
    """The page of an article; 404 when neither its text nor a citation of it is here."""
    here, law = site(request), request.match_info["law"]
    number, _, suffix = request.match_info["article"].partition("-")
    article, extra = int(number), int(suffix) if suffix else None
    found = _text(here, law, article, extra)
    citing = _citing(here, law, article, extra)
    if found is None and not citing:
        raise web.HTTPNotFound(text="没有找到这一条。法律名称和条号可能写错了；回到首页打字问，例如“渔业法78条”。")
    label = found.label if found else replace(citing[0][1], paragraph=None, item=None).label
    return page(request, "law.html", law=law, label=label, found=found, states=STATUS, citing=citing[:CITING])


def _text(here: Site, law: str, article: int, suffix: int | None) -> LawArticle | None:
    """The article from the store of statutes, if there is one."""
    laws = here.knowledge.laws
    return laws.article(law, article, suffix) if laws else None


def _citing(here: Site, law: str, article: int, suffix: int | None) -> list[tuple[Topic, Citation]]:
    """The topics that rest on this article, each with its citation."""
    return [
        (topic, one)
        for topic in here.knowledge.topics.values()
        for one in topic.citations
        if (one.law, one.article, one.suffix) == (law, article, suffix)
    ]
