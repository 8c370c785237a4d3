"""Small notes the system leaves for itself, by name."""

from storage.database import Database
from storage.records import Conflict


class Notes:
    """The verbs about notes."""

    db: Database

    def meta(self, name: str) -> str:
        row = self.db.row("SELECT value FROM meta WHERE name = ?", name)
        return str(row["value"]) if row else ""

    def set_meta(self, name: str, value: str) -> None:
        sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        self.db.run(sql, name, value)

    def turn_meta(self, name: str, old: str, new: str) -> None:
        if not self.db.run("UPDATE meta SET value = ? WHERE name = ? AND value = ?", new, name, old):
            raise Conflict("note")
