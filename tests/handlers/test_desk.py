"""What staff are offered, what is said of their words, and how the history reads to whom."""

from dataclasses import replace

import pytest

from handlers.desk import citizen_line, event_line, perform
from handlers.offers import STAFF_BUTTONS, offered
from handlers.types import Facts, Member, OpenTicket
from tests.tickets.test_ticket import CITIZEN, MEDIATOR, NOW, SUPERVISOR, ticket
from tickets.model import Mediation
from tickets.routing import WINDOW
from tickets.states import ACTIONS, DESK, TRANSITIONS, Action, Role, State
from tickets.ticket import NotAllowed, apply

CLERK = Member(id="c1", name="赵", role=Role.CLERK)
LEADER = Member(id="s1", name="周", role=Role.SUPERVISOR)


def test_every_act_of_the_table_has_its_button() -> None:
    able = {action for action, info in ACTIONS.items() if info.who & DESK} - {Action.SUBMIT}
    assert set(STAFF_BUTTONS) == able
    assert len(STAFF_BUTTONS) == len(set(STAFF_BUTTONS))


def test_sorting_out_is_offered() -> None:
    assert Action.TRIAGE in offered(ticket(), CLERK)


def test_a_mediation_is_its_owners_alone() -> None:
    case = ticket(state=State.MEDIATING, owner="m1", mediation=Mediation(party="王", person="p", chat="p"))
    owned = {action for action, info in ACTIONS.items() if info.own}
    assert {Action.RECORD, Action.TELL_PARTY, Action.AGREE, Action.MEET, Action.TERMINATE, Action.RECUSE} <= owned
    assert not owned & set(offered(case, LEADER))
    assert Action.ASSIGN in offered(case, LEADER)
    assert Action.ASSIGN not in offered(case, CLERK) and Action.CLAIM not in offered(case, CLERK)
    mine = set(offered(replace(case, owner="s1"), LEADER))
    assert {action for action in owned if (State.MEDIATING, action) in TRANSITIONS} - {Action.CONSENT} <= mine


@pytest.mark.parametrize("action", [action for action, info in ACTIONS.items() if info.needs and info.who & DESK])
def test_what_is_said_of_the_words_is_true(action: Action) -> None:
    """Words that the citizen is said not to see are in no letter to him and not in his timeline."""
    info = ACTIONS[action]
    told = info.public or "{text}" in info.notice
    assert ("当事人看不到" not in info.seen) == told


def test_words_for_another_office_are_internal() -> None:
    taken, _ = apply(ticket(), Action.CLAIM, MEDIATOR, NOW)
    _, event = apply(taken, Action.CO_HANDLE, MEDIATOR, NOW, "内部话", team="市监局", hours="8")
    assert not event.public


def test_own_acts_read_as_ones_own() -> None:
    _, event = apply(ticket(), Action.WITHDRAW, replace(CITIZEN, name=""), NOW)
    assert "您 撤回" in citizen_line(event)
    assert "当事人 撤回" in event_line(event)
    _, event = apply(ticket(), Action.CLAIM, MEDIATOR, NOW)
    assert "陈 接单" in citizen_line(event)


def test_the_second_matter_takes_along_what_holds_for_both() -> None:
    told = (("出了什么事", "两件事"), ("对方是谁", "阿土"), ("什么时候的事", "上个月"), ("要多少钱", "三万"))
    case = ticket(facts=told, other_party="阿土", owner="s1", state=State.IN_PROGRESS)
    _, effects = perform(case, Action.SPLIT, LEADER, Facts(now=NOW, number="2222-3333"), "冷库断电")
    made = next(one.ticket for one in effects if isinstance(one, OpenTicket))
    assert made.facts[1:] == (("什么事", "冷库断电"), ("对方是谁", "阿土"), ("什么时候的事", "上个月"))
    assert (made.other_party, made.team) == ("阿土", WINDOW)


def test_a_known_party_is_asked_again_where_it_is() -> None:
    kept = Mediation(party="王", person="p", channel="web", chat="p", applicant_at=NOW, party_at=NOW, terms="三千")
    case = ticket(state=State.TERMINATED, owner="m1", mediation=kept)
    again, _ = apply(case, Action.INVITE, MEDIATOR, NOW, party="王", code="ABCDEFGHJK")
    assert (again.mediation.person, again.mediation.code, again.state) == ("p", "", State.CONSENT_PENDING)
    assert (again.mediation.applicant_at, again.mediation.party_at, again.mediation.terms) == (None, None, "")
    other, _ = apply(case, Action.INVITE, MEDIATOR, NOW, party="李", code="ABCDEFGHJK")
    assert (other.mediation.person, other.mediation.chat, other.mediation.code) == ("", "", "ABCDEFGHJK")


def test_asking_in_a_mediation_does_not_end_it() -> None:
    case = ticket(state=State.MEDIATING, owner="m1")
    assert apply(case, Action.ASK, MEDIATOR, NOW, "几号有空？")[0].state is State.MEDIATING


def test_a_supervisor_takes_nobodys_case_by_recusing() -> None:
    case = ticket(state=State.MEDIATING, owner="m1")
    with pytest.raises(NotAllowed, match="在办"):
        apply(case, Action.RECUSE, SUPERVISOR, NOW, "我来")
