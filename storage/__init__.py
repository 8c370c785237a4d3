"""Remembers sessions, cases, letters to send: SQLite by default, PostgreSQL when several processes serve."""

from pathlib import Path

from storage.base import Store
from storage.copies import restore
from storage.lanes import Alone, Lanes, Threads
from storage.records import (
    Board,
    Broken,
    Conflict,
    Draft,
    Happened,
    Letter,
    Miss,
    Room,
    Said,
    Signed,
    StorageError,
    Wanted,
)
from storage.schema import migrate
from storage.sql import SqlStore
from storage.sqlite import Sqlite
from storage.sqlite import copy as copy_sqlite

__all__ = [
    "Alone",
    "Board",
    "Broken",
    "Conflict",
    "Draft",
    "Happened",
    "Lanes",
    "Letter",
    "Miss",
    "Room",
    "Said",
    "Signed",
    "StorageError",
    "Store",
    "Wanted",
    "open_lanes",
    "open_store",
    "restore",
    "sqlite_path",
]

FILE = "sqlite:///"


def open_store(url: str) -> Store:
    """A connection to `sqlite:///path` or `postgresql://…`, its tables up to date. Raises StorageError."""
    store = _connect(url)
    try:
        migrate(store.db)
    except BaseException:
        store.close()
        raise
    return store


def open_lanes(url: str) -> Lanes:
    """The lanes a running system uses, tables up to date. Raises StorageError."""
    open_store(url).close()
    return Threads(lambda read_only: _connect(url, read_only))


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite address; None for PostgreSQL. Raises StorageError for anything else."""
    if url.startswith(FILE) and url != FILE:
        return Path(url.removeprefix(FILE))
    if url.startswith("postgresql://"):
        return None
    raise StorageError("数据库地址要写成 sqlite:///文件路径 或 postgresql://用户:密码@主机/库名。")


def _connect(url: str, read_only: bool = False) -> SqlStore:
    path = sqlite_path(url)
    if path:
        return SqlStore(Sqlite(path, read_only), copy_sqlite)
    try:
        from storage import postgres
    except ImportError:
        raise StorageError("用 PostgreSQL 要先装驱动：pip install 'psycopg[binary]'。") from None
    return SqlStore(postgres.Postgres(url, read_only), postgres.copy)
