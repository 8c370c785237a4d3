"""The turn over a real SQLite file: nothing lost, nothing twice, in order."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.turn import SORRY, Turns, fresh_code
from handlers.types import Enrol, Facts, Invite, Member, Message, Outcome, Reply, Session
from storage import Alone, Lanes, open_lanes, open_store
from tests.storage.samples import NOW, changed, count_and_open, message, opened, said
from tickets.states import Action, Role

CHEN = Member(id="m1", name="陈", role=Role.CLERK, channel="telegram", chat="9")
Handle = Callable[[Message, Session, Facts, Any], Outcome]


@pytest.fixture
def lanes(tmp_path: object) -> Iterator[Lanes]:
    opened_lanes = open_lanes(f"sqlite:///{tmp_path}/desk.db")
    yield opened_lanes
    opened_lanes.close()


def turns(lanes: Lanes, handle: Handle = count_and_open, pick: Callable[[int], int] | None = None) -> Turns:
    made = Turns(lanes, handle, None, lambda: NOW)
    if pick:
        made.pick = pick
    return made


def facts_seen(lanes: Lanes, sent: Message) -> Facts:
    """What a handler is told about this message."""
    seen: list[Facts] = []

    def look(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
        seen.append(facts)
        return Outcome(session=session)

    turns(lanes, look).play(sent)
    return seen[0]


async def test_a_message_is_answered_once(lanes: Lanes) -> None:
    desk = turns(lanes)
    first = await desk.receive(message("1", "单"))
    assert first[0].ticket
    assert await desk.receive(message("1", "单")) == first
    assert desk.play(message("1", "单")) == first
    assert len(lanes.local().tickets_of("telegram:7")) == 1
    await desk.close()


async def test_the_same_message_at_the_same_time_opens_one_case(lanes: Lanes) -> None:
    desk = turns(lanes)
    answers = await asyncio.gather(*(desk.receive(message("1", "单")) for _ in range(10)))
    assert len(set(answers)) == 1
    assert len(lanes.local().tickets_of("telegram:7")) == 1
    await desk.close()


async def test_a_chat_keeps_its_order_and_chats_run_side_by_side(lanes: Lanes) -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def slow(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return count_and_open(message, session, facts, knowledge)

    desk = turns(lanes, slow)
    sent = [message(f"{chat}-{n}", f"{n}", chat) for n in range(1, 9) for chat in "abcd"]
    answers = await asyncio.gather(*(desk.receive(each) for each in sent))
    assert [replies[0].text for replies in answers] == [f"{each.text} {each.text}" for each in sent]
    assert most > 1
    await desk.close()


async def test_journal_comes_first_and_keeps_the_message_from_a_crash(lanes: Lanes) -> None:
    desk = turns(lanes)
    assert await desk.journal(message("1", "一"))
    assert not await desk.journal(message("1", "一"))
    await desk.journal(message("2", "二"))
    after = turns(lanes)
    assert await after.recover() == 2
    assert await after.recover() == 0
    letters = lanes.write(lambda store: store.due_letters(NOW, NOW + timedelta(minutes=1), ["telegram"])).result()
    assert [letter.reply.text for letter in letters] == ["1 一"]
    assert lanes.local().session(message()).slots == {"count": "2"}
    await after.close()


async def test_whoever_stops_waiting_does_not_stop_the_turn(lanes: Lanes) -> None:
    desk = turns(lanes)
    waiting = asyncio.create_task(desk.receive(message("1", "单")))
    await asyncio.sleep(0)
    waiting.cancel()
    await desk.close()
    assert waiting.cancelled()
    assert len(lanes.local().tickets_of("telegram:7")) == 1


async def test_letters_wake_the_outbox(lanes: Lanes) -> None:
    woken: list[int] = []
    desk = turns(lanes)
    desk.wake = lambda: woken.append(1)
    await desk.receive(message("1"))
    await desk.write(lambda store: store.perform((opened(),), NOW))
    assert await desk.read(lambda store: store.ticket("1000-0001"))
    assert len(woken) == 2
    await desk.close()


def test_replies_go_out_as_letters_unless_inline(lanes: Lanes) -> None:
    desk = turns(lanes)
    desk.play(message("1"), inline=True)
    desk.play(message("2"), inline=False)
    letters = lanes.write(lambda store: store.due_letters(NOW, NOW + timedelta(minutes=1), ["telegram"])).result()
    assert [letter.reply.text for letter in letters] == ["2 你好"]


def test_a_failing_handler_loses_nothing(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    desk = turns(lanes)
    desk.play(message("1", "你好"))
    with caplog.at_level(logging.ERROR):
        replies = desk.play(message("2", "炸"))
    assert replies[0].text == SORRY
    assert replies[0].buttons[0][0].label == "找人工"
    assert "KeyError at samples.py" in caplog.text
    assert "炸" not in caplog.text
    store = lanes.local()
    assert store.waiting() == []
    assert [(miss.text, miss.action) for miss in store.misses(NOW)] == [("你好", "refuse"), ("炸", "error")]
    assert desk.play(message("2", "炸")) == replies
    assert desk.play(message("3", "又来"))[0].text == "1 又来"


def test_an_effect_that_cannot_be_stored_is_a_failure_too(lanes: Lanes) -> None:
    def wrong(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
        return replace(said("好"), session=Session(slots={"a": {1, 2}}))  # type: ignore[dict-item]

    assert turns(lanes, wrong).play(message("1"))[0].text == SORRY
    assert lanes.local().waiting() == []


def test_a_taken_number_is_replaced(lanes: Lanes) -> None:
    lanes.write(lambda store: store.perform((opened("1000-0000"),), NOW)).result()
    rolls = iter([0] * 12 + [4, 4] + [0] * 100)
    desk = turns(lanes, pick=lambda n: next(rolls) % n)
    assert desk.play(message("1", "单", "8"))[0].text == "1 1004-0004"


def test_endless_conflict_ends_in_an_apology(lanes: Lanes) -> None:
    lanes.write(lambda store: store.perform((opened("1000-0000"),), NOW)).result()
    desk = turns(lanes, pick=lambda n: 0)
    assert desk.play(message("1", "单", "8"))[0].text == SORRY
    assert lanes.local().waiting() == []


def test_a_case_that_changed_meanwhile_is_looked_at_again(lanes: Lanes) -> None:
    lanes.write(lambda store: store.perform((opened(),), NOW)).result()
    versions: list[int] = []

    def claim(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
        ticket = facts.tickets[0]
        versions.append(ticket.version)
        if len(versions) == 1:
            note = changed(ticket, Action.NOTE, "抢先")
            lanes.write(lambda store: store.perform((note,), NOW)).result()
        return replace(said("好"), effects=(changed(ticket, Action.NOTE, "后到"),))

    assert turns(lanes, claim).play(message("1"))[0].text == "好"
    assert versions == [0, 1]
    assert [event.text for event in lanes.local().events("1000-0001")] == ["讨工资", "抢先", "后到"]


async def test_a_database_that_fails_keeps_the_message(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = turns(lanes)
    await desk.journal(message("1", "一"))
    finish = type(lanes.local()).finish

    def full(*given: object, **named: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(type(lanes.local()), "finish", full)
    with pytest.raises(OSError, match="disk full"):
        await desk.receive(message("1", "一"))
    monkeypatch.setattr(type(lanes.local()), "finish", finish)
    assert await desk.recover() == 1
    assert lanes.local().stored_replies(message("1")) == (Reply(text="1 一"),)
    await desk.close()


def test_facts_for_a_stranger(lanes: Lanes) -> None:
    lanes.write(lambda store: store.perform((opened(), opened("1000-0002", "8")), NOW)).result()
    turns(lanes).play(message("1", "早上好", "8"))
    facts = facts_seen(lanes, message("2", "1000-0001 怎么样了，还有 1000-0002", "8"))
    assert facts.now == NOW
    assert [ticket.number for ticket in facts.tickets] == ["1000-0002"]
    assert (facts.named, facts.queue, facts.me, facts.invite) == (None, (), None, None)
    assert {event.number for event in facts.events} == {"1000-0002"}
    assert facts.history == ("早上好",)
    assert facts.has_admin is False


@pytest.mark.parametrize(
    "sent",
    [
        message("1", "1000-0001 怎么样了"),
        message("1", "10000001"),
        message("1", "", button="case:1000-0001"),
        message("1", "知道了", reply_to="1000-0001"),
        message("1", "我的电话 6571-2345", reply_to="1000-0001"),
        message("1", "我的电话 6571-2345", chat="kept"),
    ],
)
def test_ones_own_case_is_named(lanes: Lanes, sent: Message) -> None:
    def note(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
        return Outcome(session=Session(slots={"number": "1000-0001"}))

    start = opened()
    claim = changed(start.ticket, Action.CLAIM)
    inside = changed(claim.ticket, Action.NOTE, "内部")
    lanes.write(lambda store: store.perform((start, claim, inside), NOW)).result()
    if sent.chat == "kept":
        turns(lanes, note).play(message("0", chat="kept"))
    facts = facts_seen(lanes, sent)
    assert facts.named
    assert facts.named.number == "1000-0001"
    assert [event.action for event in facts.events] == ["open", "claim"]


def test_facts_for_staff(lanes: Lanes) -> None:
    invite = Invite(code="ABCDEFGH23", role=Role.CLERK, by="")

    def join(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
        assert facts.invite is Role.CLERK
        return Outcome(effects=(Enrol(code=facts.code, member=CHEN),))

    lanes.write(lambda store: store.perform((invite, opened(), opened("1000-0002", urgent=True)), NOW)).result()
    turns(lanes, join).play(message("1", "加入 abcdefgh23", "9"))
    note = changed(opened().ticket, Action.CLAIM)
    inside = changed(note.ticket, Action.NOTE, "内部")
    lanes.write(lambda store: store.perform((note, inside), NOW)).result()
    facts = facts_seen(lanes, message("2", "1000-0001", "9"))
    assert facts.me == CHEN
    assert facts.team == (CHEN,)
    assert [ticket.number for ticket in facts.queue] == ["1000-0002", "1000-0001"]
    assert facts.named == inside.ticket
    assert [event.text for event in facts.events][-1] == "内部"
    assert facts_seen(lanes, message("3", "ABCDEFGH23", "8")).invite is None


def test_a_used_invitation_is_seen_as_such_on_the_second_try(lanes: Lanes) -> None:
    invite = Invite(code="ABCDEFGH23", role=Role.ADMIN, by="")
    lanes.write(lambda store: store.perform((invite,), NOW)).result()
    seen: list[Role | None] = []

    def join(message: Message, session: Session, facts: Facts, knowledge: object) -> Outcome:
        seen.append(facts.invite)
        if facts.invite is None:
            return said("邀请码用过了")
        other = Enrol(code=facts.code, member=replace(CHEN, id="m2"))
        lanes.write(lambda store: store.perform((other,), NOW)).result()
        return Outcome(effects=(Enrol(code=facts.code, member=CHEN),))

    assert turns(lanes, join).play(message("1", "加入 ABCDEFGH23", "9"))[0].text == "邀请码用过了"
    assert seen == [Role.ADMIN, None]
    assert [member.id for member in lanes.local().team()] == ["m2"]


def test_codes_are_easy_to_type_and_recognised(lanes: Lanes) -> None:
    code = fresh_code(turns(lanes).pick)
    invite = Invite(code=code, role=Role.CLERK, by="")
    lanes.write(lambda store: store.perform((invite,), NOW)).result()
    assert len(code) == 10
    assert not set(code) & set("01OIL")
    for n, text in enumerate((code, f"/start {code.lower()}", f"加入{code}。", f"x {'A' * 10} {code}")):
        facts = facts_seen(lanes, message(str(n), text))
        assert facts.invite is Role.CLERK
        assert facts.code.upper() == code
    assert facts_seen(lanes, message("8", f"9{code}")).invite is None


def test_lanes_without_threads_serve_as_well(tmp_path: object) -> None:
    lanes = Alone(open_store(f"sqlite:///{tmp_path}/alone.db"))
    desk = turns(lanes)
    assert desk.play(message("1", "单"))[0].ticket
    assert desk.play(message("2", "炸"))[0].text == SORRY
    lanes.close()
