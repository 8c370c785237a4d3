"""What Telegram's errors mean for a letter."""

import os
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.errors import SendError

# retry_after as a timedelta, as it will always be; as a number the library warns about it
os.environ.setdefault("PTB_TIMEDELTA", "1")

TOKEN_PAUSE = 300.0  # seconds; somebody has to repair the token first
GONE = {
    "chat not found": "找不到这个聊天",
    "user is deactivated": "对方的账号已注销",
    "blocked": "对方停用了机器人",
    "kicked": "机器人已被移出群",
    "initiate conversation": "对方还没有跟机器人说过话",
    "not a forum": "群还没有打开“话题”",
    "not enough rights": "机器人在群里权限不够：要能管理话题、置顶消息",
}


def send_error(error: TelegramError) -> SendError:
    """The error for the outbox. BadRequest is a NetworkError in the library, so it is asked for first."""
    if isinstance(error, RetryAfter):
        return SendError("Telegram 让我们慢一点", retry_after=seconds(error))
    if isinstance(error, ChatMigrated):
        return SendError("群换了地址", migrate_to=str(error.new_chat_id))
    if isinstance(error, BadRequest | Forbidden):
        return SendError(_reason(error), permanent=True)
    if isinstance(error, InvalidToken | EndPointNotFound):
        return SendError("Telegram 不认机器人的令牌", retry_after=TOKEN_PAUSE)
    if isinstance(error, TimedOut):
        return SendError("Telegram 没有回应")
    return SendError("连不上 Telegram")


def seconds(error: RetryAfter) -> float:
    """How long Telegram tells us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _reason(error: TelegramError) -> str:
    said = error.message.lower()
    found = next((sentence for sign, sentence in GONE.items() if sign in said), None)
    return found or ("对方不让机器人发消息" if isinstance(error, Forbidden) else "Telegram 不收这条消息")
