"""The rooms of the cases in the staff's group, and how far the history was told there."""

from storage.codec import dump, load
from storage.notes import Notes
from storage.records import Room

GROUP = "group"  # the note that holds channel and chat of the group
TOLD = "group:told"  # the note with the position up to which its rooms were told what happened
GROUP_TROUBLE = "group:trouble"  # the note with the last letter that the group did not take


class Rooms(Notes):
    """The verbs about rooms."""

    def group(self) -> tuple[str, str]:
        channel, _, chat = self.meta(GROUP).partition(":")
        return (channel, chat) if chat else ("", "")

    def room(self, number: str) -> Room | None:
        row = self.db.row("SELECT body FROM rooms WHERE number = ?", number)
        return load(Room, row["body"]) if row else None

    def room_at(self, channel: str, group: str, thread: str) -> Room | None:
        sql = "SELECT body FROM rooms WHERE channel = ? AND chat = ? AND thread = ?"
        row = self.db.row(sql, channel, group, thread)
        return load(Room, row["body"]) if row else None

    def keep_room(self, room: Room) -> None:
        self.db.run(
            "INSERT INTO rooms (number, channel, chat, thread, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (number)"
            " DO UPDATE SET channel = excluded.channel, chat = excluded.chat, thread = excluded.thread, body = excluded.body",
            *(room.number, room.channel, room.group, room.thread, dump(room)),
        )

    def drop_room(self, number: str) -> None:
        self.db.run("DELETE FROM rooms WHERE number = ?", number)

    def _use_group(self, channel: str, chat: str) -> None:
        """What happened before is not told again."""
        told = self.db.row("SELECT position FROM chain WHERE id = 1")
        self.set_meta(GROUP, f"{channel}:{chat}" if chat else "")
        self.set_meta(TOLD, str(told["position"] if told else 0))
        self.set_meta(GROUP_TROUBLE, "")

    def _move_rooms(self, channel: str, old: str, new: str) -> None:
        """A group that became a supergroup begins anew: it had no threads before."""
        if self.group() == (channel, old):
            self.set_meta(GROUP, f"{channel}:{new}")
            self.db.run("DELETE FROM rooms WHERE channel = ? AND chat = ?", channel, old)
