"""The supervisor's one screen: figures, lamps, towns, how fast; and the monthly table by unit."""

from datetime import datetime, timedelta

from aiohttp import web

from bot.web.keys import site
from bot.web.login import csrf_of
from bot.web.pages import page, read
from bot.web.queue import LAMPS, row
from bot.web.sheets import Cell, attachment, workbook
from bot.web.uses import note
from handlers.types import Member
from storage import Board, Store, Wanted
from storage.rooms import GROUP_TROUBLE
from tickets.due import BEIJING
from tickets.figures import by_team, flow, speed
from tickets.states import ROLE_NAMES, STATES, State

PRESSING = 10
DAYS = 14  # days of the flow
SPAN = timedelta(days=30)  # of the speeds
# where each town lies, roughly: column and row of a tile; not a map to measure on
TILES: dict[str, tuple[int, int]] = {
    "西周": (1, 2), "墙头": (2, 2), "黄避岙": (3, 1), "贤庠": (4, 1), "涂茨": (5, 1), "大徐": (3, 2), "丹西": (4, 2),
    "丹东": (5, 2), "爵溪": (6, 2), "泗洲头": (2, 3), "茅洋": (3, 3), "东陈": (5, 3), "新桥": (3, 4), "定塘": (4, 4),
    "晓塘": (3, 5), "石浦": (4, 5), "高塘岛": (3, 6), "鹤浦": (4, 6),
}  # fmt: skip
ELSEWHERE = "别处、没写"


async def board(request: web.Request, me: Member) -> web.StreamResponse:
    """Figures, lamps, and what presses most."""
    here = site(request)
    now = here.clock()

    def look(store: Store):  # type: ignore[no-untyped-def]
        pressing = store.queue(Wanted(open=True), PRESSING)
        return (
            store.board(now),
            pressing,
            store.loads(),
            store.record(now - SPAN, now + timedelta(minutes=1)),
            store.misses(now - SPAN, 5),
            store.meta(GROUP_TROUBLE),
        )

    figures, pressing, loads, lines, misses, trouble = await read(here, look)
    team = await read(here, lambda store: {member.id: member.name for member in store.members()})
    in_hand = sum(count for state, count in figures.states.items() if STATES[State(state)].open)
    busiest = sorted(loads.items(), key=lambda item: -item[1])[:12]
    return page(
        request, "board.html", me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), figures=figures, in_hand=in_hand,
        lamps=_lamps(figures, in_hand), states=_states(figures), towns=tiles(figures),
        people=[(team.get(id, "已离开"), count) for id, count in busiest], speed=speed(lines, now),
        flow=flow(lines, now, DAYS), misses=misses, days=(now - figures.oldest).days if figures.oldest else 0, trouble=trouble.partition(" ")[2],
        rows=[row(ticket, me, now) for ticket in pressing],
    )  # fmt: skip


def _lamps(figures: Board, in_hand: int) -> list[tuple[str, str, int]]:
    counts = {"red": figures.late, "yellow": figures.yellow, "green": in_hand - figures.late - figures.yellow}
    return [(name, LAMPS[name], counts[name]) for name in LAMPS]


def _states(figures: Board) -> list[tuple[str, int]]:
    """Each state that has cases, in the order of a case's life."""
    return [(STATES[state].label, figures.states[state]) for state in State if figures.states.get(state)]


def tiles(figures: Board) -> list[dict[str, object]]:
    """The towns as tiles; cases whose town is not one of them are counted elsewhere."""
    counts = {name: [0, 0] for name in (*TILES, ELSEWHERE)}
    for town, (number, late) in figures.towns.items():
        name = next((one for one in TILES if one in town), ELSEWHERE)
        counts[name][0] += number
        counts[name][1] += late
    places = {**TILES, ELSEWHERE: (6, 6)}
    return [
        {"name": name, "count": n, "late": late, "column": places[name][0], "row": places[name][1]}
        for name, (n, late) in counts.items()
    ]


async def month(request: web.Request, me: Member) -> web.StreamResponse:
    """The three-colour table of a month by unit, also as CSV and XLSX. Nobody's name and no case is in it."""
    here = site(request)
    now = here.clock()
    first = _month(request.query.get("m", ""), now)
    after = (first + timedelta(days=32)).replace(day=1)
    lines = await read(here, lambda store: store.record(first, min(after, now)))
    rows = by_team(lines, now)
    form = request.query.get("as", "")
    if form in ("csv", "xlsx"):
        head: list[Cell] = ["单位", "灯", "件数", "时间够", "快到时", "超时", "办结", "解决了", "不满意", "积分"]
        cells: list[list[Cell]] = [
            [one.team, LAMPS[one.lamp], one.cases, *(one.colours.get(c, 0) for c in ("green", "yellow", "red")), one.closed,
             one.solved, one.bad, one.points] for one in rows
        ]  # fmt: skip
        await note(request, me, "month", detail=f"{first:%Y-%m}")
        return attachment(workbook([head, *cells], form), f"三色表{first:%Y-%m}.{form}")
    return page(
        request, "month.html", me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), rows=rows, names=LAMPS,
        month=f"{first:%Y-%m}", before=f"{first - timedelta(days=1):%Y-%m}", after=f"{after:%Y-%m}" if after < now else "",
        speed=speed(lines, now),
    )  # fmt: skip


def _month(asked: str, now: datetime) -> datetime:
    """The first moment of the month asked for, of the present one for nonsense."""
    try:
        first = datetime.strptime(asked, "%Y-%m").replace(tzinfo=BEIJING)
    except ValueError:
        first = now
    first = now if first > now else first
    return first.astimezone(BEIJING).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
