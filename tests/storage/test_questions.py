"""What people asked in vain, and the system's own notes."""

from datetime import timedelta

from handlers.types import LogQuestion, Outcome, Rate
from storage import Store
from tests.storage.samples import NOW, message


def ask(store: Store, id: str, *effects: LogQuestion | Rate, days: int = 0) -> None:
    store.journal(message(id))
    store.finish(message(id), Outcome(effects=effects), NOW + timedelta(days=days))


def test_misses_are_ranked_and_worded_alike(store: Store) -> None:
    for n, text in enumerate(["船员证怎么补？", "船员证 怎么补", "渔船能改装吗", "船员证怎么补"]):
        ask(store, str(n), LogQuestion(text=text, action="refuse"), days=n)
    ask(store, "8", LogQuestion(text="答了的", action="answer", topics=("a",)))
    ask(store, "9", LogQuestion(text="。。。", action="refuse"))
    found = store.misses(NOW)
    assert [(miss.count, miss.action) for miss in found] == [(3, "refuse"), (1, "refuse")]
    assert found[0].last_at == NOW + timedelta(days=3)
    assert [miss.count for miss in store.misses(NOW + timedelta(days=2, hours=1))] == [1]
    assert len(store.misses(NOW, limit=1)) == 1


def test_what_people_corrected_themselves_is_kept_as_a_pair(store: Store) -> None:
    for n, text in enumerate(("网拖坏了", "网拖坏了！")):
        ask(store, str(n), LogQuestion(text=text, action="corrected", topics=("fm-net-damage", "fm-collision")))
    ask(store, "5", LogQuestion(text="答了的", action="answer", topics=("a",)))
    (pair,) = store.confusions(NOW)
    assert (pair.right, pair.wrong, pair.count) == ("fm-net-damage", ("fm-collision",), 2)
    assert store.confusions(NOW + timedelta(days=1)) == []


def test_a_bad_mark_makes_a_miss(store: Store) -> None:
    ask(store, "1", LogQuestion(text="工资", action="answer", topics=("fm-wage",)))
    ask(store, "2", LogQuestion(text="碰撞", action="answer", topics=("fm-wage-share", "fm-crash")))
    ask(store, "3", Rate(topic="fm-wage", useful="yes"))
    assert store.misses(NOW) == []
    ask(store, "4", Rate(topic="fm-crash", useful="no"))
    assert [miss.text for miss in store.misses(NOW)] == ["碰撞"]
    ask(store, "5", Rate(topic="fm-none", useful="wrong", query="保险"))
    assert {miss.text for miss in store.misses(NOW)} == {"碰撞", "保险"}


def test_a_mark_is_for_ones_own_question(store: Store) -> None:
    ask(store, "1", LogQuestion(text="工资", action="answer", topics=("fm-wage",)))
    other = message("2", person="8")
    store.journal(other)
    store.finish(other, Outcome(effects=(Rate(topic="fm-wage", useful="no"),)), NOW)
    assert store.misses(NOW) == []


def test_notes_are_kept(store: Store) -> None:
    assert store.meta("offset") == ""
    store.set_meta("offset", "5")
    store.set_meta("offset", "6")
    assert store.meta("offset") == "6"
