"""A small statute store, made from the sources as a user would have them."""

from pathlib import Path

import pytest

from knowledge.laws import STORE, Laws
from knowledge.laws.importing.build import merge, write
from knowledge.laws.importing.markdown import read_markdown
from knowledge.laws.importing.package import read_package
from knowledge.laws.index import build_index
from knowledge.laws.store import Store
from tests.laws.samples import TODAY, package_file, rules_folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small store, with its index."""
    place = tmp_path_factory.mktemp("laws")
    found = [
        *read_markdown(rules_folder(place / "source"), "LawRefBook"),
        *read_package(package_file(place / "laws.db")),
    ]
    write(place / STORE, merge((), found)[0], TODAY.isoformat(), national=True)
    build_index(place, Store(place / STORE, TODAY))
    return place


@pytest.fixture(scope="session")
def laws(folder: Path) -> Laws:
    found = Laws.open(folder, TODAY)
    assert found
    return found
