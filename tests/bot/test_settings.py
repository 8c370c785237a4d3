"""Settings: accepted spellings, secrets from files, one sentence for a wrong value."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.settings import SettingError, load
from tickets.due import BEIJING

NO_FILE = Path("/nonexistent/.env")


def test_defaults_are_the_embedded_ones() -> None:
    settings = load({}, NO_FILE)
    assert settings.database_url == "sqlite:///var/yuxiaofa.db"
    assert settings.site == "http://127.0.0.1:8080"
    assert settings.telegram_token == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YXF_WEB_PORT", "eighty"),
        ("YXF_WEB_PORT", "70000"),
        ("YXF_DATABASE_URL", "mysql://x"),
        ("YXF_TELEGRAM_TOKEN", "abc"),
        ("YXF_TELEGRAM_API", "ftp://x"),
        ("YXF_TELEGRAM_WEBHOOK_SECRET", "a b"),
        ("YXF_KEEP_DAYS", "0"),
        ("YXF_NOW", "yesterday"),
        ("YXF_TYPO", "1"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as error:
        load({name: value}, NO_FILE)
    assert str(error.value).endswith("。")
    assert "\n" not in str(error.value)


def test_a_webhook_needs_its_secret() -> None:
    with pytest.raises(SettingError, match="SECRET"):
        load({"YXF_TELEGRAM_WEBHOOK_URL": "https://a.b"}, NO_FILE)


def test_env_file_and_secret_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("123:abc\n", encoding="utf-8")
    env = tmp_path / ".env"
    env.write_text(f"# 注释\nexport YXF_WEB_PORT='9000'\nYXF_TELEGRAM_TOKEN_FILE={tmp_path}/token\n", encoding="utf-8")
    settings = load({"YXF_NOW": "2026-11-22T09:30"}, env)
    assert settings.web_port == 9000
    assert settings.telegram_token == "123:abc"
    assert settings.now == datetime(2026, 11, 22, 9, 30, tzinfo=BEIJING)
    assert load({"YXF_WEB_PORT": "9001"}, env).web_port == 9001
