"""Telegram. Updates are fetched or pushed, journalled, and only then confirmed: the library's own updater loses them.

Of python-telegram-bot only the calls, the types and the errors are used.
"""

import asyncio
import contextlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_albums import SETTLE, Albums, merged
from bot.channels.telegram_errors import seconds
from bot.channels.telegram_files import TOO_LARGE, Fetcher, too_large
from bot.channels.telegram_http import AiohttpRequest
from bot.channels.telegram_read import KINDS, NAME, NOTHING, Incoming, Me, origin, read
from bot.channels.telegram_rooms import Rooms
from bot.channels.telegram_send import Sender
from bot.settings import SettingError
from bot.turn import Turns, where
from handlers.types import Message, Outcome, Reply, Send, room, room_of
from storage import Conflict as Handled
from storage import Store

log = logging.getLogger(__name__)

BATCH = 100
LONG_POLL = 30  # seconds that Telegram may wait for something to happen
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
PUSHES = 40  # connections on which Telegram may push at once
PATH = "/telegram"  # where bot/web/server.py takes the pushes
ARRIVED = "👌"  # on the words of staff, when they have reached the citizen
COMMANDS = (
    ("menu", "菜单：能办什么"), ("human", "人工：找窗口的人"), ("status", "进度：看您的工单"),
    ("check", "自查：企业合规自查"), ("help", "帮助：怎么用"), ("privacy", "隐私：记了什么、怎么删"),
)  # fmt: skip
BAD_TOKEN = (
    "YXF_TELEGRAM_TOKEN 不对：Telegram 不认这个令牌，请到 BotFather 那里核对（用自建服务器的也核对 YXF_TELEGRAM_API）。"
)
BAD_ADDRESS = "Telegram 不收 YXF_TELEGRAM_WEBHOOK_URL 的网址：要 https，端口 443、80、88 或 8443。空着就自己去取。"
SECOND = "另一个程序正用同一个 Telegram 令牌取消息，请关掉其中一个；这边会接着试。"


