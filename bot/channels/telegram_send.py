"""Delivers a Reply through the Bot API: its words in one message or several, then its files."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram import Message as Wire
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram_errors import send_error
from bot.channels.telegram_read import CAPTION, REF
from bot.channels.telegram_rooms import Rooms, is_lost
from bot.channels.telegram_write import Piece, keyboard, length, pieces, safe
from bot.errors import SendError
from bot.files import kept_path
from handlers.types import Attachment, Reply, room_of

LARGEST = 50_000_000  # bytes a bot may send
LARGEST_PHOTO = 10_000_000
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
KINDS = {"photo": "照片", "voice": "语音", "video": "视频", "location": "位置", "contact": "联系人", "sticker": "表情"}
LONGEST_NAME = 200  # UTF-16 units of a name that we show
REMEMBERED = 500  # replies that got stuck half-way
ALBUM = {"photo": InputMediaPhoto, "video": InputMediaVideo}  # what can be sent together
MOST_TOGETHER = 10
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
FILE_ID = re.compile(r"[A-Za-z0-9_-]{20,200}")
Step = Callable[[], Awaitable[Wire]]


@dataclass(frozen=True)
class Spot:
    """Where a reply goes: the chat, the topic in it, the message it answers, the message whose words it replaces."""

    chat: int
    thread: int | None = None
    answers: int | None = None
    edits: int | None = None

    @property
    def where(self) -> dict[str, Any]:
        """The part of a call that says so."""
        found: dict[str, Any] = {"message_thread_id": self.thread} if self.thread else {}
        if self.answers:
            found["reply_parameters"] = ReplyParameters(self.answers, allow_sending_without_reply=True)
        return found


# the message in `chat` that is, or brought, the words of a message by its origin
Find = Callable[[str, str], Awaitable[int | None]]


async def nowhere(chat: str, origin: str) -> int | None:
    """For a sender that knows of no earlier messages."""
    return None


class Sender:
    """Sends replies. What of a reply went out before an error is not sent again when it is tried again."""

    def __init__(self, bot: Bot, files: Path, site: str = "", rooms: Rooms | None = None, find: Find = nowhere) -> None:
        self._bot, self._files, self._site = bot, files, site
        self._rooms, self._find = rooms, find
        self._begun: dict[tuple[str, Reply], list[str]] = {}

    async def send(self, chat: str, reply: Reply) -> str:
        """The id of the message that carries the buttons, "" when nothing had to be written. Raises SendError."""
        group, number = room_of(chat)
        try:
            to = int(group or chat)
        except ValueError:
            raise SendError("这不是 Telegram 的聊天", permanent=True) from None
        try:
            spot = await self._spot(to, chat, number, reply)
            if spot is None:
                return ""
            if reply.sign:
                await self.sign(reply.origin, reply.sign)
                return ""
            return await self._write(spot, chat, reply)
        except BadRequest as error:
            if number and self._rooms and is_lost(error):
                await self._rooms.lost(number)
                raise SendError("话题被删了，重新开一个", retry_after=0.0) from None
            raise send_error(error) from None
        except TelegramError as error:
            raise send_error(error) from None

    async def sign(self, origin: str, sign: str) -> None:
        """Put a sign on a message. One that cannot be marked any more is left as it is."""
        _, _, place = origin.partition(":")
        chat, _, message = place.rpartition(":")
        try:
            await self._bot.set_message_reaction(int(room_of(chat)[0] or chat), int(message), reaction=sign)
        except (ValueError, BadRequest):
            return

    async def _spot(self, to: int, chat: str, number: str, reply: Reply) -> Spot | None:
        """None for a room that is gone for good."""
        thread = await self._rooms.ready(to, number) if number and self._rooms and not reply.sign else None
        if thread == 0:
            return None
        answers = await self._find(chat, reply.answers) if reply.answers else None
        edits = await self._find(chat, reply.edits) if reply.edits else None
        own = number and edits  # in a room a changed wording comes as an answer to the old one
        return Spot(to, thread, (edits if own else None) or answers, None if own else edits)

    async def _write(self, spot: Spot, chat: str, reply: Reply) -> str:
        """Step by step; what is done is remembered while it may be tried again."""
        done = self._begun.pop((chat, reply), [])
        steps = self._steps(spot, reply)
        try:
            for step in steps[len(done) :]:
                done.append(str((await step()).message_id))
        except (BadRequest, Forbidden):
            raise
        except BaseException:
            self._remember((chat, reply), done)
            raise
        words = len(pieces(reply, self._site)) or (1 if reply.buttons else 0)
        return done[max(words - 1, 0)] if done else ""

    def _remember(self, key: tuple[str, Reply], done: list[str]) -> None:
        if done:
            self._begun[key] = done
        while len(self._begun) > REMEMBERED:
            del self._begun[next(iter(self._begun))]

    def _steps(self, spot: Spot, reply: Reply) -> list[Step]:
        """One call for each message; the last with words has the buttons. Pictures go together."""
        parts = pieces(reply, self._site)
        if not parts and reply.buttons:
            parts = [Piece("请选：", ())]
        keys = keyboard(reply)
        words = [self._words(spot, part, keys if part is parts[-1] else None) for part in parts]
        if spot.edits and len(words) == 1:
            words = [self._rewritten(spot, parts[0], keys, words[0])]
        caption = CAPTION.format(number=reply.ticket) if reply.ticket else None
        return [*words, *self._handed(spot, reply.attachments, caption)]

    def _words(self, spot: Spot, part: Piece, keys: InlineKeyboardMarkup | None) -> Step:
        return lambda: self._bot.send_message(
            spot.chat,
            part.text,
            entities=part.entities,
            reply_markup=keys,
            link_preview_options=NO_PREVIEW,
            **spot.where,
        )

    def _rewritten(self, spot: Spot, part: Piece, keys: InlineKeyboardMarkup | None, anew: Step) -> Step:
        """The earlier message gets the new words; where it cannot, they come as a message of their own."""

        async def edit() -> Wire:
            try:
                changed = await self._bot.edit_message_text(
                    part.text, spot.chat, spot.edits, entities=part.entities, reply_markup=keys,
                    link_preview_options=NO_PREVIEW,
                )  # fmt: skip
            except BadRequest:
                return await anew()
            return changed if isinstance(changed, Wire) else await anew()

        return edit

    def _handed(self, spot: Spot, files: Sequence[Attachment], caption: str | None) -> list[Step]:
        """Several pictures that Telegram has already go as one album, the rest one by one."""
        together = [one for one in files if one.kind in ALBUM and file_id_of(one.ref)]
        if not 1 < len(together) <= MOST_TOGETHER:
            return [self._file(spot, one, caption) for one in files]
        others = [one for one in files if one not in together]
        return [self._album(spot, together, caption), *(self._file(spot, one, caption) for one in others)]

    def _album(self, spot: Spot, files: Sequence[Attachment], caption: str | None) -> Step:
        async def send() -> Wire:
            media = [ALBUM[one.kind](file_id_of(one.ref)) for one in files]
            try:
                sent = await self._bot.send_media_group(spot.chat, media, caption=caption, **spot.where)
                return sent[-1]
            except BadRequest as error:
                if "chat not found" in error.message.lower() or is_lost(error):
                    raise
            for one in files:
                last = await self._file(spot, one, caption)()
            return last

        return send

    def _file(self, spot: Spot, one: Attachment, caption: str | None) -> Step:
        async def send() -> Wire:
            for way in await self._ways(spot, one, caption):
                try:
                    return await way()
                except BadRequest as error:
                    if "chat not found" in error.message.lower() or is_lost(error):
                        raise
            return await self._bot.send_message(spot.chat, told(one), link_preview_options=NO_PREVIEW, **spot.where)

        return send

    async def _ways(self, spot: Spot, one: Attachment, caption: str | None) -> list[Step]:
        """How the file can be sent, best first: as Telegram has it already, as what it is, as a document."""
        if one.kind == "location":
            return self._place(spot, one)
        ways: list[Step] = []
        if file_id := file_id_of(one.ref):
            ways.append(self._way(spot, one, file_id, caption, one.kind))
        content = await asyncio.to_thread(load, self._files, one)
        if content is not None:
            kind = "photo" if one.mime in PICTURES and len(content) <= LARGEST_PHOTO else "file"
            ways += [self._way(spot, one, content, caption, each) for each in dict.fromkeys((kind, "file"))]
        return ways

    def _way(self, spot: Spot, one: Attachment, what: str | bytes, caption: str | None, kind: str) -> Step:
        bot, name = self._bot, one.name or KINDS.get(one.kind, "文件")
        given = InputFile(what, filename=name) if isinstance(what, bytes) else what
        if kind == "photo":
            return lambda: bot.send_photo(spot.chat, given, caption=caption, **spot.where)
        if kind == "voice":
            return lambda: bot.send_voice(spot.chat, given, caption=caption, **spot.where)
        if kind == "video":
            return lambda: bot.send_video(spot.chat, given, caption=caption, **spot.where)
        return lambda: bot.send_document(spot.chat, given, caption=caption, **spot.where)

    def _place(self, spot: Spot, one: Attachment) -> list[Step]:
        try:
            latitude, longitude = (float(part) for part in one.name.partition(" ")[0].split(","))
        except ValueError:
            return []
        return [lambda: self._bot.send_location(spot.chat, latitude, longitude, **spot.where)]


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
