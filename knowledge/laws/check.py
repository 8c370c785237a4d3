"""What a citation is worth today: ok, moved, repealed, not yet, missing, or not to be told."""

from __future__ import annotations

import re

from knowledge.laws.store import Store
from knowledge.laws.types import Article, Law, LawArticle, Verdict
from knowledge.types import Citation, chinese_number

ITEM = re.compile(r"^[（(][一二三四五六七八九十]+[）)]", re.M)
NATIONAL = re.compile(r"(?<!办)(?<!书)(?:法|法典)$")
LOCAL = re.compile(r".{2,8}[省市县区州](?!域|场)")


def label(number: int, suffix: int | None) -> str:
    """第一百三十三条之一"""
    return f"第{chinese_number(number)}条" + (f"之{chinese_number(suffix)}" if suffix else "")


def check(store: Store, cited: Citation) -> Verdict:
    """Compare a citation with the texts in force."""
    law = store.current(cited.law)
    if law is None:
        return _unknown_law(store, cited.law)
    state = store.state(law)
    if state in ("repealed", "superseded"):
        return _gone(store, law, cited)
    if state == "not-yet":
        return Verdict("not-yet", f"《{law.short}》{law.begins}起才施行")
    if not store.size(law):
        return Verdict("unverified", f"条文库里《{law.short}》没有分条的文本")
    article = store.find(law, cited.article, cited.suffix or 0)
    if article is None:
        return _no_article(store, law, cited)
    return _compare(store, law, article, cited)


def _unknown_law(store: Store, name: str) -> Verdict:
    national = NATIONAL.search(name) and not LOCAL.match(name)
    if national and store.meta.get("national") == "whole":
        return Verdict("missing-law", f"没有《{name}》这部法律")
    return Verdict("unverified", f"条文库没有收《{name}》，没法核对")


def moved(store: Store, text: str, law: Law) -> LawArticle | None:
    """Where a text went: the article most alike in a version."""
    found = store.nearest(text, law)
    return store.shown(law, found[0][1]) if found else None


def _gone(store: Store, law: Law, cited: Citation) -> Verdict:
    article, heir = store.find(law, cited.article, cited.suffix or 0), store.successor(law)
    now = moved(store, article.text, heir) if article and heir else None
    by = f"，被{law.repealed_by}废止" if law.repealed_by else ""
    hint = f"；文字最接近的是《{now.law}》{now.label}" if now else ""
    return Verdict("repealed", f"《{law.short}》已经失效{by}{hint}", now)


def _no_article(store: Store, law: Law, cited: Citation) -> Verdict:
    wanted, top = label(cited.article, cited.suffix), store.size(law)
    later = [
        v
        for v in store.versions(law.key)
        if store.state(v) == "not-yet" and store.find(v, cited.article, cited.suffix or 0)
    ]
    if later:
        return Verdict("not-yet", f"《{law.short}》{later[0].begins}起施行的新版本才有{wanted}")
    if cited.article < top and not cited.suffix and not store.has(law, cited.article):
        return Verdict("unverified", f"来源里《{law.short}》缺{wanted}的文本")
    former = store.former(law)
    old = store.find(former, cited.article, cited.suffix or 0) if former else None
    now = moved(store, old.text, law) if old else None
    if old and former:
        hint = f"，文字最接近的是{now.label}" if now else ""
        return Verdict("superseded", f"{wanted}只在{former.version}的旧文本里有，现行《{law.short}》没有{hint}", now)
    return Verdict("missing-article", f"现行《{law.short}》没有{wanted}，最后一条是第{chinese_number(top)}条")


def _compare(store: Store, law: Law, article: Article, cited: Citation) -> Verdict:
    now = store.shown(law, article)
    if lacks := _lacks_part(article.text, cited):
        return Verdict("missing-article", f"《{law.short}》{article.label}{lacks}", now)
    if article.note:
        return Verdict("unverified", f"《{law.short}》{article.label}：{article.note}", now)
    if cited.version > law.version:
        return Verdict(
            "unverified", f"条文库里《{law.short}》是{law.version}的文本，引用的是{cited.version}的，没法核对", now
        )
    if cited.version < law.version:
        return _older(store, law, article, cited)
    if law.status in ("unknown", "flagged"):
        return Verdict("unverified", doubt(law), now)
    return Verdict("ok", law.note, now)


def _older(store: Store, law: Law, article: Article, cited: Citation) -> Verdict:
    """The citation was checked against a former text: fine only if not a word of this article changed.

    A new amount may be one character in two hundred, so likeness does not count here.
    """
    now, old = store.shown(law, article), cited_text(store, cited)
    if old is None:
        return Verdict("superseded", f"《{law.short}》{law.version}已有新文本，引用的还是{cited.version}的", now)
    if "".join(old.text.split()) == "".join(article.text.split()):
        return Verdict("ok", f"《{law.short}》{law.version}有新文本，这一条没变，请把版本改过来", now)
    now = moved(store, old.text, law) or now
    return Verdict("superseded", f"《{law.short}》{law.version}已修订，旧{article.label}文字最接近的是{now.label}", now)


def cited_text(store: Store, cited: Citation) -> LawArticle | None:
    """The text a citation was checked against, None when that version is not at hand."""
    same = [law for law in store.versions(cited.law) if law.version == cited.version]
    article = store.find(same[0], cited.article, cited.suffix or 0) if same else None
    return store.shown(same[0], article) if article else None


def doubt(law: Law) -> str:
    """Why a text of a source that may be behind is not certain; with what the importer noted about it."""
    if law.status == "flagged":
        return f"来源标《{law.short}》已失效，但没有查到废止它的条文，要人核实"
    noted = f"；{law.note}" if law.note else ""
    return f"《{law.short}》的文本截至{law.checked[:7]}，其后有没有修改没有核实{noted}"


def _lacks_part(text: str, cited: Citation) -> str:
    items = len(ITEM.findall(text))
    paragraphs = len([line for line in text.split("\n") if not ITEM.match(line)])
    if (cited.paragraph or 0) > paragraphs:
        return f"只有{paragraphs}款"
    return f"只有{items}项" if (cited.item or 0) > items else ""
