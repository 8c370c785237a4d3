"""The statutes as the rest of the house uses them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from knowledge.laws.asked import read
from knowledge.laws.before import held_on, new_since
from knowledge.laws.check import check, cited_text
from knowledge.laws.explain import explain
from knowledge.laws.names import LAWLIKE
from knowledge.laws.ranking import Ranking
from knowledge.laws.store import Store
from knowledge.laws.types import Change, Hit, LawArticle, Verdict
from knowledge.types import Citation

STORE = "laws.sqlite"


class Laws:
    """A statute store, open for looking up, checking and searching."""

    def __init__(self, store: Store, ranking: Ranking | None) -> None:
        self.store = store
        self._since: dict[Citation, date | None] = {}
        self._ranking = ranking

    @classmethod
    def open(cls, path: Path, today: date | None = None) -> Laws | None:
        """The store in a folder (or its file), seen from `today` (the day of the import unless given); None if none is there."""
        file = path / STORE if path.is_dir() else path
        if not file.exists():
            return None
        store = Store(file, today)
        return cls(store, Ranking.open(file.parent, store))

    def article(self, law: str, article: int, suffix: int | None = None, on: date | None = None) -> LawArticle | None:
        """An article as it holds today, or held on a day; None when the text or the article is not there."""
        day = on.isoformat() if on else ""
        found = self.store.current(law, day)
        if found is None or self.store.state(found, day) not in ("in-force", "unverified"):
            return None
        text = self.store.find(found, article, suffix or 0)
        return self.store.shown(found, text) if text else None

    def is_citation(self, text: str) -> bool:
        """Whether a message is nothing but a citation."""
        asked = read(text)
        if asked is None:
            return False
        if asked.quoted or self.store.names.find(asked.law):
            return True
        return bool(asked.articles and LAWLIKE.search(asked.law))

    def explain(self, text: str) -> str:
        """Plain Chinese for such a message."""
        asked = read(text)
        return explain(self.store, asked) if asked else "没看懂要查哪一条，照“渔业法78条”这样发就行。"

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """The articles in force that fit a question best, at most `limit`."""
        return self._ranking.search(query, limit) if self._ranking else []

    def renewed(self, citations: Iterable[Citation]) -> dict[Citation, date]:
        """The cited penalties whose text is recent and replaced another, with the day it holds from."""
        found = ((cited, self._new_since(cited)) for cited in citations)
        return {cited: since for cited, since in found if since}

    def _new_since(self, cited: Citation) -> date | None:
        """Looked up once for each citation: comparing two laws takes a while."""
        if cited not in self._since:
            self._since[cited] = new_since(self.store, cited)
        return self._since[cited]

    def held_on(self, citation: Citation, day: date) -> LawArticle | None:
        """The article that held on a day in the place of the cited one, found by its wording; None when none is at hand."""
        return held_on(self.store, citation, day)

    def check(self, citation: Citation) -> Verdict:
        """What a citation is worth today."""
        return check(self.store, citation)

    def changed(self, citations: Iterable[Citation], old: Laws | None = None) -> list[Change]:
        """The citations whose text no longer is what was checked, with both texts; `old` is the store before an import."""
        return [change for cited in citations if (change := self._change(cited, old))]

    def _change(self, cited: Citation, old: Laws | None) -> Change | None:
        verdict = self.check(cited)
        before = cited_text(self.store, cited) or (cited_text(old.store, cited) if old else None)
        if verdict.worth in ("repealed", "superseded", "missing-article"):
            return Change(cited, verdict, before, verdict.now)
        was = cited_text(old.store, cited) if old else None
        if was and verdict.now and was.version == verdict.now.version and was.text != verdict.now.text:
            return Change(cited, Verdict("superseded", "来源更正了这一条的文字", verdict.now), was, verdict.now)
        return None
