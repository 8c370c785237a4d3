"""Every state × every action × every role, and what the actions do to a case."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.due import BEIJING, add_work_hours
from tickets.model import CoTask, Mediation
from tickets.states import ACTIONS, STAFF, STATES, TRANSITIONS, Action, Role, State, possible
from tickets.ticket import Actor, NotAllowed, Ticket, apply, lamp, open_ticket

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)  # a Monday
CITIZEN = Actor(id="web:wang", role=Role.CITIZEN, name="王")
MEDIATOR = Actor(id="m1", role=Role.MEDIATOR, name="陈")
OTHER = Actor(id="m2", role=Role.MEDIATOR, name="李")
CLERK = Actor(id="c1", role=Role.CLERK, name="赵")
SUPERVISOR = Actor(id="s1", role=Role.SUPERVISOR, name="周")


def ticket(**changes: object) -> Ticket:
    made, _ = open_ticket(
        now=NOW,
        hours=8,
        by=CITIZEN,
        number="4821-3390",
        channel="web",
        chat="wang",
        person="web:wang",
        kind="question",
        title="欠薪",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


# everything any action may ask for
GIVEN = {
    "owner": "m9", "owner_name": "新人", "team": "海事处", "hours": "8", "index": "0", "until": "2026-12-20",
    "id": "dl-labor-1y", "title": "劳动仲裁一年", "last_day": "2027-03-01", "basis": "劳动争议调解仲裁法 27",
    "number": "1111-2222", "reason": "scope", "party": "船东老王", "at": "2026-12-01T14:00", "place": "石浦调解室",
    "signed_on": "2026-11-20", "applicant": "王大海",
}  # fmt: skip


def ready(action: Action, **changes: object) -> Ticket:
    """A case for which nothing is missing to do `action`, if its state allows it."""
    done = NOW if action is Action.CO_DONE else None
    return ticket(
        co=(CoTask(team="渔政", what="查船证", due_at=NOW, done_at=done),), order_due_at=NOW,
        mediation=Mediation(party="老王", person="x1", chat="x1", applicant_at=NOW, party_at=NOW), **changes,
    )  # fmt: skip


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_only_what_the_table_says_can_happen(state: State, action: Action, role: Role) -> None:
    free = action is Action.CLAIM or (role not in STAFF and action is not Action.SWAP)
    case = ready(action, state=state, owner="" if free else "x1")
    by = Actor(id="web:wang" if role is Role.CITIZEN else "x1", role=role, name="某")
    allowed = (state, action) in TRANSITIONS and role in ACTIONS[action].who
    if allowed:
        changed, event = apply(case, action, by, NOW, "话", **GIVEN)
        assert changed.state == TRANSITIONS[(state, action)] == event.after
        assert changed.version == case.version + 1
    else:
        with pytest.raises(NotAllowed, match="。"):
            apply(case, action, by, NOW, "话", **GIVEN)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {State.DRAFT} | set(TRANSITIONS.values())
    assert reached == set(State)
    for state, info in STATES.items():
        leads_on = {target for (source, _), target in TRANSITIONS.items() if source is state} - {state}
        assert bool(leads_on) == (info.open or state in (State.ARCHIVED, State.FEEDBACK)), state


def test_a_claim_takes_the_case_and_a_second_one_is_told_who_has_it() -> None:
    taken, _ = apply(ticket(), Action.CLAIM, MEDIATOR, NOW)
    assert (taken.owner, taken.state) == ("m1", State.ACCEPTED)
    with pytest.raises(NotAllowed, match="已签收"):
        apply(taken, Action.CLAIM, OTHER, NOW)


def test_another_mediator_may_not_answer_a_case_that_is_not_his() -> None:
    taken, _ = apply(ticket(), Action.CLAIM, MEDIATOR, NOW)
    with pytest.raises(NotAllowed, match="由陈在办"):
        apply(taken, Action.REPLY, OTHER, NOW, "您好")
    answered, _ = apply(taken, Action.REPLY, SUPERVISOR, NOW, "您好")
    assert answered.state is State.IN_PROGRESS


def test_a_stranger_cannot_withdraw_somebody_elses_case() -> None:
    stranger = Actor(id="web:zhang", role=Role.CITIZEN)
    with pytest.raises(NotAllowed, match="不是您的工单"):
        apply(ticket(), Action.WITHDRAW, stranger, NOW)


@pytest.mark.parametrize("action", [a for a, info in ACTIONS.items() if info.needs])
def test_acts_that_need_words_refuse_silence(action: Action) -> None:
    state = next(source for (source, a) in TRANSITIONS if a is action)
    role = next(one for one in (Role.SUPERVISOR, Role.MEDIATOR, Role.PARTY) if one in ACTIONS[action].who)
    by = Actor(id="x1" if role is Role.PARTY else "s1", role=role)
    with pytest.raises(NotAllowed, match="请写上"):
        apply(ready(action, state=state, owner="s1"), action, by, NOW, "  ", **GIVEN)


def test_waiting_for_the_citizen_stops_the_promised_time() -> None:
    taken, _ = apply(ticket(), Action.CLAIM, MEDIATOR, NOW)
    asked, _ = apply(taken, Action.ASK, MEDIATOR, NOW + timedelta(hours=1), "欠几个月？")
    supplied, _ = apply(asked, Action.SUPPLY, CITIZEN, NOW + timedelta(days=3, hours=1), "半年")
    assert supplied.paused_at is None
    assert supplied.due_at == add_work_hours(taken.due_at, 24)


def test_a_case_is_reopened_once() -> None:
    again, _ = apply(ticket(state=State.RESOLVED, paused_at=NOW), Action.REOPEN, CITIZEN, NOW)
    assert (again.state, again.reopened) == (State.REOPENED, 1)
    with pytest.raises(NotAllowed, match="另开一单"):
        apply(replace(again, state=State.RESOLVED), Action.REOPEN, CITIZEN, NOW)


def test_handing_on_names_the_new_owner() -> None:
    handed, event = apply(ticket(), Action.ASSIGN, CLERK, NOW, "调解员陈", owner="m1", owner_name="调解员陈")
    assert (handed.state, handed.owner, handed.owner_name) == (State.ASSIGNED, "m1", "调解员陈")
    accepted, _ = apply(handed, Action.ACCEPT, MEDIATOR, NOW)
    assert accepted.state is State.ACCEPTED
    assert event.public


def test_notes_are_internal() -> None:
    _, event = apply(ticket(), Action.NOTE, CLERK, NOW, "对方电话打不通")
    assert not event.public


@pytest.mark.parametrize(("hours", "colour"), [(0, "green"), (3.5, "yellow"), (9, "red")])
def test_the_lamp_follows_the_office_clock(hours: float, colour: str) -> None:
    assert lamp(ticket(), add_work_hours(NOW, hours) + timedelta(minutes=1 if hours > 8 else 0)) == colour


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Action)), st.sampled_from([CITIZEN, MEDIATOR, OTHER, CLERK, SUPERVISOR])),
        max_size=25,
    )
)
def test_random_histories_keep_the_rules(steps: list[tuple[Action, Actor]]) -> None:
    """One owner at most, promised time never before opening, version counts the changes, possible() tells the truth."""
    case, now, changes = ticket(), NOW, 0
    for action, by in steps:
        now += timedelta(hours=3)
        offered = action in possible(case.state, by.role)
        try:
            case, event = apply(case, action, by, now, "话", **GIVEN)
        except NotAllowed:
            continue
        changes += 1
        assert offered
        assert event.after == case.state
        assert case.due_at >= case.opened_at
        assert (case.paused_at is not None) == (not STATES[case.state].clock)
    assert case.version == changes
