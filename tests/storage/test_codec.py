"""What goes in comes out the same, whatever people type."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.types import Attachment, Button, Message, Reply, Session, Source
from storage.codec import dump, load
from tests.storage.samples import case, message
from tickets.model import Limit
from tickets.ticket import Event, Ticket

ANYTHING = st.text(st.characters(codec=None), max_size=20)


@given(text=ANYTHING, name=ANYTHING, group=st.booleans(), size=st.integers(0, 2**60))
def test_a_message_survives(text: str, name: str, group: bool, size: int) -> None:
    sent = message(text=text, name=name, group=group, attachments=(Attachment(kind="file", name=name, size=size),))
    stored = dump(sent)
    assert load(Message, stored) == sent
    stored.encode()  # no broken surrogate reaches the disk
    assert "\x00" not in stored


@given(st.dictionaries(ANYTHING, ANYTHING, max_size=3))
def test_a_session_survives(slots: dict[str, str]) -> None:
    session = Session(want="intake", slots=slots, misses=2, topic="fm-wage-arrears")
    assert load(Session, dump(session)) == session


def test_all_records_survive() -> None:
    ticket, event = case(facts=(("欠了多少", "三万"), ("多久", "不清楚")))
    limit = Limit(id="dl-labor-1y", title="仲裁", last_day=date(2027, 1, 1))
    ticket = replace(ticket, paused_at=datetime(2026, 1, 1, tzinfo=UTC), limits=(limit,))
    source = Source(label="《渔业法》第一条", law="渔业法", article="1", version="2013")
    reply = Reply(text="好", buttons=((Button("是", "y"), Button("否", "n")), ()), sources=(source,))
    assert load(Ticket, dump(ticket)) == ticket
    assert load(Event, dump(event)) == event
    assert load(Reply, dump(reply)) == reply


def test_the_text_is_canonical() -> None:
    assert dump({"b": 1, "a": "鱼"}) == '{"a":"鱼","b":1}'


@dataclass(frozen=True)
class Old:
    name: str
    gone: int = 0


@dataclass(frozen=True)
class New:
    name: str
    fresh: tuple[str, ...] = ("new",)


def test_fields_may_come_and_go() -> None:
    assert load(New, dump(Old("船", 3))) == New("船")


def test_a_missing_field_without_default_is_named() -> None:
    with pytest.raises(ValueError, match="Old without name"):
        load(Old, "{}")


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        dump({"a": {1}})
