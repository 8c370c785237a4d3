"""A throw-away PostgreSQL: a cluster in a folder of its own, and an empty schema for each test."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOW = "没有 PostgreSQL：apt-get install -y postgresql，并且 pip install 'psycopg[binary]'"


def programs() -> Path | None:
    """Where initdb and pg_ctl are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    beside = shutil.which("initdb")
    return found[0].parent if found else Path(beside).parent if beside else None


def memory() -> Path | None:
    """A file system in memory with enough room, where thousands of small files cost nothing."""
    place = Path("/dev/shm")
    return place if place.is_dir() and shutil.disk_usage(place).free > 2 * 1024**3 else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; its address without a database name. Skips the test where there is none to be had."""
    pytest.importorskip("psycopg", reason=HOW)
    place = programs()
    if place is None:
        pytest.skip(HOW)
    # PostgreSQL refuses to run as root
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=memory()))
    if prefix:
        shutil.chown(folder, "postgres")
    port = free_port()
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder} -c fsync=off"
    control = [*prefix, str(place / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    setup = [str(place / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*prefix, *setup, "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, cwd="/")
    start = [*control, "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, name: str) -> str:
    """The address of an empty schema, which is as good as a database of one's own and made much faster."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"'.encode())
    return f"{server}/postgres?options=-csearch_path%3D{name}"
