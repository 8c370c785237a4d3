"""Who gets a new case."""

from dataclasses import replace

import pytest

from tests.tickets.test_ticket import ticket
from tickets.routing import HEAD, Route, RouteError, least_busy, read_routes, route, unknown

TABLE = (
    ",".join(HEAD)
    + """
,,,,窗口,,
,fm-*,,,渔民组,陈海、李江,2
,fm-wage-arrears,,,欠薪组,赵一,
,,石浦,,石浦调解队,,
svc-mediation,,,服务,调解中心,王芳,
"""
)


@pytest.mark.parametrize(
    ("case", "team"),
    [
        ({}, "窗口"),
        ({"topic": "fm-collision"}, "渔民组"),
        ({"topic": "fm-wage-arrears"}, "欠薪组"),
        ({"town": "石浦镇延昌"}, "石浦调解队"),
        ({"town": "石浦镇", "topic": "fm-collision"}, "渔民组"),
        ({"service": "svc-mediation", "kind": "service", "topic": "fm-wage-arrears"}, "调解中心"),
        ({"service": "svc-mediation", "kind": "question"}, "窗口"),
    ],
)
def test_the_row_that_says_most_wins(case: dict[str, str], team: str) -> None:
    found = route(replace(ticket(), **case), read_routes(TABLE))
    assert found is not None
    assert found.team == team


def test_without_a_table_nothing_is_routed() -> None:
    assert route(ticket(), read_routes("")) is None


def test_the_least_busy_below_the_cap_gets_it() -> None:
    people, row = {"陈海": "m1", "李江": "m2"}, Route(people=("陈海", "李江", "走了的"), cap=2)
    assert least_busy(people, row, {"m1": 1}) == "m2"
    assert least_busy(people, row, {"m1": 1, "m2": 2}) == "m1"
    assert least_busy(people, row, {"m1": 2, "m2": 2}) is None
    assert least_busy(people, row, {}, excluded=("m1",)) == "m2"


def test_mistakes_are_named_by_line() -> None:
    with pytest.raises(RouteError, match="表头"):
        read_routes("队伍\n窗口")
    with pytest.raises(RouteError, match="第 3 行：上限“很多”") as error:
        read_routes(",".join(HEAD) + "\n,,,奇怪,,,\n,,,,窗口,,很多")
    assert "第 2 行：类别“奇怪”" in str(error.value)
    assert "第 2 行：队伍没写" in str(error.value)


def test_what_does_not_exist_is_named() -> None:
    routes = read_routes(TABLE)
    ids, names = frozenset({"fm-wage-arrears", "svc-mediation"}), frozenset({"陈海", "赵一", "王芳"})
    assert unknown(routes, ids, names) == ("李江",)
    assert unknown(routes, frozenset(), names)[0] == "fm-*"
