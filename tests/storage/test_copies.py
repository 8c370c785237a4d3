"""Backup and restore of a running desk."""

import threading
from pathlib import Path

import pytest

from storage import StorageError, open_lanes, open_store, restore
from tests.storage.samples import NOW, message, opened


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def fill(path: Path, *numbers: str) -> None:
    store = open_store(url(path))
    store.perform([opened(number) for number in numbers], NOW)
    store.close()


def test_there_and_back(tmp_path: Path) -> None:
    live, copy = tmp_path / "live.db", tmp_path / "copies" / "monday.db"
    fill(live, "1000-0001")
    store = open_store(url(live))
    store.backup(copy)
    store.close()
    fill(live, "1000-0002")
    aside = restore(live, copy, NOW)
    assert aside
    for path, found in ((live, ["1000-0001"]), (aside, ["1000-0002", "1000-0001"])):
        store = open_store(url(path))
        assert sorted(t.number for t in store.tickets_of("telegram:7")) == sorted(found)
        assert store.audit_verify() is None
        store.close()


def test_restore_on_an_empty_place(tmp_path: Path) -> None:
    fill(tmp_path / "live.db", "1000-0001")
    store = open_store(url(tmp_path / "live.db"))
    store.backup(tmp_path / "copy.db")
    store.close()
    assert restore(tmp_path / "new" / "live.db", tmp_path / "copy.db", NOW) is None
    store = open_store(url(tmp_path / "new" / "live.db"))
    assert store.ticket("1000-0001")
    store.close()


def test_a_backup_under_load_is_one_moment(tmp_path: Path) -> None:
    lanes = open_lanes(url(tmp_path / "live.db"))
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            lanes.write(
                lambda store, n=n: store.perform((opened(f"{n:04}-0000"), opened(f"{n:04}-0001")), NOW)
            ).result()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        lanes.read(lambda store: store.backup(tmp_path / "copy.db")).result()
    finally:
        stop.set()
        writing.join()
    lanes.close()
    store = open_store(url(tmp_path / "copy.db"))
    assert store.audit_verify() is None
    assert store.audit_head()[0] % 2 == 0
    store.close()


def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    store = open_store(url(tmp_path / "live.db"))
    with pytest.raises(StorageError, match="已经有了"):
        store.backup(tmp_path / "copy.db")
    with pytest.raises(StorageError, match="没有写成"):
        store.backup(tmp_path / "copy.db" / "below")
    store.close()
    assert (tmp_path / "copy.db").read_text() == "precious"


@pytest.mark.parametrize("spoil", ["cut", "text", "flip", "missing", "other"])
def test_a_bad_backup_changes_nothing(tmp_path: Path, spoil: str) -> None:
    live, copy = tmp_path / "live.db", tmp_path / "copy.db"
    fill(live, "1000-0001")
    store = open_store(url(live))
    for n in range(200):
        store.journal(message(str(n), "话" * 100))
    store.backup(copy)
    store.close()
    content = copy.read_bytes()
    if spoil == "cut":
        copy.write_bytes(content[: len(content) // 2])
    elif spoil == "text":
        copy.write_text("hello")
    elif spoil == "flip":
        copy.write_bytes(content[:8192] + bytes(8192) + content[16384:])
    elif spoil == "other":
        copy.write_bytes(content[:68] + bytes(4) + content[72:])
    else:
        copy.unlink()
    before = live.read_bytes()
    with pytest.raises(StorageError, match=r"备份"):
        restore(live, copy, NOW)
    assert live.read_bytes() == before
    assert not list(tmp_path.glob("*before*"))


def test_restore_waits_for_nobody_who_still_serves(tmp_path: Path) -> None:
    live, copy = tmp_path / "live.db", tmp_path / "copy.db"
    fill(live, "1000-0001")
    serving = open_store(url(live))
    serving.backup(copy)
    with pytest.raises(StorageError, match="正在使用"):
        restore(live, copy, NOW)
    serving.perform((opened("1000-0002"),), NOW)
    assert serving.ticket("1000-0002")
    serving.close()


def test_a_broken_database_can_be_replaced(tmp_path: Path) -> None:
    live, copy = tmp_path / "live.db", tmp_path / "copy.db"
    fill(live, "1000-0001")
    store = open_store(url(live))
    store.backup(copy)
    store.close()
    live.write_bytes(b"rubbish" * 1000)
    aside = restore(live, copy, NOW)
    assert aside
    assert aside.read_bytes().startswith(b"rubbish")
    store = open_store(url(live))
    assert store.ticket("1000-0001")
    store.close()
