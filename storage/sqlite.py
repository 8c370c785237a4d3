"""SQLite: one file, every commit on the disk before it counts."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from storage.database import Database, Row, bindable
from storage.records import StorageError

APPLICATION = 0x59584631  # "YXF1" in the file's header: how we know our own files
PATIENCE = 15_000  # milliseconds to wait for another process that writes
LARGEST_LOG = 64 * 1024 * 1024  # bytes the write-ahead log keeps after a burst
LEAST = (3, 35, 0)  # RETURNING


class Sqlite:
    """A Database over one file."""

    dialect = "sqlite"
    shared = False

    def __init__(self, path: Path, read_only: bool = False) -> None:
        if sqlite3.sqlite_version_info < LEAST:
            raise StorageError("这台机器的 SQLite 太旧，要 3.35 或更新的。")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # used by one thread at a time, but not always by the one that opened it
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            with _closed_on_error(connection):
                _prepare(connection, read_only)
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"数据库文件打不开：{path}（{error}）。") from None
        self.path = path
        self._db = sqlite_utils.Database(connection, execute_plugins=False)

    def rows(self, sql: str, *values: Any) -> list[Row]:
        found: list[Row] = self._db.execute(sql, [bindable(value) for value in values]).fetchall()
        return found

    def row(self, sql: str, *values: Any) -> Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def run(self, sql: str, *values: Any) -> int:
        return int(self._db.execute(sql, [bindable(value) for value in values]).rowcount)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        if self._db.conn.in_transaction:
            with self._db.atomic():  # a savepoint
                yield
            return
        # sqlite-utils would begin deferred: of two writers one could then fail halfway instead of waiting
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.conn.in_transaction:  # a full disk may have ended it already
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._db.atomic():  # deferred: readers hold up nobody
            yield

    def lock_schema(self) -> None:
        """BEGIN IMMEDIATE did it."""

    def close(self) -> None:
        self._db.close()


def _prepare(connection: sqlite3.Connection, read_only: bool) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
        return
    own = connection.execute("PRAGMA application_id").fetchone()[0]
    if own != APPLICATION and (own or connection.execute("SELECT 1 FROM sqlite_master").fetchone()):
        raise sqlite3.DatabaseError("这不是渔小法的数据库")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {LARGEST_LOG}")
    if own == 0:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def whole(path: Path) -> bool:
    """Whether the file is a sound database of ours."""
    try:
        connection = sqlite3.connect(f"file:{path.resolve().as_posix()}?mode=ro", uri=True)
    except sqlite3.Error:
        return False
    try:
        own = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
        return bool(own) and connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def copy(database: Database, file: Path) -> None:
    """A backup: one moment's view written to a new file, checked, and on the disk before this returns."""
    assert isinstance(database, Sqlite)
    if file.exists():
        raise StorageError(f"{file} 已经有了，换个名字，免得盖掉旧的备份。")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database.path)) as own:  # VACUUM cannot run inside a caller's transaction
            own.execute("VACUUM INTO ?", [str(file)])
        with file.open("rb+") as written:
            os.fsync(written.fileno())
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"备份没有写成：{error}。") from None
    if not whole(file):
        raise StorageError(f"备份写出来了，但检查没通过：{file}，请换个磁盘再试。")
