"""Cases: opening, changing under a version, the queue, what was handed in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.types import Attachment, Message
from storage.codec import dump, load
from storage.database import Database, Row, bindable, like, moment
from storage.events import Events
from storage.records import Conflict, Wanted
from tickets.clocks import next_due, red_at, yellow_at
from tickets.figures import Line
from tickets.states import Role
from tickets.ticket import Event, Ticket
from tickets.towns import town_of

COLUMNS = (
    "state", "open", "urgent", "owner", "team", "town", "channel", "chat", "person",
    "opened_at", "due_at", "next_at", "yellow_at", "red_at", "limit_at", "contacted_at", "closed_at", "party", "code",
    "warned", "rating", "solved", "signed", "called", "order_at", "phone",    "version", "words", "body",
)  # fmt: skip
ORDER = "ORDER BY open DESC, urgent DESC, next_at, opened_at, number"

# the plus keeps the order of the queue: it is walked and looked up in what was found, not the other way round
FOUND = (
    "+number IN (SELECT substr(printf('%08d', rowid), 1, 4) || '-' || substr(printf('%08d', rowid), 5)"
    " FROM tickets_words WHERE tickets_words MATCH ?)"
)
BORDER = "zz"
SAMPLE = "7"  # closed cases whose number ends so are called back: one in ten
ERASED_TITLE = "（已按本人要求删除）"


class Cases(Events):
    """The verbs about cases."""

    def ticket(self, number: str) -> Ticket | None:
        row = self.db.row("SELECT body FROM tickets WHERE number = ?", number)
        return load(Ticket, row["body"]) if row else None

    def tickets_of(self, person: str, limit: int = 50) -> tuple[Ticket, ...]:
        sql = "SELECT body FROM tickets WHERE person = ? AND person <> '' ORDER BY opened_at DESC, number LIMIT ?"
        return tuple(load(Ticket, row["body"]) for row in self.db.rows(sql, person, limit))

    def tickets_by_phone(self, phone: str, limit: int = 20) -> tuple[Ticket, ...]:
        sql = "SELECT body FROM tickets WHERE phone = ? AND phone <> '' ORDER BY opened_at DESC LIMIT ?"
        return tuple(load(Ticket, row["body"]) for row in self.db.rows(sql, phone, limit))

    def queue(self, wanted: Wanted, limit: int = 50, offset: int = 0) -> tuple[Ticket, ...]:
        where, values = _where(wanted, self.db.dialect)
        rows = self.db.rows(f"SELECT body FROM tickets {where} {ORDER} LIMIT ? OFFSET ?", *values, limit, offset)
        return tuple(load(Ticket, row["body"]) for row in rows)

    def count(self, wanted: Wanted) -> int:
        where, values = _where(wanted, self.db.dialect)
        row = self.db.row(f"SELECT COUNT(*) AS n FROM tickets {where}", *values)
        return int(row["n"]) if row else 0

    def case_of_party(self, person: str) -> Ticket | None:
        sql = "SELECT body FROM tickets WHERE party = ? AND party <> '' ORDER BY open DESC, opened_at DESC LIMIT 1"
        row = self.db.row(sql, person)
        return load(Ticket, row["body"]) if row else None

    def case_by_code(self, code: str) -> Ticket | None:
        row = self.db.row("SELECT body FROM tickets WHERE code = ? AND code <> '' AND open = 1", code)
        return load(Ticket, row["body"]) if row else None

    def loads(self) -> dict[str, int]:
        rows = self.db.rows("SELECT owner, COUNT(*) AS n FROM tickets WHERE open = 1 AND owner <> '' GROUP BY owner")
        return {row["owner"]: row["n"] for row in rows}

    def record(self, since: datetime, until: datetime) -> list[Line]:
        names = "team, town, owner, open, rating, solved, signed, opened_at, contacted_at, closed_at, due_at"
        begun = f"SELECT {names} FROM tickets WHERE opened_at >= ? AND opened_at < ?"
        ended = f"SELECT {names} FROM tickets WHERE closed_at >= ? AND closed_at < ? AND opened_at < ?"
        rows = self.db.rows(f"{begun} UNION ALL {ended}", since, until, since, until, since)
        return [_line(row) for row in rows]

    def handed_in(self, number: str) -> tuple[tuple[Attachment, Event], ...]:
        came = dict(enumerate(self.events(number), 1))
        rows = self.db.rows("SELECT seq, body FROM attachments WHERE number = ? ORDER BY id", number)
        return tuple((load(Attachment, row["body"]), came[row["seq"]]) for row in rows)

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
        index_words(self.db, ticket.number, "", words_of(ticket))
        self._happened(event, attachments)

    def _change_ticket(self, ticket: Ticket, event: Event, attachments: Sequence[Attachment]) -> None:
        self._replace_ticket(ticket)
        self._happened(event, attachments)
        if not ticket.open and self.db.run("DELETE FROM forgotten WHERE number = ?", ticket.number):
            self._mask(ticket, event.at)

    def _replace_ticket(self, ticket: Ticket) -> None:
        """Raises Conflict unless the stored one is exactly one version older."""
        before = self.db.row("SELECT words FROM tickets WHERE number = ?", ticket.number)
        sets = ", ".join(f"{name} = ?" for name in COLUMNS)
        done = self.db.run(
            f"UPDATE tickets SET {sets} WHERE number = ? AND version = ?",
            *(*_columns(ticket), ticket.number, ticket.version - 1),
        )
        if not done:
            raise Conflict("ticket")
        index_words(self.db, ticket.number, before["words"] if before else "", words_of(ticket))

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
        kept = replace(ticket.mediation, party="", details="", terms="")
        masked = replace(
            ticket, person="", chat="", phone="", other_party="", applicant="", facts=(), before=(), title=ERASED_TITLE,
            mediation=kept,
        )  # fmt: skip
        self._replace_ticket(replace(masked, version=ticket.version + 1))
        self.db.run("DELETE FROM attachments WHERE number = ?", ticket.number)
        # what was told to the staff's group about it
        gone = "ticket = ? AND lane <> chat AND state IN ('sent', 'failed')"
        self.db.run(f"DELETE FROM letters WHERE {gone}", ticket.number)
        self._erase(ticket.number)
        self._happened(system_event(ticket, "forgotten", "当事人的资料已按本人要求删除", now))


def fill_columns(database: Database) -> None:
    """Gives the cases of an older program the columns and the words of this one."""
    if database.dialect == "sqlite":
        database.run("DELETE FROM tickets_words")
    sets = ", ".join(f"{name} = ?" for name in COLUMNS)
    for row in database.rows("SELECT body FROM tickets"):
        ticket = load(Ticket, row["body"])
        database.run(f"UPDATE tickets SET {sets} WHERE number = ?", *_columns(ticket), ticket.number)
        index_words(database, ticket.number, "", words_of(ticket))


def index_words(database: Database, number: str, before: str, after: str) -> None:
    """Keeps the index of words, which SQLite alone has; PostgreSQL looks through the words themselves."""
    if database.dialect != "sqlite" or before == after:
        return
    row = int(number.replace("-", ""))
    if before:
        database.run("DELETE FROM tickets_words WHERE rowid = ?", row)
    database.run("INSERT INTO tickets_words (rowid, words) VALUES (?, ?)", row, spaced(after))


def system_event(ticket: Ticket, action: str, text: str, now: datetime) -> Event:
    """An internal event that leaves the state as it is."""
    return Event(
        number=ticket.number, at=now, actor="", role=Role.SYSTEM, name="", action=action,
        before=ticket.state, after=ticket.state, text=text, public=False,
    )  # fmt: skip


def _columns(ticket: Ticket) -> tuple[object, ...]:
    """The values of COLUMNS."""
    return (
        *(ticket.state, ticket.open, ticket.urgent, ticket.owner, ticket.team, town_of(ticket.town)),
        *(ticket.channel, ticket.chat, ticket.person, ticket.opened_at, ticket.due_at, next_due(ticket)),
        *(yellow_at(ticket), red_at(ticket), _limit_at(ticket), ticket.contacted_at, ticket.closed_at),
        *(ticket.mediation.person, ticket.mediation.code, ticket.warned, ticket.rating, ticket.solved),
        *(
            ticket.mediation.signed_on is not None,
            ticket.called_at is not None,
            ticket.order_due_at,
            ticket.phone,
            ticket.version,
            words_of(ticket),
            dump(ticket),
        ),
    )


def _line(row: Row) -> Line:
    return Line(
        team=row["team"], town=row["town"], owner=row["owner"], open=bool(row["open"]), rating=row["rating"],
        solved=row["solved"], signed=bool(row["signed"]), opened_at=datetime.fromisoformat(row["opened_at"]),
        contacted_at=moment(row["contacted_at"]), closed_at=moment(row["closed_at"]),
        due_at=datetime.fromisoformat(row["due_at"]),
    )  # fmt: skip


def _limit_at(ticket: Ticket) -> str | None:
    """The nearest last day of a statutory period of the citizen."""
    return min((limit.last_day.isoformat() for limit in ticket.limits), default=None)


def words_of(ticket: Ticket) -> str:
    """All that a search should find, in lower case; the number also without its dash."""
    parts = [ticket.number, ticket.number.replace("-", ""), ticket.title, ticket.phone, ticket.other_party, ticket.town]
    parts += [ticket.team, ticket.service, ticket.topic, ticket.owner_name, ticket.outcome]
    parts += [answer for _, answer in ticket.facts]
    return "\n".join(part for part in parts if part).lower()


def spaced(text: str) -> str:
    """One token for each character; a word that no text holds stands between two lines."""
    return f" {BORDER} ".join(" ".join(line) for line in text.split("\n"))


def _where(wanted: Wanted, dialect: str) -> tuple[str, list[object]]:
    """The condition for `wanted` and its values."""
    exact = {name: getattr(wanted, name) for name in ("open", "state", "owner", "team", "town", "urgent")}
    exact["town"] = town_of(wanted.town or "") or wanted.town
    parts = [f"{name} = ?" for name, value in exact.items() if value is not None]
    values: list[object] = [value for value in exact.values() if value is not None]
    if wanted.lamp:
        parts += ["open = 1", f"{wanted.lamp}_at <= ?", "warned NOT IN (?, ?)"]
        values += [wanted.at, "red", wanted.lamp]
    if wanted.ordered:
        parts.append("order_at IS NOT NULL")
    if wanted.to_call is not None:
        parts += ["closed_at >= ?", "called = 0", f"substr(number, 9, 1) = '{SAMPLE}'"]
        values.append(wanted.to_call)
    if wanted.limit_by is not None:
        parts += ["open = 1", "limit_at <= ?"]
        values.append(wanted.limit_by.isoformat())
    terms = bindable(wanted.text).lower().split()[:8]
    if terms and dialect == "sqlite":
        phrases = [phrase for phrase in map(_phrase, terms) if phrase]
        parts.append(FOUND if phrases else "1 = 0")
        values += [" AND ".join(phrases)] if phrases else []
    elif terms:
        parts += ["words LIKE ? ESCAPE '!'"] * len(terms)
        values += map(like, terms)
    return ("WHERE " + " AND ".join(parts) if parts else "", values)


def _phrase(term: str) -> str:
    """The characters of a term in a row, as FTS5 asks for them; "" when nothing of it can be looked for."""
    known = [sign for sign in term if sign.isalnum()]
    return '"' + " ".join(known) + '"' if known else ""
