"""Messages, sessions, and what was said in a chat."""

from collections.abc import Sequence
from datetime import datetime

from handlers.types import Message, Reply, Session
from storage.codec import dump, load, value_of
from storage.database import Database
from storage.records import Conflict, Said

BLANK = Session()


class Talk:
    """The verbs of one turn, without its effects."""

    db: Database

    def journal(self, message: Message) -> bool:
        return bool(
            self.db.run(
                "INSERT INTO messages (channel, external, chat, person, in_group, at, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, external) DO NOTHING",
                *(message.channel, message.id, message.chat, message.person, message.group, message.at, dump(message)),
            )
        )

    def waiting(self, limit: int = 1000) -> list[Message]:
        rows = self.db.rows("SELECT body FROM messages WHERE handled_at IS NULL ORDER BY id LIMIT ?", limit)
        return [load(Message, row["body"]) for row in rows]

    def stored_replies(self, message: Message) -> tuple[Reply, ...] | None:
        row = self.db.row(
            "SELECT id, handled_at FROM messages WHERE channel = ? AND external = ?", message.channel, message.id
        )
        if row is None or row["handled_at"] is None:
            return None
        rows = self.db.rows("SELECT body FROM letters WHERE turn = ? AND answer = 1 ORDER BY id", row["id"])
        return tuple(load(Reply, each["body"]) for each in rows)

    def _mark_handled(self, message: Message, now: datetime) -> int:
        """The turn's place in the order of all turns. Raises Conflict when it was handled or never journalled."""
        row = self.db.row(
            "UPDATE messages SET handled_at = ? WHERE channel = ? AND external = ? AND handled_at IS NULL RETURNING id",
            *(now, message.channel, message.id),
        )
        if row is None:
            raise Conflict("message")
        return int(row["id"])

    def _last_turn(self) -> int:
        row = self.db.row("SELECT COALESCE(MAX(id), 0) AS turn FROM messages")
        return int(row["turn"]) if row else 0

    def session(self, message: Message) -> Session:
        body = self._session_body(message)
        return load(Session, body) if body else BLANK

    def _session_body(self, message: Message) -> str:
        row = self.db.row(
            "SELECT body FROM sessions WHERE channel = ? AND chat = ? AND person = ?",
            *(message.channel, message.chat, message.person),
        )
        return str(row["body"]) if row else ""

    def _keep_session(self, message: Message, session: Session, before: Session | None) -> None:
        """Replaces the session if it is still `before`. A blank one has no row."""
        key = (message.channel, message.chat, message.person)
        old = self._session_body(message)
        if before is not None and (load(Session, old) if old else BLANK) != before:
            raise Conflict("session")
        new = "" if session == BLANK else dump(session)
        if old == new:
            return
        where = "WHERE channel = ? AND chat = ? AND person = ? AND body = ?"
        if not old:
            insert = "INSERT INTO sessions (channel, chat, person, body) VALUES (?, ?, ?, ?)"
            done = self.db.run(f"{insert} ON CONFLICT DO NOTHING", *key, new)
        elif new:
            done = self.db.run(f"UPDATE sessions SET body = ? {where}", new, *key, old)
        else:
            done = self.db.run(f"DELETE FROM sessions {where}", *key, old)
        if not done:
            raise Conflict("session")

    def history(self, channel: str, chat: str, limit: int = 50, before: str = "") -> list[Said]:
        turn, side, line = _place(before)
        rows = self.db.rows(
            "SELECT turn, side, line, at, body FROM ("
            " SELECT id AS turn, 0 AS side, id AS line, at, body FROM messages"
            "  WHERE channel = ? AND chat = ? AND body <> '' AND id <= ?"
            " UNION ALL"
            " SELECT turn, 1 AS side, id AS line, created_at AS at, body FROM letters"
            "  WHERE channel = ? AND chat = ? AND turn <= ?) AS said"
            " WHERE (turn, side, line) < (?, ?, ?) ORDER BY turn DESC, side DESC, line DESC LIMIT ?",
            *(channel, chat, turn, channel, chat, turn, turn, side, line, limit),
        )
        return [
            Said(
                position=f"{row['turn']}.{row['side']}.{row['line']}",
                at=datetime.fromisoformat(row["at"]),
                message=None if row["side"] else load(Message, row["body"]),
                reply=load(Reply, row["body"]) if row["side"] else None,
            )
            for row in reversed(rows)
        ]

    def recent_texts(self, message: Message, limit: int = 10) -> tuple[str, ...]:
        rows = self.db.rows(
            "SELECT body FROM messages WHERE channel = ? AND chat = ? AND person = ? AND external <> ? AND body <> ''"
            " AND handled_at IS NOT NULL ORDER BY id DESC LIMIT ?",
            *(message.channel, message.chat, message.person, message.id, limit),
        )
        said = (value_of(row["body"], "text") for row in reversed(rows))
        return tuple(text for text in said if text)

    def _move_talk(self, channel: str, old: str, new: str) -> None:
        self.db.run("UPDATE messages SET chat = ? WHERE channel = ? AND chat = ?", new, channel, old)
        there = (
            "SELECT 1 FROM sessions AS there WHERE there.channel = sessions.channel"
            " AND there.person = sessions.person AND there.chat = ?"
        )
        where = "WHERE channel = ? AND chat = ?"
        self.db.run(f"UPDATE sessions SET chat = ? {where} AND NOT EXISTS ({there})", new, channel, old, new)
        self.db.run(f"DELETE FROM sessions {where}", channel, old)

    def _own_chats(self, channel: str, person: str) -> Sequence[str]:
        rows = self.db.rows(
            "SELECT DISTINCT chat FROM messages WHERE channel = ? AND person = ? AND in_group = 0", channel, person
        )
        return [row["chat"] for row in rows]

    def _forget_talk(self, channel: str, person: str) -> None:
        """Words, sessions and delivered letters of a person go; message ids stay, so that nothing is played twice."""
        for chat in self._own_chats(channel, person):
            self.db.run(
                "DELETE FROM letters WHERE channel = ? AND chat = ? AND state IN ('sent', 'failed')", channel, chat
            )
        self.db.run(
            "UPDATE messages SET body = '', person = '', chat = ''"
            " WHERE channel = ? AND person = ? AND handled_at IS NOT NULL",
            *(channel, person),
        )
        self.db.run("DELETE FROM sessions WHERE channel = ? AND person = ?", channel, person)


def _place(position: str) -> tuple[int, int, int]:
    """The three numbers of a position; past the end when it is none."""
    try:
        turn, side, line = (int(part) for part in position.split("."))
    except ValueError:
        return (2**62, 0, 0)
    return (min(turn, 2**62), min(side, 2), min(line, 2**62))
