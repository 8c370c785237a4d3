"""Every setting, one line each; read from the environment, then from `.env`. A wrong value stops the start.

A secret may come from a file: `YXF_TELEGRAM_TOKEN_FILE=/run/secrets/token` stands for `YXF_TELEGRAM_TOKEN`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tickets.due import BEIJING


class SettingError(Exception):
    """A setting has a value it cannot have. The message is one Chinese sentence for whoever starts the bot."""


def _text(value: str) -> str:
    return value


def _port(value: str) -> int:
    if not value.isdigit() or not 0 <= int(value) <= 65535:
        raise ValueError("要 0 到 65535 之间的数字")
    return int(value)


def _days(value: str) -> int:
    if not value.isdigit() or int(value) < 1:
        raise ValueError("要一个不小于 1 的天数")
    return int(value)


def _reviewers(value: str) -> int:
    if value not in ("1", "2"):
        raise ValueError("要 1 或 2")
    return int(value)


def _url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError("要以 http:// 或 https:// 开头的网址")
    return value.rstrip("/")


def _database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("要写成 sqlite:///文件路径 或 postgresql://用户:密码@主机/库名")
    return value


def _token(value: str) -> str:
    if value and ":" not in value:
        raise ValueError("要 BotFather 给的完整令牌，形如 123456:ABC…")
    return value


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("要写成 2026-11-22T09:30 这样的时间") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _folder(value: str) -> Path:
    return Path(value)


def _secret(value: str) -> str:
    if value and not all(c.isalnum() or c in "_-" for c in value):
        raise ValueError("只能用字母、数字、下划线和减号（Telegram 的规定）")
    return value


@dataclass(frozen=True)
class Setting:
    """One line of the table: the variable, its default as text, how it is read, what it is for (shown to users)."""

    name: str
    default: str
    read: Callable[[str], Any]
    help: str

    @property
    def field(self) -> str:
        return self.name.removeprefix("YXF_").lower()


SETTINGS: tuple[Setting, ...] = (
    Setting("YXF_DATABASE_URL", "sqlite:///var/yuxiaofa.db", _database, "存哪里：SQLite 文件，或 PostgreSQL"),
    Setting("YXF_TELEGRAM_TOKEN", "", _token, "Telegram 机器人令牌；空着就不开 Telegram"),
    Setting("YXF_TELEGRAM_API", "https://api.telegram.org", _url, "Bot API 服务器的网址"),
    Setting("YXF_TELEGRAM_WEBHOOK_URL", "", _url, "Telegram 往哪里推送（公网 https）；空着就自己去取"),
    Setting("YXF_TELEGRAM_WEBHOOK_SECRET", "", _secret, "推送时要带的暗号；用推送就必须填"),
    Setting("YXF_WEB_HOST", "127.0.0.1", _text, "网页在哪个地址上听"),
    Setting("YXF_WEB_PORT", "8080", _port, "网页在哪个端口上听"),
    Setting("YXF_WEB_URL", "", _url, "别人从外面打开网页用的网址；空着按地址和端口算"),
    Setting("YXF_DATA_DIR", "var", _folder, "附件、模型、条文库放在哪个文件夹"),
    Setting("YXF_REVIEWERS", "1", _reviewers, "法条改了，要几个不同的人复核过才恢复回答；发布改动也照此，1 或 2"),
    Setting("YXF_KEEP_DAYS", "180", _days, "聊天记录留多少天"),
    Setting("YXF_NOW", "", _moment, "固定的时钟，只给测试和演示用，例如 2026-11-22T09:30"),
)


@dataclass(frozen=True)
class Settings:
    """The settings as values; see SETTINGS for what each is for."""

    database_url: str
    telegram_token: str
    telegram_api: str
    telegram_webhook_url: str
    telegram_webhook_secret: str
    web_host: str
    web_port: int
    web_url: str
    data_dir: Path
    reviewers: int
    keep_days: int
    now: datetime | None

    @property
    def site(self) -> str:
        """The address people open in a browser, without a slash at the end."""
        return self.web_url or f"http://{self.web_host}:{self.web_port}"


def read_env_file(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of a `.env` file; {} when there is none. Quotes around a value are taken off."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip().removeprefix("export "): value.strip().strip("\"'") for name, value in pairs}


def load(environment: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Read all settings. Raises SettingError with one sentence for the first wrong or unknown one."""
    given = {**read_env_file(env_file), **(os.environ if environment is None else environment)}
    known = {s.name for s in SETTINGS} | {f"{s.name}_FILE" for s in SETTINGS}
    unknown = sorted(name for name in given if name.startswith("YXF_") and name not in known)
    if unknown:
        raise SettingError(f"没有 {unknown[0]} 这个设置，看看是不是写错了；全部设置见 docs/settings.md。")
    settings = Settings(**{setting.field: _value(setting, given) for setting in SETTINGS})
    if settings.telegram_webhook_url and not settings.telegram_webhook_secret:
        raise SettingError("填了 YXF_TELEGRAM_WEBHOOK_URL 就必须填 YXF_TELEGRAM_WEBHOOK_SECRET。")
    return settings


def _value(setting: Setting, given: Mapping[str, str]) -> Any:
    raw = given.get(setting.name, "")
    file = given.get(f"{setting.name}_FILE", "")
    if not raw and file:
        try:
            raw = Path(file).read_text(encoding="utf-8").strip()
        except OSError:
            raise SettingError(f"{setting.name}_FILE 指的文件读不了：{file}") from None
    try:
        return setting.read(raw or setting.default)
    except ValueError as error:
        raise SettingError(f"{setting.name} 的值不对：{error}。") from None


def reference() -> str:
    """The settings as a Markdown table, for docs/settings.md."""
    rows = [f"| `{s.name}` | `{s.default or '（空）'}` | {s.help} |" for s in SETTINGS]
    return "\n".join(["| 设置 | 默认 | 作用 |", "|---|---|---|", *rows])
