"""How characters sound, without tones and as the coast says them; and pinyin typed in letters."""

from __future__ import annotations

from functools import cache

from knowledge.text import TABLES

LONGEST = 6
SOFT = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@cache
def syllables() -> dict[str, str]:
    """character -> syllable as pinyin input writes it."""
    rows = (row.partition(" ") for row in (TABLES / "pinyin.txt").read_text("utf-8").splitlines())
    return {char: syllable for syllable, _, chars in rows for char in chars}


@cache
def sounds() -> dict[str, int]:
    """syllable -> the number of its sound; syllables the coast does not tell apart share one."""
    every = sorted(set(syllables().values()))
    first: dict[str, int] = {}
    for number, syllable in enumerate(every, 1):
        first.setdefault(soft(syllable), number)
    return {syllable: first[soft(syllable)] for syllable in every}


def soft(syllable: str) -> str:
    """zhang, zang, zan -> zan: flat and curled initials, front and back nasals are one."""
    for hard, easy in SOFT:
        if syllable.startswith(hard):
            syllable = easy + syllable[len(hard) :]
    return syllable[:-1] if syllable.endswith(("ang", "eng", "ing")) else syllable


@cache
def sound_of() -> dict[str, int]:
    """character -> the number of its sound."""
    numbers = sounds()
    return {char: numbers[syllable] for char, syllable in syllables().items()}


def spelled(letters: str) -> tuple[int, ...]:
    """jinyuqi -> three sounds; nothing when the letters are not two syllables or more."""
    known = sounds()
    best: list[tuple[int, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST), end):
            before, sound = best[start], known.get(letters[start:end])
            if before is not None and sound and (best[end] is None or len(before) + 1 < len(best[end] or ())):
                best[end] = (*before, sound)
    found = best[-1] or ()
    return found if len(found) > 1 else ()
