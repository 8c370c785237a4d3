"""Many jobs, one commit: what is promised is kept, and one bad job spoils no other."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from storage import Alone, Conflict, Lanes, Store, open_lanes, open_store
from storage.lanes import Writer
from storage.sql import SqlStore
from tests.storage.samples import NOW, message, opened


@pytest.fixture
def lanes(url: str) -> Iterator[Lanes]:
    opened_lanes = open_lanes(url)
    yield opened_lanes
    opened_lanes.close()


def test_a_job_gives_its_result_and_others_see_it(lanes: Lanes) -> None:
    assert lanes.write(lambda store: store.journal(message())).result() is True
    assert [m.id for m in lanes.read(lambda store: store.waiting()).result()] == ["1"]
    assert [m.id for m in lanes.local().waiting()] == ["1"]


def test_a_failing_job_undoes_only_itself(lanes: Lanes) -> None:
    def half(store: Store) -> None:
        store.journal(message("half"))
        store.perform((opened("1000-0001"),), NOW)
        raise ValueError("bad")

    futures = [lanes.write(lambda store, n=n: store.journal(message(str(n)))) for n in range(20)]
    bad = lanes.write(half)
    futures += [lanes.write(lambda store, n=n: store.journal(message(str(n)))) for n in range(20, 40)]
    assert all(future.result() for future in futures)
    with pytest.raises(ValueError, match="bad"):
        bad.result()
    assert len(lanes.local().waiting()) == 40
    assert lanes.local().ticket("1000-0001") is None


def test_conflicts_reach_the_one_who_lost(lanes: Lanes) -> None:
    futures = [lanes.write(lambda store: store.perform((opened(),), NOW)) for _ in range(20)]
    failures = [future.exception() for future in futures]
    assert failures.count(None) == 1
    assert {type(failure) for failure in failures if failure} == {Conflict}
    assert lanes.local().audit_verify() is None


def test_the_reading_lane_cannot_write(lanes: Lanes) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        lanes.read(lambda store: store.set_meta("a", "b")).result()
    with pytest.raises(Exception, match=r"read-?only"):
        lanes.local().set_meta("a", "b")


def test_close_finishes_what_was_submitted(url: str) -> None:
    lanes = open_lanes(url)
    for n in range(500):
        lanes.write(lambda store, n=n: store.journal(message(str(n))))
    lanes.close()
    store = open_store(url)
    assert len(store.waiting()) == 500
    store.close()


class Slow:
    """A store whose commits are counted, and can be made to fail."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.commits = 0
        self.broken = False

    def atomic(self) -> "Slow":
        return self

    def __enter__(self) -> None:
        self._inner = [*getattr(self, "_inner", []), self.store.atomic()]
        self._inner[-1].__enter__()

    def __exit__(self, *error: object) -> bool | None:
        inner = self._inner.pop()
        if not self._inner:
            self.commits += 1
            if self.broken:
                inner.__exit__(OSError, OSError("disk full"), None)
                raise OSError("disk full")
        return inner.__exit__(*error)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)


@pytest.fixture
def slow(tmp_path: object) -> Slow:
    store = open_store(f"sqlite:///{tmp_path}/slow.db")
    assert isinstance(store, SqlStore)
    return Slow(store)


def test_waiting_jobs_share_one_commit_in_order(slow: Slow) -> None:
    writer = Writer(slow)  # type: ignore[arg-type]
    gate = threading.Event()
    first = writer.submit(lambda store: gate.wait(5))
    futures = [writer.submit(lambda store, n=n: store.journal(message(str(n)))) for n in range(100)]
    time.sleep(0.05)
    assert not any(future.done() for future in futures)
    gate.set()
    assert first.result()
    assert all(future.result() for future in futures)
    assert slow.commits <= 3
    assert [m.id for m in slow.store.waiting()] == [str(n) for n in range(100)]
    writer.close()


def test_a_failed_commit_is_told_to_everybody(slow: Slow) -> None:
    writer = Writer(slow)  # type: ignore[arg-type]
    slow.broken = True
    futures = [writer.submit(lambda store, n=n: store.journal(message(str(n)))) for n in range(3)]
    assert [type(future.exception()) for future in futures] == [OSError] * 3
    slow.broken = False
    assert writer.submit(lambda store: store.journal(message("0"))).result()
    assert len(slow.store.waiting()) == 1
    writer.close()


def test_a_cancelled_job_is_not_done(slow: Slow) -> None:
    writer = Writer(slow)  # type: ignore[arg-type]
    gate = threading.Event()
    writer.submit(lambda store: gate.wait(5))
    cancelled = writer.submit(lambda store: store.journal(message("1")))
    kept = writer.submit(lambda store: store.journal(message("2")))
    cancelled.cancel()
    gate.set()
    assert kept.result()
    with pytest.raises(CancelledError):
        cancelled.result()
    assert [m.id for m in slow.store.waiting()] == ["2"]
    writer.close()


def test_alone_works_the_same_without_threads(store: Store) -> None:
    lanes = Alone(store)
    assert lanes.write(lambda each: each.journal(message())).result()
    assert lanes.read(lambda each: len(each.waiting())).result() == 1

    def half(each: Store) -> None:
        each.journal(message("half"))
        raise ValueError("bad")

    assert type(lanes.write(half).exception()) is ValueError
    assert len(lanes.local().waiting()) == 1
