"""PostgreSQL, for several processes at once. Imported only when configured; needs `pip install psycopg[binary]`."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from storage.database import Database, Row, bindable
from storage.records import Conflict, StorageError

SCHEMA_LOCK = 0x59584631  # any number all our processes agree on


class Postgres:
    """A Database over one connection."""

    dialect = "postgres"
    shared = True

    def __init__(self, url: str, read_only: bool = False) -> None:
        self._url = url
        self._read_only = read_only
        self._depth = 0
        try:
            self._connection = self._connect()
        except psycopg.Error as error:
            raise StorageError(f"连不上 PostgreSQL：{type(error).__name__}，请检查地址、用户和密码。") from None

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        connection = psycopg.connect(self._url, autocommit=True, row_factory=dict_row, connect_timeout=10)
        if self._read_only:
            connection.execute("SET default_transaction_read_only = on")
        return connection

    def _reconnect(self) -> None:
        """The server may have been restarted; within a transaction it is too late to notice."""
        if self._connection.closed and not self._depth:
            self._connection = self._connect()

    def _execute(self, sql: str, values: tuple[Any, ...]) -> psycopg.Cursor[dict[str, Any]]:
        self._reconnect()
        return self._connection.execute(_marks(sql), [bindable(value) for value in values])

    def rows(self, sql: str, *values: Any) -> list[Row]:
        return list(self._execute(sql, values).fetchall())

    def row(self, sql: str, *values: Any) -> Row | None:
        return self._execute(sql, values).fetchone()

    def run(self, sql: str, *values: Any) -> int:
        return self._execute(sql, values).rowcount

    @contextmanager
    def atomic(self) -> Iterator[None]:
        self._reconnect()
        self._depth += 1
        try:
            with self._connection.transaction():
                yield
        except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected) as error:
            raise Conflict(type(error).__name__) from error
        except psycopg.OperationalError as error:
            if not self._connection.closed:
                raise
            # whether the commit arrived is unknown; playing it again finds out
            raise Conflict("connection") from error
        finally:
            self._depth -= 1

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        first = not self._depth
        with self.atomic():
            if first:
                self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def lock_schema(self) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])

    def close(self) -> None:
        self._connection.close()


@cache
def _marks(sql: str) -> bytes:
    """Our `?` as psycopg's `%s`. Bytes, because psycopg takes only literal strings for text."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def copy(database: Database, file: Path) -> None:
    raise StorageError("PostgreSQL 请用 pg_dump 备份，用 pg_restore 恢复。")
