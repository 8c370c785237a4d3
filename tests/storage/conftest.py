"""Every test that takes `url` or `store` runs on a SQLite file and on PostgreSQL."""

from collections.abc import Iterator
from itertools import count
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from storage import Store, open_store
from tests.storage.fork import real_processes
from tests.storage.postgres import cluster, new_database

NAMES = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with cluster() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/desk.db"
    return new_database(request.getfixturevalue("server"), f"test{next(NAMES)}")


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    return real_processes()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()
