"""The knowledge as the running system uses it: content, model, and the statute store where it was installed."""

from bot.settings import Settings
from knowledge import Knowledge


def load_knowledge(settings: Settings) -> Knowledge:
    """Content and model; the statutes from the data folder, if `scripts/setup` could build them there."""
    return Knowledge.load(laws=settings.data_dir / "laws")
