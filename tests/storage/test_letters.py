"""The outbox in the database: who is sent what first, retries, leases, what a case shows of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from handlers.types import Outcome, Reply, Send
from storage import Letter, Store
from tests.storage.samples import LATER, NOW, changed, message, opened
from tickets.states import Action

LEASE = NOW + timedelta(minutes=5)
AFTER = LEASE + timedelta(seconds=1)


def send(store: Store, *letters: tuple[str, str], urgent: bool = False, ticket: str = "") -> None:
    """Letters as (chat, text)."""
    effects = [
        Send(channel="telegram", chat=chat, reply=Reply(text=text, ticket=ticket), urgent=urgent)
        for chat, text in letters
    ]
    store.perform(effects, NOW)


def due(store: Store, now: datetime = NOW, limit: int = 30, channels: Sequence[str] = ("telegram",)) -> list[Letter]:
    return store.due_letters(now, now + timedelta(minutes=5), channels, limit)


def texts(letters: list[Letter]) -> list[str]:
    return [letter.reply.text for letter in letters]


def test_a_letter_is_claimed_once_and_sent_once(store: Store) -> None:
    send(store, ("7", "信"))
    (letter,) = due(store)
    assert (letter.chat, letter.attempts) == ("7", 0)
    assert due(store) == []
    store.sent(letter.id, "m55", LATER)
    assert due(store, AFTER) == []
    found = store.letter_by_external("telegram", "7", "m55")
    assert found
    assert (found.id, found.state, found.sent_at) == (letter.id, "sent", LATER)
    assert store.letter_by_external("telegram", "8", "m55") is None
    assert store.letter_by_external("telegram", "7", "") is None


def test_one_at_a_time_and_in_order_within_a_chat(store: Store) -> None:
    send(store, ("7", "甲"), ("8", "乙"), ("7", "丙"))
    first = due(store)
    assert texts(first) == ["甲", "乙"]
    store.sent(first[1].id, "", NOW)
    assert due(store) == []
    store.sent(first[0].id, "", NOW)
    assert texts(due(store)) == ["丙"]


def test_urgent_then_citizens_then_staff(store: Store) -> None:
    store.perform((opened(person="7"),), NOW)
    send(store, ("desk", "同事"))
    send(store, ("7", "当事人"), ticket="1000-0001")
    store.journal(message("1", person="9"))
    store.finish(message("1", person="9"), Outcome(replies=(Reply(text="答"),)), NOW)
    send(store, ("8", "急"), urgent=True)
    assert texts(due(store)) == ["急", "当事人", "答", "同事"]


def test_urgent_overtakes_within_a_chat(store: Store) -> None:
    send(store, ("7", "慢"), ("7", "更慢"))
    (slow,) = due(store)
    send(store, ("7", "急"), urgent=True)
    assert due(store) == []
    store.sent(slow.id, "", NOW)
    assert texts(due(store)) == ["急"]


def test_the_limit_and_the_channels_hold(store: Store) -> None:
    send(store, ("7", "甲"), ("8", "乙"), ("9", "丙"))
    assert due(store, channels=()) == due(store, channels=("web",)) == []
    assert texts(due(store, limit=2, channels=("web", "telegram"))) == ["甲", "乙"]
    assert texts(due(store)) == ["丙"]


def test_a_retry_waits_and_holds_its_chat(store: Store) -> None:
    send(store, ("7", "甲"), ("7", "乙"), ticket="x")
    (letter,) = due(store)
    store.failed(letter.id, "服务器忙", NOW, LATER)
    assert due(store) == []
    assert store.next_letter_at(NOW, ["telegram"]) == LATER
    assert store.next_letter_at(NOW, ["web"]) is store.next_letter_at(LATER, ["telegram"]) is None
    (again,) = due(store, LATER)
    assert (again.reply.text, again.attempts) == ("甲", 1)


def test_a_permanent_failure_shows_on_the_case_inside_only(store: Store) -> None:
    store.perform((opened(),), NOW)
    send(store, ("7", "甲"), ("7", "乙"), ticket="1000-0001")
    (letter,) = due(store)
    store.failed(letter.id, "对方拉黑了机器人", LATER, None)
    store.failed(letter.id, "对方拉黑了机器人", LATER, None)
    assert [(each.state, each.error) for each in store.letters_of("1000-0001")] == [
        ("failed", "对方拉黑了机器人"), ("waiting", ""),
    ]  # fmt: skip
    events = store.events("1000-0001")
    assert [event.action for event in events] == ["open", "undelivered"]
    assert "送达失败" in events[1].text
    assert store.events("1000-0001", public_only=True) == events[:1]
    assert texts(due(store)) == ["乙"]
    ticket = store.ticket("1000-0001")
    assert ticket
    store.perform((changed(ticket, Action.CLAIM),), LATER)
    assert store.audit_verify() is None
    assert store.board(NOW).letters_failed == 1


def test_a_lease_that_ran_out_frees_the_letter(store: Store) -> None:
    send(store, ("7", "甲"), ("7", "乙"))
    due(store)
    assert store.next_letter_at(NOW, ["telegram"]) == LEASE
    assert due(store, LEASE - timedelta(seconds=1)) == []
    assert texts(due(store, AFTER)) == ["甲"]


def test_an_urgent_letter_does_not_jam_a_lost_lease(store: Store) -> None:
    send(store, ("7", "甲"))
    due(store)
    send(store, ("7", "急"), urgent=True)
    (letter,) = due(store, AFTER)
    assert letter.reply.text == "甲"
    store.sent(letter.id, "", AFTER)
    assert texts(due(store, AFTER)) == ["急"]


def test_stuck_letters_are_reset(store: Store) -> None:
    send(store, ("7", "甲"), ("8", "乙"))
    due(store)
    assert store.reset_stuck(NOW) == 0
    assert store.reset_stuck() == 2
    assert texts(due(store)) == ["甲", "乙"]
    assert store.reset_stuck(AFTER) == 2


def test_released_letters_wait_again_untried(store: Store) -> None:
    send(store, ("7", "甲"))
    (letter,) = due(store)
    store.release([letter.id])
    (again,) = due(store)
    assert again.attempts == 0
    store.sent(again.id, "", NOW)
    store.release([again.id])
    assert due(store) == []


@pytest.mark.parametrize("state", ["sent", "failed"])
def test_a_finished_letter_is_not_reopened(store: Store, state: str) -> None:
    send(store, ("7", "甲"))
    (letter,) = due(store)
    if state == "sent":
        store.sent(letter.id, "5", NOW)
    else:
        store.failed(letter.id, "不行", NOW, None)
    store.failed(letter.id, "又", NOW, LATER)
    store.reset_stuck()
    assert due(store, AFTER) == []
