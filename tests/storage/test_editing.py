"""Releases and drafts: append-only, one published text a topic, nobody overwrites anybody."""

from dataclasses import replace

import pytest

from handlers.types import Member
from storage import Conflict, Draft, Signed, Store
from storage.sql import SqlStore
from tests.storage.samples import NOW
from tickets.states import Role


def draft(**more: object) -> Draft:
    fields = {"topic": "fm-a", "file": "topics/fm/fm-a.md", "body": "甲\n", "base": "x", "parent": 0, **more}
    return Draft(author="m1", author_name="小周", at=NOW, state="proposed", **fields)  # type: ignore[arg-type]


def test_a_draft_is_changed_by_one_at_a_time(store: Store) -> None:
    first = store.keep_draft(draft())
    second = store.keep_draft(replace(first, body="乙\n"))
    with pytest.raises(Conflict):
        store.keep_draft(replace(first, body="丙\n"))
    assert store.draft(first.id) == second
    assert store.drafts("proposed", "fm-a") == (second,)
    assert store.drafts("draft") == ()
    assert store.draft(999) is None


def test_publishing_replaces_what_it_was_made_from(store: Store) -> None:
    first = store.publish(store.keep_draft(draft()))
    late, next_one = store.keep_draft(draft(body="丁\n")), store.keep_draft(draft(body="乙\n", parent=first.id))
    with pytest.raises(Conflict):
        store.publish(late)
    second = store.publish(next_one)
    assert store.drafts("published") == (second,)
    assert [one.body for one in store.drafts("replaced")] == ["甲\n"]
    for decided in (first, second):
        with pytest.raises(Conflict):
            store.keep_draft(replace(decided, body="改\n", state="draft"))


def test_releases_are_kept_for_good(store: Store) -> None:
    store.keep_member(Member(id="m1", name="林", role=Role.SUPERVISOR))
    one = Signed(
        topic="fm-a", label="《渔业法》第三十八条", old="2013-12-28", new="2025-12-27", member="m1", name="林", at=NOW
    )
    store.sign((one,))
    store.sign((one, replace(one, label="另一条")))
    assert [signed.label for signed in store.signed()] == ["《渔业法》第三十八条", "另一条"]
    assert store.signed()[0] == one
    assert isinstance(store, SqlStore)
    for sql in ("DELETE FROM releases", "UPDATE releases SET name = 'x'", "DELETE FROM drafts"):
        store.keep_draft(draft())
        with pytest.raises(Exception, match=r"append-only|never deleted"), store.atomic():
            store.db.run(sql)
