"""The real conversation over Telegram: choose what happened, see the source, ask for a person, open a case, staff answer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from handlers import handle
from handlers.types import Invite
from knowledge import Knowledge
from tests.fakes.bot_api import BOT, FakeBotApi
from tests.fakes.telegram_desk import Desk, desk, now, until
from tickets.states import Role

CITIZEN, MEDIATOR = 5, 9


class Phone:
    """One person's Telegram."""

    def __init__(self, api: FakeBotApi, id: int) -> None:
        self.api, self.id, self.read = api, id, 0

    def inbox(self) -> list[dict[str, Any]]:
        return [one for one in self.api.sent if one["chat"]["id"] == self.id]

    async def _answer(self, has: str) -> dict[str, Any]:
        """The first new message with `has` in its words or on its buttons; other letters may come in between."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found[:] = [one for one in self.inbox()[self.read :] if has in one.get("text", "") + "".join(labels(one))]
            return bool(found)

        await until(look, 60)
        return found[0]

    async def say(self, text: str, has: str = "") -> dict[str, Any]:
        self.read = len(self.inbox())
        await self.api.say(self.id, text)
        return await self._answer(has)

    async def tap(self, label: str, under: dict[str, Any], has: str = "") -> dict[str, Any]:
        keys = [key for row in under["reply_markup"]["inline_keyboard"] for key in row]
        data = next(key["callback_data"] for key in keys if label in key["text"])
        self.read = len(self.inbox())
        await self.api.tap(self.id, data, self.api.message(self.id, under["text"]) | {"from": BOT})
        return await self._answer(has)


def labels(message: dict[str, Any]) -> list[str]:
    return [key["text"] for row in message.get("reply_markup", {}).get("inline_keyboard", []) for key in row]


async def case(it: Desk) -> str:
    tickets = await it.turns.read(lambda store: store.tickets_of(f"telegram:{CITIZEN}"))
    assert len(tickets) == 1
    return tickets[0].number


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


async def test_ask_and_hand_over_and_answer(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    citizen, mediator = Phone(api, CITIZEN), Phone(api, MEDIATOR)
    async with desk(api, tmp_path, handle, knowledge=knowledge) as it:
        await it.turns.write(
            lambda store: store.perform((Invite(code="AB23CD45EF", role=Role.MEDIATOR, by="t"),), now())
        )
        assert "欢迎" in (await mediator.say("/start AB23CD45EF"))["text"]

        menu = await citizen.say("/start")
        assert "渔小法" in menu["text"]
        topics = await citizen.tap("工钱要不回", menu)
        answer = await citizen.tap("", topics)
        assert "依据" in answer["text"]
        assert any(entity["type"] == "expandable_blockquote" for entity in answer["entities"])

        step = await citizen.say("人工")
        for _ in range(8):
            labels = [key["text"] for row in step.get("reply_markup", {}).get("inline_keyboard", []) for key in row]
            if any("提交" in label for label in labels):
                break
            step = (
                await citizen.tap("不清楚", step)
                if "不清楚" in labels
                else await citizen.say("石浦，船东王某欠我 3 万")
            )
        opened = await citizen.tap("提交", step)
        number = await case(it)
        assert number in opened["text"]

        card = await mediator.say(number, has="接单")
        await mediator.tap("接单", card)
        await mediator.say(f"回复 {number} 明天上午来一趟石浦窗口")
        await until(lambda: any("石浦窗口" in one.get("text", "") for one in citizen.inbox()), 60)
        letter = next(one for one in citizen.inbox() if "石浦窗口" in one.get("text", ""))
        assert letter["text"].startswith("【调解员")
