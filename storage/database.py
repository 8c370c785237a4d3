"""What the verbs need of a database: portable SQL with `?` for values, and transactions that nest."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

Row = Mapping[str, Any]


class Database(Protocol):
    """One connection. `dialect` is "sqlite" or "postgres"; `shared`: several processes may serve at once."""

    dialect: str
    shared: bool

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of the answer; each gives its columns by name."""

    def row(self, sql: str, *values: Any) -> Row | None:
        """The first row, or None."""

    def run(self, sql: str, *values: Any) -> int:
        """Does it and tells how many rows were touched."""

    def atomic(self) -> AbstractContextManager[None]:
        """Everything inside commits together or not at all. Inside another `atomic` only the inner part is undone."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All reads inside see the same moment."""

    def lock_schema(self) -> None:
        """Within `atomic`: nobody else migrates until it ends."""

    def close(self) -> None:
        """Gives the connection back."""


def bindable(value: Any) -> Any:
    """A value both databases take: no NUL, no broken surrogate, numbers for booleans, UTC text for moments."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, str) and (not value.isascii() or "\x00" in value):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return value


def stamp(moment: datetime) -> str:
    """A moment as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str | None) -> datetime | None:
    """The moment that `stamp` wrote."""
    return datetime.fromisoformat(text) if text else None


def like(term: str) -> str:
    """A pattern for `LIKE ? ESCAPE '!'` that finds `term` anywhere."""
    for sign in "!%_":
        term = term.replace(sign, "!" + sign)
    return f"%{term}%"
