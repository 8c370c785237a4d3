"""What happens by itself as time passes, on a real database."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot import clock
from handlers.types import Enrol, Invite, Member
from storage import Store, open_store
from tests.storage.samples import CLERK, NOW, changed, message, opened
from tickets.states import Action, Role, State
from tickets.ticket import Actor, Ticket

MEDIATOR = Actor(id="m2", role=Role.MEDIATOR, name="陈海")
SUPERVISOR = Actor(id="s1", role=Role.SUPERVISOR, name="周督办")
NUMBER = "1000-0001"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/clock.db")
    for actor in (CLERK, MEDIATOR, SUPERVISOR):
        member = Member(id=actor.id, name=actor.name, role=actor.role, channel="telegram", chat=actor.id)
        store.perform((Invite(code=actor.id, role=actor.role, by=""),), NOW)
        store.perform((Enrol(code=actor.id, member=member),), NOW)
    yield store
    store.close()


def begin(store: Store, *acts: tuple[Action, str, dict[str, str]], by: Actor = MEDIATOR) -> Ticket:
    """A case with some acts done to it, five minutes after it was opened."""
    start = opened(NUMBER)
    store.perform((start,), NOW)
    for action, text, data in acts:
        ticket = store.ticket(NUMBER)
        assert ticket
        store.perform((changed(ticket, action, text, by, **data),), NOW)
    return now(store)


def now(store: Store) -> Ticket:
    ticket = store.ticket(NUMBER)
    assert ticket
    return ticket


def heard(store: Store, chat: str, at: datetime) -> list[str]:
    """The letters to a chat, as they would go out now."""
    found: list[str] = []
    while letters := store.due_letters(at, at + timedelta(minutes=1), ("telegram",)):
        for letter in letters:
            store.sent(letter.id, "", at)
            found += [letter.reply.text] if letter.chat == chat else []
    return found


CLAIM = (Action.CLAIM, "", {})


def test_a_snoozed_case_wakes_on_its_day(store: Store) -> None:
    begin(store, CLAIM, (Action.START, "", {}), (Action.SNOOZE, "等回港", {"until": "2026-12-20"}))
    clock.wake_snoozed(store, datetime(2026, 12, 19, 9, tzinfo=NOW.tzinfo))
    assert now(store).state is State.SNOOZED
    day = datetime(2026, 12, 20, 9, tzinfo=NOW.tzinfo)
    clock.wake_snoozed(store, day)
    assert (now(store).state, now(store).snoozed_until) == (State.IN_PROGRESS, None)
    assert any("约好的日子到了" in text for text in heard(store, "m2", day))


def test_a_case_that_nobody_takes_goes_back(store: Store) -> None:
    begin(store, (Action.ASSIGN, "陈海", {"owner": "m2", "owner_name": "调解员陈海"}), by=CLERK)
    clock.release_untouched(store, NOW + timedelta(hours=3))
    assert now(store).owner == "m2"
    later = NOW + timedelta(days=2)
    clock.release_untouched(store, later)
    assert (now(store).state, now(store).owner) == (State.TRIAGE, "")
    for chat in ("m2", "m1"):
        assert any("没有按时签收" in text for text in heard(store, chat, later)) or chat == "m1"


def test_yellow_tells_the_owner_and_red_the_supervisor_once(store: Store) -> None:
    begin(store, CLAIM)
    yellow = NOW + timedelta(hours=6)
    for _ in range(2):
        clock.warn(store, yellow)
    assert [text[:3] for text in heard(store, "m2", yellow)] == ["提示单"]
    red = NOW + timedelta(days=3)
    for _ in range(2):
        clock.warn(store, red)
    assert [text for text in heard(store, "s1", red) if "超过承诺时间" in text] != []
    assert now(store).warned == "red"
    assert sum(event.action == Action.WARN for event in store.events(NUMBER)) == 2


def test_a_statutory_period_is_recalled_three_times_to_both(store: Store) -> None:
    limit = {
        "id": "dl-labor-1y",
        "title": "申请劳动仲裁",
        "last_day": "2027-03-01",
        "basis": "《劳动争议调解仲裁法》第二十七条",
    }
    begin(store, CLAIM, (Action.LIMIT, "", limit), (Action.ASK, "欠条呢？", {}))
    told = []
    day = date(2026, 12, 1)
    while day <= date(2027, 3, 5):
        at = datetime(day.year, day.month, day.day, 9, tzinfo=NOW.tzinfo)
        clock.remind_limits(store, at)
        told += [(day.isoformat(), chat) for chat in ("7",) for text in heard(store, chat, at) if "提醒您" in text]
        day += timedelta(days=1)
    assert told == [("2027-01-30", "7"), ("2027-02-22", "7"), ("2027-02-28", "7")]


def test_both_sides_are_told_of_judicial_confirmation_in_time(store: Store) -> None:
    begin(
        store, CLAIM, (Action.INVITE, "老王", {"party": "老王"}), (Action.WISH, "", {}), (Action.CONSENT, "", {}),
        (Action.MEDIATE, "", {}), (Action.AGREE, "月底前赔六千", {"signed_on": "2026-11-23"}),
    )  # fmt: skip
    clock.remind_confirmation(store, NOW + timedelta(days=10))
    assert now(store).state is State.AGREEMENT
    clock.remind_confirmation(store, NOW + timedelta(days=21))
    assert now(store).state is State.JUDICIAL_CONFIRM


def test_silence_archives_a_resolved_case(store: Store) -> None:
    begin(store, CLAIM, (Action.RESOLVE, "赔了", {}))
    clock.archive_silent(store, NOW + timedelta(days=6))
    assert now(store).state is State.RESOLVED
    clock.archive_silent(store, NOW + timedelta(days=8))
    assert now(store).state is State.ARCHIVED
    assert store.audit_verify() is None


def test_no_job_disturbs_what_is_at_rest(store: Store) -> None:
    """Every job over every kind of case, twice at one moment: the second time nothing happens any more."""
    begin(store, CLAIM)
    store.journal(message())
    late = NOW + timedelta(days=9)
    for job in clock.JOBS:
        job(store, late)
    before = store.audit_head()
    for job in clock.JOBS:
        job(store, late)
    assert store.audit_head() == before
