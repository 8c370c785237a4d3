"""Figures over many cases: the monthly three-colour table by unit, points, how fast and how well. Never about a person."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tickets.due import DAY_HOURS, before_work_hours, work_hours_between
from tickets.routing import WINDOW

COLOURS = ("green", "yellow", "red")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One case in the figures of a period: nobody who sent it, and of the office only the unit and who had it."""

    team: str
    town: str
    owner: str
    open: bool
    rating: str
    solved: str
    signed: bool  # an agreement was signed
    opened_at: datetime
    contacted_at: datetime | None
    closed_at: datetime | None
    due_at: datetime


def colour(line: Line, now: datetime) -> str:
    """red: over the promised time; yellow: within its last working day; green: well within it."""
    end = line.closed_at or now
    if end > line.due_at:
        return "red"
    return "yellow" if end >= before_work_hours(line.due_at, DAY_HOURS / 2) else "green"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A unit's month."""

    team: str
    colours: dict[str, int] = field(default_factory=dict)
    closed: int = 0
    solved: int = 0
    bad: int = 0
    points: int = 0

    @property
    def cases(self) -> int:
        """All cases of the month."""
        return sum(self.colours.values())

    @property
    def lamp(self) -> str:
        """The unit's colour: red from one late case in ten, yellow from one in twenty or a bad rating, else green."""
        late = self.colours.get("red", 0) / max(self.cases, 1)
        return "red" if late >= 0.1 else "yellow" if late >= 0.05 or self.bad else "green"


# what happened to a case → points for its unit
POINTS: dict[str, int] = {"closed": 2, "in_time": 1, "solved": 1, "signed": 3, "good": 1, "bad": -2, "late": -1}


def points(line: Line, now: datetime) -> int:
    """The points of one case."""
    facts = {
        "closed": line.closed_at is not None,
        "in_time": line.closed_at is not None and line.closed_at <= line.due_at,
        "solved": line.solved == "yes",
        "signed": line.signed,
        "good": line.rating == "good",
        "bad": line.rating == "bad",
        "late": colour(line, now) == "red",
    }
    return sum(POINTS[name] for name, true in facts.items() if true)


def by_team(lines: Iterable[Line], now: datetime) -> list[Row]:
    """One row for each unit, the most points first."""
    teams: dict[str, list[Line]] = {}
    for line in lines:
        teams.setdefault(line.team or WINDOW, []).append(line)
    rows = [_row(team, cases, now) for team, cases in teams.items()]
    return sorted(rows, key=lambda row: (-row.points, row.team))


def _row(team: str, cases: Sequence[Line], now: datetime) -> Row:
    return Row(
        team=team, colours=dict(Counter(colour(line, now) for line in cases)),
        closed=sum(line.closed_at is not None for line in cases), solved=sum(line.solved == "yes" for line in cases),
        bad=sum(line.rating == "bad" for line in cases), points=sum(points(line, now) for line in cases),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How fast and how well, of the cases of a period. Hours are median office hours; None when there is none."""

    first_reply: float | None
    closing: float | None
    in_time: float | None
    solved: float | None


def speed(lines: Sequence[Line], now: datetime) -> Speed:
    """Rates are shares from 0 to 1."""
    closed = [line for line in lines if line.closed_at]
    told = [line for line in closed if line.solved]
    return Speed(
        first_reply=_median([(line.opened_at, line.contacted_at) for line in lines if line.contacted_at]),
        closing=_median([(line.opened_at, line.closed_at) for line in closed if line.closed_at]),
        in_time=sum(colour(line, now) != "red" for line in closed) / len(closed) if closed else None,
        solved=sum(line.solved == "yes" for line in told) / len(told) if told else None,
    )


def _median(spans: Sequence[tuple[datetime, datetime]]) -> float | None:
    """The office hours of the span that is in the middle by the clock."""
    if not spans:
        return None
    start, end = sorted(spans, key=lambda span: span[1] - span[0])[len(spans) // 2]
    return work_hours_between(start, end)


def flow(lines: Iterable[Line], last: datetime, days: int) -> list[tuple[str, int, int]]:
    """(day, opened, closed) for each of the last `days` days, the oldest first."""
    opened: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    for line in lines:
        opened[_day(line.opened_at, last)] += 1
        if line.closed_at:
            closed[_day(line.closed_at, last)] += 1
    names = [_day(last - timedelta(days=ago), last) for ago in reversed(range(days))]
    return [(name, opened[name], closed[name]) for name in names]


def _day(moment: datetime, last: datetime) -> str:
    return f"{moment.astimezone(last.tzinfo):%m-%d}"
