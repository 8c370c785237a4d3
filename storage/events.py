"""The history of cases: append-only, each event sealed with the hash of the one before.

The hash covers the digest of an event's words, not the words, so that a person's own words can be erased at his
request while the chain still holds. Who erases also leaves an event "forgotten" behind; an erasure without it counts as
tampering.
"""

import hashlib
from datetime import datetime

from handlers.types import Attachment, Member
from storage.codec import dump, load
from storage.database import Database, Row
from storage.records import Broken, Happened
from tickets.clocks import today
from tickets.states import STAFF, Role
from tickets.ticket import Event

SEALED = (
    "number", "seq", "at", "actor", "role", "action", "before_state", "after_state", "public", "digest", "previous",
)  # fmt: skip
ERASED_TEXT = "（已按本人要求删除）"
SEEN = "seen"
AT_ONCE = 1000  # events read at once by the audit


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def seal(values: dict[str, object]) -> str:
    """The hash of one event, from the values of SEALED."""
    return sha(dump([values[name] for name in SEALED]))


class Events:
    """Appending, reading and checking."""

    db: Database

    def events(self, number: str, public_only: bool = False) -> tuple[Event, ...]:
        least = 1 if public_only else 0
        rows = self.db.rows("SELECT * FROM events WHERE number = ? AND public >= ? ORDER BY seq", number, least)
        return tuple(_event(row) for row in rows)

    def saw(self, number: str, member: Member, now: datetime) -> bool:
        row = self.db.row("SELECT state FROM tickets WHERE number = ?", number)
        if row is None or self.has_seen(number, member, now):
            return False
        with self.db.atomic():
            self._append(Event(
                number=number, at=now, actor=member.id, role=member.role, name=member.name, action=SEEN,
                before=row["state"], after=row["state"], public=False,
            ))  # fmt: skip
        return True

    def has_seen(self, number: str, member: Member, now: datetime) -> bool:
        """Whether it is written down that `member` looked at the case today."""
        sql = "SELECT 1 AS found FROM events WHERE number = ? AND action = ? AND actor = ? AND at >= ? LIMIT 1"
        return self.db.row(sql, number, SEEN, member.id, today(now).isoformat()) is not None

    def happened(self, after: int, limit: int) -> list[Happened]:
        found = []
        for row in self.db.rows("SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?", after, limit):
            sql = "SELECT body FROM attachments WHERE number = ? AND seq = ? ORDER BY id"
            files = tuple(load(Attachment, each["body"]) for each in self.db.rows(sql, row["number"], row["seq"]))
            found.append(Happened(position=row["position"], event=_event(row), attachments=files))
        return found

    def history_of_all(self, after: int, limit: int) -> list[Row]:
        """Events as they are kept, with their seals, from the position after `after` on: for the auditor."""
        return self.db.rows("SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?", after, limit)

    def _append(self, event: Event) -> int:
        """Seals the event onto the chain; its place in the history of its case."""
        # this update also holds the chain, so two processes cannot append at once
        chain = self.db.row("UPDATE chain SET position = position + 1 WHERE id = 1 RETURNING position, hash")
        last = self.db.row("SELECT COALESCE(MAX(seq), 0) AS seq FROM events WHERE number = ?", event.number)
        assert chain is not None
        assert last is not None
        body = dump(event)
        values: dict[str, object] = {
            "number": event.number, "seq": last["seq"] + 1, "at": event.at.isoformat(),
            "actor": event.actor if event.role in STAFF else "", "role": str(event.role), "action": str(event.action),
            "before_state": str(event.before), "after_state": str(event.after), "public": int(event.public),
            "digest": sha(body), "previous": chain["hash"],
        }  # fmt: skip
        own = seal(values)
        self.db.run(
            f"INSERT INTO events (position, {', '.join(SEALED)}, body, hash) VALUES ({', '.join('?' * 14)})",
            *(chain["position"], *values.values(), body, own),
        )
        self.db.run("UPDATE chain SET hash = ? WHERE id = 1", own)
        return int(last["seq"]) + 1

    def _erase(self, number: str) -> None:
        """The words of those who do not belong to the staff."""
        sql = "UPDATE events SET body = '' WHERE number = ? AND role IN (?, ?)"
        self.db.run(sql, number, Role.CITIZEN.value, Role.PARTY.value)

    def audit_head(self) -> tuple[int, str]:
        row = self.db.row("SELECT position, hash FROM chain WHERE id = 1")
        return (int(row["position"]), str(row["hash"])) if row else (0, "")

    def audit_verify(self) -> Broken | None:
        position, previous = 0, ""
        while rows := self.db.rows(
            "SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?", position, AT_ONCE
        ):
            for row in rows:
                reason = _flaw(row, position + 1, previous)
                if reason:
                    return Broken(position=row["position"], number=row["number"], reason=reason)
                position, previous = row["position"], row["hash"]
        if self.audit_head() != (position, previous):
            return Broken(position=position + 1, number="", reason="最后的记录少了，或者链尾被改过")
        return self._bare_erasure() or self._strayed_ticket()

    def _bare_erasure(self) -> Broken | None:
        row = self.db.row(
            "SELECT position, number FROM events WHERE body = '' AND NOT EXISTS (SELECT 1 FROM events AS later WHERE"
            " later.number = events.number AND later.seq > events.seq AND later.action = 'forgotten')"
            " ORDER BY position LIMIT 1"
        )
        reason = "内容被清空，却没有“按本人要求删除”的记录"
        return Broken(position=row["position"], number=row["number"], reason=reason) if row else None

    def _strayed_ticket(self) -> Broken | None:
        row = self.db.row(
            "SELECT tickets.number AS number, COALESCE(last.position, 0) AS position FROM tickets"
            " LEFT JOIN events AS last ON last.number = tickets.number"
            "  AND last.seq = (SELECT MAX(seq) FROM events WHERE events.number = tickets.number)"
            " WHERE last.number IS NULL OR last.after_state <> tickets.state ORDER BY tickets.number LIMIT 1"
        )
        reason = "工单现在的状态跟最后一条记录对不上"
        return Broken(position=row["position"], number=row["number"], reason=reason) if row else None


def _flaw(row: Row, position: int, previous: str) -> str:
    """What is wrong with an event that should stand at `position` after the hash `previous`; "" if nothing."""
    if row["position"] != position:
        return "前面少了一条记录"
    if row["previous"] != previous:
        return "跟前一条接不上"
    if row["hash"] != seal(dict(row)):
        return "记录被改过"
    if row["body"] and row["digest"] != sha(row["body"]):
        return "内容被改过"
    return ""


def _event(row: Row) -> Event:
    if row["body"]:
        return load(Event, row["body"])
    return load(
        Event,
        dump({
            "number": row["number"], "at": row["at"], "actor": row["actor"], "role": row["role"], "name": "",
            "action": row["action"], "before": row["before_state"], "after": row["after_state"], "text": ERASED_TEXT,
            "public": bool(row["public"]),
        }),
    )  # fmt: skip
