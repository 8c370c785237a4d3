"""Whole cases as transcripts: who says what, who then reads what. The files in tests/dialogs are the specification.

陈调解 = mediator            陈调解 joins the staff
老王: 老大半年没给工钿       老王 writes
老王: [没解决]               老王 taps the newest button with that label (or data)
老王: {photo.jpg}            老王 sends a file
  → 老王: 工单号             one of the replies or letters that followed, to 老王, holds this
  ⇸ 老王: 备注               nothing that followed, to 老王, holds this
{单号} stands for the number of the newest case, {邀请} for the words that let the other side of a mediation in.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.script import Script
from bot.turn import Turns
from handlers import handle
from knowledge import Knowledge
from storage import open_lanes
from tickets.due import BEIJING

DIALOGS = sorted((Path(__file__).parent / "dialogs").glob("*.txt"))
SAID = re.compile(
    r"^(?P<who>\S+?)(?: = (?P<role>\w+)|[:：] ?(?:\[(?P<button>.+)\]|\{(?P<file>[\w.-]+)\}|(?P<text>.*)))$"
)
HEARD = re.compile(r"^ +(?P<sign>[→⇸]) (?P<who>\S+?)[:：] ?(?P<part>.*)$")

INVITATION = re.compile("调解 [0-9A-Z]{10}")


class Clock:
    """Ten seconds pass between messages."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=10)
        return self.now


@pytest.mark.parametrize("file", DIALOGS, ids=lambda file: file.stem)
def test_dialog(file: Path, knowledge: Knowledge, tmp_path: Path) -> None:
    clock = Clock()
    lanes = open_lanes(f"sqlite:///{tmp_path}/dialog.db")
    script = Script(Turns(lanes, handle, knowledge, clock), clock, tmp_path / "files")
    heard: list[dict[str, Any]] = []
    number = invitation = ""
    for index, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.replace("{单号}", number).replace("{邀请}", invitation)
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{file.name}:{index}"
        if expected := HEARD.match(line):
            check(where, expected, heard)
            continue
        said = SAID.match(line)
        assert said, f"{where}: cannot be read: {line}"
        heard = list(script.play(as_line(said)))
        invitation = next((found[0] for h in heard if (found := INVITATION.search(h["text"]))), invitation)
        number = next((h["ticket"] for h in reversed(heard) if h["ticket"] and h["ticket"] != number), number)
    lanes.close()


def as_line(said: re.Match[str]) -> dict[str, Any]:
    fields = {"as": said["role"], "button": said["button"], "file": said["file"], "text": said["text"]}
    return {"person": said["who"], **{key: value for key, value in fields.items() if value is not None}}


def check(where: str, expected: re.Match[str], heard: list[dict[str, Any]]) -> None:
    texts = [h["text"] + "".join(f"[{b['label']}]" for b in h["buttons"]) for h in heard if h["to"] == expected["who"]]
    found = any(expected["part"] in text for text in texts)
    shown = "\n---\n".join(f"{h['to']}: {h['text']}" for h in heard)
    assert found == (expected["sign"] == "→"), f"{where}: {expected['sign']} {expected['part']!r}; heard:\n{shown}"
