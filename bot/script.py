"""The scripted channel: whole cases played line by line, for automation, dialog tests and demonstrations.

In: {"person","text"} | {"person","button"} (label or data) | {"person","file"} | {"person","as": role}.
Out: every reply and every letter that results, to whomever: {"to","text","buttons","ticket"}.
"""

import mimetypes
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.render import plain
from bot.turn import Turns, fresh_code
from handlers.types import Attachment, Button, Invite, Message, Reply
from storage import Store
from tickets.states import Role

CHANNEL = "script"
LEASE = timedelta(minutes=1)


def _mark_sent(letter: int, now: datetime, store: Store) -> None:
    store.sent(letter, "", now)


class Script:
    """Plays lines. Not a network channel: replies and letters are handed back in order."""

    def __init__(self, turns: Turns, clock: Callable[[], datetime], files: Path) -> None:
        self._turns, self._clock, self._files = turns, clock, files
        self._buttons: dict[str, list[Button]] = {}
        self._count = 0

    def play(self, line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Everything that one line leads to. Raises ValueError with a Chinese sentence for a line it cannot read."""
        person = str(line.get("person") or "")
        if not person:
            raise ValueError("每行要有 person")
        if "as" in line:
            yield from self._send(person, text=f"加入 {self._invitation(str(line['as']))}")
        elif "button" in line:
            yield from self._send(person, button=self._data(person, str(line["button"])))
        elif "file" in line:
            yield from self._send(
                person, text=str(line.get("text") or ""), attachments=(self._keep(str(line["file"])),)
            )
        else:
            yield from self._send(person, text=str(line.get("text") or ""))

    def _send(self, person: str, **fields: Any) -> Iterator[dict[str, Any]]:
        self._count += 1
        now = self._clock()
        message = Message(
            id=f"{now.timestamp():.6f}-{self._count}",
            channel=CHANNEL,
            chat=person,
            person=person,
            name=person,
            at=now,
            **fields,
        )
        for reply in self._turns.play(message):
            yield self._line(person, reply)
        yield from self._letters()

    def _letters(self) -> Iterator[dict[str, Any]]:
        now = self._clock()
        write = self._turns.lanes.write
        while letters := write(lambda store: store.due_letters(now, now + LEASE, (CHANNEL,))).result():
            for letter in letters:
                write(partial(_mark_sent, letter.id, now)).result()
                yield self._line(letter.chat, letter.reply)

    def _line(self, to: str, reply: Reply) -> dict[str, Any]:
        shown = [one for row in reply.buttons for one in row]
        if shown:
            self._buttons[to] = shown + self._buttons.get(to, [])[:200]
        buttons = [{"label": one.label, "data": one.data} for one in shown]
        return {"to": to, "text": plain(reply), "buttons": buttons, "ticket": reply.ticket}

    def _data(self, person: str, wanted: str) -> str:
        """The data of the newest button with that label; anything else is taken as data."""
        return next((one.data for one in self._buttons.get(person, []) if one.label == wanted), wanted)

    def _invitation(self, role: str) -> str:
        if role not in set(Role) or role in (Role.CITIZEN, Role.PARTY, Role.SYSTEM):
            raise ValueError(f"没有 {role} 这个角色，可用 clerk mediator supervisor admin")
        code, now = fresh_code(self._turns.pick), self._clock()
        invite = Invite(code=code, role=Role(role), by=CHANNEL)
        self._turns.lanes.write(lambda store: store.perform((invite,), now)).result()
        return code

    def _keep(self, given: str) -> Attachment:
        """The named file copied into the data folder; a name without a file is kept as a name."""
        source = Path(given)
        mime = mimetypes.guess_type(source.name)[0] or ""
        kind = "photo" if mime.startswith("image/") else "file"
        if not source.is_file():
            return Attachment(kind=kind, name=source.name, mime=mime)
        self._files.mkdir(parents=True, exist_ok=True)
        self._count += 1
        kept = self._files / f"{int(self._clock().timestamp() * 1000)}-{self._count}{source.suffix}"
        shutil.copyfile(source, kept)
        return Attachment(kind=kind, name=source.name, ref=kept.name, mime=mime, size=kept.stat().st_size)
