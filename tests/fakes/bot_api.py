"""A Bot API server on this machine: what Telegram answers, and the ways in which it fails.

`python -m tests.fakes.bot_api` serves in a process of its own and prints its address; `POST /_ctl/say`,
`GET /_ctl/wait` and `GET /_ctl/state` drive it from outside.
"""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

TOKEN = "123456:test-token-of-the-fake"
BOT = {"id": 123456, "is_bot": True, "first_name": "渔小法", "username": "yxf_test_bot"}
DATE = 1_795_000_000
LARGEST_FILE = 20_000_000
SENDS = {
    "sendMessage": "", "sendPhoto": "photo", "sendDocument": "document", "sendVoice": "voice", "sendVideo": "video",
    "sendLocation": "",
}  # fmt: skip
TOPICS = ("createForumTopic", "editForumTopic", "closeForumTopic", "reopenForumTopic", "deleteForumTopic")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Fault:
    """What goes wrong, `times` times: status (with retry_after or parameters), late, drop_before, drop_after, html, junk."""

    kind: str
    times: int = 1
    status: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def bot_command(text: str) -> list[dict[str, Any]]:
    """The entities Telegram marks by itself: a command at the beginning, mentions."""
    found = re.match(r"/\w+(@\w+)?", text)
    entities = [{"type": "bot_command", "offset": 0, "length": found.end()}] if found else []
    for one in re.finditer(r"(?<!\w)@\w+", text):
        units = len(text[: one.start()].encode("utf-16-le")) // 2
        entities.append({"type": "mention", "offset": units, "length": len(one.group())})
    return entities


def person(id: int, name: str = "") -> dict[str, Any]:
    return {"id": id, "is_bot": False, "first_name": name or f"渔民{id}"}


