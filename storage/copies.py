"""Backup and restore by address, for the command line."""

import os
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

from storage.records import StorageError
from storage.sqlite import whole

BESIDE = ("", "-wal", "-shm")  # a SQLite database may be three files


def restore(path: Path, file: Path, now: datetime) -> Path | None:
    """Puts the backup `file` in the place of the database at `path`, which nobody may use meanwhile.

    The old database is kept beside it; returns where, or None when there was none. Raises StorageError, with nothing
    changed, when the backup is not a sound database of ours or the old one is in use.
    """
    if not file.exists():
        raise StorageError(f"没有这个备份文件：{file}。")
    if not whole(file):
        raise StorageError(f"{file} 不是渔小法的备份，或者已经损坏，没有动现在的数据。")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    shutil.copyfile(file, new)
    _sync(new)
    aside = _set_aside(path, now)
    new.replace(path)
    _sync(path.parent)
    return aside


def _set_aside(path: Path, now: datetime) -> Path | None:
    if not path.exists():
        return None
    _fold_in(path)
    aside = path.with_name(f"{path.name}.before-{now:%Y%m%d-%H%M%S}")
    for end in BESIDE:
        part = path.with_name(path.name + end)
        if part.exists():
            part.replace(aside.with_name(aside.name + end))
    return aside


def _fold_in(path: Path) -> None:
    """Leaves WAL mode, which only works when nobody else has the file open."""
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        raise StorageError("数据库正在使用，请先停下服务再恢复。") from None
    except sqlite3.DatabaseError:
        return  # too broken to read: set aside as it is
    finally:
        connection.close()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
