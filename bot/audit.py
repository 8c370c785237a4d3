"""The history of all cases as a table for the auditor: who did or saw what, when, with the seals that prove it whole; after
it what staff took out: files, papers, lists, searches.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.web.sheets import Cell, workbook
from storage import Store
from storage.records import Use
from tickets.due import BEIJING
from tickets.states import ACTIONS, ROLE_NAMES, STATES, Action, Role, State

AT_ONCE = 5000
FORMS = ("csv", "xlsx")
HEAD: list[Cell] = [
    "序号", "工单", "第几步", "时间", "身份", "工作人员", "姓名", "动作", "之前", "之后", "当事人可见", "内容指纹", "前一条", "本条",
]  # fmt: skip
OTHERS = {"seen": "看过", "undelivered": "没送到", "forgotten": "按本人要求删除", "attach": "附件"}


# what staff take out, beside acts on a case
USES = {
    "file": "打开附件",
    "paper": "下载文书",
    "export": "导出清单",
    "month": "导出三色表",
    "search": "搜索",
    "audit": "导出历史",
}


def export(store: Store, path: Path) -> int:
    """Write all events, then all uses, to `path` (.csv or .xlsx); how many events. Words are not in it: their digest is, and cannot be faked."""
    names = {member.id: member.name for member in store.members()}
    events = [_row(one, names) for one in _events(store)]
    rows = [HEAD, *events, *(_use(one) for one in _uses(store))]
    path.write_bytes(workbook(rows, path.suffix.removeprefix(".")))
    return len(events)


def _events(store: Store) -> Iterator[Mapping[str, Any]]:
    after = 0
    while found := store.history_of_all(after, AT_ONCE):
        yield from found
        after = found[-1]["position"]


def _uses(store: Store) -> Iterator[Use]:
    after = 0
    while found := store.uses(after, AT_ONCE):
        yield from found
        after = found[-1].id


def _use(one: Use) -> list[Cell]:
    what = USES.get(one.what, one.what) + (f"（{one.detail}）" if one.detail else "")
    when = one.at.astimezone(BEIJING).isoformat()
    return ["", one.number, "", when, ROLE_NAMES[one.role], one.member, one.name, what, *[""] * (len(HEAD) - 8)]


def _row(one: Mapping[str, Any], names: Mapping[str, str]) -> list[Cell]:
    action = one["action"]
    label = ACTIONS[Action(action)].label if action in set(Action) else OTHERS.get(action, action)
    return [
        one["position"], one["number"], one["seq"], one["at"], ROLE_NAMES[Role(one["role"])], one["actor"], names.get(one["actor"], ""), label,
        STATES[State(one["before_state"])].label, STATES[State(one["after_state"])].label, "是" if one["public"] else "",
        one["digest"], one["previous"], one["hash"],
    ]  # fmt: skip
