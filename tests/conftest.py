"""What many tests share: the real knowledge, loaded once."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import Knowledge
from knowledge.laws import Laws


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return Knowledge.load()


STORE = Path(__file__).parent.parent / "var" / "laws"


@pytest.fixture(scope="session")
def laws() -> Laws:
    """The statute store that scripts/setup builds."""
    found = Laws.open(STORE)
    if found is None:
        pytest.skip("没有条文库：先运行 scripts/import_laws --setup")
    return found


@pytest.fixture(scope="session")
def laws_before(laws: Laws) -> Laws:
    """The same store seen from the day before the fishery law of 2025 took effect."""
    found = Laws.open(STORE, date(2026, 4, 30))
    assert found is not None
    return found
