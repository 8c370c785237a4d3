"""Real processes at one database: no case is taken twice, no letter claimed twice, no change lost."""

import random
import time
from datetime import timedelta
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import Queue

import pytest

from bot.turn import Turns
from handlers.types import Reply, Send
from storage import Conflict, Store, open_lanes, open_store
from storage.sql import SqlStore
from tests.storage.postgres import new_database
from tests.storage.samples import NOW, changed, count_and_open, message, opened
from tickets.states import Action, Role
from tickets.ticket import Actor, NotAllowed

WORKERS = 3
CASES = 30
LETTERS = 40
NOTES = 15


def run(processes: ForkServerContext, work: object, url: str) -> list[object]:
    """`work(url, n)` in WORKERS processes at once; all that they yield."""
    results: Queue[list[object]] = processes.Queue()
    start = time.time() + 0.5
    team = [processes.Process(target=_work, args=(work, url, n, start, results)) for n in range(WORKERS)]
    for process in team:
        process.start()
    found = [result for _ in team for result in results.get(timeout=120)]
    for process in team:
        process.join(60)
    assert [process.exitcode for process in team] == [0] * WORKERS
    return found


def _work(work: object, url: str, n: int, start: float, results: "Queue[list[object]]") -> None:
    time.sleep(max(0.0, start - time.time()))
    results.put(list(work(url, n)))  # type: ignore[operator]


def claim_cases(url: str, n: int) -> list[object]:
    store = open_store(url)
    me = Actor(id=f"m{n}", role=Role.CLERK, name=f"员{n}")
    numbers = [f"1000-{case:04}" for case in range(CASES)]
    random.Random(n).shuffle(numbers)
    won = []
    for number in numbers:
        ticket = store.ticket(number)
        assert ticket
        try:
            store.perform((changed(ticket, Action.CLAIM, by=me),), NOW)
            won.append(number)
        except (Conflict, NotAllowed):
            continue
    store.close()
    return [(f"m{n}", number) for number in won]


def test_a_case_has_one_owner(url: str, processes: ForkServerContext) -> None:
    store = open_store(url)
    store.perform([opened(f"1000-{case:04}") for case in range(CASES)], NOW)
    won = run(processes, claim_cases, url)
    assert sorted(number for _, number in won) == [f"1000-{case:04}" for case in range(CASES)]  # type: ignore[misc]
    assert {(ticket.owner, ticket.number) for ticket in store.tickets_of("telegram:7")} == set(won)
    assert {len(store.events(f"1000-{case:04}")) for case in range(CASES)} == {2}
    assert store.audit_verify() is None
    store.close()


def take_letters(url: str, n: int) -> list[object]:
    store = open_store(url)
    taken: list[object] = []
    while letters := store.due_letters(NOW, NOW + timedelta(hours=1), ["telegram"], limit=3):
        for letter in letters:
            taken.append(letter.reply.text)
            store.sent(letter.id, "", NOW)
    store.close()
    return taken


def test_a_letter_is_taken_once(url: str, processes: ForkServerContext) -> None:
    store = open_store(url)
    texts = [f"{n}" for n in range(LETTERS)]
    store.perform([Send(channel="telegram", chat=f"c{n}", reply=Reply(text=text)) for n, text in enumerate(texts)], NOW)
    assert sorted(run(processes, take_letters, url), key=str) == sorted(texts)
    store.close()


def write_notes(url: str, n: int) -> list[object]:
    lanes = open_lanes(url)
    done: list[object] = []

    def note(store: Store, text: str) -> None:
        ticket = store.ticket("1000-0001")
        assert ticket
        store.perform((changed(ticket, Action.NOTE, text),), NOW)

    while len(done) < NOTES:
        text = f"{n}-{len(done)}"
        if lanes.write(lambda store, text=text: note(store, text)).exception() is None:
            done.append(text)
    lanes.close()
    return done


def test_no_change_is_lost(url: str, processes: ForkServerContext) -> None:
    store = open_store(url)
    store.perform((opened("1000-0001"),), NOW)
    notes = run(processes, write_notes, url)
    kept = [event.text for event in store.events("1000-0001")[1:]]
    assert sorted(kept) == sorted(notes, key=str)
    ticket = store.ticket("1000-0001")
    assert ticket
    assert ticket.version == WORKERS * NOTES
    assert store.audit_verify() is None
    store.close()


def test_a_restarted_server_is_found_again(server: str) -> None:
    address = new_database(server, "restarted")
    lanes, other = open_lanes(address), open_store(address)
    turns = Turns(lanes, count_and_open, None, lambda: NOW)
    turns.play(message("1"))
    assert isinstance(other, SqlStore)
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'postgres'"
    )
    other.db.rows(kill)
    lanes.write(lambda store: store.meta("a")).exception()
    assert turns.play(message("2", "单"))[0].ticket
    other.db.rows(kill)
    with pytest.raises(Conflict), lanes.local().snapshot():
        lanes.local().session(message())
    assert lanes.local().session(message()).slots == {"count": "2"}
    other.close()
    lanes.close()


def play_same(url: str, n: int) -> list[object]:
    lanes = open_lanes(url)
    turns = Turns(lanes, count_and_open, None, lambda: NOW)
    answers: list[object] = [turns.play(message(str(i), "单"))[0].text for i in range(10)]
    lanes.close()
    return answers


def test_the_same_messages_in_all_processes_are_played_once(url: str, processes: ForkServerContext) -> None:
    store = open_store(url)
    answers = run(processes, play_same, url)
    assert len(set(answers)) == 10
    assert len(store.tickets_of("telegram:7")) == 10
    assert store.session(message()).slots == {"count": "10"}
    assert store.audit_verify() is None
    store.close()
