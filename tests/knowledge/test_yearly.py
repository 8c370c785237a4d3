"""Official lists: read from CSV and XLSX, mistakes by line, shown with source and date, and missing when missing."""

import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from handlers.told import answer, more
from knowledge import Knowledge
from knowledge.sheets import SheetError, read_sheet
from knowledge.yearly import KINDS, Yearly, load_yearly, read_rows, store_list

ROOT = Path(__file__).parent.parent.parent
TODAY = date(2026, 4, 25)
NOTICE = {"来源": "浙江省2026年休渔通告", "日期": "2026-04-20"}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def xlsx(path: Path) -> Path:
    """A sheet as table programs write it: shared strings, a number, a day and a moment by style."""
    shared = "".join(f"<si><t>{one}</t></si>" for one in ("年份", "作业类型", "开始", "结束", "拖网"))
    row = '<row r="1">' + "".join(f'<c r="{c}1" t="s"><v>{n}</v></c>' for n, c in enumerate("ABDE")) + "</row>"
    row += '<row r="3"><c r="A3"><v>2026</v></c><c r="B3" t="s"><v>4</v></c><c r="D3" s="1"><v>46143.5</v></c><c r="E3" s="1"><v>46281</v></c></row>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
        )
    return path


def with_lists(knowledge: Knowledge, **lists: tuple[dict[str, str], ...]) -> Knowledge:
    view = knowledge.showing(knowledge.topics["fm-summer-closure"])
    view.yearly, view.today = Yearly(lists), TODAY
    return view


def test_an_xlsx_gives_the_table_of_the_year(tmp_path: Path, knowledge: Knowledge) -> None:
    entries, faults = read_rows(KINDS["closures"], read_sheet(xlsx(tmp_path / "a.xlsx")), knowledge.topics, NOTICE)
    assert faults == []
    store_list(tmp_path, KINDS["closures"], entries)
    view = with_lists(knowledge)
    view.yearly = load_yearly({}, tmp_path)
    said = answer(knowledge.topics["fm-summer-closure"], view).text
    assert "· 拖网：2026-05-01 12:00 到 2026-09-16" in said
    assert "来源：浙江省2026年休渔通告，2026-04-20 录入" in said
    view.today = date(2027, 4, 25)
    assert "今年（2027年）的休渔通告还没录入" in answer(knowledge.topics["fm-summer-closure"], view).text


def test_a_service_without_an_office_says_so_and_whom_to_ask(knowledge: Knowledge) -> None:
    said = answer(knowledge.topics["svc-legal-aid"], with_lists(knowledge)).text
    assert "还没录入，可以打 12348" in said
    office = {
        "名称": "法律援助窗口", "地址": "丹城某路 1 号", "电话": "0574-00000000", "时间": "上班日",
        "主题": "svc-legal-aid", "来源": "书面确认", "日期": "2026-11-22",
    }  # fmt: skip
    said = answer(knowledge.topics["svc-legal-aid"], with_lists(knowledge, offices=(office,))).text
    assert "丹城某路 1 号" in said
    assert "还没录入" not in said


def test_a_reprint_is_not_this_years_table(knowledge: Knowledge) -> None:
    view = with_lists(knowledge)
    view.yearly, view.today = knowledge.yearly, date(2025, 6, 1)
    said = answer(knowledge.topics["fm-summer-closure"], view).text
    assert "今年（2025年）的休渔通告还没录入" in said
    assert "县渔业部门" in said


def test_every_mistake_has_its_line_and_column(tmp_path: Path, knowledge: Knowledge) -> None:
    file = tmp_path / "first.csv"
    file.write_bytes("序号,事项,主题\n1,未带证书,fm-nowhere\n\n1,没有标识,fm-gear-mesh\n3,,\n".encode("gb18030"))
    entries, faults = read_rows(KINDS["first"], read_sheet(file), knowledge.topics, {**NOTICE, "日期": "四月"})
    assert len(entries) == 3
    assert "第 2 行“主题”：没有 fm-nowhere 这个主题" in faults
    assert "第 5 行“事项”：空着，要填" in faults
    assert "第 4 行“序号”：1 和第 2 行重复" in faults
    assert sum("“日期”：“四月”不是日期" in fault for fault in faults) == 3
    _, faults = read_rows(KINDS["first"], [(1, ["序号", "奇怪"])], knowledge.topics, NOTICE)
    assert faults == [
        "第 1 行：表头缺“事项”",
        "第 1 行：不认识的列“奇怪”，可用的列：序号、事项、条件、主题、来源、日期",
    ]


def test_the_first_violation_list_names_its_item(knowledge: Knowledge) -> None:
    topic = replace(knowledge.topics["fm-summer-closure"], id="fm-gear-mesh", first_hint="可以提出，由执法机关决定。")
    item = {"序号": "17", "事项": "网目略小", "条件": "当场改正", "主题": "fm-gear-mesh", **NOTICE}
    said = more(topic, with_lists(knowledge, first=(item,))).text
    assert "清单第 17 项：网目略小，条件：当场改正（来源：浙江省2026年休渔通告，2026-04-20 录入）" in said
    assert "清单第" not in more(topic, with_lists(knowledge)).text
    assert "清单第" not in more(replace(topic, first_hint=""), with_lists(knowledge, first=(item,))).text


@pytest.mark.parametrize("content", [b"nothing", b""])
def test_what_is_no_sheet_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    (tmp_path / "a.xls").write_bytes(content)
    for name in ("a.xlsx", "a.xls", "none.csv"):
        with pytest.raises(SheetError, match=r"XLSX|打不开"):
            read_sheet(tmp_path / name)


def test_the_script_writes_all_or_nothing(tmp_path: Path) -> None:
    file = tmp_path / "phones.csv"

    def run(text: str, *more: str) -> subprocess.CompletedProcess[str]:
        file.write_text(text, "utf-8")
        command = [sys.executable, "scripts/import_yearly.py", "phones", str(file), "--to", str(tmp_path), *more]
        origin = ["--source", "县局书面确认", "--date", "2026-04-20"]
        return subprocess.run([*command, *origin], cwd=ROOT, capture_output=True, text=True, check=False)

    bad = run("号码,名称,用途\n0574-1,渔业,\n")
    assert (bad.returncode, "第 2 行“用途”：空着，要填" in bad.stderr) == (1, True)
    good = "号码,名称,用途\n0574-65000000,县渔业部门,问休渔日子\n"
    assert "没有写" in run(good, "--dry-run").stdout
    assert not (tmp_path / "phones.json").exists()
    assert run(good).returncode == 0
    assert load_yearly({}, tmp_path).of("phones")[0]["来源"] == "县局书面确认"
