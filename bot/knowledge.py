"""The knowledge as the running system uses it: content, model, and the statute store where it was installed."""

from datetime import datetime

from bot.settings import Settings
from knowledge import Knowledge
from tickets.due import BEIJING


def load_knowledge(settings: Settings) -> Knowledge:
    """Content and model; the statutes from the data folder, if `scripts/setup` could build them there."""
    knowledge = Knowledge.load(laws=settings.data_dir / "laws")
    knowledge.review((), (settings.now or datetime.now(BEIJING)).date())
    return knowledge
