"""The architecture as a test: who may import whom, and where I/O lives."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "knowledge": set(),
    "tickets": set(),
    "handlers": {"knowledge", "tickets"},
    "storage": {"handlers", "tickets"},
    "bot": {"handlers", "knowledge", "tickets", "storage"},
}
ONLY_IN = {
    "asyncio": ("bot", "storage"),
    "aiohttp": ("bot",),
    "sqlite3": ("storage", "knowledge/laws"),
    "random": ("bot",),
}
LONGEST_FILE = 400


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows_go_one_way(package: str) -> None:
    ours = set(MAY_IMPORT) | {"tests", "scripts"}
    for file in files(package):
        used = {name.split(".")[0] for name in imports(file)} & ours
        assert used - {package} <= MAY_IMPORT[package], f"{file} imports {used}"


def test_storage_sees_only_the_types_of_the_conversation() -> None:
    for file in files("storage"):
        assert {n for n in imports(file) if n.startswith("handlers")} <= {"handlers.types"}, file


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_io_stays_at_the_edge(package: str) -> None:
    for file in files(package):
        for name, places in ONLY_IN.items():
            if name in {used.split(".")[0] for used in imports(file)}:
                assert any(str(file.relative_to(ROOT)).startswith(place) for place in places), f"{file} imports {name}"


def test_telegram_is_known_to_its_channel_only() -> None:
    for package in MAY_IMPORT:
        for file in files(package):
            if "telegram" in {name.split(".")[0] for name in imports(file)}:
                assert file.name.startswith("telegram") and file.parent.name == "channels", file


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_file_outgrows_its_room(package: str) -> None:
    for file in files(package):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, file


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_each_folder_says_what_it_is(package: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")))
