"""When a model has to be trained again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

VERSION = "7"


def fingerprint(content: Path, edits: Mapping[str, str] | None = None) -> str:
    """Changes whenever a content file (or the edit in its place), a table or the way of training changes."""
    changed = {content / name: text.encode() for name, text in (edits or {}).items()}
    digest = hashlib.sha256(VERSION.encode())
    tables = Path(__file__).parent / "tables"
    paths = [*content.rglob("*.md"), *content.rglob("*.txt"), *tables.glob("*")]
    for path in sorted({*paths, *changed}):
        digest.update(path.name.encode() + b"\0" + (changed[path] if path in changed else path.read_bytes()))
    return digest.hexdigest()[:16]
