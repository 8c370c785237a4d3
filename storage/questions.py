"""What was asked and how it went, for next week's knowledge; and the system's own notes."""

import json
from datetime import datetime, timedelta

from handlers.types import LogQuestion, Message, Rate
from storage.codec import dump
from storage.database import Database, like, moment
from storage.records import Board, Confusion, Miss
from tickets.clocks import today

MONTH = timedelta(days=30)
CORRECTED = "corrected"
IN_VAIN = ("refuse", "statute", "error")  # actions that left a question without an approved answer


class Questions:
    """The list of gaps, the board, housekeeping."""

    db: Database

    def _log_question(self, effect: LogQuestion, message: Message | None, now: datetime, useful: str = "") -> None:
        channel, chat, person = (message.channel, message.chat, message.person) if message else ("", "", "")
        self.db.run(
            "INSERT INTO questions (at, channel, chat, person, question, plain, action, topics, why, useful)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(now, channel, chat, person, effect.text, _plain(effect.text), effect.action, dump(effect.topics)),
            *(dump(effect.why), useful),
        )

    def _rate(self, effect: Rate, message: Message, now: datetime) -> None:
        """The thumb goes to the sender's last question on the topic; without one it is written down by itself."""
        done = self.db.run(
            "UPDATE questions SET useful = ? WHERE id = (SELECT MAX(id) FROM questions"
            " WHERE channel = ? AND person = ? AND topics LIKE ? ESCAPE '!')",
            *(effect.useful, message.channel, message.person, like(dump(effect.topic))),
        )
        if not done:
            asked = LogQuestion(text=effect.query, action="rated", topics=(effect.topic,))
            self._log_question(asked, message, now, effect.useful)

    def misses(self, since: datetime, limit: int = 100) -> list[Miss]:
        marks = ", ".join("?" * len(IN_VAIN))
        rows = self.db.rows(
            "SELECT MAX(question) AS question, COUNT(*) AS n, MAX(action) AS action, MAX(at) AS at FROM questions"
            f" WHERE at >= ? AND plain <> '' AND (action IN ({marks}) OR useful IN ('no', 'wrong'))"
            " GROUP BY plain ORDER BY n DESC, at DESC LIMIT ?",
            *(since, *IN_VAIN, limit),
        )
        return [
            Miss(text=row["question"], count=row["n"], action=row["action"], last_at=datetime.fromisoformat(row["at"]))
            for row in rows
        ]

    def confusions(self, since: datetime, limit: int = 100) -> list[Confusion]:
        rows = self.db.rows(
            "SELECT MAX(question) AS question, topics, COUNT(*) AS n FROM questions WHERE at >= ? AND action = ?"
            " AND plain <> '' GROUP BY plain, topics ORDER BY n DESC, question LIMIT ?",
            *(since, CORRECTED, limit),
        )
        found = []
        for row in rows:
            right, *wrong = json.loads(row["topics"])
            found.append(Confusion(text=row["question"], right=right, wrong=tuple(wrong), count=row["n"]))
        return found

    def purge(self, before: datetime) -> int:
        with self.db.atomic():
            gone = self.db.run("DELETE FROM letters WHERE state IN ('sent', 'failed') AND created_at < ?", before)
            # the row stays, so that a message delivered again is not played again
            gone += self.db.run(
                "UPDATE messages SET body = '', person = '', chat = '' WHERE handled_at < ? AND at < ? AND body <> ''",
                *(before, before),
            )
            gone += self.db.run("DELETE FROM tokens WHERE expires < ?", before)
            return gone + self.db.run("DELETE FROM questions WHERE at < ?", before)

    def board(self, now: datetime) -> Board:
        towns = self.db.rows(
            "SELECT town, COUNT(*) AS n, SUM(CASE WHEN red_at <= ? THEN 1 ELSE 0 END) AS late FROM tickets"
            " WHERE open = 1 GROUP BY town",
            now,
        )
        oldest = self.db.row("SELECT MIN(opened_at) AS at FROM tickets WHERE open = 1")
        states = self.db.rows("SELECT state, COUNT(*) AS n FROM tickets GROUP BY state")
        return Board(
            states={row["state"]: row["n"] for row in states},
            unowned=self._count("tickets WHERE open = 1 AND owner = ''"),
            late=self._count("tickets WHERE open = 1 AND red_at <= ?", now),
            yellow=self._count(
                "tickets WHERE open = 1 AND yellow_at <= ? AND (red_at IS NULL OR red_at > ?)", now, now
            ),
            limits=self._count("tickets WHERE open = 1 AND limit_at <= ?", (today(now) + MONTH).isoformat()),
            towns={row["town"]: (row["n"], row["late"]) for row in towns},
            letters_waiting=self._count("letters WHERE state IN ('waiting', 'sending')"),
            letters_failed=self._count("letters WHERE state = 'failed'"),
            unhandled=self._count("messages WHERE handled_at IS NULL"),
            oldest=moment(oldest["at"]) if oldest else None,
        )

    def _count(self, what: str, *values: object) -> int:
        row = self.db.row(f"SELECT COUNT(*) AS n FROM {what}", *values)
        return int(row["n"]) if row else 0


def _plain(text: str) -> str:
    """Two wordings with the same letters count as one question."""
    return "".join(sign for sign in text.lower() if sign.isalnum())
