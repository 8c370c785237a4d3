"""Cases: opened once, changed under a version, found again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.types import Attachment, ChangeTicket, Forget, LogQuestion, OpenTicket, Outcome, Reply, Send, Session
from storage import Conflict, Store, Wanted
from storage.schema import migrate
from tests.storage.samples import LATER, NOW, case, changed, message, opened, said
from tickets.model import Mediation
from tickets.states import Action, Role, State
from tickets.ticket import Actor

ME = Actor(id="telegram:7", role=Role.CITIZEN)


def test_a_case_is_kept_as_it_was_opened(store: Store) -> None:
    effect = opened(facts=(("欠多少", "三万"),), urgent=True, town="石浦镇")
    store.perform((effect,), NOW)
    assert store.ticket("1000-0001") == effect.ticket
    assert store.events("1000-0001") == (effect.event,)
    assert store.ticket("1000-0002") is None
    assert store.tickets_of("telegram:7") == (effect.ticket,)
    assert store.tickets_of("telegram:8") == ()


def test_a_number_is_given_once(store: Store) -> None:
    store.perform((opened(),), NOW)
    with pytest.raises(Conflict):
        store.perform((opened(person="8"),), NOW)
    assert len(store.events("1000-0001")) == 1


def test_a_change_needs_the_version_before(store: Store) -> None:
    store.perform((opened(),), NOW)
    ticket = store.ticket("1000-0001")
    assert ticket
    first, second = changed(ticket, Action.CLAIM), changed(ticket, Action.WITHDRAW, by=ME)
    store.perform((first,), LATER)
    with pytest.raises(Conflict):
        store.perform((second,), LATER)
    assert store.ticket("1000-0001") == first.ticket
    assert [event.action for event in store.events("1000-0001")] == ["open", "claim"]


def test_several_changes_in_one_go(store: Store) -> None:
    start = opened()
    claim = changed(start.ticket, Action.CLAIM)
    note = changed(claim.ticket, Action.NOTE, "打过电话")
    store.perform((start, claim, note), LATER)
    assert store.ticket("1000-0001") == note.ticket
    assert [event.public for event in store.events("1000-0001")] == [True, True, False]
    assert [event.action for event in store.events("1000-0001", public_only=True)] == ["open", "claim"]


def test_what_was_handed_in_is_public_only_with_its_event(store: Store) -> None:
    start = opened()
    photo, scan = Attachment(kind="photo", ref="a"), Attachment(kind="file", name="笔录.pdf", ref="b", size=9)
    note = changed(changed(start.ticket, Action.CLAIM).ticket, Action.NOTE, "内部")
    store.perform((replace(start, attachments=(photo,)), changed(start.ticket, Action.CLAIM)), NOW)
    store.perform((replace(note, attachments=(scan,)),), NOW)
    handed_in = store.handed_in("1000-0001")
    assert [(one, event.action, event.public) for one, event in handed_in] == [
        (photo, "open", True),
        (scan, "note", False),
    ]
    store.journal(message(attachments=(Attachment(kind="voice", ref="c"), Attachment(kind="location"))))
    assert store.attachment_refs() == {"a", "b", "c"}


def fill(store: Store) -> None:
    """Five cases: urgent, plain, late in the queue, owned, closed."""
    store.perform((opened("1000-0001", urgent=True, town="石浦镇", now=NOW + timedelta(hours=3)),), NOW)
    store.perform((opened("1000-0002", title="渔船碰撞", phone="13857401234"),), NOW)
    store.perform((opened("1000-0003", town="石浦镇", now=NOW + timedelta(hours=2)),), NOW)
    for number, action, by in (("1000-0004", Action.CLAIM, None), ("1000-0005", Action.WITHDRAW, ME)):
        start = opened(number, team="调解", facts=(("船名", "浙象渔 40123"),))
        act = changed(start.ticket, action, by=by) if by else changed(start.ticket, action)
        store.perform((start, act), NOW)


def numbers(store: Store, wanted: Wanted, limit: int = 50, offset: int = 0) -> list[str]:
    return [ticket.number[-1] for ticket in store.queue(wanted, limit, offset)]


def test_the_queue_is_urgent_first_then_by_what_presses(store: Store) -> None:
    fill(store)
    assert numbers(store, Wanted()) == ["1", "2", "3", "4", "5"]
    assert numbers(store, Wanted(), limit=2, offset=1) == ["2", "3"]
    assert store.count(Wanted()) == 5


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(open=True), "1234"),
        (Wanted(open=False), "5"),
        (Wanted(state="submitted"), "123"),
        (Wanted(owner="m1"), "4"),
        (Wanted(owner="", open=True), "123"),
        (Wanted(team="调解"), "45"),
        (Wanted(town="石浦镇", open=True), "13"),
        (Wanted(text="碰撞"), "2"),
        (Wanted(text="1000-0003"), "3"),
        (Wanted(text="10000003"), "3"),
        (Wanted(text="3857401"), "2"),
        (Wanted(text="浙象渔 40123"), "45"),
        (Wanted(text="40123 调解 讨工资", open=True), "4"),
        (Wanted(text="浙象渔 9", open=True), ""),
        (Wanted(urgent=True), "1"),
        (Wanted(text="40123讨工资"), ""),
        (Wanted(text="%"), ""),
        (Wanted(text="_" * 9), ""),
        (Wanted(text="没有的"), ""),
    ],
)
def test_the_queue_is_filtered(store: Store, wanted: Wanted, found: str) -> None:
    fill(store)
    assert numbers(store, wanted) == list(found)
    assert store.count(wanted) == len(found)


def test_the_board_counts(store: Store) -> None:
    fill(store)
    store.journal(message())
    board = store.board(NOW + timedelta(days=30))
    assert board.states == {"submitted": 3, "accepted": 1, "withdrawn": 1}
    assert (board.unowned, board.late, board.unhandled) == (3, 4, 1)
    assert store.board(NOW).late == 0


def test_a_moved_chat_takes_everything_along(store: Store) -> None:
    store.journal(message())
    letter = Send(channel="telegram", chat="7", reply=Reply(text="信"))
    store.finish(message(), Outcome(session=Session(step="x"), effects=(opened(), letter)), NOW)
    store.migrate_chat("telegram", "7", "-1007")
    ticket = store.ticket("1000-0001")
    assert ticket
    assert (ticket.chat, ticket.version) == ("-1007", 1)
    assert store.session(message(chat="-1007")).step == "x"
    assert store.session(message()) == Session()
    assert [each.chat for each in store.due_letters(NOW, LATER, ["telegram"])] == ["-1007"]
    assert len(store.history("telegram", "-1007")) == 2
    store.migrate_chat("telegram", "7", "-1007")
    assert store.audit_verify() is None


def forget(store: Store, id: str) -> None:
    store.journal(message(id, "删除我的资料"))
    store.finish(message(id), replace(said("删了"), effects=(Forget(),)), LATER, inline=True)


def test_forgetting_takes_the_words_and_leaves_the_record(store: Store) -> None:
    store.journal(message("1", "我叫王阿大"))
    start = replace(
        opened(title="王阿大讨工资", phone="13800000000", facts=(("船名", "浙象渔"),), other_party="李老板"),
        attachments=(Attachment(kind="photo", ref="a"),),
    )
    asked = LogQuestion(text="王阿大的工资", action="refuse")
    store.finish(message("1"), replace(said("好"), effects=(start, asked), session=Session(step="x")), NOW, inline=True)
    claim = changed(start.ticket, Action.CLAIM)
    store.perform((claim, changed(claim.ticket, Action.WITHDRAW, by=ME)), LATER)
    forget(store, "2")
    ticket = store.ticket("1000-0001")
    assert ticket
    assert ticket.state is State.WITHDRAWN
    assert "王" not in str(ticket) + str(store.events("1000-0001"))
    assert (ticket.person, ticket.chat, ticket.phone, ticket.facts) == ("", "", "", ())
    assert [(event.action, event.name) for event in store.events("1000-0001")] == [
        ("open", ""), ("claim", "陈姐"), ("withdraw", ""), ("forgotten", ""),
    ]  # fmt: skip
    assert store.tickets_of("telegram:7") == store.tickets_of("") == ()
    assert store.queue(Wanted(text="王阿大")) == ()
    assert store.handed_in("1000-0001") == ()
    assert store.misses(NOW - timedelta(days=1)) == []
    assert store.session(message()) == Session()
    assert [line.reply.text for line in store.history("telegram", "7") if line.reply] == ["删了"]
    assert not store.journal(message("1"))
    assert store.stored_replies(message("2")) == (Reply(text="删了"),)
    assert store.audit_verify() is None


def test_forgetting_takes_names_and_terms_from_a_mediation(store: Store) -> None:
    kept = Mediation(party="李老板", details="李老板，住石浦", terms="李老板赔六千")
    start = opened(applicant="王阿大，住鹤浦", mediation=kept)
    store.perform((start, changed(start.ticket, Action.WITHDRAW, by=ME)), NOW)
    forget(store, "2")
    masked = str(store.ticket("1000-0001"))
    assert "王阿大" not in masked and "李老板" not in masked


def test_an_open_case_is_masked_when_it_closes(store: Store) -> None:
    store.perform((opened(title="王阿大讨工资"), opened("1000-0002", person="8")), NOW)
    forget(store, "1")
    ticket = store.ticket("1000-0001")
    assert ticket
    assert ticket.title == "王阿大讨工资"
    store.perform((changed(ticket, Action.WITHDRAW, by=ME),), LATER)
    assert "王" not in str(store.ticket("1000-0001")) + str(store.events("1000-0001"))
    other = store.ticket("1000-0002")
    assert other
    store.perform((changed(other, Action.WITHDRAW, by=replace(ME, id="telegram:8")),), LATER)
    assert store.tickets_of("telegram:8")[0].title == "讨工资"
    later, event = case("1000-0003", now=LATER + timedelta(days=1))
    store.perform((OpenTicket(ticket=later, event=event), changed(later, Action.WITHDRAW, by=ME)), LATER)
    assert [each.number for each in store.tickets_of("telegram:7")] == ["1000-0003"]
    assert store.audit_verify() is None


def test_a_change_to_no_case_is_a_conflict(store: Store) -> None:
    ticket, _ = case()
    with pytest.raises(Conflict):
        store.perform((changed(ticket, Action.CLAIM),), NOW)
    assert isinstance(changed(ticket, Action.CLAIM), ChangeTicket)


def test_columns_and_words_may_be_written_anew(store: Store) -> None:
    """What an update does that changes how a case is filed: on a filled database, and more than once."""
    store.perform((opened(town="石浦镇", other_party="阿土"),), NOW)
    store.db.run("INSERT INTO meta (name, value) VALUES ('refill', '1')")
    migrate(store.db)
    migrate(store.db)
    assert [found.number for found in store.queue(Wanted(text="阿土"))] == ["1000-0001"]