class TelegramChannel:
    """`run` receives until cancelled, `send` works before, during and after it; `close` ends the connections."""

    name = NAME

    def __init__(
        self, token: str, api: str, turns: Turns, files: Path, clock: Callable[[], datetime], *,
        webhook_url: str = "", webhook_secret: str = "", site: str = "",
        long_poll: int = LONG_POLL, settle: float = SETTLE, first_pause: float = FIRST_PAUSE,
    ) -> None:  # fmt: skip
        """`webhook_url` "" means polling. Raises SettingError for a token that cannot be one."""
        self._wire = AiohttpRequest()
        self.bot = _bot(token, api, self._wire)
        self._turns, self._clock = turns, clock
        self._webhook_url, self._secret = _push_address(webhook_url), webhook_secret
        self._long_poll, self._first_pause = long_poll, first_pause
        self._sender = Sender(self.bot, files, site, Rooms(self.bot, turns, clock, site), self._find)
        self._files = Fetcher(self.bot, files)
        self._albums = Albums(self._play_album, settle)
        self._tasks: set[asyncio.Task[None]] = set()
        self._me: Me | None = None
        self._disturbed = False

    async def run(self) -> None:
        """Receive until cancelled. Raises SettingError when Telegram does not know the token."""
        try:
            await self._persist(self._connect)
            await self._persist(self._prepare)
            self._background(self._fetch_missing())
            await (asyncio.Event().wait() if self._webhook_url else self._poll())
        finally:
            self._albums.close()

    async def send(self, chat: str, reply: Reply) -> str:
        """Deliver one reply. Raises SendError."""
        return await self._sender.send(chat, reply)

    async def close(self) -> None:
        """End what runs in the background and all connections. After the outbox has stopped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._wire.shutdown()

    # start

    async def _persist(self, step: Callable[[], Awaitable[None]]) -> None:
        """Do it, again and again while Telegram cannot be reached."""
        pause = self._first_pause
        while True:
            try:
                return await step()
            except (InvalidToken, EndPointNotFound):
                raise SettingError(BAD_TOKEN) from None
            except BadRequest:
                raise SettingError(BAD_ADDRESS) from None
            except TelegramError as error:
                pause = await self._rest(error, pause)

    async def _connect(self) -> None:
        await self.bot.initialize()
        me = await self.bot.get_me()
        self._me = Me(me.id, me.username or "")

    async def _prepare(self) -> None:
        """The menu of commands; then how updates come."""
        await self.bot.set_my_commands(COMMANDS)
        if self._webhook_url:
            await self.bot.set_webhook(
                self._webhook_url, secret_token=self._secret, allowed_updates=KINDS, max_connections=PUSHES
            )
        else:
            await self.bot.delete_webhook()

    async def _fetch_missing(self) -> None:
        """Files that were on their way when we were killed."""
        refs = await self._turns.read(lambda store: store.attachment_refs())
        await self._files.fetch_all(sorted(refs))

    # in

    async def _poll(self) -> None:
        """The next offset, which makes Telegram forget a batch, is sent only when the batch is journalled."""
        offset, pause = 0, self._first_pause
        while True:
            try:
                updates = await self._get_updates(offset)
                await self._accept(updates)
            except Exception as error:
                pause = await self._rest(error, pause)
                continue
            offset = max((_id(one) + 1 for one in updates), default=offset)
            pause, self._disturbed = self._first_pause, False

    async def _get_updates(self, offset: int) -> list[Any]:
        """As plain JSON: the library would drop a whole batch for one update it cannot read."""
        fields = {"offset": offset, "limit": BATCH, "timeout": self._long_poll, "allowed_updates": json.dumps(KINDS)}
        async with asyncio.timeout(self._long_poll + 30):
            body = await self._wire.retrieve(
                f"{self.bot.base_url}/getUpdates?{urlencode(fields)}", read_timeout=self._long_poll + 15
            )
        answer = json.loads(body)
        return [one for one in answer["result"] if _id(one) >= 0]

    async def _rest(self, error: Exception, pause: float) -> float:
        """Say what is wrong and wait; how long to wait next time."""
        if isinstance(error, RetryAfter):
            await asyncio.sleep(seconds(error))
            return pause
        if isinstance(error, Conflict):
            if not self._disturbed:
                log.error(SECOND)
            self._disturbed = True
        else:
            log.warning("Telegram: %s", type(error).__name__ if isinstance(error, TelegramError) else where(error))
        await asyncio.sleep(pause)
        return min(pause * 1.5, LONGEST_PAUSE)

    async def handle_webhook(self, body: bytes, secret: str) -> int:
        """Take one pushed update: the HTTP status to answer with. 200 only when it is journalled."""
        if not self._secret or not hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret.encode()):
            return 403
        if self._me is None:
            return 503
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        if _id(update) < 0:
            return 400
        try:
            await self._accept([update])
        except Exception as error:
            log.error("a pushed update could not be kept: %s", where(error))
            return 503
        return 200

    async def _accept(self, updates: Sequence[Any]) -> None:
        """Keep what the updates say; on return it is durable. Then play it, in order for each chat."""
        incoming = [self._read(one) for one in updates]
        for one in incoming:
            if one.moved:
                await self._move(*one.moved)
        heard = [(one, message) for one in incoming if one.message and (message := await self._placed(one))]
        kept = await asyncio.gather(*(self._turns.journal(message) for _, message in heard), return_exceptions=True)
        for (one, message), new in zip(heard, kept, strict=True):
            if new is True:
                self._begin(one.album, message)
        for one in incoming:
            if one.query:
                self._background(self._answer_tap(one.query))
        for failure in kept:
            if isinstance(failure, BaseException):
                raise failure

    def _read(self, raw: Any) -> Incoming:
        """What an update means. One that cannot be read is passed over, or it would come again for ever."""
        assert self._me is not None
        try:
            update = Update.de_json(raw, self.bot)
            incoming = read(update, self._me, self._clock())
        except Exception as error:  # whatever the library does about a malformed update
            log.error("an update could not be read: %s", where(error))
            return NOTHING
        if incoming.left:
            log.info("somebody has blocked the bot")
        return incoming

    async def _move(self, old: str, new: str) -> None:
        await self._turns.write(lambda store: store.migrate_chat(NAME, old, new))

    async def _placed(self, one: Incoming) -> Message | None:
        """The message in its room, if it stands in one, with the case and words that it answers; None if it is not for us."""
        assert one.message
        message, group = one.message, one.message.chat
        found = await self._turns.read(lambda store: store.room_at(NAME, group, one.thread)) if one.thread else None
        if found is None and not one.addressed:
            return None
        if found:
            _, _, number = message.origin.rpartition(":")
            place = room(group, found.number)
            message = replace(
                message, chat=place, reply_to=found.number, origin=origin(place, int(number)) if number else ""
            )
        if not one.replied:
            return message
        chat = message.chat
        letter = await self._turns.read(lambda store: store.letter_by_external(NAME, chat, one.replied))
        if letter is None:
            return message
        return replace(message, reply_to=message.reply_to or letter.ticket, answers=letter.reply.origin)

    async def _find(self, chat: str, wanted: str) -> int | None:
        """The message in `chat` that is, or brought, the words of the message called `wanted`."""
        own = f"{NAME}:{chat}:"
        if wanted.startswith(own):
            return int(wanted.removeprefix(own))
        letter = await self._turns.read(lambda store: store.letter_by_origin(NAME, chat, wanted))
        return int(letter.external_id) if letter else None

    async def receipt(self, message: str) -> None:
        """What was written in a room has arrived: a sign on it. One that fails is not worth trying again."""
        if room_of(message.partition(":")[2].rpartition(":")[0])[1]:
            with contextlib.suppress(TelegramError):
                await self._sender.sign(message, ARRIVED)

    # what follows, when all is journalled

    def _begin(self, album: str, message: Message) -> None:
        if album:
            self._albums.add(album, message)
        else:
            self._albums.close(message.chat)
            self._turns.start(message)
        if too_large(message.attachments):
            self._background(self._tell(message.chat, TOO_LARGE))
        self._background(self._files.fetch_all([one.ref for one in message.attachments if not too_large([one])]))

    def _play_album(self, messages: Sequence[Message]) -> None:
        turn = self._turns.start(merged(messages))
        if len(messages) > 1:
            self._background(self._settle_album(turn, messages[1:]))

    async def _settle_album(self, turn: asyncio.Task[tuple[Reply, ...]], rest: Sequence[Message]) -> None:
        """When the album is played, its other pictures need no turn of their own."""
        await asyncio.wait([turn])
        if turn.cancelled() or turn.exception():
            return
        await self._turns.write(lambda store: _mark(store, rest, self._turns.clock()))

    async def _tell(self, chat: str, text: str) -> None:
        effect = Send(channel=NAME, chat=chat, reply=Reply(text=text))
        await self._turns.write(lambda store: store.perform((effect,), self._turns.clock()))

    async def _answer_tap(self, query: str) -> None:
        """Stops the button's spinning. An old tap cannot be answered any more, which does not matter."""
        try:
            await self.bot.answer_callback_query(query)
        except TelegramError as error:
            log.info("a tap was not answered: %s", type(error).__name__)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("something in the background failed: %s", where(error))


def _bot(token: str, api: str, wire: AiohttpRequest) -> Bot:
    try:
        return Bot(token, f"{api}/bot", f"{api}/file/bot", request=wire, get_updates_request=wire)
    except InvalidToken:
        raise SettingError(BAD_TOKEN) from None


def _push_address(url: str) -> str:
    """Where Telegram pushes to; our own path where none is given."""
    return url.rstrip("/") + PATH if url and urlsplit(url).path in ("", "/") else url


def _id(update: Any) -> int:
    """The update's id, -1 when it has none."""
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) else -1


def _mark(store: Store, messages: Sequence[Message], now: datetime) -> None:
    """Handled, without an answer and without a change of the session."""
    for message in messages:
        try:
            store.finish(message, Outcome(session=store.session(message)), now)
        except Handled:
            continue
