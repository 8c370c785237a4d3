"""What staff took out of the system beside the cases' own history: append-only, without anybody's words."""

from collections.abc import Sequence
from datetime import timedelta

from storage.database import Database, Row, moment
from storage.records import Use
from tickets.roles import Role

AGAIN = timedelta(minutes=10)  # a page that loads a picture twice is one use


class Uses:
    """The verbs about uses."""

    db: Database

    def used(self, use: Use) -> bool:
        if self.has_used(use):
            return False
        self.db.run(
            "INSERT INTO uses (at, member, name, role, what, number, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(use.at, use.member, use.name, use.role.value, use.what, use.number, use.detail),
        )
        return True

    def has_used(self, use: Use) -> bool:
        sql = (
            "SELECT 1 AS found FROM uses WHERE member = ? AND what = ? AND number = ? AND detail = ? AND at > ? LIMIT 1"
        )
        return self.db.row(sql, use.member, use.what, use.number, use.detail, use.at - AGAIN) is not None

    def uses(self, after: int, limit: int) -> Sequence[Use]:
        rows = self.db.rows("SELECT * FROM uses WHERE id > ? ORDER BY id LIMIT ?", after, limit)
        return tuple(map(_use, rows))


def _use(row: Row) -> Use:
    at = moment(row["at"])
    assert at is not None
    return Use(
        id=row["id"], at=at, member=row["member"], name=row["name"], role=Role(row["role"]), what=row["what"],
        number=row["number"], detail=row["detail"],
    )  # fmt: skip
