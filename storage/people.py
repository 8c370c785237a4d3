"""Staff: members, who they are on which channel, invitations and login secrets. Secrets are kept as hashes only."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.types import Enrol, Invite, Member
from storage.codec import dump, load
from storage.database import Database
from storage.events import sha
from storage.records import Conflict
from tickets.states import Role

INVITATION_LASTS = timedelta(days=3)


class People:
    """The verbs about staff."""

    db: Database

    def member(self, channel: str, person: str) -> Member | None:
        row = self.db.row(
            "SELECT body FROM members JOIN identities ON identities.member = members.id"
            " WHERE identities.channel = ? AND identities.person = ? AND active = 1",
            *(channel, person),
        )
        return load(Member, row["body"]) if row else None

    def member_by_id(self, member: str) -> Member | None:
        row = self.db.row("SELECT body FROM members WHERE id = ?", member)
        return load(Member, row["body"]) if row else None

    def team(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members() if member.active)

    def members(self) -> tuple[Member, ...]:
        found = [load(Member, row["body"]) for row in self.db.rows("SELECT body FROM members")]
        return tuple(sorted(found, key=lambda member: (member.name, member.id)))

    def keep_member(self, member: Member) -> None:
        values = (member.role.value, member.channel, member.chat, member.active, dump(member))
        with self.db.atomic():
            self.db.run(
                "INSERT INTO members (role, channel, chat, active, body, id) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET role = excluded.role, channel = excluded.channel,"
                " chat = excluded.chat, active = excluded.active, body = excluded.body",
                *(*values, member.id),
            )
            if not member.active:
                self.db.run("DELETE FROM tokens WHERE member = ?", member.id)

    def _move_members(self, channel: str, old: str, new: str) -> None:
        for member in self.members():
            if (member.channel, member.chat) == (channel, old):
                self.keep_member(replace(member, chat=new))

    def invitation(self, code: str, now: datetime) -> Role | None:
        row = self.db.row(
            "SELECT role FROM invitations WHERE code = ? AND used_by = '' AND expires > ?", _code(code), now
        )
        return Role(row["role"]) if row else None

    def _invite(self, effect: Invite, now: datetime) -> None:
        done = self.db.run(
            "INSERT INTO invitations (code, role, inviter, expires) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(_code(effect.code), effect.role.value, effect.by, now + INVITATION_LASTS),
        )
        if not done:
            raise Conflict("code")

    def _enrol(self, effect: Enrol, channel: str, person: str, now: datetime) -> None:
        """Uses the invitation up. Whoever is staff already keeps his id, so that his cases stay his."""
        known = self.db.row("SELECT member FROM identities WHERE channel = ? AND person = ?", channel, person)
        member = replace(effect.member, id=known["member"]) if known else effect.member
        done = self.db.run(
            "UPDATE invitations SET used_by = ?, used_at = ? WHERE code = ? AND used_by = '' AND expires > ?",
            *(member.id, now, _code(effect.code), now),
        )
        if not done:
            raise Conflict("invitation")
        self.keep_member(member)
        if not known and person:
            self.db.run("INSERT INTO identities (channel, person, member) VALUES (?, ?, ?)", channel, person, member.id)

    def new_token(self, member: str, kind: str, until: datetime) -> str:
        token = secrets.token_urlsafe(24)
        self.db.run(
            "INSERT INTO tokens (token, member, kind, expires) VALUES (?, ?, ?, ?)", sha(token), member, kind, until
        )
        return token

    def member_by_token(self, token: str, kind: str, now: datetime, once: bool = False) -> Member | None:
        row = self.db.row(
            "SELECT members.body AS body FROM tokens JOIN members ON members.id = tokens.member"
            " WHERE token = ? AND kind = ? AND expires > ? AND active = 1",
            *(_safe_sha(token), kind, now),
        )
        if row is None:
            return None
        if once and self.db.run("DELETE FROM tokens WHERE token = ?", _safe_sha(token)) != 1:
            return None
        return load(Member, row["body"])

    def drop_token(self, token: str) -> None:
        self.db.run("DELETE FROM tokens WHERE token = ?", _safe_sha(token))


def _code(code: str) -> str:
    """The hash of an invitation as people type it: spaces around and small letters do not matter."""
    return _safe_sha(code.strip().upper())


def _safe_sha(text: str) -> str:
    return sha(text.encode("utf-8", "replace").decode())
