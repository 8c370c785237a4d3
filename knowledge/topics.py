"""Topics, services, bundles and deadlines: one Markdown file each."""

from __future__ import annotations

import re
from pathlib import Path

from knowledge.citations import read_citations
from knowledge.pages import SEPARATOR, Line, Page, read_page
from knowledge.questions import read_questions
from knowledge.types import AskBack, Field, FieldKind, Period, Service, Topic

SECTIONS = (
    "简答", "详细", "下一步", "处罚", "自查", "首违", "反问", "依据", "相关", "问法", "表单", "计算",
)  # fmt: skip
FAMILIES = ("svc", "bundle", "sy", "hd", "ht", "sp", "fm", "dl")
GUIDES = ("sy", "hd", "ht", "sp")
LEVELS = ("可", "慎", "否", "—")
HINT = "可以提出，由执法机关决定"
FIELD_KINDS: dict[str, FieldKind] = {
    "文字": "text", "数字": "number", "日期": "date", "电话": "phone", "文件": "file", "选择": "choice",
}  # fmt: skip
UNITS = ("日", "工作日", "月", "年", "小时")
NOTES = ("可中断", "不中断", "不中止", "可延长", "—")
MOST_WORDS = 120


def read_topic(path: Path, root: Path, text: str | None = None) -> tuple[Page, Topic | None]:
    """Read one topic file, or `text` in its place. A topic comes back whenever it has an id; its page lists what is wrong."""
    page = read_page(path, root, SECTIONS, text)
    identity = page.value("id", needed=True)
    if not identity:
        return page, None
    family = identity.partition("-")[0]
    _check_identity(page, identity, family)
    return page, Topic(
        id=identity, family=family, title=page.value("title", needed=True),
        audience=page.value("audience", needed=True), service=page.value("service", needed=True),
        checked=page.day("checked"), review=page.day("review"), first=_first(page, family),
        short=_short(page), details=page.paragraphs("详细"), steps=page.texts("下一步", needed=True),
        penalty="\n".join(page.texts("处罚")), self_check=_self_check(page, family), first_hint=_hint(page),
        ask_back=_ask_back(page), citations=read_citations(page), related=page.texts("相关"),
        questions=(*page.texts("问法", needed=True), *(asked.text for asked in read_questions(root, identity))),
        bundle_steps=_bundle_steps(page, family),
        service_form=_service(page, identity) if family == "svc" else None, periods=_periods(page, family),
        urgent=page.value("urgent") == "是", path=path,
    )  # fmt: skip


def _check_identity(page: Page, identity: str, family: str) -> None:
    line = page.line_of("id")
    if identity != page.path.stem:
        page.fail(line, f"id 是 {identity}，文件名是 {page.path.stem}", "两个写成一样")
    if family not in FAMILIES:
        page.fail(line, f"id 的第一段 {family} 不是已有的族", "用 " + "、".join(FAMILIES) + " 之一")
    elif page.path.parent.name != family:
        page.fail(line, f"文件放在 {page.path.parent.name} 下面", f"放到 topics/{family}/ 下面")


def _first(page: Page, family: str) -> str:
    level = page.value("first", needed=family in GUIDES)
    if level and level not in LEVELS:
        page.fail(page.line_of("first"), f"first 写了 {level}", "只能写 " + "、".join(LEVELS))
    return level


def _short(page: Page) -> str:
    text = page.prose("简答", needed=True)
    if len(text) > MOST_WORDS:
        line = page.headings["简答"]
        page.fail(line, f"简答有 {len(text)} 个字，超过 {MOST_WORDS}", "删短，细节挪到“详细”")
    return text


def _self_check(page: Page, family: str) -> str:
    return page.prose("自查", needed=family in GUIDES)


def _hint(page: Page) -> str:
    text = page.prose("首违")
    if text and page.value("first") not in ("可", "慎"):
        page.fail(page.headings["首违"], "first 不是“可”或“慎”，不该有“首违”一节", "删掉这一节，或者改 first")
    if text and not text.startswith(HINT):
        page.fail(page.headings["首违"], "首违的第一句不是固定措辞", f"第一句写“{HINT}。”")
    return text


def _ask_back(page: Page) -> tuple[AskBack, ...]:
    found = (_read_ask_back(page, line) for line in page.items("反问"))
    return tuple(ask for ask in found if ask)


def _read_ask_back(page: Page, line: Line) -> AskBack | None:
    question, *rest = (part.strip() for part in line[1].split(SEPARATOR))
    options = [re.split("[:：]", part, maxsplit=1) for part in rest]
    if not 2 <= len(options) <= 3 or any(len(option) != 2 for option in options):
        page.fail(line[0], "反问这一行看不懂", "写成“问题｜是：结论｜不是：结论”，两到三个选项")
        return None
    return AskBack(question, tuple((label.strip(), text.strip()) for label, text in options))


def _bundle_steps(page: Page, family: str) -> tuple[str, ...]:
    if family == "bundle":
        page.value("steps", needed=True)
    return page.names("steps")


def _service(page: Page, identity: str) -> Service:
    hours = page.value("hours", needed=True)
    if hours and not hours.isdecimal():
        page.fail(page.line_of("hours"), f"hours 不是整数：{hours}", "写承诺的工作小时数，1 个工作日写 8")
    return Service(
        identity, page.value("title"), page.value("who", needed=True), page.value("team", needed=True),
        page.value("promise", needed=True), int(hours) if hours.isdecimal() else 0,
        page.value("fee", needed=True), _fields(page),
    )  # fmt: skip


def _fields(page: Page) -> tuple[Field, ...]:
    found = tuple(field for line in page.items("表单", needed=True) if (field := _field(page, line)))
    if found and found[-1].kind != "phone":
        page.fail(page.headings["表单"], "表单最后一项不是电话", "把电话放到最后，并写明用途")
    return found


def _field(page: Page, line: Line) -> Field | None:
    columns = [column.strip() for column in line[1].split(SEPARATOR)]
    if len(columns) not in (3, 4) or not re.fullmatch("[a-z][a-z0-9_]*", columns[0]):
        page.fail(line[0], "表单这一行看不懂", "写成“字段名｜问句｜类型”，字段名用小写英文")
        return None
    kind, _, choices = columns[2].replace(":", "：").partition("：")
    options = tuple(choice.strip() for choice in choices.split("；") if choice.strip())
    if kind not in FIELD_KINDS or (kind == "选择") != (len(options) > 1):
        page.fail(line[0], f"字段类型看不懂：{columns[2][:20]}", "用 文字 数字 日期 电话 文件 或“选择：甲；乙”")
        return None
    return Field(columns[0], columns[1], FIELD_KINDS[kind], options, columns[3:] == ["可不填"])


def _periods(page: Page, family: str) -> tuple[Period, ...]:
    found = (_period(page, line) for line in page.items("计算", needed=family == "dl"))
    return tuple(period for period in found if period)


def _period(page: Page, line: Line) -> Period | None:
    columns = [column.strip() for column in line[1].split(SEPARATOR)]
    if len(columns) != 5 or not columns[1].isdecimal() or columns[2] not in UNITS or columns[4] not in NOTES:
        page.fail(line[0], "计算这一行看不懂", "写成“名称｜1｜年｜从哪天起｜不中止”，单位用" + "、".join(UNITS))
        return None
    return Period(columns[0], int(columns[1]), columns[2], columns[3], columns[4])
