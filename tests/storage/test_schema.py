"""Migrations: whole or not at all, once, and the same tables by every way."""

from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from storage import StorageError, open_store, sqlite_path
from storage.schema import MIGRATIONS, Migration, migrate
from storage.sql import SqlStore
from storage.sqlite import Sqlite
from tests.storage.samples import NOW, opened

NEXT = Migration("later", ("ALTER TABLE meta ADD COLUMN seen TEXT NOT NULL DEFAULT 'no'",))


def tables(store: SqlStore) -> list[tuple[str, ...]]:
    """Every column of every table, and every index."""
    if store.db.dialect == "sqlite":
        sql = "SELECT name, sql AS what FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    else:
        sql = (
            "SELECT table_name AS name, column_name || data_type || is_nullable AS what FROM information_schema.columns"
            " WHERE table_schema = current_schema() UNION ALL"
            " SELECT indexname, replace(indexdef, current_schema(), '') FROM pg_indexes"
            " WHERE schemaname = current_schema() ORDER BY 1, 2"
        )
    return [(row["name"], " ".join(row["what"].split())) for row in store.db.rows(sql)]


def connect(url: str) -> SqlStore:
    store = open_store(url)
    assert isinstance(store, SqlStore)
    return store


def test_a_second_opening_changes_nothing(url: str) -> None:
    first = connect(url)
    before = tables(first)
    first.close()
    again = connect(url)
    assert tables(again) == before
    assert len(before) > 20
    again.close()


def test_step_by_step_and_at_once_give_the_same(tmp_path: Path) -> None:
    steps, once = Sqlite(tmp_path / "a.db"), Sqlite(tmp_path / "b.db")
    every = (*MIGRATIONS, NEXT)
    for n in range(len(every)):
        migrate(steps, every[: n + 1])
    migrate(once, every)
    sql = "SELECT name, sql FROM sqlite_master ORDER BY name"
    assert [tuple(row) for row in steps.rows(sql)] == [tuple(row) for row in once.rows(sql)]
    steps.close()
    once.close()


def test_a_migration_keeps_what_is_there(url: str) -> None:
    store = connect(url)
    store.perform((opened(),), NOW)
    store.set_meta("a", "b")
    migrate(store.db, (*MIGRATIONS, NEXT))
    migrate(store.db, (*MIGRATIONS, NEXT))
    assert store.db.rows("SELECT seen FROM meta")[0]["seen"] == "no"
    assert store.ticket("1000-0001")
    assert store.audit_verify() is None
    store.close()


def test_a_migration_that_fails_leaves_nothing(url: str) -> None:
    store = connect(url)
    before = tables(store)
    broken = Migration("broken", ("CREATE TABLE half (a TEXT)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(Exception, match="nowhere"):
        migrate(store.db, (*MIGRATIONS, broken))
    assert tables(store) == before
    migrate(store.db)
    store.close()


def test_a_database_from_the_future_is_refused(url: str) -> None:
    store = connect(url)
    migrate(store.db, (*MIGRATIONS, NEXT))
    store.close()
    with pytest.raises(StorageError, match="更新版本"):
        open_store(url)


def _open(url: str) -> None:
    open_store(url).close()


def test_several_processes_may_start_at_once(url: str, processes: ForkServerContext) -> None:
    starting = [processes.Process(target=_open, args=(url,)) for _ in range(3)]
    for process in starting:
        process.start()
    for process in starting:
        process.join(60)
    assert [process.exitcode for process in starting] == [0, 0, 0]


@pytest.mark.parametrize("address", ["", "mysql://x/y", "sqlite:///", "desk.db", "postgres://x"])
def test_other_addresses_are_explained(address: str) -> None:
    with pytest.raises(StorageError, match="sqlite:///文件路径"):
        open_store(address)


def test_the_path_behind_an_address() -> None:
    assert sqlite_path("sqlite:///var/a.db") == Path("var/a.db")
    assert sqlite_path("sqlite:////srv/a.db") == Path("/srv/a.db")
    assert sqlite_path("postgresql://h/d") is None


def test_no_server_is_explained() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match="连不上 PostgreSQL"):
        open_store("postgresql://nobody:geheim@127.0.0.1:1/none")


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 40, None])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "other.db"
    if content is None:
        import sqlite3

        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE theirs (a)")
        other.close()
    else:
        file.write_bytes(content)
    before = file.read_bytes()
    with pytest.raises(StorageError, match="打不开"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes() == before
