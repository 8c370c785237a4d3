"""What was said, as the page shows it: blocks of text, sources, buttons, files. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.told import DISCLAIMER
from handlers.types import Button, Message, Reply, Source
from storage import Said
from tickets.due import BEIJING, WEEKDAYS

URGENT = "【紧急】"
CALL = "☎ "
BULLET = "· "
TAPPED = "（点了按钮）"
KINDS = {"photo": "照片", "voice": "语音", "video": "视频", "location": "位置", "contact": "联系人"}


@dataclass(frozen=True)
class Block:
    """A piece of text: kind is head, text, list, call or fine; a call has number and name as its two items."""

    kind: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """An attachment to show. `place` is the address of its bytes, "" when they are not here."""

    name: str
    place: str
    picture: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the chat. `key` orders lines; `id` is what the page itself called an own message."""

    key: str
    own: bool
    id: str = ""
    day: str = ""
    time: str = ""
    by: str = ""
    ask: str = ""
    urgent: bool = False
    blocks: tuple[Block, ...] = ()
    sources: tuple[Source, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[File, ...] = ()


def lines(said: Sequence[Said]) -> list[Line]:
    """The lines of a history, in order. A tapped button is shown by the label it had."""
    labels: dict[str, str] = {}
    shown = []
    for one in said:
        if one.reply:
            labels.update((button.data, button.label) for row in one.reply.buttons for button in row)
            shown.append(reply_line(one.position, one.at, one.reply))
        elif one.message:
            shown.append(own_line(one.position, one.at, one.message, labels))
    return shown


def own_line(key: str, at: datetime, message: Message, labels: dict[str, str]) -> Line:
    """What the visitor said."""
    text = labels.get(message.button, TAPPED) if message.button else message.text
    own_id = message.id.partition(":")[2]
    files = tuple(
        File(one.name or KINDS.get(one.kind, "文件"), f"/file/{key}/{index}" if one.ref else "", one.kind == "photo")
        for index, one in enumerate(message.attachments)
    )
    blocks = (Block("text", (text,)),) if text else ()
    return Line(key=key, own=True, id=own_id, day=_day(at), time=_time(at), blocks=blocks, files=files)


def reply_line(key: str, at: datetime, reply: Reply) -> Line:
    """What was said to the visitor."""
    files = tuple(
        File(one.name or KINDS.get(one.kind, "文件"), f"/file/{key}/{index}" if one.ref else "", one.kind == "photo")
        for index, one in enumerate(reply.attachments)
    )
    urgent = reply.text.startswith(URGENT)
    return Line(
        key=key, own=False, day=_day(at), time=_time(at), by=reply.by, ask=reply.ask, urgent=urgent, files=files,
        blocks=blocks(reply.text), sources=reply.sources, buttons=reply.buttons,
    )  # fmt: skip


def _day(at: datetime) -> str:
    local = at.astimezone(BEIJING)
    return f"{local.month}月{local.day}日 周{WEEKDAYS[local.weekday()]}"


def _time(at: datetime) -> str:
    local = at.astimezone(BEIJING)
    return f"{local.hour}:{local.minute:02d}"


def blocks(text: str) -> tuple[Block, ...]:
    """Plain text cut into what reads well: paragraphs, lists, short heads, numbers to call, the disclaimer small."""
    found: list[Block] = []
    for part in text.split("\n\n"):
        for line in part.split("\n"):
            _put(found, line)
        found.append(Block("end", ()))
    return tuple(block for block in found if block.kind != "end")


def _put(found: list[Block], line: str) -> None:
    """Add a line, to the block before it when both belong together."""
    kind, value = _kind(line)
    if not value.strip():
        return
    if kind == "call":
        number, _, name = value.partition(" ")
        found.append(Block("call", (number, name)))
    elif found and found[-1].kind == kind == "list":
        found[-1] = Block(kind, (*found[-1].items, value))
    else:
        found.append(Block(kind, (value,)))


def _kind(line: str) -> tuple[str, str]:
    if line.startswith(BULLET):
        return "list", line.removeprefix(BULLET)
    if line.startswith(CALL) and line.removeprefix(CALL)[:1].isdigit():
        return "call", line.removeprefix(CALL)
    if line == DISCLAIMER:
        return "fine", line
    if (line.endswith("：") and len(line) <= 12) or (line.startswith("【") and line.rstrip("：").endswith("】")):
        return "head", line
    return "text", line
