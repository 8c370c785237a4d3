"""Brings the files people sent from Telegram into the data folder, behind the conversation's back."""

import asyncio
import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram_send import file_id_of
from bot.files import keep, kept_path
from handlers.types import Attachment

log = logging.getLogger(__name__)

LARGEST = 20_000_000  # bytes a bot may fetch
AT_ONCE = 4
PAUSES = (2.0, 15.0, 120.0)  # seconds between the tries
LIMIT = 300.0  # seconds for one try
SPARE = 500_000_000  # bytes of the disk that are left alone
TOO_LARGE = (
    "这个文件超过 20 MB，Telegram 不让机器人取，我们这边打不开。照片压小一点、录像剪短一点再发；或者分成几份发。"
)


def too_large(attachments: Iterable[Attachment]) -> bool:
    """Whether one of them cannot be fetched."""
    return any(one.size > LARGEST and file_id_of(one.ref) for one in attachments)


class Fetcher:
    """Fetches each file once. What is missing after a crash is fetched at the next start."""

    def __init__(self, bot: Bot, folder: Path, pauses: tuple[float, ...] = PAUSES) -> None:
        self._bot, self._folder, self._pauses = bot, folder, pauses
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._running: set[str] = set()

    async def fetch_all(self, refs: Iterable[str]) -> None:
        """Fetch those of the refs that are Telegram's and not here yet."""
        await asyncio.gather(*(self.fetch(ref) for ref in refs if file_id_of(ref)))

    async def fetch(self, ref: str) -> bool:
        """Whether the file is here now."""
        if ref in self._running:
            return False
        self._running.add(ref)
        try:
            async with self._gate:
                return await self._try(ref)
        finally:
            self._running.discard(ref)

    async def _try(self, ref: str) -> bool:
        if await asyncio.to_thread(kept_path(self._folder, ref).is_file):
            return True
        for pause in (*self._pauses, None):
            try:
                return await self._once(ref)
            except BadRequest:
                log.warning("Telegram does not give a file")
                return False
            except (TelegramError, TimeoutError, OSError) as error:
                log.warning("a file could not be fetched: %s", type(error).__name__)
            if pause is not None:
                await asyncio.sleep(pause)
        return False

    async def _once(self, ref: str) -> bool:
        if await asyncio.to_thread(self._full):
            log.error("a file was not fetched: the disk is nearly full")
            return False
        async with asyncio.timeout(LIMIT):
            file = await self._bot.get_file(file_id_of(ref))
            data = bytes(await file.download_as_bytearray())
        await asyncio.to_thread(keep, self._folder, ref, data)
        return True

    def _full(self) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free < SPARE
