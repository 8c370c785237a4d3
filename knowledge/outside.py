"""Talk outside the topics, and emergencies: one small Markdown file each."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from knowledge.pages import Page, read_page
from knowledge.types import Action, Emergency, Outside

OUTSIDE_SECTIONS = ("回答", "选项", "问法")
EMERGENCY_SECTIONS = ("先做", "触发", "问法", "不是")
ACTIONS = ("refuse", "smalltalk", "clarify")
MOST_STEP = 30


def read_outside(path: Path, root: Path, text: str | None = None) -> tuple[Page, Outside | None]:
    """Read one file of `outside/`."""
    page = read_page(path, root, OUTSIDE_SECTIONS, text)
    identity, action = _identity(page), page.value("action", needed=True)
    if action not in ACTIONS:
        page.fail(page.line_of("action"), f"action 写了 {action or '空'}", "只能写 " + "、".join(ACTIONS))
        return page, None
    choices = page.texts("选项")
    if len(choices) > 3:
        page.fail(page.headings["选项"], f"选项有 {len(choices)} 个", "至多 3 个")
    reply = page.prose("回答", needed=True)
    outside = Outside(
        identity, page.value("title", needed=True), cast(Action, action), reply,
        page.value("door"), choices, page.texts("问法", needed=True),
    )  # fmt: skip
    return page, outside if identity else None


def read_emergency(path: Path, root: Path, text: str | None = None) -> tuple[Page, Emergency | None]:
    """Read one file of `emergencies/`."""
    page = read_page(path, root, EMERGENCY_SECTIONS, text)
    identity = _identity(page)
    if identity and not identity.startswith("em-"):
        page.fail(page.line_of("id"), f"紧急情形的 id 是 {identity}", "以 em- 开头")
    page.value("numbers", needed=True)
    emergency = Emergency(
        identity, page.value("title", needed=True), page.names("numbers"), _first_steps(page),
        page.texts("触发", needed=True), page.texts("问法", needed=True), page.texts("不是"),
    )  # fmt: skip
    return page, emergency if identity else None


def _identity(page: Page) -> str:
    identity = page.value("id", needed=True)
    if identity and identity != page.path.stem:
        page.fail(page.line_of("id"), f"id 是 {identity}，文件名是 {page.path.stem}", "两个写成一样")
    return identity


def _first_steps(page: Page) -> tuple[str, ...]:
    steps = page.items("先做", needed=True)
    if steps and len(steps) != 2:
        page.fail(page.headings["先做"], f"“先做”有 {len(steps)} 行", "恰好写两行")
    for line, text in steps:
        if len(text) > MOST_STEP:
            page.fail(line, f"这一步有 {len(text)} 个字", f"{MOST_STEP} 个字以内，急的时候看得完")
    return tuple(text for _, text in steps)
