"""Write knowledge/tables from OpenCC's and pypinyin's data (both must be installed; neither is needed to run).

pip install opencc-python-reimplemented pypinyin && python scripts/make_tables.py
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import opencc  # type: ignore[import-untyped]
from pypinyin import Style, lazy_pinyin

TABLES = Path(__file__).parent.parent / "knowledge" / "tables"
FILES = ("TSCharacters", "TWVariantsRev", "HKVariantsRev")
MORE = {"著": "着", "麽": "么", "麼": "么", "妳": "你", "喫": "吃", "臺": "台", "檯": "台", "颱": "台", "覆": "复"}


def traditional() -> dict[str, str]:
    """Every traditional or variant character with its simplified one."""
    folder = Path(opencc.__file__).parent / "dictionary"
    found: dict[str, str] = {}
    for name in FILES:
        for row in (folder / f"{name}.txt").read_text("utf-8").splitlines():
            left, _, right = row.partition("\t")
            if right.split()[0] != left and not _simplified(left):
                found.setdefault(left, right.split()[0])
    for row in (folder / "STCharacters.txt").read_text("utf-8").splitlines():
        left, _, right = row.partition("\t")
        for char in right.split():
            if not _simplified(char):
                found.setdefault(char, left)
    found |= MORE
    settled = {left: found.get(right, right) for left, right in found.items()}
    return {left: right for left, right in settled.items() if left != right}


def _simplified(char: str) -> bool:
    """A character of everyday simplified text keeps its form, whatever a table of variants says."""
    try:
        return len(char.encode("gb2312")) == 2 and char not in "乾夥後徵摺於菸麽"
    except UnicodeEncodeError:
        return False


def syllables() -> dict[str, str]:
    """syllable -> characters, toneless, the commonest reading only; GB 2312 and a few more."""
    chars = [bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    found: defaultdict[str, str] = defaultdict(str)
    for char in [*chars, *"煋焗抲冇嘅咁镬氽焊塍堍桁"]:
        if len(char) == 1 and char not in found:
            syllable = lazy_pinyin(char, style=Style.NORMAL, v_to_u=False)[0]
            if char not in found[syllable]:
                found[syllable] += char
    return dict(sorted(found.items()))


def main() -> None:
    TABLES.mkdir(exist_ok=True)
    pairs = sorted(traditional().items())
    rows = ["".join(left + right for left, right in pairs[start : start + 40]) for start in range(0, len(pairs), 40)]
    (TABLES / "traditional.txt").write_text("\n".join(rows) + "\n", "utf-8")
    lines = [f"{syllable} {chars}" for syllable, chars in syllables().items()]
    (TABLES / "pinyin.txt").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
