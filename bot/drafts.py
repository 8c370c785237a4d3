"""What may be done with the text of a topic, and by whom: drafted, proposed, published, taken back, released."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.knowledge import as_edit
from handlers.types import Member
from knowledge.editing import Standing, file_of, file_text, mark, standing, tidy
from knowledge.laws import Change
from storage import Conflict, Draft, Signed, Store
from tickets.states import Role
from tickets.ticket import NotAllowed

EDITORS = frozenset({Role.CLERK, Role.SUPERVISOR, Role.ADMIN})
PUBLISHERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ALONE = "这里设了两个人复核：写的人不能自己发布，请另一位督办员或管理员来。"
NOT_YOURS = "发布和恢复回答由督办员或管理员来办。"
MOVED = "您看的时候别人发布了新的文本，或者文件换了。您写的字还在，请对着新的差别再看一遍。"


@dataclass(frozen=True)
class Text:
    """The text of a topic as it holds now. `base` and `parent` say what a draft made from it is made from.

    `standing` is how the published edit stands to the file, None when there is none.
    """

    topic: str
    file: str
    body: str
    base: str
    parent: int
    standing: Standing | None


def text_of(store: Store, root: Path, topic: str) -> Text:
    """The text that holds: the published one, or the file's. Raises NotAllowed for an id no topic can have."""
    file = file_of(topic)
    if not file:
        raise NotAllowed("主题编号要像 fm-wage-arrears：族名加小写英文，用减号连起来。")
    in_file = file_text(root, file)
    found = next(iter(store.drafts("published", topic, 1)), None)
    how = standing(root, as_edit(found)) if found else None
    body = found.body if found and how == "applied" else in_file
    return Text(topic, file, body, mark(in_file), found.id if found else 0, how)


def keep(
    store: Store, root: Path, me: Member, now: datetime, seen: Text, body: str, state: str, note: str = "",
    old: Draft | None = None,
) -> Draft:  # fmt: skip
    """Keep a text as draft or proposal; `seen` is what it was made from. Raises Conflict when that is no longer so."""
    text = text_of(store, root, seen.topic)
    if (text.base, text.parent) != (seen.base, seen.parent):
        raise Conflict("text")
    if tidy(body) == text.body:
        raise NotAllowed("和现在的一样，没有改动。")
    draft = Draft(
        topic=text.topic, file=text.file, body=tidy(body), base=text.base, parent=text.parent, state=state,
        note=note.strip(), author=me.id, author_name=me.name, at=now,
    )  # fmt: skip
    return store.keep_draft(replace(draft, id=old.id, version=old.version) if old else draft)


def publish(store: Store, root: Path, me: Member, now: datetime, draft: Draft, reviewers: int) -> Draft:
    """The proposal becomes the text of its topic. Raises NotAllowed with the reason, or Conflict."""
    if not may_publish(me, draft, reviewers):
        raise NotAllowed(ALONE if me.role in PUBLISHERS else NOT_YOURS)
    if draft.state != "proposed":
        raise NotAllowed("这份草稿还没有提交复核，或者已经办过了。")
    text = text_of(store, root, draft.topic)
    if (text.base, text.parent) != (draft.base, draft.parent):
        raise Conflict("text")
    return store.publish(replace(draft, reviewer=me.id, reviewer_name=me.name, decided_at=now))


def may_publish(me: Member, draft: Draft, reviewers: int) -> bool:
    """Whether this member is the right one, and not the only one where two are needed."""
    return me.role in PUBLISHERS and (reviewers < 2 or draft.author != me.id)


def decide(store: Store, me: Member, now: datetime, draft: Draft, state: str) -> Draft:
    """Give a proposal back to its author (draft), or drop it."""
    if me.role not in PUBLISHERS and draft.author != me.id:
        raise NotAllowed("只有写的人、督办员和管理员能退回或作废。")
    decided = replace(draft, state=state, reviewer=me.id, reviewer_name=me.name, decided_at=now)
    return store.keep_draft(decided)


def release(store: Store, me: Member, now: datetime, topic: str, changes: Sequence[Change]) -> None:
    """`me` read the new texts and found the answer still right. Raises NotAllowed."""
    if me.role not in PUBLISHERS:
        raise NotAllowed(NOT_YOURS)
    store.sign([
        Signed(
            topic=topic, label=one.citation.label, old=one.citation.version, new=one.new.version if one.new else "",
            member=me.id, name=me.name, at=now,
        )
        for one in changes
    ])  # fmt: skip


def signers(signed: Sequence[Signed], topic: str, changes: Sequence[Change]) -> list[str]:
    """Who has released all these changes already."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    wanted = {(one.citation.label, one.citation.version, one.new.version if one.new else "") for one in changes}
    for one in signed:
        if one.topic == topic and (one.label, one.old, one.new) in wanted:
            names[one.member] = one.name
            counts[one.member] = counts.get(one.member, 0) + 1
    return [name for member, name in names.items() if counts[member] == len(wanted)]
