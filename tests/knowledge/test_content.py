from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import content_files as files

from knowledge.check import problems
from knowledge.citations import number
from knowledge.content import read_content
from knowledge.types import ContentError, chinese_number


def test_a_topic_is_read_whole(tmp_path: Path) -> None:
    content = read_content(files.write(tmp_path))
    assert not content.problems
    topic = content.topics["fm-summer-closure"]
    assert topic.family == "fm"
    assert topic.review == date(2027, 4, 1)
    assert topic.details == ("日期每年由通告定。", "钓具另有规定。")
    assert topic.steps == ("去哪里：看当年通告。", "费用：无。")
    assert topic.ask_back[0].options[0] == ("是", "先申请复议。")
    assert [citation.label for citation in topic.citations] == [
        "《渔业法》第七十八条第一款",
        "《刑法》第一百三十四条之一第二项",
    ]
    assert topic.citations[1].caveat == "现行文本待核"
    assert len(topic.questions) == 8


def test_a_service_has_its_form(tmp_path: Path) -> None:
    service = read_content(files.write(tmp_path)).topics["svc-people-mediation"].service_form
    assert service is not None
    assert service.hours == 24
    kinds = [(field.name, field.kind, field.optional) for field in service.fields]
    assert kinds == [("kind", "choice", False), ("proof", "file", True), ("phone", "phone", False)]
    assert service.fields[0].choices == ("欠钱", "受伤", "其他")


def test_a_sound_folder_has_no_problems(tmp_path: Path) -> None:
    assert problems(files.write(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem", "at"),
    [
        ("checked: 2026-11-22", "checked: 昨天", "不是日期", "checked: 昨天"),
        ("title: 禁渔期能不能下海\n", "", "缺 title", "---"),
        ("first: 慎", "first: 好", "只能写", "first: 好"),
        ("id: fm-summer-closure", "id: fm-closure", "文件名是", "id: fm-closure"),
        ("service: svc-people-mediation", "service: svc-nothing", "没有 svc-nothing", "service: svc-nothing"),
        ("第七十八条第一款", "七十八条", "引用看不懂", "《渔业法》"),
        ("｜2025-12-27｜", "｜", "三列或四列", "《渔业法》"),
        ("- svc-people-mediation", "- fm-none", "没有 fm-none", "- fm-none"),
        ("## 相关", "## 有关", "不认识的节", "## 有关"),
        ("- 禁渔期到底几号开始", "禁渔期到底几号开始", "没有以", "禁渔期到底几号开始"),
        ("- 禁渔期到底几号开始\n", "", "只有 7 条问法", "## 问法"),
        ("- 歇夏几时开捕", "- 禁渔期到底几号开始啊", "差不多", "- 禁渔期到底几号开始啊"),
        ("- 歇夏几时开捕", "- 调解要钱伐", "也有", ""),
        ("日期每年由通告定。", "日期每年由通告定[未核]。", "未核", "[未核]"),
        ("可以提出，由执法机关决定。", "一般不罚。", "固定措辞", "## 首违"),
        ("｜不是：可以复议，也可以起诉。", "", "反问这一行看不懂", "当场开的单子"),
        ("要没收、罚款", "要没收" + "很多" * 60, "超过 120", "## 简答"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_remedy(tmp_path: Path, old: str, new: str, problem: str, at: str) -> None:
    assert old in files.CLOSURE
    changed = files.CLOSURE.replace(old, new, 1)
    found = problems(files.write(tmp_path, fm_summer_closure=changed))
    matching = [error for error in found if problem in str(error)]
    assert matching, [str(error) for error in found]
    if at:
        assert matching[0].line == changed[: changed.index(at)].count("\n") + 1
    assert "。怎么改：" in str(matching[0])


def test_one_bad_file_does_not_hide_another(tmp_path: Path) -> None:
    found = problems(files.write(tmp_path, fm_summer_closure="乱写", near_cooking="也乱写"))
    assert {error.file for error in found} >= {"topics/fm/fm-summer-closure.md", "outside/near-cooking.md"}


def test_service_and_emergency_mistakes(tmp_path: Path) -> None:
    service = files.SERVICE.replace("｜文件｜可不填", "｜图片").replace("hours: 24", "hours: 三天")
    emergency = files.EMERGENCY.replace("12395, 110", "999").replace("- 马上打电话，报位置和人数。\n", "")
    found = problems(files.write(tmp_path, svc_people_mediation=service, em_overboard=emergency))
    text = "\n".join(map(str, found))
    for expected in ("字段类型看不懂", "hours 不是整数", "电话 999 没有录入", "有 1 行"):
        assert expected in text


def test_words_and_phones_mistakes(tmp_path: Path) -> None:
    found = problems(
        files.write(tmp_path, lexicon="歇夏｜禁渔期\n", slips="没有箭头\n", phones='[[phone]]\nnumber="1"\n')
    )
    assert {error.file for error in found} >= {"words/lexicon.txt", "words/slips.txt", "yearly/phones.toml"}


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (files.write(tmp_path) / "outside" / "near-cooking.md").write_bytes(b"\xff\xfe\x00\x81")
    assert any("读不出来" in str(error) for error in problems(tmp_path))


def test_the_error_reads_as_a_sentence() -> None:
    error = ContentError("a.md", 3, "缺 id", "加上")
    assert str(error) == "a.md:3: 缺 id。怎么改：加上"


@pytest.mark.parametrize("value", [1, 10, 11, 20, 78, 100, 101, 110, 276, 1005, 1103, 1260, 2000])
def test_article_numbers_go_both_ways(value: int) -> None:
    assert number(chinese_number(value)) == value


def test_article_numbers_as_statutes_write_them() -> None:
    assert chinese_number(12) == "十二"
    assert chinese_number(1103) == "一千一百零三"
    assert number("二百七十六") == 276
