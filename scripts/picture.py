"""A histogram as a PNG file, with nothing but the standard library."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

BINS = 20
WIDTH, HEIGHT, EDGE = 24, 240, 20
WHITE, GREY, GREEN, RED = b"\xff\xff\xff", b"\xbb\xbb\xbb", b"\x3a\x9a\x5b", b"\xd0\x4a\x3a"


def histogram(path: Path, values: Sequence[tuple[float, bool]]) -> None:
    """Bars over 0..1: green for what was right, red on top for what was wrong."""
    right, wrong = [0] * BINS, [0] * BINS
    for value, passed in values:
        (right if passed else wrong)[min(int(value * BINS), BINS - 1)] += 1
    tallest = max(map(sum, zip(right, wrong, strict=True))) or 1
    rows = [_row(level, right, wrong, tallest) for level in range(HEIGHT, -EDGE, -1)]
    path.write_bytes(_png(EDGE * 2 + WIDTH * BINS, rows))


def _row(level: int, right: Sequence[int], wrong: Sequence[int], tallest: int) -> bytes:
    if level == 0:
        return GREY * (EDGE * 2 + WIDTH * BINS)
    bars = b""
    for good, bad in zip(right, wrong, strict=True):
        count = level * tallest / HEIGHT
        color = WHITE if level < 0 or count > good + bad else GREEN if count <= good else RED
        bars += WHITE * 2 + color * (WIDTH - 4) + WHITE * 2
    return WHITE * EDGE + bars + WHITE * EDGE


def _png(width: int, rows: Sequence[bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
