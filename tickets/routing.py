"""Who gets a new case: an editable table from service, topic, town and kind to a team and its people.

The row that says most about a case wins; of equals the first. Without a fitting row the case waits at the one window.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tickets.model import Ticket
from tickets.towns import town_of

WINDOW = "窗口"
HEAD = ("服务", "主题", "镇乡", "类别", "队伍", "承办人", "上限")
KINDS = {"服务": "service", "问题": "question", "紧急": "emergency"}
CAP = 30  # open cases of one person when a row does not say
EMPTY = ",".join(HEAD) + "\n"


class RouteError(Exception):
    """The table cannot be taken. Sentences with line numbers, one a line."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """Cases of this `service`, `topic` (a trailing * stands for anything), `town` and `kind` ("" any) go to `team`.

    `people` are names of staff of whom the least busy below `cap` open cases gets it; () leaves it to the team's queue.
    """

    service: str = ""
    topic: str = ""
    town: str = ""
    kind: str = ""
    team: str = WINDOW
    people: tuple[str, ...] = ()
    cap: int = CAP

    def fits(self, ticket: Ticket) -> bool:
        """Whether the row speaks of this case."""
        return (
            self.service in ("", ticket.service)
            and self.kind in ("", ticket.kind)
            and (not self.town or (town_of(self.town) or self.town) in ticket.town)
            and (not self.topic or _matches(self.topic, ticket.topic))
        )

    @property
    def weight(self) -> int:
        """How much the row says: the service most, then topic, town, kind."""
        whole_topic = bool(self.topic) and not self.topic.endswith("*")
        return 16 * bool(self.service) + 8 * whole_topic + 4 * bool(self.topic) + 2 * bool(self.town) + bool(self.kind)


def _matches(pattern: str, id: str) -> bool:
    return id.startswith(pattern[:-1]) if pattern.endswith("*") else id == pattern


def route(ticket: Ticket, routes: Sequence[Route]) -> Route | None:
    """The row for this case, None when no row fits."""
    fitting = [one for one in routes if one.fits(ticket)]
    return max(fitting, key=lambda one: one.weight, default=None)


def least_busy(
    people: Mapping[str, str], wanted: Route, loads: Mapping[str, int], excluded: Sequence[str] = ()
) -> str | None:
    """The id of who gets the case, of `people` (name → id); None when all are full, away or excluded."""
    ids = [people[name] for name in wanted.people if name in people and people[name] not in excluded]
    free = [id for id in ids if loads.get(id, 0) < wanted.cap]
    return min(free, key=lambda id: loads.get(id, 0), default=None)


@lru_cache(maxsize=4)
def read_routes(text: str) -> tuple[Route, ...]:
    """The table from CSV with the columns of HEAD; 承办人 are names with 、 between. Raises RouteError."""
    rows = list(csv.reader(io.StringIO(text.strip(), newline="")))
    if not rows:
        return ()
    if tuple(cell.strip() for cell in rows[0]) != HEAD:
        raise RouteError(f"第 1 行要是表头：{'，'.join(HEAD)}")
    problems: list[str] = []
    found = [_row(number, row, problems) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if problems:
        raise RouteError("\n".join(problems))
    return tuple(found)


def _row(number: int, cells: Sequence[str], problems: list[str]) -> Route:
    service, topic, town, kind, team, people, cap = [*(cell.strip() for cell in cells), *[""] * 7][:7]
    if kind and kind not in KINDS:
        problems.append(f"第 {number} 行：类别“{kind}”不认识，写{'、'.join(KINDS)}或者空着")
    if not team:
        problems.append(f"第 {number} 行：队伍没写")
    if cap and (not cap.isdecimal() or not 0 < int(cap) <= 1000):
        problems.append(f"第 {number} 行：上限“{cap}”不是 1 到 1000 的数")
        cap = ""
    return Route(
        service=service, topic=topic, town=town, kind=KINDS.get(kind, ""), team=team, cap=int(cap or CAP),
        people=tuple(name for name in people.replace("，", "、").split("、") if name),
    )  # fmt: skip


def unknown(routes: Sequence[Route], ids: frozenset[str], names: frozenset[str]) -> tuple[str, ...]:
    """What the table names that does not exist: services and topics not among `ids`, towns, people not among `names`."""
    wrong = []
    for one in routes:
        wrong += [one.service] if one.service and one.service not in ids else []
        wrong += [one.town] if one.town and not town_of(one.town) else []
        wrong += [one.topic] if one.topic and not any(_matches(one.topic, id) for id in ids) else []
        wrong += [name for name in one.people if name not in names]
    return tuple(dict.fromkeys(wrong))
