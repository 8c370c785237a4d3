"""The history taken away for the auditor: complete, with its seals, without anybody's words."""

import csv
import subprocess
import sys
from pathlib import Path

from handlers.types import Member
from storage import open_store
from storage.records import Use
from tests.storage.samples import NOW, changed, opened
from tickets.states import Action, Role

ROOT = Path(__file__).parent.parent.parent


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"YXF_DATABASE_URL": f"sqlite:///{folder}/desk.db", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-m", "bot", "audit", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_the_whole_history_without_words(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    new = opened(title="老王欠我钱")
    store.perform((new, changed(new.ticket, Action.NOTE, "内部的话")), NOW)
    store.keep_member(Member(id="m1", name="陈姐", role=Role.CLERK))
    use = Use(at=NOW, member="m1", name="陈姐", role=Role.CLERK, what="search", detail="4 个字，找到 1 张")
    assert store.used(use) and not store.used(use)
    store.close()
    done = command(tmp_path, "export", f"{tmp_path}/history.csv")
    assert done.returncode == 0 and "导出 2 条" in done.stdout and "历史完整" in done.stdout
    text = (tmp_path / "history.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["动作"] for row in rows] == ["提交", "内部备注", "搜索（4 个字，找到 1 张）"]
    assert [row["姓名"] for row in rows] == ["", "陈姐", "陈姐"]
    assert rows[1]["前一条"] == rows[0]["本条"] and rows[1]["工作人员"] == "m1"
    assert "老王" not in text and "内部的话" not in text
    assert command(tmp_path, "export", f"{tmp_path}/history.xlsx").returncode == 0
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    assert [one.what for one in store.uses(0, 9)] == ["search", "audit"]
    store.close()
    assert (tmp_path / "history.xlsx").read_bytes()[:2] == b"PK"


def test_another_form_is_refused_with_a_sentence(tmp_path: Path) -> None:
    done = command(tmp_path, "export", f"{tmp_path}/history.txt")
    assert done.returncode == 2 and "csv" in done.stderr
