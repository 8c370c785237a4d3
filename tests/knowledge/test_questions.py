"""The lists of questions beside the pages."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import content_files as files

from knowledge.check import problems
from knowledge.content import read_content
from knowledge.fingerprint import fingerprint
from knowledge.questions import file_for


def listed(root: Path, identity: str, *lines: str) -> Path:
    path = root / file_for(identity)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), "utf-8")
    return root


def test_the_list_adds_to_the_page(tmp_path: Path) -> None:
    root = files.write(tmp_path)
    before, mark = read_content(root).topics["fm-summer-closure"].questions, fingerprint(root)
    listed(root, "fm-summer-closure", "# 老渔民", "", "船几时好出去抲鱼")
    assert read_content(root).topics["fm-summer-closure"].questions == (*before, "船几时好出去抲鱼")
    assert fingerprint(root) != mark
    assert problems(root) == []


def test_a_question_like_another_is_named_with_its_line(tmp_path: Path) -> None:
    root = listed(files.write(tmp_path), "fm-summer-closure", "# 老渔民", "禁渔期到底是几号开始")
    (found,) = problems(root)
    assert (found.file, found.line) == ("questions/fm/fm-summer-closure.txt", 2)
    assert "差不多" in found.problem


def test_a_question_of_another_topic_is_named(tmp_path: Path) -> None:
    root = listed(files.write(tmp_path), "fm-summer-closure", "船几时好出去抲鱼", "调解要钱伐")
    found = problems(root)
    assert {error.file for error in found} <= {
        "questions/fm/fm-summer-closure.txt",
        "topics/svc/svc-people-mediation.md",
    }
    assert any("也有" in error.problem for error in found)


def test_a_list_without_a_topic_is_named(tmp_path: Path) -> None:
    root = listed(files.write(tmp_path), "fm-nothing", "船几时好出去抲鱼")
    (found,) = problems(root)
    assert found.file == "questions/fm/fm-nothing.txt"
