"""A whole running system for the tests of the pages: database file, turns, outbox, web server, and people who use it."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.outbox import Outbox
from bot.settings import Settings, load
from bot.turn import Turns
from bot.web.keys import SITE
from bot.web.login import LOGIN
from bot.web.server import make_app
from handlers import handle
from handlers.types import Member
from knowledge import Knowledge
from storage import Lanes, open_lanes
from tickets.due import BEIJING
from tickets.states import Role
from tickets.ticket import Ticket

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=BEIJING)  # a Tuesday morning at the office
FORM = re.compile(r'name="csrf" value="([0-9a-f]+)"')


def sure_question(knowledge: Knowledge) -> str:
    """A question about the closed season that is answered at once, whatever the present model makes of the others."""
    asked = knowledge.topics["fm-summer-closure"].questions
    return next(one for one in asked if knowledge.decide(one).action == "answer" and not knowledge.decide(one).echo)


@dataclass
class World:
    """The running system. `now` is its clock."""

    lanes: Lanes
    turns: Turns
    app: web.Application
    settings: Settings
    base: str = ""
    now: datetime = NOW
    sessions: list[aiohttp.ClientSession] = field(default_factory=list)

    def browser(self) -> aiohttp.ClientSession:
        """A browser without cookies."""
        session = aiohttp.ClientSession(self.base, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.sessions.append(session)
        return session

    async def visitor(self) -> "Visitor":
        """Somebody who opens the chat for the first time."""
        session = self.browser()
        async with session.get("/") as answer:
            found = FORM.search(await answer.text())
        assert found
        return Visitor(session, found[1])

    async def staff(self, role: Role, name: str = "王芳") -> "Staff":
        """A member who is logged in."""
        me = Member(id="m" + str(secrets.randbelow(10**8)).zfill(8), name=name, role=role)
        token = await self.turns.write(lambda store: _employ(store, me, self.now))
        session = self.browser()
        session.cookie_jar.update_cookies({"yxf_staff": token}, response_url=aiohttp.client.URL(self.base + "/desk"))
        async with session.get("/desk/me") as answer:
            found = FORM.search(await answer.text())
        assert found
        return Staff(self, session, found[1], me, token)

    async def ticket(self, number: str) -> Ticket:
        """A case as it is now."""
        found = await self.turns.read(lambda store: store.ticket(number))
        assert found
        return found

    async def delivered(self) -> None:
        """Returns when no letter is on its way."""
        for _ in range(200):
            if not (await self.turns.read(lambda store: store.board(self.now))).letters_waiting:
                return
            await asyncio.sleep(0.02)
        raise TimeoutError("letters are still on their way")

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


def _employ(store: Any, me: Member, now: datetime) -> str:
    store.keep_member(me)
    token: str = store.new_token(me.id, LOGIN, now + timedelta(days=14))
    return token


@dataclass
class Visitor:
    """A citizen's browser."""

    session: aiohttp.ClientSession
    csrf: str

    async def post(
        self, files: tuple[tuple[str, bytes], ...] = (), headers: dict[str, str] | None = None, **fields: str
    ) -> tuple[int, Any]:
        """Status and JSON of what the server says to a message."""
        body = aiohttp.FormData(quote_fields=False)
        for name, value in {"csrf": self.csrf, "id": secrets.token_hex(8), "text": "", "button": "", **fields}.items():
            body.add_field(name, value)
        for name, content in files:
            body.add_field("file", BytesIO(content), filename=name, content_type="application/octet-stream")
        sent = {"Accept": "application/json", **(headers or {})}
        async with self.session.post("/chat/say", data=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def say(self, text: str = "", **more: Any) -> str:
        """Says it and gives the page's newest answer as markup."""
        status, said = await self.post(text=text, **more)
        assert status == 200, said
        return await self.newest()

    async def lines(self) -> list[dict[str, str]]:
        """All lines that the page shows."""
        async with self.session.get("/chat/new", params={"have": "-"}) as answer:
            assert answer.status == 200
            lines: list[dict[str, str]] = (await answer.json())["lines"]
            return lines

    async def newest(self) -> str:
        """The last answer."""
        return [line["html"] for line in await self.lines() if not line["id"]][-1]

    async def open_case(self, what: str = "老板欠我三个月工钿", phone: str = "13812345678") -> str:
        """Goes through the questions to a case; its number."""
        await self.say("人工")
        for text in (what, "船老大阿三", "上个月", "石浦", phone):
            await self.say(text)
        shown = await self.say(button="send")
        if "另开一单" in shown:
            shown = await self.say(button="send")
        found = re.search(r"\d{4}-\d{4}", shown)
        assert found, shown
        return found[0]


@dataclass
class Staff:
    """A member's browser."""

    world: World
    session: aiohttp.ClientSession
    csrf: str
    me: Member
    token: str

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        async with self.session.get(path, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Status and text after a form."""
        async with self.session.post(path, data={"csrf": self.csrf, **fields}, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def act(self, number: str, action: str, text: str = "", **more: str) -> tuple[int, str]:
        """Does something to a case as it is now."""
        version = more.pop("version", "") or str((await self.world.ticket(number)).version)
        return await self.post(f"/desk/case/{number}", action=action, text=text, version=version, **more)


@asynccontextmanager
async def world(folder: Path, knowledge: Knowledge, **more: str) -> AsyncIterator[World]:
    """A running system with its files in `folder`."""
    given = {"YXF_DATABASE_URL": f"sqlite:///{folder}/test.db", "YXF_DATA_DIR": str(folder), **more}
    settings = load(given, folder / "none")
    lanes = open_lanes(settings.database_url)
    here: World

    def clock() -> datetime:
        return here.now

    turns = Turns(lanes, handle, knowledge, clock, secrets.randbelow)
    app = make_app(lanes, turns, settings, clock)
    here = World(lanes, turns, app, settings)
    outbox = Outbox(lanes, {"web": app[SITE].channel})
    turns.wake = outbox.wake
    sending = asyncio.create_task(outbox.run())
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    here.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield here
    finally:
        for session in here.sessions:
            await session.close()
        await runner.cleanup()
        outbox.stop()
        await sending
        await turns.close()
        lanes.close()
