"""From a Reply to Telegram's wire: text with entities, cut to size, and the keyboard. Pure.

Entities and no markup: whatever a person wrote is shown as it is and can never become a link or an error.
"""

import re
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.render import SHOWN, plain, source_line
from handlers.types import Button, Reply

LONGEST_LABEL = 40
ROW = 8  # buttons in a row
ROWS = 50
DIRECTIONS = re.compile(r"[\x00\u202a-\u202e\u2066-\u2069]")
# Telegram turns "/word" into something to tap, which then speaks in the name of whoever taps it
COMMAND = re.compile(r"(?<![\w/<>])/(?=[A-Za-z])")
JOINER = "\u2060"


@dataclass(frozen=True)
class Span:
    """An entity over text[start:end], counted in Python's characters."""

    start: int
    end: int
    kind: str
    url: str | None = None


@dataclass(frozen=True)
class Piece:
    """One message to send."""

    text: str
    entities: tuple[MessageEntity, ...]


def pieces(reply: Reply, site: str = "") -> list[Piece]:
    """The words of a reply as messages that Telegram takes; [] when it has none. `site` makes sources links."""
    text, spans = words(reply, site)
    return [_piece(text, start, end, spans) for start, end in cut(text) if text[start:end].strip()]


def words(reply: Reply, site: str = "") -> tuple[str, list[Span]]:
    """The whole text: who speaks, what he says, what it rests on."""
    head = f"【{safe(reply.by)}】\n" if reply.by else ""
    text = head + safe(plain(reply)) if reply.text or reply.sources else ""
    spans = [Span(0, len(head) - 1, MessageEntity.BOLD)] if head and text else []
    if reply.sources:
        start = len(head) + len(safe(reply.text)) + 2
        spans.append(Span(start, len(text), MessageEntity.EXPANDABLE_BLOCKQUOTE))
        spans += _links(reply, site, text, start)
    return text, spans


def safe(text: str) -> str:
    """Nothing that turns the direction, cannot be sent, or is a command to tap."""
    text = DIRECTIONS.sub("", text).encode("utf-8", "replace").decode()
    return COMMAND.sub(f"/{JOINER}", text)


def _links(reply: Reply, site: str, text: str, at: int) -> list[Span]:
    """The names of the sources as links to their text; only to a site that others can reach."""
    found = []
    for source in reply.sources[:SHOWN]:
        at = text.index(safe(source_line(source)), at)
        label = len(safe(source.label))
        if site.startswith("https://") and source.link.startswith("/"):
            found.append(Span(at, at + label, MessageEntity.TEXT_LINK, site + source.link))
        at += label
    return found


def length(text: str) -> int:
    """How long Telegram thinks it is: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, longest: int = MessageLimit.MAX_TEXT_LENGTH) -> list[tuple[int, int]]:
    """Where to cut `text` so that no part is longer than `longest` UTF-16 units; at line ends where there are any."""
    parts, start = [], 0
    while start < len(text):
        end = min(len(text), start + longest)
        while (over := length(text[start:end]) - longest) > 0:
            end -= (over + 1) // 2
        if end < len(text):
            line = text.rfind("\n", start, end)
            end = line + 1 if line > (start + end) // 2 else end
        parts.append((start, end))
        start = end
    return parts


def _piece(text: str, start: int, end: int, spans: list[Span]) -> Piece:
    """text[start:end] with what of the entities lies in it."""
    entities = []
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first < last:
            offset, size = length(text[start:first]), length(text[first:last])
            entities.append(MessageEntity(span.kind, offset, size, url=span.url))
    return Piece(text[start:end], tuple(entities))


def keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    """The buttons; labels cut, data that Telegram would refuse left out."""
    rows = [row[i : i + ROW] for row in reply.buttons for i in range(0, len(row), ROW)]
    shown = [[_key(one) for one in row if _fits(one)] for row in rows[:ROWS]]
    shown = [row for row in shown if row]
    return InlineKeyboardMarkup(shown) if shown else None


def _fits(button: Button) -> bool:
    return 0 < len(button.data.encode("utf-8", "replace")) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


def _key(button: Button) -> InlineKeyboardButton:
    label = safe(button.label).strip() or "…"
    short = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    return InlineKeyboardButton(short, callback_data=button.data)
