"""The docs are true: settings, commands, files and links they name exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import parser
from bot.settings import SETTINGS, reference
from tickets.diagram import page

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)\)")
SCRIPT = re.compile(r"`?scripts/([a-z_]+)")


def test_the_settings_page_is_the_table() -> None:
    assert reference() in (ROOT / "docs/settings.md").read_text(encoding="utf-8"), (
        "python -m bot settings 的结果要写进 docs/settings.md"
    )
    assert len({s.field for s in SETTINGS}) == len(SETTINGS)


def test_the_life_of_a_case_is_drawn_from_the_table() -> None:
    assert page() in (ROOT / "docs/life.md").read_text(encoding="utf-8"), "python -m bot life 的结果要写进 docs/life.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_scripts_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
    for script in SCRIPT.findall(text):
        assert any((ROOT / "scripts").glob(f"{script}*")), f"{page.name} names scripts/{script}"


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    for command in set(commands) - {"settings", "content", "life"}:  # type: ignore[arg-type]
        assert re.search(rf"`?(python -m bot )?{command}\b", text), command


def test_ci_runs_the_readme_test_command() -> None:
    assert "scripts/test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("exec scripts/test")


def test_help_is_chinese_and_complete() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "启动" in shown.stdout
