"""Letters: what is to be delivered, claimed by a conditional update so that two processes never take the same."""

from collections.abc import Sequence
from datetime import datetime

from handlers.types import Reply, room, room_of
from storage.cases import Cases, system_event
from storage.codec import dump, load
from storage.database import Row, moment, stamp
from storage.records import Letter
from storage.rooms import GROUP_TROUBLE, Rooms

URGENT, CITIZEN, STAFF = 0, 1, 2  # what goes first


class Letters(Cases, Rooms):
    """The outbox."""

    def _post(
        self, channel: str, chat: str, reply: Reply, now: datetime, turn: int,
        *, answer: bool = False, urgent: bool = False, sent: bool = False,
    ) -> None:  # fmt: skip
        if urgent:
            priority = URGENT
        else:
            priority = CITIZEN if answer or self._goes_to_citizen(channel, chat, reply.ticket) else STAFF
        state, sent_at = ("sent", now) if sent else ("waiting", None)
        self.db.run(
            "INSERT INTO letters (channel, chat, lane, body, ticket, origin, turn, answer, priority, state, created_at,"
            " sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(channel, chat, room_of(chat)[0] or chat, dump(reply), reply.ticket, reply.origin, turn, answer, priority),
            *(state, now, sent_at),
        )

    def _goes_to_citizen(self, channel: str, chat: str, number: str) -> bool:
        sql = "SELECT 1 AS found FROM tickets WHERE number = ? AND channel = ? AND chat = ?"
        return bool(number) and self.db.row(sql, number, channel, chat) is not None

    def due_letters(
        self, now: datetime, lease_until: datetime, channels: Sequence[str], limit: int = 30
    ) -> list[Letter]:
        if not channels:
            return []
        with self.db.atomic():
            rows = self.db.rows(
                "SELECT * FROM (SELECT letters.*, ROW_NUMBER() OVER (PARTITION BY channel, lane ORDER BY priority, id)"
                f" AS place FROM letters WHERE {_free()} AND channel IN ({_marks(channels)}) AND NOT EXISTS ("
                "  SELECT 1 FROM letters AS other WHERE other.channel = letters.channel AND other.chat = letters.chat"
                "  AND other.state IN ('waiting', 'sending') AND CASE letters.state"
                "   WHEN 'sending' THEN other.state = 'sending' AND other.id < letters.id"
                "   ELSE other.state = 'sending' OR (other.priority, other.id) < (letters.priority, letters.id) END)"
                " AND NOT (letters.lane <> letters.chat AND EXISTS ("
                "  SELECT 1 FROM letters AS beside WHERE beside.channel = letters.channel AND beside.lane = letters.lane"
                "  AND beside.state = 'sending' AND beside.id <> letters.id))) AS free"
                " WHERE place = 1 ORDER BY priority, id LIMIT ?",
                *(now, now, *channels, limit),
            )
            claimed = [row for row in rows if self._claim(row["id"], now, lease_until)]
        return [_letter(row) for row in claimed]

    def _claim(self, letter: int, now: datetime, lease_until: datetime) -> bool:
        change = "UPDATE letters SET state = 'sending', lease_until = ?, attempts = attempts + 1"
        return self.db.run(f"{change} WHERE id = ? AND {_free()}", lease_until, letter, now, now) == 1

    def next_letter_at(self, now: datetime, channels: Sequence[str]) -> datetime | None:
        if not channels:
            return None
        row = self.db.row(
            "SELECT MIN(due) AS due FROM (SELECT CASE state WHEN 'waiting' THEN next_at ELSE lease_until END AS due"
            f" FROM letters WHERE state IN ('waiting', 'sending') AND channel IN ({_marks(channels)})) AS times"
            " WHERE due > ?",
            *(*channels, now),
        )
        return moment(row["due"]) if row else None

    def sent(self, letter: int, external_id: str, now: datetime) -> None:
        self.db.run(
            "UPDATE letters SET state = 'sent', sent_at = ?, external = ?, error = '', lease_until = NULL WHERE id = ?",
            *(now, external_id, letter),
        )
        if self.meta(GROUP_TROUBLE):
            row = self.db.row("SELECT chat FROM letters WHERE id = ?", letter)
            if row and room_of(row["chat"])[0]:
                self.set_meta(GROUP_TROUBLE, "")

    def failed(self, letter: int, error: str, now: datetime, retry_at: datetime | None) -> None:
        with self.db.atomic():
            state = "waiting" if retry_at else "failed"
            row = self.db.row(
                "UPDATE letters SET state = ?, next_at = ?, error = ?, lease_until = NULL WHERE id = ?"
                " AND state IN ('waiting', 'sending') RETURNING ticket, channel, chat",
                *(state, retry_at, error, letter),
            )
            if row and row["ticket"] and not retry_at:
                self._refused(row["ticket"], row["channel"], row["chat"], error, now)

    def _refused(self, number: str, channel: str, chat: str, error: str, now: datetime) -> None:
        """The history of the case shows it; a letter to the case's room would only lead to the next one."""
        group, _ = room_of(chat)
        ticket = None if group else self.ticket(number)
        if group:
            self.set_meta(GROUP_TROUBLE, f"{now.isoformat()} {error}")
        if ticket:
            self._happened(system_event(ticket, "undelivered", f"送达失败（{channel}）：{error}", now))

    def release(self, letters: Sequence[int]) -> None:
        for letter in letters:
            self.db.run(
                "UPDATE letters SET state = 'waiting', lease_until = NULL, attempts = attempts - 1"
                " WHERE id = ? AND state = 'sending'",
                letter,
            )

    def reset_stuck(self, now: datetime | None = None) -> int:
        sql = "UPDATE letters SET state = 'waiting', lease_until = NULL WHERE state = 'sending' AND lease_until <= ?"
        return self.db.run(sql, stamp(now) if now else "9")

    def letters_of(self, number: str) -> list[Letter]:
        return [_letter(row) for row in self.db.rows("SELECT * FROM letters WHERE ticket = ? ORDER BY id", number)]

    def letter_by_external(self, channel: str, chat: str, external_id: str) -> Letter | None:
        where = "channel = ? AND chat = ? AND external = ? AND external <> ''"
        sql = f"SELECT * FROM letters WHERE {where} ORDER BY id DESC LIMIT 1"
        row = self.db.row(sql, channel, chat, external_id)
        return _letter(row) if row else None

    def letter_by_origin(self, channel: str, chat: str, origin: str) -> Letter | None:
        where = "channel = ? AND chat = ? AND origin = ? AND origin <> '' AND external <> ''"
        row = self.db.row(f"SELECT * FROM letters WHERE {where} ORDER BY id DESC LIMIT 1", channel, chat, origin)
        return _letter(row) if row else None

    def _move_letters(self, channel: str, old: str, new: str) -> None:
        self.db.run("UPDATE letters SET chat = ?, lane = ? WHERE channel = ? AND chat = ?", new, new, channel, old)
        for row in self.db.rows("SELECT DISTINCT chat FROM letters WHERE channel = ? AND lane = ?", channel, old):
            moved = room(new, room_of(row["chat"])[1])
            self.db.run(
                "UPDATE letters SET chat = ?, lane = ? WHERE channel = ? AND chat = ?", moved, new, channel, row["chat"]
            )


def _free() -> str:
    """Nobody holds it and it is due; takes `now` twice."""
    return (
        "(state IN ('waiting', 'sending') AND CASE state WHEN 'waiting' THEN next_at IS NULL OR next_at <= ?"
        " ELSE lease_until <= ? END)"
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"], channel=row["channel"], chat=row["chat"], reply=load(Reply, row["body"]), ticket=row["ticket"],
        state=row["state"], attempts=row["attempts"], error=row["error"],
        created_at=datetime.fromisoformat(row["created_at"]), sent_at=moment(row["sent_at"]),
        external_id=row["external"],
    )  # fmt: skip
