"""Answers a citation in plain Chinese: the text in force, its date and source; what became of an old number."""

from __future__ import annotations

from knowledge.laws.asked import Asked
from knowledge.laws.check import doubt, label
from knowledge.laws.store import Store, alike, pairs
from knowledge.laws.types import Article, Law
from knowledge.types import chinese_number

SHOWN = 3  # articles in one answer
LONG = 1500
MOVED = 0.35
GONE = {"repealed": "已经失效", "superseded": "是旧文本", "not-yet": "还没有施行"}


def explain(store: Store, asked: Asked) -> str:
    """What there is to say about a citation."""
    law = store.current(asked.law)
    if law is None:
        return _no_law(store, asked.law)
    if not asked.articles:
        return standing(store, law)
    if asked.old:
        law = (store.former(law) if store.state(law) != "repealed" else law) or law
    return "\n\n".join(_article(store, law, number, suffix, asked) for number, suffix in asked.articles[:SHOWN])


def _no_law(store: Store, name: str) -> str:
    meant = store.names.meant(name)
    return f"条文库里没找到《{meant}》。可能是名字不一样，也可能还没有收录；没收录不等于没有这个规定，可以问人工。"


def standing(store: Store, law: Law) -> str:
    """Whether a text holds, since when, and what comes next."""
    lines = [f"《{law.short}》{_state(store, law)}。", _origin(law)]
    lines += [f"新版本{v.version}已公布，{v.begins}起施行。" for v in _coming(store, law)]
    if top := store.size(law):
        lines.append(f"共{top}条。要看哪一条，发“{law.short}第几条”就行。")
    return "\n".join(lines)


def _coming(store: Store, law: Law) -> list[Law]:
    return [v for v in store.versions(law.key) if v is not law and store.state(v) == "not-yet"]


def _state(store: Store, law: Law) -> str:
    state = store.state(law)
    if state == "repealed":
        return f"已经失效，被{law.repealed_by}废止" if law.repealed_by else "来源标为失效"
    if state == "in-force":
        return "现行有效"
    if state == "unverified":
        return f"：{doubt(law)}"
    return GONE[state] + (f"，{law.begins}起施行" if state == "not-yet" else "")


def _origin(law: Law) -> str:
    parts = [
        f"文本 {law.version}" if law.version else "",
        f"施行 {law.effective}" if law.effective else "",
        f"来源 {law.source}",
    ]
    return "（" + "｜".join(part for part in parts if part) + "）"


def _article(store: Store, law: Law, number: int, suffix: int, asked: Asked) -> str:
    article = store.find(law, number, suffix)
    if article is None:
        return _missing(store, law, number, suffix)
    state = store.state(law)
    lines = [f"《{law.short}》{article.label}", _cut(article.text), _origin(law)]
    if article.note:
        lines.append(f"注意：{article.note}。")
    if state in ("repealed", "superseded"):
        return "\n".join([*_gone(store, law, article), *lines])
    if state == "not-yet":
        lines.append(f"注意：{law.begins}起才施行。")
    elif state == "unverified":
        lines.append(f"注意：{doubt(law)}。")
    if part := _part(article, asked):
        lines.append(part)
    return "\n".join([*lines, *_before(store, law, article), *_later(store, law)])


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[:LONG] + "……（太长，只显示前面部分）"


def _part(article: Article, asked: Asked) -> str:
    """Says when the paragraph asked for does not exist."""
    lines = [line for line in article.text.split("\n") if not line.startswith(("（", "("))]
    if asked.paragraph > len(lines):
        return f"这一条只有{len(lines)}款，没有第{chinese_number(asked.paragraph)}款。"
    return ""


def _gone(store: Store, law: Law, article: Article) -> list[str]:
    """What became of an article that no longer holds, to stand above its old text."""
    heir = store.successor(law) or store.current(law.key)
    if heir is None or heir is law or store.state(heir) not in ("in-force", "unverified"):
        return [f"《{law.short}》{_state(store, law)}。下面是旧文本，不能再当依据。"]
    head = (
        f"《{law.short}》{_state(store, law)}。"
        if heir.key != law.key
        else f"《{law.short}》已经修订，这是{law.version}的旧文本。"
    )
    near = store.nearest(article.text, heir)
    if not near:
        return [head, f"现行《{heir.short}》里没有找到文字接近的条文。", "旧文本（不能再当依据）："]
    best = near[0][1]
    now = [f"最接近的是《{heir.short}》{best.label}（按文字比对，请核对）：", _cut(best.text), _origin(heir)]
    return [head, *now, "", "旧文本（不能再当依据）："]


def _missing(store: Store, law: Law, number: int, suffix: int) -> str:
    wanted, top, former = label(number, suffix), store.size(law), store.former(law)
    old = store.find(former, number, suffix) if former else None
    if former and old:
        return "\n".join([f"现行《{law.short}》没有{wanted}。", *_gone(store, former, old), old.text, _origin(former)])
    if not top:
        by = f"它{_state(store, law)}。" if store.state(law) == "repealed" else ""
        return f"《{law.short}》的条文没有收录，没法核对{wanted}。{by}"
    if number < top and not suffix and not store.has(law, number):
        return f"来源里《{law.short}》缺{wanted}的文本，没法核对。没有文本不等于没有这一条，可以问人工。"
    return f"没找到：《{law.short}》没有{wanted}，最后一条是第{chinese_number(top)}条。{_origin(law)}"


def _before(store: Store, law: Law, article: Article) -> list[str]:
    """Many know an article by its former number: say where that one went."""
    former = store.former(law)
    old = store.find(former, article.number, article.suffix) if former else None
    if not former or not old or alike(pairs(old.text), pairs(article.text)) >= MOVED:
        return []
    near = store.nearest(old.text, law)
    if not near or near[0][1].label == article.label:
        return [f"如果您问的是{former.version}旧文本的{old.label}：现行文本里没有找到接近的条文。"]
    return [f"如果您问的是{former.version}旧文本的{old.label}：现在最接近的是{near[0][1].label}。"]


def _later(store: Store, law: Law) -> list[str]:
    return [f"新版本{v.version}已公布，{v.begins}起施行，条号可能变动。" for v in _coming(store, law)]
