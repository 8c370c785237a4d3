"""One matter told twice is found; two matters of one person are not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tickets.test_ticket import NOW, ticket
from tickets.duplicates import alike

FIRST = ticket(title="老大半年没给工钿", other_party="浙象渔1234 阿三", phone="13812345678")


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"title": "船老大半年没给工钱"}, True),
        ({"title": "老大半年没给工钿", "person": "telegram:9"}, True),  # the same telephone
        ({"title": "老大半年没给工钿", "person": "telegram:9", "phone": ""}, False),
        ({"title": "老大半年没给工钿", "opened_at": NOW + timedelta(days=8)}, False),
        ({"title": "渔船过户办不下来", "other_party": "渔业局"}, False),
        ({"title": "老大半年没给工钿", "other_party": "浙象渔9876 老王"}, True),
        ({"title": "老大半年没给工钿", "merged_into": "1111-2222"}, False),
        ({"title": "在船上摔断了腿", "other_party": "浙象渔1234 阿三"}, False),
    ],
)
def test_the_same_matter(changes: dict[str, object], same: bool) -> None:
    other = replace(FIRST, number="1000-0002", **changes)  # type: ignore[arg-type]
    assert bool(alike(FIRST, [other])) == same


def test_a_case_is_not_its_own_duplicate() -> None:
    assert alike(FIRST, [FIRST]) == ()
