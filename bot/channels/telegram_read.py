"""From Telegram's wire to a Message. Pure: an update in, what it means out."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, MessageEntity, Update, User
from telegram import Message as Wire
from telegram.constants import ChatMemberStatus, ChatType

from bot.files import tidy_name
from handlers.types import Attachment, Message

NAME = "telegram"
REF = "telegram:"  # an Attachment.ref that stands for one of Telegram's file ids
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")  # updates we ask for
LONGEST_NAME = 40
# control signs and those that turn the direction of writing, so that a name cannot disturb what stands around it
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# under a file we send; whoever replies to the file means this case
CAPTION = "工单 {number}"
_CAPTION = re.compile(r"工单 (\d{4}-\d{4})")
# the field of a Telegram message → our kind; the first that is there counts
FILES = (
    ("animation", "video"), ("document", "file"), ("voice", "voice"), ("audio", "file"),
    ("video", "video"), ("video_note", "video"),
)  # fmt: skip
# things people send that we cannot use; they are told so, while service messages are passed over
OTHER = ("poll", "dice", "story", "game", "invoice", "paid_media", "checklist", "gift")
COMMAND = re.compile(r"(/[A-Za-z0-9_]+)@(\w+)")


@dataclass(frozen=True)
class Me:
    """The bot itself."""

    id: int
    username: str


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """What an update means. All empty: nothing to us.

    `query` is the tap to be answered, `album` the group of pictures it belongs to, `replied` our own message that it
    replies to, `moved` the old and the new address of a chat, `left` a person who blocked us. `thread` is the topic of a
    group it stands in; what is not `addressed` to us counts only if that is the room of a case.
    """

    message: Message | None = None
    query: str = ""
    album: str = ""
    replied: str = ""
    moved: tuple[str, str] | None = None
    left: bool = False
    thread: str = ""
    addressed: bool = True


NOTHING = Incoming()


def read(update: Update, me: Me, now: datetime) -> Incoming:
    """What `update` means to us. Raises LookupError, TypeError or ValueError when it is not as the wire promises."""
    if update.callback_query:
        return _tap(update.update_id, update.callback_query, now)
    if update.message:
        return _said(update.update_id, update.message, me, edited=False)
    if update.edited_message and not update.edited_message.location:  # a live place moves every few seconds
        return _said(update.update_id, update.edited_message, me, edited=True)
    change = update.my_chat_member
    private = change is not None and change.chat.type == ChatType.PRIVATE
    return Incoming(left=bool(change and private and change.new_chat_member.status == ChatMemberStatus.BANNED))


def _tap(update: int, query: CallbackQuery, now: datetime) -> Incoming:
    chat = query.message.chat if query.message else None
    message = Message(
        id=str(update), channel=NAME, chat=str(chat.id if chat else query.from_user.id), person=str(query.from_user.id),
        at=now, button=query.data or "", name=_name(query.from_user), group=_is_group(chat.type if chat else ""),
    )  # fmt: skip
    thread = _thread(query.message) if isinstance(query.message, Wire) else ""
    return Incoming(message=message if query.data else None, query=query.id, thread=thread)


def _said(update: int, wire: Wire, me: Me, edited: bool) -> Incoming:
    if wire.migrate_to_chat_id:
        return Incoming(moved=(str(wire.chat.id), str(wire.migrate_to_chat_id)))
    group = _is_group(wire.chat.type)
    sender = wire.from_user
    thread, addressed = _thread(wire), not group or _addressed(wire, me)
    if sender is None or sender.is_bot or not (addressed or thread):
        return NOTHING
    text, attachments = _text(wire, me), _attachments(wire)
    if not (wire.text or wire.caption or attachments or any(getattr(wire, kind, None) for kind in OTHER)):
        return NOTHING
    own = _replied(wire, me)
    caption = _CAPTION.fullmatch(own.caption or "") if own else None
    message = Message(
        id=str(update), channel=NAME, chat=str(wire.chat.id), person=str(sender.id), name=_name(sender),
        at=(wire.edit_date or wire.date) if edited else wire.date, text=text, attachments=attachments,
        edited=edited, group=group, reply_to=caption[1] if caption else "", origin=origin(str(wire.chat.id), wire.message_id),
    )  # fmt: skip
    replied = str(own.message_id) if own and not caption else ""
    return Incoming(
        message=message, album=wire.media_group_id or "", replied=replied, thread=thread, addressed=addressed
    )


def origin(chat: str, message: int) -> str:
    """How a message of this wire is called everywhere."""
    return f"{NAME}:{chat}:{message}"


def _thread(wire: Wire) -> str:
    """The topic of a group that a message stands in."""
    return str(wire.message_thread_id) if wire.is_topic_message and wire.message_thread_id else ""


def _is_group(kind: str) -> bool:
    return kind in (ChatType.GROUP, ChatType.SUPERGROUP)


def _name(user: User) -> str:
    return UNSEEN.sub("", user.full_name).strip()[:LONGEST_NAME]


def _replied(wire: Wire, me: Me) -> Wire | None:
    """Our own message that this one replies to. Everything in a topic replies to the message that opened it: not counted."""
    to = wire.reply_to_message
    ours = to is not None and to.from_user is not None and to.from_user.id == me.id
    return to if to and ours and not to.forum_topic_created else None


def _entities(wire: Wire) -> list[tuple[MessageEntity, str]]:
    if wire.text:
        return list(wire.parse_entities().items())
    return list(wire.parse_caption_entities().items()) if wire.caption else []


def _addressed(wire: Wire, me: Me) -> bool:
    """Whether something said in a group is meant for us: a command, a mention, a reply."""
    for entity, text in _entities(wire):
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            _, at, name = text.partition("@")
            return not at or name.lower() == me.username.lower()
        if entity.type == MessageEntity.MENTION and text.lower() == f"@{me.username}".lower():
            return True
        if entity.type == MessageEntity.TEXT_MENTION and entity.user and entity.user.id == me.id:
            return True
    return _replied(wire, me) is not None


def _text(wire: Wire, me: Me) -> str:
    """The words, without our name."""
    text = (wire.text or wire.caption or "").replace("\x00", "")
    command = COMMAND.match(text)
    if command and command[2].lower() == me.username.lower():
        text = command[1] + text[command.end() :]
    return re.sub(rf"(?i)(?<![\w@])@{re.escape(me.username)}(?!\w)", "", text).strip()


def _attachments(wire: Wire) -> tuple[Attachment, ...]:
    if wire.photo:
        best = max(wire.photo, key=lambda size: size.width * size.height)
        return (Attachment(kind="photo", ref=REF + best.file_id, mime="image/jpeg", size=best.file_size or 0),)
    for field, kind in FILES:
        if found := getattr(wire, field):
            return (_file(kind, found),)
    return _place_or_person(wire)


def _file(kind: str, found: Any) -> Attachment:
    return Attachment(
        kind=kind, name=tidy_name(getattr(found, "file_name", None) or ""), ref=REF + found.file_id,
        mime=getattr(found, "mime_type", None) or "", size=found.file_size or 0,
    )  # fmt: skip


def _place_or_person(wire: Wire) -> tuple[Attachment, ...]:
    """Things whose content is their name: a place, somebody's number, a sticker."""
    if wire.location:
        place = f"{wire.location.latitude:.6f},{wire.location.longitude:.6f}"
        title = UNSEEN.sub("", wire.venue.title)[:LONGEST_NAME] if wire.venue else ""
        return (Attachment(kind="location", name=f"{place} {title}".strip()),)
    if wire.contact:
        person = f"{wire.contact.first_name} {wire.contact.last_name or ''}".strip()
        name = UNSEEN.sub("", f"{person[:LONGEST_NAME]} {wire.contact.phone_number}").strip()
        return (Attachment(kind="contact", name=name),)
    if wire.sticker:
        return (Attachment(kind="sticker", name=wire.sticker.emoji or ""),)
    return ()
