"""The file the statutes are kept in, and how it is written: the same texts give the same bytes."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path

from knowledge.laws.types import Article, Law

VERSION = "1"
SCHEMA = """
pragma page_size=4096;
create table meta(key text primary key, value text not null) without rowid;
create table laws(id integer primary key, name text not null, short text not null, key text not null,
    level text not null, issuer text not null, version text not null, effective text not null,
    checked text not null, until text not null, status text not null, repealed_by text not null,
    note text not null, source text not null);
create table articles(id integer primary key, law_id integer not null, number integer not null,
    suffix integer not null, label text not null, heading text not null, text text not null, note text not null);
create index articles_of on articles(law_id, number, suffix);
"""


def write_store(path: Path, laws: Iterable[tuple[Law, tuple[Article, ...]]], meta: Mapping[str, str]) -> str:
    """Write a new store over `path`; returns its fingerprint, which is also kept inside."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    digest = hashlib.sha256(VERSION.encode())
    with sqlite3.connect(fresh) as base:
        base.executescript(SCHEMA)
        row = 0
        for law, articles in laws:
            digest.update(repr((law, articles)).encode())
            base.execute(f"insert into laws values({','.join('?' * 14)})", astuple(law))
            rows = [(row + n, law.id, *astuple(article)) for n, article in enumerate(articles, 1)]
            base.executemany("insert into articles values(?,?,?,?,?,?,?,?)", rows)
            row += len(articles)
        fingerprint = digest.hexdigest()[:16]
        known = {**meta, "schema": VERSION, "fingerprint": fingerprint, "articles": str(row)}
        base.executemany("insert into meta values(?,?)", sorted(known.items()))
    base.execute("vacuum")
    base.close()
    fresh.replace(path)
    return fingerprint
