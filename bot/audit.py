"""The history of all cases as a table for the auditor: who did or saw what, when, with the seals that prove it whole."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.web.sheets import Cell, workbook
from storage import Store
from tickets.states import ACTIONS, ROLE_NAMES, STATES, Action, Role, State

AT_ONCE = 5000
FORMS = ("csv", "xlsx")
HEAD: list[Cell] = [
    "序号", "工单", "第几步", "时间", "身份", "工作人员", "动作", "之前", "之后", "当事人可见", "内容指纹", "前一条", "本条",
]  # fmt: skip
OTHERS = {"seen": "看过", "undelivered": "没送到", "forgotten": "按本人要求删除", "attach": "附件"}


def export(store: Store, path: Path) -> int:
    """Write all events to `path` (.csv or .xlsx); how many. Words are not in it: their digest is, and cannot be faked."""
    rows = [HEAD, *(_row(one) for one in _events(store))]
    path.write_bytes(workbook(rows, path.suffix.removeprefix(".")))
    return len(rows) - 1


def _events(store: Store) -> Iterator[Mapping[str, Any]]:
    after = 0
    while found := store.history_of_all(after, AT_ONCE):
        yield from found
        after = found[-1]["position"]


def _row(one: Mapping[str, Any]) -> list[Cell]:
    action = one["action"]
    label = ACTIONS[Action(action)].label if action in set(Action) else OTHERS.get(action, action)
    return [
        one["position"], one["number"], one["seq"], one["at"], ROLE_NAMES[Role(one["role"])], one["actor"], label,
        STATES[State(one["before_state"])].label, STATES[State(one["after_state"])].label, "是" if one["public"] else "",
        one["digest"], one["previous"], one["hash"],
    ]  # fmt: skip
