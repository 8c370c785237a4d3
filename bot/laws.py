"""Many questions to the statutes at once: a JSON line in, a JSON line out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from knowledge.laws import Laws

TEN = 10
MOST = 1000


def laws_command(lines: Iterable[str], laws: Laws) -> Iterator[str]:
    """{"id", "query"} -> {"id", "laws": [{"law", "article", "score"} …]}, ten of them unless the line has a "limit".

    Every line gets one back; one that cannot be read has "error" and no laws.
    """
    for line in lines:
        yield json.dumps(_answer(line, laws), ensure_ascii=False)


def _answer(line: str, laws: Laws) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        query, limit = asked["query"], asked.get("limit", TEN)
        if not isinstance(query, str) or not isinstance(limit, int):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {"id": None, "laws": [], "error": '要写成 {"id": …, "query": "…"}'}
    hits = laws.search(query, max(0, min(limit, MOST)))
    return {
        "id": asked.get("id"),
        "laws": [{"law": hit.law, "article": hit.article_label, "score": hit.score} for hit in hits],
    }
