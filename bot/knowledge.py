"""The knowledge as the running system uses it: content with what was published, model, statutes, yearly lists."""

from collections.abc import Iterable
from datetime import datetime

from bot.settings import Settings
from knowledge import Knowledge
from knowledge.base import MODEL
from knowledge.content import CONTENT
from knowledge.editing import Edit, holding
from knowledge.quarantine import Release, cited_as
from storage import Draft, Signed, Store, open_store, sqlite_path
from tickets.due import BEIJING


def load_knowledge(settings: Settings) -> Knowledge:
    """Everything, as it holds today. The data folder has the statutes and lists, the database what was decided."""
    edits, released = _decided(settings)
    today = (settings.now or datetime.now(BEIJING)).date()
    held = holding(CONTENT, edits)
    knowledge = Knowledge.load(
        model=settings.data_dir / "model" if held else MODEL, laws=settings.data_dir / "laws", edits=held,
        lists=settings.data_dir / "yearly", today=today,
    )  # fmt: skip
    knowledge.review(released, today)
    return knowledge


def _decided(settings: Settings) -> tuple[tuple[Edit, ...], frozenset[Release]]:
    """What was published and released; nothing while there is no database yet."""
    path = sqlite_path(settings.database_url)
    if path and not path.exists():
        return (), frozenset()
    store = open_store(settings.database_url)
    try:
        return published(store), released(store.signed(), settings.reviewers)
    finally:
        store.close()


def published(store: Store) -> tuple[Edit, ...]:
    """The published texts."""
    return tuple(as_edit(draft) for draft in store.drafts("published", limit=10_000))


def as_edit(draft: Draft) -> Edit:
    """A draft as the knowledge knows it."""
    return Edit(draft.file, draft.body, draft.base)


def released(signed: Iterable[Signed], reviewers: int) -> frozenset[Release]:
    """The releases that enough different people signed."""
    signers: dict[Release, set[str]] = {}
    for one in signed:
        signers.setdefault(Release(one.topic, cited_as(one.label, one.old), one.new), set()).add(one.member)
    return frozenset(release for release, members in signers.items() if len(members) >= reviewers)
