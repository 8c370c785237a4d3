"""Reading level and the list of exceptions: what the check says about text a fisherman could not follow."""

from pathlib import Path

from knowledge.check import problems
from knowledge.exceptions import FILE, read_exceptions
from knowledge.reading import LONGEST
from tests.knowledge.content_files import UNVERIFIED, write

LONG = "这句话一直说下去" * 10


def said(root: Path) -> str:
    return "\n".join(str(problem) for problem in problems(root))


def test_a_sentence_that_never_ends_is_named_with_its_line(tmp_path: Path) -> None:
    root = write(tmp_path)
    path = root / "topics" / "fm" / "fm-summer-closure.md"
    text = path.read_text("utf-8").replace("日期每年由通告定。", f"{LONG}。")
    path.write_text(text, "utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if LONG in row)
    found = next(str(one) for one in problems(root) if "一句话" in one.problem)
    assert f"fm-summer-closure.md:{line}" in found
    assert f"每句不超过 {LONGEST['详细']} 个字" in found


def test_a_stiff_word_is_named_with_the_plain_one(tmp_path: Path) -> None:
    root = write(tmp_path)
    (root / "words" / "plain.txt").write_text("予以｜给\n", "utf-8")
    path = root / "topics" / "fm" / "fm-summer-closure.md"
    path.write_text(path.read_text("utf-8").replace("日期每年由通告定。", "严重的予以吊证。"), "utf-8")
    assert "“予以”是书面话" in said(root)


LAW = '    {{ name = "{}", version = "2020-11-29" }},\n'


def listing(root: Path, name: str) -> None:
    """The list of exceptions with one text more."""
    (root / FILE).write_text(UNVERIFIED.replace("laws = [\n", "laws = [\n" + LAW.format(name)), "utf-8")


def test_a_caveat_needs_its_reason_and_a_reason_its_caveat(tmp_path: Path) -> None:
    root = write(tmp_path)
    path = root / "topics" / "fm" / "fm-summer-closure.md"
    row = "## 依据\n- 《渔业法实施细则》第二条｜2020-11-29｜细则。｜现行文本待核\n"
    path.write_text(path.read_text("utf-8").replace("## 依据\n", row), "utf-8")
    assert "没有写进例外表" in said(root)
    listing(root, "渔业法实施细则")
    assert said(root) == ""
    listing(root, "海塘条例")
    assert "《海塘条例》2020-11-29 没有主题引用" in said(root)
    (root / FILE).write_text("[[group]]\nlaws = 3\n", "utf-8")
    assert FILE in said(root)


def test_the_shipped_exceptions_say_why() -> None:
    from knowledge.content import CONTENT

    listed = read_exceptions(CONTENT)
    assert len(listed) > 50
    assert all(one.reason and one.until and one.read for one in listed)