class FakeBotApi:
    """The server and Telegram's side of all chats."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.updates: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[Fault]] = {}
        self.confirmed = 0
        self.webhook: dict[str, Any] = {}
        self.on_confirm: Callable[[int], Awaitable[None]] | None = None
        self.topics: dict[int, dict[str, Any]] = {}  # by thread: chat, name, open; a deleted one is not here
        self.pinned: list[int] = []
        self.reactions: dict[int, str] = {}
        self.forum = True
        self._next_update, self._next_message = 1000, 1
        self._news = asyncio.Condition()
        self._poller = 0
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int = 0) -> str:
        """Serve; the address for YXF_TELEGRAM_API."""
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        app.router.add_post("/_ctl/say", self._ctl_say)
        app.router.add_get("/_ctl/state", self._ctl_state)
        app.router.add_get("/_ctl/wait", self._ctl_wait)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self.url

    async def stop(self) -> None:
        assert self._runner
        self._poller += 1
        async with self._news:
            self._news.notify_all()
        await self._runner.cleanup()

    # Telegram's people

    def message(self, who: int, text: str = "", chat: int = 0, **fields: Any) -> dict[str, Any]:
        """A message as the wire has it; `chat` < 0 is a group."""
        self._next_message += 1
        where = {"id": chat or who, "type": "supergroup" if chat < 0 else "private"}
        body: dict[str, Any] = {"message_id": self._next_message, "date": DATE, "chat": where, "from": person(who)}
        if text:
            body |= {"text": text, "entities": bot_command(text)}
        return body | fields

    async def say(self, who: int, text: str = "", chat: int = 0, **fields: Any) -> dict[str, Any]:
        """Somebody says something."""
        return await self.add({"message": self.message(who, text, chat, **fields)})

    async def tap(self, who: int, data: str, message: dict[str, Any]) -> dict[str, Any]:
        """Somebody taps a button under a message."""
        query = {"id": f"q{self._next_update}", "from": person(who), "chat_instance": "1", "data": data}
        return await self.add({"callback_query": query | {"message": message}})

    async def add(self, update: dict[str, Any]) -> dict[str, Any]:
        """Any update; it gets the next id."""
        self._next_update += 1
        update = {"update_id": self._next_update, **update}
        self.updates.append(update)
        async with self._news:
            self._news.notify_all()
        return update

    async def push(self, update: Any, url: str, secret: str | None) -> int:
        """Push an update as Telegram does; the status it gets."""
        headers = {SECRET_HEADER: secret} if secret is not None else {}
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        async with ClientSession() as session, session.post(url, data=body, headers=headers) as response:
            return response.status

    def fail(self, method: str, kind: str, **fields: Any) -> None:
        """The next calls of `method` fail."""
        self.faults.setdefault(method, []).append(Fault(kind, **fields))

    async def delete_topic(self, thread: int) -> None:
        """Somebody of the group deletes a topic."""
        del self.topics[thread]

    def said_in(self, thread: int) -> list[str]:
        """What the bot has written in a topic, as it reads now."""
        return [
            one.get("text") or one.get("method", "")
            for one in self.sent
            if int(one.get("message_thread_id") or 0) == thread
        ]

    def texts(self, chat: int | None = None) -> list[str]:
        """What the bot has written, in order."""
        return [one.get("text", "") for one in self.sent if chat in (None, one["chat"]["id"])]

    # the wire

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method, fields = request.match_info["method"], await _fields(request)
        if request.match_info["token"] != self.token:
            return _error(401, "Unauthorized")
        self.calls.append((method, fields))
        fault = self._take_fault(method)
        if fault and fault.kind in ("status", "html", "junk", "drop_before"):
            return _broken(fault, request)
        answer = await self._answer(method, fields)
        if fault and fault.kind == "late":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "drop_after":
            return _drop(request)
        return answer

    def _take_fault(self, method: str) -> Fault | None:
        waiting = self.faults.get(method, [])
        if not waiting:
            return None
        waiting[0].times -= 1
        return waiting.pop(0) if waiting[0].times <= 0 else waiting[0]

    async def _answer(self, method: str, fields: dict[str, Any]) -> web.Response:
        if method == "getUpdates":
            return await self._get_updates(fields)
        if method in SENDS:
            return self._sent(method, fields)
        if method in TOPICS:
            return self._topic(method, fields)
        if method == "sendMediaGroup":
            return self._sent_together(fields)
        if method == "editMessageText":
            return self._edited(fields)
        if method == "setMessageReaction":
            signs = fields["reaction"]
            self.reactions[int(fields["message_id"])] = signs[0]["emoji"] if signs else ""
            return _ok(True)
        if method == "pinChatMessage":
            self.pinned.append(int(fields["message_id"]))
            return _ok(True)
        if method == "getFile":
            return self._get_file(fields["file_id"])
        if method == "setWebhook":
            self.webhook = fields
        if method == "deleteWebhook":
            self.webhook = {}
        known = {
            "getMe": BOT,
            "setMyCommands": True,
            "answerCallbackQuery": True,
            "setWebhook": True,
            "deleteWebhook": True,
        }
        return _ok(known[method]) if method in known else _error(404, "Not Found")

    async def _get_updates(self, fields: dict[str, Any]) -> web.Response:
        if self.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, limit = int(fields.get("offset", 0)), int(fields.get("limit", 100))
        self._poller += 1
        mine = self._poller
        if self.on_confirm and offset > self.confirmed:
            await self.on_confirm(offset)
        self.confirmed = max(self.confirmed, offset)
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        async with self._news:
            self._news.notify_all()
            try:
                async with asyncio.timeout(float(fields.get("timeout", 0))):
                    await self._news.wait_for(lambda: self.updates or self._poller != mine)
            except TimeoutError:
                return _ok([])
        if self._poller != mine:
            return _error(409, "Conflict: terminated by other getUpdates request")
        return _ok(self.updates[:limit])

    def _sent(self, method: str, fields: dict[str, Any]) -> web.Response:
        text = fields.get("text", "")
        if method == "sendMessage" and not text.strip():
            return _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _error(400, "Bad Request: message is too long")
        if (gone := self._no_thread(fields)) is not None:
            return gone
        what = fields.get(SENDS[method]) if SENDS[method] else None
        if isinstance(what, str) and what.startswith("bad"):
            return _error(400, "Bad Request: wrong file identifier/HTTP URL specified")
        self._next_message += 1
        return _ok(self._keep(method, fields))

    def _keep(self, method: str, fields: dict[str, Any]) -> dict[str, Any]:
        """A message of the bot: kept as sent, and as the wire gives it back."""
        chat = {"id": int(fields["chat_id"]), "type": "supergroup" if int(fields["chat_id"]) < 0 else "private"}
        body = {"message_id": self._next_message, "date": DATE, "chat": chat, "from": BOT, "method": method, **fields}
        self.sent.append({**body, "chat": chat})
        back = {
            "message_id": self._next_message,
            "date": DATE,
            "chat": chat,
            "from": BOT,
            "text": fields.get("text", ""),
        }
        if fields.get("message_thread_id"):
            back |= {"message_thread_id": int(fields["message_thread_id"]), "is_topic_message": True}
        return back

    def _no_thread(self, fields: dict[str, Any]) -> web.Response | None:
        thread = fields.get("message_thread_id")
        if thread and int(thread) not in self.topics:
            return _error(400, "Bad Request: message thread not found")
        return None

    def _sent_together(self, fields: dict[str, Any]) -> web.Response:
        if (gone := self._no_thread(fields)) is not None:
            return gone
        found = []
        for one in json.loads(fields.pop("media")):
            self._next_message += 1
            found.append(
                self._keep("sendMediaGroup", {**fields, one["type"]: one["media"], "caption": one.get("caption", "")})
            )
        return _ok(found)

    def _edited(self, fields: dict[str, Any]) -> web.Response:
        for one in self.sent:
            gone = self._no_thread(one) is not None
            if (
                one["message_id"] == int(fields["message_id"])
                and one["chat"]["id"] == int(fields["chat_id"])
                and not gone
            ):
                if one.get("text") == fields["text"] and one.get("reply_markup") == fields.get("reply_markup"):
                    return _error(400, "Bad Request: message is not modified")
                one |= {"text": fields["text"], "reply_markup": fields.get("reply_markup"), "edited": True}
                return _ok({key: one[key] for key in ("message_id", "date", "chat", "from", "text")})
        return _error(400, "Bad Request: message to edit not found")

    def _topic(self, method: str, fields: dict[str, Any]) -> web.Response:
        if not self.forum:
            return _error(400, "Bad Request: the chat is not a forum")
        if method == "createForumTopic":
            self._next_message += 1
            self.topics[self._next_message] = {"chat": int(fields["chat_id"]), "name": fields["name"], "open": True}
            return _ok({"message_thread_id": self._next_message, "name": fields["name"], "icon_color": 0})
        thread = int(fields["message_thread_id"])
        if thread not in self.topics:
            return _error(400, "Bad Request: TOPIC_ID_INVALID")
        if method == "deleteForumTopic":
            del self.topics[thread]
        elif method == "editForumTopic":
            self.topics[thread]["name"] = fields["name"]
        else:
            self.topics[thread]["open"] = method == "reopenForumTopic"
        return _ok(True)

    def _get_file(self, file_id: str) -> web.Response:
        if file_id not in self.files:
            return _error(400, "Bad Request: invalid file_id")
        if len(self.files[file_id]) > LARGEST_FILE:
            return _error(400, "Bad Request: file is too big")
        size = len(self.files[file_id])
        return _ok({"file_id": file_id, "file_unique_id": file_id[:8], "file_size": size, "file_path": f"d/{file_id}"})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        fault = self._take_fault("file")
        if fault:
            return _broken(fault, request)
        return web.Response(body=self.files[request.match_info["path"].removeprefix("d/")])

    # from another process

    async def _ctl_say(self, request: web.Request) -> web.Response:
        for who, text in await request.json():
            await self.say(who, text)
        return _ok(self._next_update)

    async def _ctl_wait(self, request: web.Request) -> web.Response:
        """Answers when `sent` messages have come."""
        wanted = int(request.query["sent"])
        async with asyncio.timeout(120):
            while True:
                if len(self.sent) >= wanted:
                    return _ok(len(self.sent))
                await asyncio.sleep(0.001)

    async def _ctl_state(self, request: web.Request) -> web.Response:
        sent = [[one["chat"]["id"], one.get("text", "")] for one in self.sent]
        return _ok({"sent": sent, "confirmed": self.confirmed})


async def _fields(request: web.Request) -> dict[str, Any]:
    """The call's arguments; nested ones as values, files as (name, bytes)."""
    posted = {**request.query, **await request.post()}
    found: dict[str, Any] = {}
    for name, value in posted.items():
        if isinstance(value, web.FileField):
            found[name] = (value.filename, value.file.read())
        elif name in ("reply_markup", "entities", "commands", "link_preview_options", "reply_parameters", "reaction"):
            found[name] = json.loads(value)
        else:
            found[name] = value
    return found


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _error(status: int, description: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)


def _broken(fault: Fault, request: web.Request) -> web.StreamResponse:
    if fault.kind == "drop_before":
        return _drop(request)
    if fault.kind == "html":
        return web.Response(status=502, text="<html><body>502 Bad Gateway</body></html>", content_type="text/html")
    if fault.kind == "junk":
        return web.Response(text="no json here")
    return _error(fault.status, fault.description, **fault.parameters)


def _drop(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    assert request.transport
    request.transport.abort()
    return web.Response()


async def _serve() -> None:
    sys.stdout.write(f"{await FakeBotApi().start()}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(_serve())
    except KeyboardInterrupt:
        sys.exit(0)
