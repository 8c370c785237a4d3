"""Pictures sent together arrive one by one. They are journalled one by one and played as one message."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from handlers.types import Message

SETTLE = 0.8  # seconds without another picture after which an album is whole
MOST = 10  # Telegram's limit; a longer one is not an album


@dataclass
class _Album:
    messages: list[Message] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None


class Albums:
    """The albums that are still coming in. After a crash their pictures are played one by one from the journal."""

    def __init__(self, play: Callable[[Sequence[Message]], None], settle: float = SETTLE) -> None:
        """`play` gets the messages of one album in order."""
        self._play = play
        self._settle = settle
        self._open: dict[tuple[str, str], _Album] = {}

    def add(self, album: str, message: Message) -> None:
        """One more picture. Another album of this chat that is still open is closed first, so order is kept."""
        key = (message.chat, album)
        if key not in self._open:
            self.close(message.chat)
        one = self._open.setdefault(key, _Album())
        one.messages.append(message)
        if one.timer:
            one.timer.cancel()
        if len(one.messages) >= MOST:
            self._finish(key)
        else:
            one.timer = asyncio.get_running_loop().call_later(self._settle, self._finish, key)

    def close(self, chat: str = "") -> None:
        """Play what is open in `chat` now: something else came; without a chat, all that is open."""
        for key in [key for key in self._open if not chat or key[0] == chat]:
            self._finish(key)

    def _finish(self, key: tuple[str, str]) -> None:
        album = self._open.pop(key)
        if album.timer:
            album.timer.cancel()
        self._play(album.messages)


def merged(messages: Sequence[Message]) -> Message:
    """An album as one message: the first, with the words and files of all."""
    text = "\n".join(message.text for message in messages if message.text)
    files = tuple(file for message in messages for file in message.attachments)
    reply_to = next((message.reply_to for message in messages if message.reply_to), "")
    return replace(messages[0], text=text, attachments=files, reply_to=reply_to)
