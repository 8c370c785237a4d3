"""Where files that people sent are kept: one folder, one file for each `Attachment.ref`."""

import hashlib
import os
import re
import secrets
from pathlib import Path

OWN = re.compile(r"[A-Za-z0-9_-]{1,80}(\.[A-Za-z0-9]{1,8})?")
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]")


def kept_name(ref: str) -> str:
    """The name of the file behind `ref`: our own refs are names already, a channel's ref is hashed."""
    return ref if OWN.fullmatch(ref) else "x" + hashlib.sha256(ref.encode("utf-8", "replace")).hexdigest()[:40]


def kept_path(folder: Path, ref: str) -> Path:
    """Where the file behind `ref` is, or will be once it is fetched. Never outside `folder`."""
    return folder / kept_name(ref)


def keep(folder: Path, ref: str, data: bytes) -> Path:
    """Write the file behind `ref`, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = kept_path(folder, ref)
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def tidy_name(name: str) -> str:
    """A file name without path, control signs and overlength; the end stays, it tells the type."""
    return UNSAFE.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")[-80:]
