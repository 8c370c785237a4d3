"""Random days at the desk against a few lines that say what must hold."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.turn import Turns
from handlers.types import Message
from storage import Alone, Store, open_store
from tests.storage.samples import NOW, changed, count_and_open, message
from tickets.states import Action
from tickets.ticket import NotAllowed

CHATS = st.sampled_from("abc")
TURN = st.tuples(st.just("say"), CHATS, st.sampled_from(["你好", "单", "炸"]), st.integers(0, 3))
ACT = st.tuples(st.just("act"), CHATS, st.sampled_from([*Action]), st.integers(0, 3))
MAIL = st.tuples(st.just("mail"), CHATS, st.sampled_from(["sent", "failed", "later", "lost"]), st.integers(0, 3))
FORGET = st.tuples(st.just("again"), CHATS, st.just(""), st.integers(0, 3))
NUMBERS = count()


@dataclass
class Model:
    """What we expect to find."""

    messages: list[Message] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    cases: dict[str, list[str]] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)


def say(turns: Turns, model: Model, chat: str, text: str, inline: bool) -> None:
    sent = message(str(len(model.messages)), text, chat)
    model.messages.append(sent)
    (reply,) = turns.play(sent, inline=inline)
    model.counts[chat] = 0 if text == "炸" else model.counts.get(chat, 0) + 1
    if text == "单":
        model.cases.setdefault(chat, []).append(reply.ticket)
        model.events[reply.ticket] = 1


def act(store: Store, model: Model, chat: str, action: Action, n: int) -> None:
    own = model.cases.get(chat, [])
    if own:
        ticket = store.ticket(own[n % len(own)])
        assert ticket
        try:
            effect = changed(ticket, action, "话")
        except NotAllowed:
            return
        store.perform((effect,), NOW)
        model.events[ticket.number] += 1


def mail(store: Store, model: Model, fate: str, n: int) -> None:
    for letter in store.due_letters(NOW, NOW, ["telegram", "desk"], n + 1):
        if fate == "sent":
            store.sent(letter.id, str(letter.id), NOW)
        elif fate != "lost":
            store.failed(letter.id, "忙", NOW, NOW if fate == "later" else None)
            model.events[letter.ticket] = model.events.get(letter.ticket, 0) + (fate == "failed")


def check(store: Store, model: Model) -> None:
    assert store.waiting() == []
    assert store.audit_verify() is None
    for chat, expected in model.counts.items():
        assert store.session(message(chat=chat, person=chat)).slots.get("count", "0") == str(expected)
        lines = [line.message for line in store.history("telegram", chat, 1000) if line.message]
        assert lines == [each for each in model.messages if each.chat == chat]
        assert {ticket.number for ticket in store.tickets_of(f"telegram:{chat}")} == set(model.cases.get(chat, []))
    for number in (number for cases in model.cases.values() for number in cases):
        assert len(store.events(number)) == model.events[number]
        assert len(store.letters_of(number)) == 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.lists(st.one_of(TURN, ACT, MAIL, FORGET), max_size=25))
def test_a_random_day_adds_up(tmp_path: Path, day: list[tuple[str, str, str, int]]) -> None:
    store = open_store(f"sqlite:///{tmp_path}/{next(NUMBERS)}.db")
    turns, model = Turns(Alone(store), count_and_open, None, lambda: NOW), Model()
    for what, chat, how, n in day:
        if what == "say":
            say(turns, model, chat, how, inline=n > 1)
        elif what == "act":
            act(store, model, chat, Action(how), n)
        elif what == "mail":
            mail(store, model, how, n)
        elif model.messages:
            old = model.messages[n % len(model.messages)]
            assert turns.play(old) == store.stored_replies(old)
    check(store, model)
    store.close()
