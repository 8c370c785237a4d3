"""What legal staff decide about the content: releases, and drafts from the first word to the published text."""

from collections.abc import Sequence
from dataclasses import replace

from storage.codec import dump, load
from storage.database import Database, Row, moment
from storage.records import Conflict, Draft, Signed

OPEN = ("draft", "proposed")


class Editing:
    """The verbs about content."""

    db: Database

    def sign(self, signed: Sequence[Signed]) -> None:
        for one in signed:
            key = (one.topic, one.label, one.old, one.new, one.member)
            self.db.run(
                "INSERT INTO releases (topic, label, old, new, member, name, at) SELECT ?, ?, ?, ?, ?, ?, ?"
                " WHERE NOT EXISTS (SELECT 1 FROM releases"
                " WHERE topic = ? AND label = ? AND old = ? AND new = ? AND member = ?)",
                *(*key, one.name, one.at, *key),
            )

    def signed(self) -> tuple[Signed, ...]:
        return tuple(_signed(row) for row in self.db.rows("SELECT * FROM releases ORDER BY id"))

    def keep_draft(self, draft: Draft) -> Draft:
        if not draft.id:
            row = self.db.row(
                "INSERT INTO drafts (topic, state, version, body) VALUES (?, ?, ?, ?) RETURNING id",
                *(draft.topic, draft.state, draft.version, dump(draft)),
            )
            assert row is not None
            return replace(draft, id=int(row["id"]))
        after = replace(draft, version=draft.version + 1)
        done = self.db.run(
            "UPDATE drafts SET state = ?, version = ?, body = ? WHERE id = ? AND version = ? AND state IN (?, ?)",
            *(after.state, after.version, dump(after), draft.id, draft.version, *OPEN),
        )
        if not done:
            raise Conflict("draft")
        return after

    def publish(self, draft: Draft) -> Draft:
        with self.db.atomic():
            now = next(iter(self.drafts("published", draft.topic, 1)), None)
            if (now.id if now else 0) != draft.parent:
                raise Conflict("draft")
            if now:
                # the decided text itself stays; only its place as the published one ends
                self.db.run(
                    "UPDATE drafts SET state = ?, body = ? WHERE id = ?",
                    *("replaced", dump(replace(now, state="replaced")), now.id),
                )
            return self.keep_draft(replace(draft, state="published"))

    def draft(self, id: int) -> Draft | None:
        row = self.db.row("SELECT id, body FROM drafts WHERE id = ?", id)
        return _draft(row) if row else None

    def drafts(self, state: str = "", topic: str = "", limit: int = 200) -> tuple[Draft, ...]:
        rows = self.db.rows(
            "SELECT id, body FROM drafts WHERE (? = '' OR state = ?) AND (? = '' OR topic = ?) ORDER BY id DESC LIMIT ?",
            *(state, state, topic, topic, limit),
        )
        return tuple(_draft(row) for row in rows)


def _draft(row: Row) -> Draft:
    return replace(load(Draft, row["body"]), id=int(row["id"]))


def _signed(row: Row) -> Signed:
    at = moment(row["at"])
    assert at is not None
    return Signed(
        topic=row["topic"], label=row["label"], old=row["old"], new=row["new"], member=row["member"], name=row["name"], at=at
    )  # fmt: skip
