"""Journal, session, replies and history: the verbs of one turn."""

from datetime import timedelta

import pytest

from handlers.types import LogQuestion, Outcome, Reply, Send, Session
from storage import Conflict, Store
from tests.storage.samples import LATER, NOW, message, opened, said


def test_a_message_is_kept_once(store: Store) -> None:
    assert store.journal(message("1", "早"))
    assert not store.journal(message("1", "别的"))
    assert store.journal(message("1", "早", channel="web"))
    assert [m.text for m in store.waiting()] == ["早", "早"]


def test_waiting_is_oldest_first_and_ends_with_finish(store: Store) -> None:
    for id in ("9", "3", "5"):
        store.journal(message(id))
    store.finish(message("3"), said("好"), NOW)
    assert [m.id for m in store.waiting()] == ["9", "5"]
    assert [m.id for m in store.waiting(limit=1)] == ["9"]


def test_replies_are_stored_with_the_turn(store: Store) -> None:
    store.journal(message())
    assert store.stored_replies(message()) is None
    replies = (Reply(text="一"), Reply(text="二"))
    store.finish(message(), Outcome(replies=replies), NOW)
    assert store.stored_replies(message()) == replies


def test_a_message_is_finished_once(store: Store) -> None:
    store.journal(message())
    store.finish(message(), said("一"), NOW)
    with pytest.raises(Conflict):
        store.finish(message(), said("二"), NOW)
    assert store.stored_replies(message()) == (Reply(text="一"),)


def test_a_message_must_be_journalled_first(store: Store) -> None:
    with pytest.raises(Conflict):
        store.finish(message(), said("一"), NOW)


def test_a_session_belongs_to_a_person_in_a_chat(store: Store) -> None:
    kept = Session(want="intake", slots={"船": "浙象渔"})
    store.journal(message())
    store.finish(message(), Outcome(session=kept), NOW)
    assert store.session(message("2")) == kept
    assert store.session(message(person="8", chat="7")) == Session()
    assert store.session(message(chat="9")) == Session()
    store.journal(message("2"))
    store.finish(message("2"), Outcome(), NOW)
    assert store.session(message()) == Session()


def test_a_session_that_moved_on_is_a_conflict(store: Store) -> None:
    for id in ("1", "2", "3"):
        store.journal(message(id))
    start = store.session(message())
    store.finish(message("1"), Outcome(session=Session(step="a")), NOW, before=start)
    with pytest.raises(Conflict):
        store.finish(message("2"), Outcome(session=Session(step="b")), NOW, before=start)
    assert store.session(message()) == Session(step="a")
    store.finish(message("3"), Outcome(session=Session(step="c")), NOW, before=Session(step="a"))
    assert store.session(message()) == Session(step="c")


def test_a_turn_happens_whole_or_not_at_all(store: Store) -> None:
    store.journal(message("1"))
    store.finish(message("1"), Outcome(effects=(opened(),)), NOW)
    store.journal(message("2"))
    outcome = Outcome(
        replies=(Reply(text="好"),), session=Session(step="x"),
        effects=(
            LogQuestion(text="问", action="refuse"), opened("1000-0002"),
            Send(channel="telegram", chat="8", reply=Reply(text="信")), opened("1000-0001"),
        ),
    )  # fmt: skip
    with pytest.raises(Conflict):
        store.finish(message("2"), outcome, NOW)
    assert store.session(message()) == Session()
    assert store.ticket("1000-0002") is None
    assert store.misses(NOW) == []
    assert store.history("telegram", "8") == []
    assert store.stored_replies(message("2")) is None
    assert [m.id for m in store.waiting()] == ["2"]
    assert store.audit_verify() is None


def test_inline_replies_are_not_sent_again(store: Store) -> None:
    for id, inline in (("1", True), ("2", False)):
        store.journal(message(id))
        store.finish(message(id), said(id), NOW, inline=inline)
    due = store.due_letters(NOW, LATER, ["telegram"])
    assert [letter.reply.text for letter in due] == ["2"]


def test_history_has_both_sides_in_order_and_in_pages(store: Store) -> None:
    for n in range(1, 6):
        store.journal(message(str(n), f"问{n}"))
    for n in range(1, 6):
        store.finish(message(str(n)), Outcome(replies=(Reply(text=f"答{n}"), Reply(text=f"又{n}"))), NOW, inline=True)
    store.perform((Send(channel="telegram", chat="7", reply=Reply(text="通知")),), NOW)
    whole = store.history("telegram", "7", limit=100)
    texts = [line.message.text if line.message else line.reply.text if line.reply else "" for line in whole]
    assert texts == [text for n in range(1, 6) for text in (f"问{n}", f"答{n}", f"又{n}")] + ["通知"]
    pages, before = [], ""
    while page := store.history("telegram", "7", limit=3, before=before):
        pages = page + pages
        before = page[0].position
    assert pages == whole
    assert store.history("telegram", "8") == []


@pytest.mark.parametrize("position", ["x", "1.2", "-1.0.0", "9" * 40 + ".1.1", "1.1.1.1", "' OR 1=1"])
def test_history_bears_any_position(store: Store, position: str) -> None:
    store.journal(message())
    assert len(store.history("telegram", "7", before=position)) <= 1


def test_recent_texts_are_what_was_said_before(store: Store) -> None:
    for n in range(1, 5):
        store.journal(message(str(n), f"话{n}"))
        if n < 4:
            store.finish(message(str(n)), said("答"), NOW)
    assert store.recent_texts(message("4"), limit=2) == ("话2", "话3")
    assert store.recent_texts(message("1", person="8")) == ()


@pytest.mark.parametrize("nasty", ["a\x00b", "\ud800", "'; DROP TABLE messages; --", "%_\\!", "𠮷🐟" * 3000])
def test_hostile_strings_are_only_strings(store: Store, nasty: str) -> None:
    hostile = message(nasty, nasty, nasty, name=nasty)
    assert store.journal(hostile)
    assert not store.journal(hostile)
    outcome = Outcome(
        replies=(Reply(text=nasty),), session=Session(query=nasty), effects=(LogQuestion(text=nasty, action=nasty),)
    )
    store.finish(hostile, outcome, NOW, before=store.session(hostile))
    assert store.stored_replies(hostile) == (Reply(text=nasty),)
    assert store.session(hostile) == Session(query=nasty)
    assert len(store.history("telegram", nasty)) == 2


def test_purge_drops_old_talk_but_no_message_id(store: Store) -> None:
    old = message("1", "老话", at=NOW - timedelta(days=200))
    for each, now in ((old, NOW - timedelta(days=200)), (message("2", "新话"), NOW)):
        store.journal(each)
        store.finish(each, said("答"), now, inline=True)
    assert store.purge(NOW - timedelta(days=180)) == 2
    assert [line.message.text for line in store.history("telegram", "7") if line.message] == ["新话"]
    assert not store.journal(old)
    assert store.stored_replies(old) == ()
