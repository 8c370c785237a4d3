"""Two lanes to one database: jobs that write and jobs that read. A job is a function that is given a Store.

SQLite lets one write at a time, and a commit that is really on the disk costs about a millisecond. So all writes go
through one thread, which takes whatever is waiting, runs each job in a savepoint of its own, and commits once for all
(group commit). A job's future is resolved only after that commit: what was promised is on the disk. PostgreSQL does the
same by itself; there each job gets a connection of a small pool and a transaction of its own.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from storage.base import Store

T = TypeVar("T")
Job = Callable[[Store], T]

READERS = 4  # threads for pages that only look
WRITERS = 8  # PostgreSQL: transactions at once
BATCH = 200  # SQLite: jobs in one commit, so that the first does not wait for ever


class Lane(Protocol):
    """Takes jobs. All writes of one job happen or none."""

    def submit(self, job: Job[T]) -> Future[T]: ...

    def close(self) -> None: ...


class Writer:
    """One thread and one connection; many jobs share one commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Job[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> Future[T]:
        future: Future[T] = Future()
        self._jobs.put((future, job))
        return future

    def close(self) -> None:
        """Finishes what was submitted."""
        self._jobs.put(None)
        self._thread.join()
        self._store.close()

    def _work(self) -> None:
        running = True
        while running:
            batch, running = self._next_batch()
            if batch:
                self._commit(batch)

    def _next_batch(self) -> tuple[list[tuple[Future[Any], Job[Any]]], bool]:
        """Waits for a job, then takes all that are there; False when it is time to stop."""
        batch: list[tuple[Future[Any], Job[Any]]] = []
        entry = self._jobs.get()
        while entry is not None:
            batch.append(entry)
            if len(batch) == BATCH or self._jobs.empty():
                return batch, True
            entry = self._jobs.get()
        return batch, False

    def _commit(self, batch: list[tuple[Future[Any], Job[Any]]]) -> None:
        wanted = [(future, job) for future, job in batch if future.set_running_or_notify_cancel()]
        try:
            with self._store.atomic():
                done = [(future, *self._attempt(job)) for future, job in wanted]
        except BaseException as error:  # nothing was kept, and every caller must hear of it
            for future, _ in wanted:
                future.set_exception(error)
            return
        for future, result, failure in done:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _attempt(self, job: Job[Any]) -> tuple[Any, Exception | None]:
        try:
            with self._store.atomic():
                return job(self._store), None
        except Exception as error:  # goes to the caller through his future
            return None, error


class Pool:
    """Threads that each have a connection of their own, opened when first needed."""

    def __init__(self, connect: Callable[[], Store], size: int, name: str, writes: bool) -> None:
        self._connect = connect
        self._writes = writes
        self._threads = ThreadPoolExecutor(size, name)
        self._own = threading.local()
        self._stores: list[Store] = []

    def submit(self, job: Job[T]) -> Future[T]:
        return self._threads.submit(self._run, job)

    def close(self) -> None:
        self._threads.shutdown()
        for store in self._stores:
            store.close()

    def local(self) -> Store:
        """The calling thread's own store."""
        if not hasattr(self._own, "store"):
            self._own.store = self._connect()
            self._stores.append(self._own.store)
        store: Store = self._own.store
        return store

    def _run(self, job: Job[T]) -> T:
        store = self.local()
        with store.atomic() if self._writes else store.snapshot():
            return job(store)


class Lanes(Protocol):
    """`write` and `read` take a job and give a future; `local` is for a thread that reads by itself."""

    shared: bool  # whether several processes may serve from this database

    def write(self, job: Job[T]) -> Future[T]:
        """Run a job that writes; the future is resolved when it is durable."""

    def read(self, job: Job[T]) -> Future[T]:
        """Run a job that only reads."""

    def local(self) -> Store:
        """A store to read from, belonging to the calling thread."""

    def close(self) -> None:
        """Finishes all jobs and closes all connections."""


class Threads:
    """The lanes of a running system."""

    def __init__(self, connect: Callable[[bool], Store]) -> None:
        """`connect(read_only)` opens one more connection."""
        first = connect(False)
        self.shared = first.shared
        self._readers = Pool(lambda: connect(True), READERS, "reader", writes=False)
        self._writer: Lane
        if first.shared:
            first.close()
            self._writer = Pool(lambda: connect(False), WRITERS, "writer", writes=True)
        else:
            self._writer = Writer(first)

    def write(self, job: Job[T]) -> Future[T]:
        return self._writer.submit(job)

    def read(self, job: Job[T]) -> Future[T]:
        return self._readers.submit(job)

    def local(self) -> Store:
        return self._readers.local()

    def close(self) -> None:
        self._writer.close()
        self._readers.close()


class Alone:
    """Lanes without threads: every job runs at once, on one store. For the command line and for transcripts."""

    def __init__(self, store: Store) -> None:
        self.shared = store.shared
        self._store = store

    def write(self, job: Job[T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            with self._store.atomic():
                result = job(self._store)
        except Exception as error:  # goes to the caller through his future
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def read(self, job: Job[T]) -> Future[T]:
        return self.write(job)

    def local(self) -> Store:
        return self._store

    def close(self) -> None:
        self._store.close()
