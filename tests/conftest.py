"""What many tests share: the real knowledge, loaded once."""

import pytest

from knowledge import Knowledge


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return Knowledge.load()
