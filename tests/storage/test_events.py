"""The history cannot be changed unseen."""

import pytest

from storage import Store
from storage.sql import SqlStore
from tests.storage.samples import NOW, changed, opened
from tickets.states import Action

FREE = {
    "sqlite": ("DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete"),
    "postgres": ("ALTER TABLE events DISABLE TRIGGER ALL",),
}


@pytest.fixture
def desk(store: Store) -> SqlStore:
    """Two cases with three events each."""
    assert isinstance(store, SqlStore)
    for number in ("1000-0001", "1000-0002"):
        start = opened(number)
        claim = changed(start.ticket, Action.CLAIM)
        store.perform((start, claim, changed(claim.ticket, Action.NOTE, "打过电话")), NOW)
    return store


def test_an_honest_history_holds(desk: SqlStore) -> None:
    assert desk.audit_verify() is None
    count, head = desk.audit_head()
    assert (count, len(head)) == (6, 64)


def test_an_empty_history_holds(store: Store) -> None:
    assert store.audit_verify() is None
    assert store.audit_head() == (0, "")


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE events SET body = 'x' WHERE position = 2",
        "UPDATE events SET action = 'accept' WHERE position = 2",
        "UPDATE events SET body = '', at = '2020' WHERE position = 2",
        "DELETE FROM events WHERE position = 6",
        "DELETE FROM events",
    ],
)
def test_the_database_refuses_changes(desk: SqlStore, tampering: str) -> None:
    with pytest.raises(Exception, match="append-only"), desk.atomic():
        desk.db.run(tampering)
    assert desk.audit_verify() is None
    assert len(desk.events("1000-0002")) == 3


@pytest.mark.parametrize(
    ("tampering", "position", "reason"),
    [
        ("UPDATE events SET body = replace(body, '打过', '没打') WHERE position = 3", 3, "内容被改过"),
        ("UPDATE events SET at = '2020-01-01T00:00:00+00:00' WHERE position = 4", 4, "记录被改过"),
        ("UPDATE events SET public = 1 WHERE position = 3", 3, "记录被改过"),
        ("UPDATE events SET hash = 'x' WHERE position = 4", 4, "记录被改过"),
        ("UPDATE events SET previous = 'x' WHERE position = 5", 5, "跟前一条接不上"),
        ("DELETE FROM events WHERE position = 2", 3, "前面少了一条记录"),
        ("DELETE FROM events WHERE position = 6", 6, "最后的记录少了"),
        ("UPDATE events SET body = '' WHERE position = 3", 3, "没有“按本人要求删除”"),
        ("UPDATE tickets SET state = 'archived' WHERE number = '1000-0002'", 6, "对不上"),
    ],
)
def test_a_change_is_found(desk: SqlStore, tampering: str, position: int, reason: str) -> None:
    for statement in FREE[desk.db.dialect]:
        desk.db.run(statement)
    desk.db.run(tampering)
    broken = desk.audit_verify()
    assert broken
    assert broken.position == position
    assert reason in broken.reason


def test_a_case_without_history_is_found(desk: SqlStore) -> None:
    for statement in FREE[desk.db.dialect]:
        desk.db.run(statement)
    desk.db.run(
        "INSERT INTO tickets (number, state, open, urgent, owner, team, town, channel, chat, person, opened_at, due_at,"
        " version, words, body) SELECT '1000-0009', state, open, urgent, owner, team, town, channel, chat, person,"
        " opened_at, due_at, version, words, body FROM tickets WHERE number = '1000-0001'"
    )
    broken = desk.audit_verify()
    assert broken
    assert broken.number == "1000-0009"
