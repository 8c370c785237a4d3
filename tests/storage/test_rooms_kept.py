"""Rooms in the database, the feed that tells them, and the lane that the rooms of a group share."""

import pytest

from bot.rooms import tell
from handlers.types import Forget, Outcome, Reply, Send, UseGroup, room
from storage import Conflict, Room, Store
from storage.rooms import TOLD
from tests.storage.samples import LATER, NOW, changed, message, opened
from tests.storage.test_letters import due, texts
from tickets.states import Action, Role
from tickets.ticket import Actor

GROUP = "-100"


def grouped(store: Store, chat: str = GROUP) -> None:
    store.perform((UseGroup(channel="telegram", chat=chat),), NOW)


def test_a_room_is_found_by_case_and_by_thread(store: Store) -> None:
    store.perform((opened(),), NOW)
    kept = Room(number="1000-0001", channel="telegram", group=GROUP, thread="44", name="甲")
    store.keep_room(kept)
    assert store.room("1000-0001") == kept == store.room_at("telegram", GROUP, "44")
    assert store.room_at("telegram", GROUP, "45") is None
    store.drop_room("1000-0001")
    assert store.room("1000-0001") is None


def test_only_what_happens_from_then_on_is_told_and_told_once(store: Store) -> None:
    store.perform((opened("1000-0001"),), NOW)
    grouped(store)
    assert tell(store, NOW) == 0
    new = opened("1000-0002", person="8")
    store.perform((new,), NOW)
    store.perform((changed(new.ticket, Action.NOTE, "内部的话"),), LATER)
    assert tell(store, LATER) == 2
    assert tell(store, LATER) == 0
    (first,) = due(store)
    assert (first.chat, first.reply.text) == (room(GROUP, "1000-0002"), "新工单，等人接。")
    store.sent(first.id, "1", LATER)
    assert "内部的话" in texts(due(store))[0]


def test_two_processes_do_not_tell_the_same(store: Store) -> None:
    grouped(store)
    before = store.meta(TOLD)
    store.turn_meta(TOLD, before, "5")
    with pytest.raises(Conflict):
        store.turn_meta(TOLD, before, "5")


def test_rooms_of_a_group_take_turns_and_urgent_ones_come_first(store: Store) -> None:
    for number, urgent in (("1", False), ("2", False), ("3", True)):
        letter = Send(channel="telegram", chat=room(GROUP, number), reply=Reply(text=number), urgent=urgent)
        store.perform((letter, Send(channel="telegram", chat=f"9{number}", reply=Reply(text=f"私{number}"))), NOW)
    first = due(store)
    assert sorted(texts(first)) == ["3", "私1", "私2", "私3"]
    assert due(store) == []
    store.sent(next(one.id for one in first if one.reply.text == "3"), "", NOW)
    assert texts(due(store)) == ["1"]


def test_a_room_that_waits_for_a_retry_does_not_hold_up_the_others(store: Store) -> None:
    for number in "12":
        store.perform((Send(channel="telegram", chat=room(GROUP, number), reply=Reply(text=number)),), NOW)
    (first,) = due(store)
    store.failed(first.id, "慢", NOW, LATER)
    assert texts(due(store)) == ["2"]


def test_what_a_room_does_not_take_is_noted_once_and_not_told_to_the_room(store: Store) -> None:
    grouped(store)
    store.perform((opened(),), NOW)
    tell(store, NOW)
    (letter,) = due(store)
    store.failed(letter.id, "群还没有打开“话题”", NOW, None)
    assert [event.action for event in store.events("1000-0001")] == ["open"]
    assert "话题" in store.meta("group:trouble")
    assert tell(store, NOW) == 0


def test_words_are_found_where_they_arrived(store: Store) -> None:
    reply = Reply(text="明天来", origin="telegram:-100/1:7")
    store.perform((Send(channel="telegram", chat="7", reply=reply),), NOW)
    (letter,) = due(store)
    assert store.letter_by_origin("telegram", "7", "telegram:-100/1:7") is None
    store.sent(letter.id, "55", NOW)
    found = store.letter_by_origin("telegram", "7", "telegram:-100/1:7")
    assert found and found.external_id == "55"
    assert store.letter_by_origin("telegram", "8", "telegram:-100/1:7") is None


def test_a_group_that_moves_takes_its_waiting_letters_along(store: Store) -> None:
    grouped(store)
    store.perform((opened(),), NOW)
    tell(store, NOW)
    store.migrate_chat("telegram", GROUP, "-200")
    assert store.group() == ("telegram", "-200")
    assert [letter.chat for letter in due(store)] == [room("-200", "1000-0001")]


def test_what_the_group_was_told_goes_with_the_person(store: Store) -> None:
    grouped(store)
    new = opened()
    store.perform((new, changed(new.ticket, Action.WITHDRAW, by=owner())), NOW)
    tell(store, NOW)
    (letter,) = due(store)
    store.sent(letter.id, "1", NOW)
    asked = message("9", "删除")
    store.journal(asked)
    store.finish(asked, Outcome(effects=(Forget(),)), LATER)
    assert letter.id not in [one.id for one in store.letters_of("1000-0001")]


def owner() -> Actor:

    return Actor(id="telegram:7", role=Role.CITIZEN)
