"""Cases: opening, changing under a version, the queue, what was handed in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.types import Attachment, Message
from storage.base import Conflict, Wanted
from storage.codec import dump, load
from storage.database import bindable, like
from storage.events import Events
from tickets.states import Role
from tickets.ticket import Event, Ticket

COLUMNS = (
    "state", "open", "urgent", "owner", "team", "town", "channel", "chat", "person",
    "opened_at", "due_at", "version", "words", "body",
)  # fmt: skip
ORDER = "ORDER BY open DESC, urgent DESC, due_at, number"
ERASED_TITLE = "（已按本人要求删除）"


class Cases(Events):
    """The verbs about cases."""

    def ticket(self, number: str) -> Ticket | None:
        row = self.db.row("SELECT body FROM tickets WHERE number = ?", number)
        return load(Ticket, row["body"]) if row else None

    def tickets_of(self, person: str, limit: int = 50) -> tuple[Ticket, ...]:
        sql = "SELECT body FROM tickets WHERE person = ? AND person <> '' ORDER BY opened_at DESC, number LIMIT ?"
        return tuple(load(Ticket, row["body"]) for row in self.db.rows(sql, person, limit))

    def queue(self, wanted: Wanted, limit: int = 50, offset: int = 0) -> tuple[Ticket, ...]:
        where, values = _where(wanted)
        rows = self.db.rows(f"SELECT body FROM tickets {where} {ORDER} LIMIT ? OFFSET ?", *values, limit, offset)
        return tuple(load(Ticket, row["body"]) for row in rows)

    def count(self, wanted: Wanted) -> int:
        where, values = _where(wanted)
        row = self.db.row(f"SELECT COUNT(*) AS n FROM tickets {where}", *values)
        return int(row["n"]) if row else 0

    def attachments(self, number: str, public_only: bool = False) -> tuple[Attachment, ...]:
        least = 1 if public_only else 0
        sql = "SELECT body FROM attachments WHERE number = ? AND public >= ? ORDER BY id"
        return tuple(load(Attachment, row["body"]) for row in self.db.rows(sql, number, least))

    def attachment_refs(self) -> set[str]:
        refs = {row["ref"] for row in self.db.rows("SELECT DISTINCT ref FROM attachments")}
        for row in self.db.rows("SELECT body FROM messages WHERE body LIKE ?", '%"attachments":[{%'):
            refs |= {each.ref for each in load(Message, row["body"]).attachments}
        return refs - {""}

    def _open_ticket(self, ticket: Ticket, event: Event, attachments: Sequence[Attachment]) -> None:
        names = ", ".join(("number", *COLUMNS))
        marks = ", ".join("?" * (len(COLUMNS) + 1))
        done = self.db.run(
            f"INSERT INTO tickets ({names}) VALUES ({marks}) ON CONFLICT (number) DO NOTHING",
            *(ticket.number, *_columns(ticket)),
        )
        if not done:
            raise Conflict("number")
        self._happened(event, attachments)

    def _change_ticket(self, ticket: Ticket, event: Event, attachments: Sequence[Attachment]) -> None:
        self._replace_ticket(ticket)
        self._happened(event, attachments)
        if not ticket.open and self.db.run("DELETE FROM forgotten WHERE number = ?", ticket.number):
            self._mask(ticket, event.at)

    def _replace_ticket(self, ticket: Ticket) -> None:
        """Raises Conflict unless the stored one is exactly one version older."""
        sets = ", ".join(f"{name} = ?" for name in COLUMNS)
        done = self.db.run(
            f"UPDATE tickets SET {sets} WHERE number = ? AND version = ?",
            *(*_columns(ticket), ticket.number, ticket.version - 1),
        )
        if not done:
            raise Conflict("ticket")

    def _happened(self, event: Event, attachments: Sequence[Attachment] = ()) -> None:
        seq = self._append(event)
        for each in attachments:
            self.db.run(
                "INSERT INTO attachments (number, seq, public, ref, body) VALUES (?, ?, ?, ?, ?)",
                *(event.number, seq, event.public, each.ref, dump(each)),
            )

    def _move_tickets(self, channel: str, old: str, new: str) -> None:
        rows = self.db.rows("SELECT body FROM tickets WHERE channel = ? AND chat = ?", channel, old)
        for ticket in (load(Ticket, row["body"]) for row in rows):
            self._replace_ticket(replace(ticket, chat=new, version=ticket.version + 1))

    def _forget_cases(self, person: str, now: datetime) -> None:
        """Masks the closed cases, and notes which open ones are to be masked when they close."""
        for ticket in self.tickets_of(person, limit=10_000):
            if ticket.open:
                self.db.run("INSERT INTO forgotten (number) VALUES (?) ON CONFLICT DO NOTHING", ticket.number)
            else:
                self._mask(ticket, now)

    def _mask(self, ticket: Ticket, now: datetime) -> None:
        """What the person said and is goes from a closed case; that it was, how it went and who handled it stays."""
        masked = replace(ticket, person="", chat="", phone="", other_party="", facts=(), title=ERASED_TITLE)
        self._replace_ticket(replace(masked, version=ticket.version + 1))
        self.db.run("DELETE FROM attachments WHERE number = ?", ticket.number)
        self._erase(ticket.number)
        self._happened(system_event(ticket, "forgotten", "当事人的资料已按本人要求删除", now))


def system_event(ticket: Ticket, action: str, text: str, now: datetime) -> Event:
    """An internal event that leaves the state as it is."""
    return Event(
        number=ticket.number, at=now, actor="", role=Role.SYSTEM, name="", action=action,
        before=ticket.state, after=ticket.state, text=text, public=False,
    )  # fmt: skip


def _columns(ticket: Ticket) -> tuple[object, ...]:
    """The values of COLUMNS."""
    return (
        *(ticket.state, ticket.open, ticket.urgent, ticket.owner, ticket.team, ticket.town),
        *(ticket.channel, ticket.chat, ticket.person, ticket.opened_at, ticket.due_at, ticket.version),
        *(_words(ticket), dump(ticket)),
    )


def _words(ticket: Ticket) -> str:
    """All that a search should find, in lower case; the number also without its dash."""
    parts = [ticket.number, ticket.number.replace("-", ""), ticket.title, ticket.phone, ticket.other_party, ticket.town]
    parts += [ticket.team, ticket.service, ticket.topic, ticket.owner_name, ticket.outcome]
    parts += [answer for _, answer in ticket.facts]
    return "\n".join(part for part in parts if part).lower()


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    """The condition for `wanted` and its values."""
    exact = {name: getattr(wanted, name) for name in ("open", "state", "owner", "team", "town")}
    parts = [f"{name} = ?" for name, value in exact.items() if value is not None]
    values: list[object] = [value for value in exact.values() if value is not None]
    for term in bindable(wanted.text).lower().split()[:8]:
        parts.append("words LIKE ? ESCAPE '!'")
        values.append(like(term))
    return ("WHERE " + " AND ".join(parts) if parts else "", values)
