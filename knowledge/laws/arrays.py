"""Several arrays in one file, read by mapping it into memory: only what is used is ever loaded."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"YXFARR1\n"
ALIGN = 64
Arrays = dict[str, NDArray[Any]]


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], notes: Mapping[str, Any]) -> None:
    """Write `arrays` and `notes` over `path`, at once or not at all; the same content gives the same bytes."""
    placed, offset = {}, 0
    for name, array in arrays.items():
        placed[name] = (array.dtype.str, array.shape, offset)
        offset += -(-array.nbytes // ALIGN) * ALIGN
    header = json.dumps({"arrays": placed, "notes": notes}, ensure_ascii=False).encode()
    start = -(-(len(MAGIC) + 8 + len(header)) // ALIGN) * ALIGN
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(MAGIC + len(header).to_bytes(8, "little") + header)
        for name, array in arrays.items():
            file.seek(start + placed[name][2])
            file.write(np.ascontiguousarray(array).data)
        file.truncate(start + offset)
    fresh.replace(path)


def read_arrays(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """The arrays and notes of a file. ValueError when it is not one of ours."""
    with path.open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if whole[: len(MAGIC)] != MAGIC:
        raise ValueError(f"{path.name} 不是检索用的索引文件")
    size = int.from_bytes(whole[len(MAGIC) : len(MAGIC) + 8], "little")
    header = json.loads(whole[len(MAGIC) + 8 : len(MAGIC) + 8 + size])
    start = -(-(len(MAGIC) + 8 + size) // ALIGN) * ALIGN
    found = {
        name: np.frombuffer(whole, dtype, int(np.prod(shape)), start + offset).reshape(shape)
        for name, (dtype, shape, offset) in header["arrays"].items()
    }
    return found, header["notes"]
