"""Which text held on the day something happened, when the text cited is a new one."""

from __future__ import annotations

import re
from datetime import date, timedelta

from knowledge.laws.names import key
from knowledge.laws.store import SUCCESSOR, Store
from knowledge.laws.types import Law, LawArticle
from knowledge.types import Citation

RECENT = timedelta(days=730)  # penalties are not imposed more than two years after the act
PENAL = re.compile("罚款|没收|吊销|拘留|警告|责令")
HOLDS = ("in-force", "unverified")


def new_since(store: Store, cited: Citation) -> date | None:
    """The day from which the cited penalty holds, if that is recent and another text of it held until then."""
    law = store.current(cited.law)
    if law is None or store.state(law) not in HOLDS or len(law.begins) != 10:
        return None
    now = store.find(law, cited.article, cited.suffix or 0)
    if now is None or not PENAL.search(now.text):
        return None
    begins = date.fromisoformat(law.begins)
    if begins + RECENT < date.fromisoformat(store.today):
        return None
    old = held_on(store, cited, begins - timedelta(days=1))
    return begins if old and _plain(old.text) != _plain(now.text) else None


def held_on(store: Store, cited: Citation, day: date) -> LawArticle | None:
    """The article that held on a day in the place of the cited one: the most alike of the text it replaced."""
    law = store.current(cited.law)
    now = store.find(law, cited.article, cited.suffix or 0) if law else None
    if law is None or now is None:
        return None
    if law.begins <= day.isoformat():
        return store.shown(law, now)
    found = [(*near, old) for old in _replaced(store, law, day) for near in store.nearest(now.text, old)]
    if not found:
        return None
    _, article, old = max(found, key=lambda one: one[0])
    return store.shown(old, article)


def _replaced(store: Store, law: Law, day: date) -> list[Law]:
    """The texts holding on a day that this one took the place of: its own earlier version, and what it repealed."""
    names = {law.key, *(old.key for old in store.laws.values() if _heir(old) == law.key)}
    texts = (store.current(name, day.isoformat()) for name in sorted(names))
    return [text for text in texts if text and text is not law and store.state(text, day.isoformat()) in HOLDS]


def _heir(law: Law) -> str:
    found = SUCCESSOR.match(law.repealed_by)
    return key(found[1]) if found else ""


def _plain(text: str) -> str:
    return "".join(text.split())
