"""Words, cut by jieba with our own dictionary.

jieba's own dictionary takes a second to load and 70 MB to keep. The trained model holds the part of it that
can matter: the words of the content, the lexicon, and the commonest words of the language.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

COMMON = 300
OURS = 20000


def _jieba() -> Any:
    """jieba without pkg_resources, which it only wants for a path and which takes 0.2 s to import."""
    if "jieba" not in sys.modules and "pkg_resources" not in sys.modules:
        sys.modules["pkg_resources"] = None  # type: ignore[assignment]
        try:
            import jieba
        finally:
            del sys.modules["pkg_resources"]
    import jieba

    return jieba


class Segmenter:
    """Cuts text into words with a given dictionary (word -> frequency)."""

    def __init__(self, frequencies: Mapping[str, int]) -> None:
        self._tokenizer: Any = _jieba().Tokenizer()
        self._tokenizer.FREQ = _with_prefixes(frequencies)
        self._tokenizer.total = sum(frequencies.values()) or 1
        self._tokenizer.initialized = True

    def words(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))


def _with_prefixes(frequencies: Mapping[str, int]) -> dict[str, int]:
    found = dict(frequencies)
    for word in frequencies:
        for end in range(1, len(word)):
            found.setdefault(word[:end], 0)
    return found


def own_dictionary(texts: Iterable[str], lexicon: Iterable[str]) -> dict[str, int]:
    """The part of jieba's dictionary that the content can need, with our words on top."""
    with _jieba().dt.get_dict_file() as file:
        rows = (row.decode("utf-8").split(" ") for row in file)
        whole = {row[0]: int(row[1]) for row in rows if len(row[0]) > 1}
    everything = "\n".join(texts)
    longest = 8
    seen = {everything[start : start + size] for size in range(2, longest) for start in range(len(everything))}
    chosen = {word: count for word, count in whole.items() if count >= COMMON or word in seen}
    return chosen | {word: OURS for word in lexicon if 1 < len(word) < longest}
