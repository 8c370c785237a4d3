"""Rooms of cases in the staff's group, over a Bot API server: topics, cards, relays both ways, what heals itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from handlers import handle
from handlers.types import Forget, Member, Message, OpenTicket, Outcome, UseGroup, room
from knowledge import Knowledge
from tests.fakes.bot_api import BOT, FakeBotApi
from tests.fakes.telegram_desk import Desk, desk, now, until, until_stored
from tickets.states import Action, Role
from tickets.ticket import Actor, apply, open_ticket

CITIZEN, CLERK, MEDIATOR, STRANGER, GROUP = 5, 8, 9, 66, -100123
NUMBER = "4821-3390"
PHONE = "13800001234"
PHOTO = "AgACAgUAAxkBAAIBphoto0000000000"
PHOTO_2 = "AgACAgUAAxkBAAIBphoto0000000001"


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi()
    fake.files = {PHOTO: b"\xff\xd8\xff picture", PHOTO_2: b"\xff\xd8\xff another"}
    await fake.start()
    yield fake
    await fake.stop()


def opened(title: str = "老大半年没给工钿", urgent: bool = False, number: str = NUMBER) -> OpenTicket:
    by = Actor(id=f"telegram:{CITIZEN}", role=Role.CITIZEN, name="王")
    ticket, event = open_ticket(
        now=now(), hours=8, by=by, number=number, channel="telegram", chat=str(CITIZEN), person=by.id, kind="question",
        title=title, phone=PHONE, facts=(("怎么回事", f"欠了三万，电话 {PHONE}"),), town="石浦镇", urgent=urgent,
    )  # fmt: skip
    return OpenTicket(ticket=ticket, event=event)


class House:
    """The group, its members and the citizen."""

    def __init__(self, it: Desk) -> None:
        self.it, self.api = it, it.api

    @property
    def thread(self) -> int:
        """The newest topic."""
        return max(self.api.topics)

    @property
    def name(self) -> str:
        return str(self.api.topics[self.thread]["name"])

    @property
    def card(self) -> dict[str, Any]:
        return next(one for one in self.api.sent if one["message_id"] == self.api.pinned[-1])

    def here(self) -> list[str]:
        """What the bot wrote in the topic beside the card."""
        return self.api.said_in(self.thread)[1:]

    async def say(self, text: str = "", who: int = MEDIATOR, **fields: Any) -> dict[str, Any]:
        """Somebody writes in the topic; Telegram lets everything there reply to what opened it."""
        first = {"message_id": self.thread, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}, "from": BOT,
                 "forum_topic_created": {"name": self.name, "icon_color": 0}}  # fmt: skip
        fields = {"reply_to_message": first, **fields}
        update = await self.api.say(who, text, GROUP, message_thread_id=self.thread, is_topic_message=True, **fields)
        return dict(update["message"])

    def line(self, has: str) -> dict[str, Any]:
        """The newest message of the bot in the topic with these words, the card left out."""
        return next(
            one for one in reversed(self.api.sent)
            if has in one.get("text", "") and one["message_id"] not in self.api.pinned and one["chat"]["id"] == GROUP
        )  # fmt: skip

    async def under(self, has: str) -> dict[str, Any]:
        """What the bot wrote there, as something to reply to."""
        found = next(
            one
            for one in reversed(self.api.sent)
            if has in one.get("text", "") and one["message_id"] not in self.api.pinned
        )
        return {"message_id": found["message_id"], "date": 1, "chat": found["chat"], "from": BOT, "text": found["text"]}

    async def tap(self, label: str, message: dict[str, Any], who: int = MEDIATOR) -> None:
        keys = [key for row in message["reply_markup"]["inline_keyboard"] for key in row]
        data = next(key["callback_data"] for key in keys if label in key["text"])
        under = self.api.message(who, message.get("text", ""), GROUP) | {
            "from": BOT, "message_thread_id": self.thread, "is_topic_message": True,
        }  # fmt: skip
        await self.api.tap(who, data, under)

    def letters(self) -> list[dict[str, Any]]:
        """What the citizen got."""
        return [one for one in self.api.sent if one["chat"]["id"] == CITIZEN]

    async def events(self) -> list[tuple[str, str]]:
        found = await self.it.turns.read(lambda store: store.events(NUMBER))
        return [(event.action, event.text) for event in found]


@asynccontextmanager
async def house(api: FakeBotApi, folder: Path, knowledge: Knowledge, **options: Any) -> AsyncIterator[House]:
    """A group with two of the staff in it and one case."""
    async with desk(api, folder, handle, knowledge=knowledge, **options) as it:
        people = ((f"m{CLERK}", "赵", Role.CLERK, CLERK), (f"m{MEDIATOR}", "陈", Role.MEDIATOR, MEDIATOR))

        def settle(store: Any) -> None:
            for id, name, role, account in people:
                store.keep_member(Member(id=id, name=name, role=role))
                store.db.run(
                    "INSERT INTO identities (channel, person, member) VALUES ('telegram', ?, ?)", str(account), id
                )
            store.perform((UseGroup(channel="telegram", chat=str(GROUP)),), now())

        await it.turns.write(settle)
        await it.turns.write(lambda store: store.perform((opened(),), now()))
        await until(lambda: api.pinned and "新工单" in "".join(api.texts(GROUP)), 30)
        yield House(it)


async def test_a_case_gets_a_topic_with_its_card_pinned(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    async with house(api, tmp_path, knowledge) as here:
        assert here.name == f"【已提交】{NUMBER} 老大半年没给工钿"
        assert "欠了三万" in here.card["text"] and "镇乡：石浦" in here.card["text"]
        assert PHONE not in "".join(api.texts(GROUP))
        assert int(here.card["message_thread_id"]) == here.thread


async def test_a_tap_takes_the_case_and_the_name_follows(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.tap("接单", here.card)
        await until(lambda: here.name.startswith("【已签收】"))
        await until(lambda: "陈" in here.card["text"])
        await until(lambda: any("接手了" in one["text"] for one in here.letters()))
        assert len(api.pinned) == 1


async def test_a_plain_line_stays_inside(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    async with house(api, tmp_path, knowledge) as here:
        said = await here.say("这个老板上回也欠过")
        await until(lambda: api.reactions.get(said["message_id"]) == "✍")
        assert ("note", "这个老板上回也欠过") in await here.events()
        await asyncio.sleep(0.2)
        assert not here.letters()
        assert not any("上回也欠过" in text for text in here.here())


async def test_words_go_out_only_when_told_and_their_arrival_shows(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.tap("接单", here.card)
        await until(lambda: here.name.startswith("【已签收】"))
        said = await here.say("回复 请带上身份证来窗口")
        await until(lambda: any("请带上身份证" in one["text"] for one in here.letters()))
        await until(lambda: api.reactions.get(said["message_id"]) == "👌")
        # changed in the topic, changed at the citizen's, both wordings kept
        changed = {**said, "text": "回复 请带上身份证和欠条来窗口", "edit_date": said["date"] + 60}
        await api.add({"edited_message": changed})
        await until(lambda: any("欠条" in one["text"] for one in here.letters()))
        assert [one for one in here.letters() if "请带上身份证" in one["text"]] == [
            one for one in here.letters() if one.get("edited")
        ]
        texts = [text for action, text in await here.events() if action == "reply"]
        assert texts == ["请带上身份证来窗口", "请带上身份证和欠条来窗口（改过）"]


async def test_the_citizens_words_pictures_and_changes_come_in(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.tap("接单", here.card)
        await until(lambda: here.name.startswith("【已签收】"))
        said = await here.say("回复 单子拍张照片来")
        await until(lambda: api.reactions.get(said["message_id"]) == "👌")
        letter = await here.under("单子拍张")
        answer = await api.say(CITIZEN, "单子在家里，晚上发", reply_to_message=letter)
        await until(lambda: any("晚上发" in text for text in here.here()))
        mirrored = here.line("晚上发")
        assert mirrored["reply_parameters"]["message_id"] == said["message_id"]
        # two pictures together arrive together
        for name in (PHOTO, PHOTO_2):
            size = [{"file_id": name, "file_unique_id": name[-8:], "width": 9, "height": 9}]
            await api.say(CITIZEN, photo=size, media_group_id="album", reply_to_message=letter)
        await until(lambda: here.here().count("sendMediaGroup") == 2)
        # a changed message comes under the one it changes
        words = {**answer["message"], "text": "单子在船上，明天发", "edit_date": answer["message"]["date"] + 60}
        await api.add({"edited_message": words})
        await until(lambda: any("单子在船上" in text for text in here.here()))
        second = here.line("单子在船上")
        assert second["reply_parameters"]["message_id"] == mirrored["message_id"]


async def test_a_line_under_the_citizens_words_is_sent_on_with_one_tap(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.tap("接单", here.card)
        await until(lambda: here.name.startswith("【已签收】"))
        question = await api.say(CITIZEN, f"工单 {NUMBER} 几号能来")
        await until(lambda: any("几号能来" in text for text in here.here()))
        said = await here.say("礼拜三上午来", reply_to_message=await here.under("几号能来"))
        await until(lambda: any("要发给他？" in text for text in here.here()))
        assert not any("礼拜三" in one["text"] for one in here.letters())
        asked = next(one for one in reversed(api.sent) if "要发给他？" in one.get("text", ""))
        await here.tap("发给当事人", asked)
        await until(lambda: any("礼拜三上午来" in one["text"] for one in here.letters()))
        letter = next(one for one in here.letters() if "礼拜三" in one["text"])
        assert letter["reply_parameters"]["message_id"] == question["message"]["message_id"]
        await until(lambda: api.reactions.get(said["message_id"]) == "👌")


async def test_pictures_of_the_staff_go_out_with_the_word(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.tap("接单", here.card)
        await until(lambda: here.name.startswith("【已签收】"))
        size = [{"file_id": PHOTO, "file_unique_id": "u1", "width": 9, "height": 9}]
        await here.say(photo=size)
        await here.say(photo=size, caption="回复 照这个样子填")
        await until(lambda: any(one["method"] == "sendPhoto" for one in here.letters()))
        assert len([one for one in here.letters() if one["method"] == "sendPhoto"]) == 1


async def test_a_deleted_topic_is_opened_again(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    async with house(api, tmp_path, knowledge) as here:
        old = here.thread
        await api.delete_topic(old)
        await api.say(CITIZEN, f"工单 {NUMBER} 我补一句")
        await until(lambda: api.topics and any("我补一句" in text for text in here.here()))
        assert here.thread != old
        assert len(api.pinned) == 2
        assert any("我补一句" in text for text in here.here())


async def test_the_topic_closes_and_opens_with_the_case(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.tap("接单", here.card)
        await until(lambda: here.name.startswith("【已签收】"))
        await here.say("办结 工钱到手")
        await until(lambda: here.name.startswith("【办结待确认】"))
        letter = next(one for one in here.letters() if "解决了吗" in one["text"])
        keys = [key for row in letter["reply_markup"]["inline_keyboard"] for key in row]
        await api.tap(CITIZEN, keys[0]["callback_data"], api.message(CITIZEN, "x") | {"from": BOT})
        await until(lambda: not api.topics[here.thread]["open"])
        await api.tap(CITIZEN, keys[2]["callback_data"], api.message(CITIZEN, "x") | {"from": BOT})
        await until(lambda: api.topics[here.thread]["open"] and here.name.startswith("【已重开】"))


async def test_what_did_not_arrive_is_told_with_the_reason(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.tap("接单", here.card)
        await until(lambda: any("接单，已告诉" in text for text in here.here()))
        await until_stored(here.it, lambda store: all(letter.state == "sent" for letter in store.letters_of(NUMBER)))
        blocked = "Forbidden: bot was blocked by the user"
        api.fail("sendMessage", "status", status=403, description=blocked)
        await here.say("回复 请回电话")
        await until(lambda: any("没送到" in text and "停用了机器人" in text for text in here.here()))


async def test_a_stranger_in_the_group_writes_nothing_into_the_case(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await here.say("回复 我是骗子", who=STRANGER)
        await here.tap("接单", here.card, who=STRANGER)
        await until(lambda: sum("还没有加入窗口" in text for text in here.here()) == 2)
        assert [action for action, _ in await here.events()] == ["open"]


async def test_words_of_a_mediation_are_not_told_to_the_group(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:

        def mediate(store: Any) -> None:
            from handlers.types import ChangeTicket

            me = Actor(id=f"m{MEDIATOR}", role=Role.MEDIATOR, name="陈")
            ticket = store.ticket(NUMBER)
            for action, data in ((Action.CLAIM, {}), (Action.INVITE, {"party": "老李", "code": "ABCDEFGHJK"})):
                ticket, event = apply(ticket, action, me, now(), "", **data)
                store.perform((ChangeTicket(ticket=ticket, event=event),), now())
            ticket, event = apply(ticket, Action.RECORD, me, now(), "老李说最多赔三千")
            store.perform((ChangeTicket(ticket=ticket, event=event),), now())

        await here.it.turns.write(mediate)
        await until(lambda: any("只有承办人能看" in text for text in here.here()))
        await here.say("调解记录 老李又说四千")
        await until(lambda: any("不能写在群里" in text for text in here.here()))
        everything = "".join(text for text in api.texts(GROUP))
        assert "三千" not in everything and "四千" not in everything


async def test_a_person_who_wants_to_be_forgotten_takes_the_topic_along(
    api: FakeBotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    async with house(api, tmp_path, knowledge) as here:
        await api.say(CITIZEN, f"工单 {NUMBER} 私房话")
        await until(lambda: any("私房话" in text for text in here.here()))
        thread = here.thread

        def forget(store: Any) -> None:
            from handlers.types import ChangeTicket

            ticket, event = apply(
                store.ticket(NUMBER), Action.WITHDRAW, Actor(id=f"telegram:{CITIZEN}", role=Role.CITIZEN), now()
            )
            store.perform((ChangeTicket(ticket=ticket, event=event),), now())
            message = Message(id="f1", channel="telegram", chat=str(CITIZEN), person=str(CITIZEN), at=now())
            store.journal(message)
            store.finish(message, Outcome(effects=(Forget(),)), now())

        await here.it.turns.write(forget)
        await until(lambda: thread not in api.topics)
        await until_stored(here.it, lambda store: store.room(NUMBER) is None)


async def test_a_group_without_topics_stops_nothing(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    api.forum = False
    async with desk(api, tmp_path, handle, knowledge=knowledge) as it:
        await it.turns.write(lambda store: store.perform((UseGroup(channel="telegram", chat=str(GROUP)),), now()))
        await it.turns.write(lambda store: store.perform((opened(),), now()))
        await until_stored(it, lambda store: "话题" in store.meta("group:trouble"))
        events = await it.turns.read(lambda store: store.events(NUMBER))
        assert [event.action for event in events] == ["open"]
        await api.say(CITIZEN, "菜单")
        await until(lambda: any("渔小法" in text for text in api.texts(CITIZEN)), 30)


async def test_the_admin_sets_the_group_from_within(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    async with desk(api, tmp_path, handle, knowledge=knowledge) as it:

        def settle(store: Any) -> None:
            for account, role in ((CLERK, Role.CLERK), (MEDIATOR, Role.ADMIN)):
                store.keep_member(Member(id=f"m{account}", name="某", role=role))
                store.db.run(
                    "INSERT INTO identities (channel, person, member) VALUES ('telegram', ?, ?)",
                    str(account),
                    f"m{account}",
                )

        await it.turns.write(settle)
        await api.say(CLERK, f"@{BOT['username']} 设为工作群", GROUP)
        await until(lambda: any("督办员或管理员" in text for text in api.texts(GROUP)))
        assert await it.turns.read(lambda store: store.group()) == ("", "")
        await api.say(MEDIATOR, f"@{BOT['username']} 设为工作群", GROUP)
        await until_stored(it, lambda store: store.group() == ("telegram", str(GROUP)))
        await api.say(MEDIATOR, f"@{BOT['username']} 取消工作群", GROUP)
        await until_stored(it, lambda store: store.group() == ("", ""))


async def test_an_urgent_case_overtakes_the_others(api: FakeBotApi, tmp_path: Path, knowledge: Knowledge) -> None:
    """The rooms of a group share what the group may send; what is urgent does not wait for it."""
    from bot.outbox import Limits

    limits = {"telegram": Limits(person=(100, 1.0), group=(2, 1.5), all=(100, 1.0))}
    async with desk(api, tmp_path, handle, knowledge=knowledge, limits=limits) as it:
        await it.turns.write(lambda store: store.perform((UseGroup(channel="telegram", chat=str(GROUP)),), now()))
        cases = [opened(f"第{n}件", number=f"1000-000{n}") for n in range(8)]
        await it.turns.write(lambda store: store.perform(cases, now()))
        await until(lambda: len(api.topics) >= 2, 30)
        await it.turns.write(lambda store: store.perform((opened("有人落水", True, "9999-0001"),), now()))
        await until(lambda: len(api.topics) == 9, 60)
        names = [topic["name"] for _, topic in sorted(api.topics.items())]
        assert any("有人落水" in name for name in names[2:5]), names


def test_the_room_of_a_case_has_an_address() -> None:
    assert room(str(GROUP), NUMBER) == f"{GROUP}/{NUMBER}"
