"""Staff: invitations work once, secrets are not kept, who left is out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.types import Enrol, Invite, Member, Outcome
from storage import Conflict, Store
from storage.sql import SqlStore
from tests.storage.samples import NOW, message
from tickets.states import Role

CHEN = Member(id="m1", name="陈", role=Role.MEDIATOR, channel="telegram", chat="7")
CODE = "ABCDEFGH23"


def invite(store: Store, code: str = CODE, role: Role = Role.MEDIATOR) -> None:
    store.perform((Invite(code=code, role=role, by="boss"),), NOW)


def join(store: Store, member: Member, code: str = CODE, person: str = "7", id: str = "1") -> None:
    store.journal(message(id, person=person))
    store.finish(message(id, person=person), Outcome(effects=(Enrol(code=code, member=member),)), NOW)


def test_an_invitation_makes_one_member(store: Store) -> None:
    invite(store)
    assert store.invitation(f" {CODE.lower()} ", NOW) is Role.MEDIATOR
    join(store, CHEN)
    assert store.invitation(CODE, NOW) is None
    assert store.member("telegram", "7") == store.member_by_id("m1") == CHEN
    assert store.team() == store.members() == (CHEN,)
    assert store.member("web", "7") is store.member("telegram", "8") is store.member_by_id("m2") is None
    with pytest.raises(Conflict):
        join(store, replace(CHEN, id="m2"), person="8", id="2")
    assert store.team() == (CHEN,)


@pytest.mark.parametrize("code", ["", "WRONG", "' OR 1=1 --", "\ud800"])
def test_no_code_no_entry(store: Store, code: str) -> None:
    invite(store)
    assert store.invitation(code, NOW) is None
    with pytest.raises(Conflict):
        join(store, CHEN, code)
    assert store.team() == ()


def test_an_invitation_runs_out(store: Store) -> None:
    invite(store)
    assert store.invitation(CODE, NOW + timedelta(days=2, hours=23)) is Role.MEDIATOR
    assert store.invitation(CODE, NOW + timedelta(days=3)) is None


def test_a_code_is_given_once(store: Store) -> None:
    invite(store)
    with pytest.raises(Conflict):
        invite(store)


def test_whoever_joins_again_keeps_his_id(store: Store) -> None:
    invite(store)
    join(store, CHEN)
    invite(store, "ZZZZZZZZ22", Role.SUPERVISOR)
    join(store, replace(CHEN, id="m9", role=Role.SUPERVISOR), "ZZZZZZZZ22", id="2")
    assert store.members() == (replace(CHEN, role=Role.SUPERVISOR),)


def test_who_left_is_out_everywhere(store: Store) -> None:
    invite(store)
    join(store, CHEN)
    token = store.new_token("m1", "page", NOW + timedelta(days=1))
    store.keep_member(replace(CHEN, active=False))
    assert store.member("telegram", "7") is None
    assert store.team() == ()
    assert [member.active for member in store.members()] == [False]
    assert store.member_by_token(token, "page", NOW) is None
    store.keep_member(CHEN)
    assert store.member("telegram", "7") == CHEN
    assert store.member_by_token(token, "page", NOW) is None


def test_a_member_may_be_made_by_hand(store: Store) -> None:
    invite(store)
    store.perform((Enrol(code=CODE, member=replace(CHEN, channel="", chat="")),), NOW)
    assert store.team() == (replace(CHEN, channel="", chat=""),)


def test_a_token_stands_for_a_member_until_it_ends(store: Store) -> None:
    store.keep_member(CHEN)
    token = store.new_token("m1", "page", NOW + timedelta(hours=1))
    assert store.member_by_token(token, "page", NOW) == CHEN
    assert store.member_by_token(token, "link", NOW) is None
    assert store.member_by_token(token + "x", "page", NOW) is store.member_by_token("\ud800", "page", NOW) is None
    assert store.member_by_token(token, "page", NOW + timedelta(hours=1)) is None
    store.drop_token(token)
    assert store.member_by_token(token, "page", NOW) is None


def test_a_link_works_once(store: Store) -> None:
    store.keep_member(CHEN)
    token = store.new_token("m1", "link", NOW + timedelta(hours=1))
    assert store.member_by_token(token, "link", NOW, once=True) == CHEN
    assert store.member_by_token(token, "link", NOW, once=True) is None


def test_secrets_are_kept_as_hashes(store: Store) -> None:
    assert isinstance(store, SqlStore)
    store.keep_member(CHEN)
    invite(store)
    token = store.new_token("m1", "link", NOW)
    kept = str([dict(row) for table in ("tokens", "invitations") for row in store.db.rows(f"SELECT * FROM {table}")])
    assert token not in kept
    assert CODE not in kept
