"""Delivers a Reply through the Bot API: its words in one message or several, then its files."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions
from telegram import Message as Wire
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram_errors import send_error
from bot.channels.telegram_read import CAPTION, REF
from bot.channels.telegram_write import Piece, keyboard, length, pieces, safe
from bot.errors import SendError
from bot.files import kept_path
from handlers.types import Attachment, Reply

LARGEST = 50_000_000  # bytes a bot may send
LARGEST_PHOTO = 10_000_000
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
KINDS = {"photo": "照片", "voice": "语音", "video": "视频", "location": "位置", "contact": "联系人", "sticker": "表情"}
LONGEST_NAME = 200  # UTF-16 units of a name that we show
REMEMBERED = 500  # replies that got stuck half-way
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
FILE_ID = re.compile(r"[A-Za-z0-9_-]{20,200}")
Step = Callable[[], Awaitable[Wire]]


class Sender:
    """Sends replies. What of a reply went out before an error is not sent again when it is tried again."""

    def __init__(self, bot: Bot, files: Path, site: str = "") -> None:
        self._bot, self._files, self._site = bot, files, site
        self._begun: dict[tuple[str, Reply], list[str]] = {}

    async def send(self, chat: str, reply: Reply) -> str:
        """The id of the message that carries the buttons. Raises SendError."""
        try:
            to = int(chat)
        except ValueError:
            raise SendError("这不是 Telegram 的聊天", permanent=True) from None
        done = self._begun.pop((chat, reply), [])
        steps = self._steps(to, reply)
        try:
            for step in steps[len(done) :]:
                done.append(str((await step()).message_id))
        except TelegramError as error:
            why = send_error(error)
            if not why.permanent:
                self._remember((chat, reply), done)
            raise why from None
        except BaseException:
            self._remember((chat, reply), done)
            raise
        words = len(steps) - len(reply.attachments)
        return done[max(words - 1, 0)] if done else ""

    def _remember(self, key: tuple[str, Reply], done: list[str]) -> None:
        if done:
            self._begun[key] = done
        while len(self._begun) > REMEMBERED:
            del self._begun[next(iter(self._begun))]

    def _steps(self, to: int, reply: Reply) -> list[Step]:
        """One call for each message; the last with words has the buttons."""
        parts = pieces(reply, self._site)
        if not parts and reply.buttons:
            parts = [Piece("请选：", ())]
        keys = keyboard(reply)
        words = [self._words(to, part, keys if part is parts[-1] else None) for part in parts]
        caption = CAPTION.format(number=reply.ticket) if reply.ticket else None
        return [*words, *(self._file(to, one, caption) for one in reply.attachments)]

    def _words(self, to: int, part: Piece, keys: InlineKeyboardMarkup | None) -> Step:
        return lambda: self._bot.send_message(
            to,
            part.text,
            entities=part.entities,
            reply_markup=keys,
            link_preview_options=NO_PREVIEW,
        )

    def _file(self, to: int, one: Attachment, caption: str | None) -> Step:
        async def send() -> Wire:
            for way in await self._ways(to, one, caption):
                try:
                    return await way()
                except BadRequest as error:
                    if "chat not found" in error.message.lower():
                        raise
            return await self._bot.send_message(to, told(one), link_preview_options=NO_PREVIEW)

        return send

    async def _ways(self, to: int, one: Attachment, caption: str | None) -> list[Step]:
        """How the file can be sent, best first: as Telegram has it already, as what it is, as a document."""
        if one.kind == "location":
            return self._place(to, one)
        ways: list[Step] = []
        if file_id := file_id_of(one.ref):
            ways.append(self._way(to, one, file_id, caption, one.kind))
        content = await asyncio.to_thread(load, self._files, one)
        if content is not None:
            kind = "photo" if one.mime in PICTURES and len(content) <= LARGEST_PHOTO else "file"
            ways += [self._way(to, one, content, caption, each) for each in dict.fromkeys((kind, "file"))]
        return ways

    def _way(self, to: int, one: Attachment, what: str | bytes, caption: str | None, kind: str) -> Step:
        bot, name = self._bot, one.name or KINDS.get(one.kind, "文件")
        given = InputFile(what, filename=name) if isinstance(what, bytes) else what
        if kind == "photo":
            return lambda: bot.send_photo(to, given, caption=caption)
        if kind == "voice":
            return lambda: bot.send_voice(to, given, caption=caption)
        if kind == "video":
            return lambda: bot.send_video(to, given, caption=caption)
        return lambda: bot.send_document(to, given, caption=caption)

    def _place(self, to: int, one: Attachment) -> list[Step]:
        try:
            latitude, longitude = (float(part) for part in one.name.partition(" ")[0].split(","))
        except ValueError:
            return []
        return [lambda: self._bot.send_location(to, latitude, longitude)]


def file_id_of(ref: str) -> str:
    """Telegram's id of the file, "" if it is not one. Checked: the library would take a path and read that file."""
    file_id = ref.removeprefix(REF) if ref.startswith(REF) else ""
    return file_id if FILE_ID.fullmatch(file_id) else ""


def load(folder: Path, one: Attachment) -> bytes | None:
    """The kept file; None when it is not here or too large for a bot."""
    path = kept_path(folder, one.ref)
    if not one.ref or not path.is_file() or path.stat().st_size > LARGEST:
        return None
    return path.read_bytes()


def told(one: Attachment) -> str:
    """An attachment that cannot be sent, in words."""
    name = safe(one.name)
    while length(name) > LONGEST_NAME:
        name = name[:-1]
    kind = KINDS.get(one.kind, "文件")
    if one.kind in ("contact", "location", "sticker"):
        return f"{kind}：{name}"
    return f"（{kind}{f'“{name}”' if name else ''}在这里发不出来，请到网页上看）"
