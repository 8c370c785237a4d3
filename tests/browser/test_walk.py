"""A whole case in real browsers: the citizen on a phone, the mediator at a desk, each seeing the other live."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.async_api import Browser, Page, expect

from bot.web.login import first_admin_link
from tests.bot.web_world import World, sure_question
from tickets.states import Role, State

SHOTS = Path(__file__).parent.parent.parent / "var" / "screenshots"
PHONES = ("iPhone 15", "Pixel 7")
PHONE = "13812345678"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


@asynccontextmanager
async def open_page(
    chromium: Browser, where: str, token: str = "", forgiven: str = "", **options: Any
) -> AsyncIterator[Page]:
    """A page of its own browser profile; any error in its console but the `forgiven` one fails the test."""
    context = await chromium.new_context(locale="zh-CN", **options)
    if token:
        await context.add_cookies([{"name": "yxf_staff", "value": token, "url": urljoin(where, "/desk")}])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(where, wait_until="domcontentloaded")
    yield page
    await context.close()
    assert [one for one in complaints if not forgiven or forgiven not in one] == []


async def shot(page: Page, name: str) -> None:
    """A picture to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.wait_for_timeout(150)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def say(page: Page, text: str) -> None:
    """Type and send; returns when the answer is there."""
    answers = await page.locator(".line.ours").count()
    await page.fill("#text", text)
    await page.click(".send")
    await expect(page.locator(".line.ours").nth(answers)).to_be_visible()


async def tap(page: Page, label: str) -> None:
    """Tap the newest button with that label; returns when the answer is there."""
    answers = await page.locator(".line.ours").count()
    await page.locator(".row button", has_text=re.compile(f"^{label}$")).last.click()
    await expect(page.locator(".line.ours").nth(answers)).to_be_visible()


async def fits(page: Page) -> None:
    """Nothing sticks out to the right."""
    assert page.viewport_size
    assert await page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("phone", PHONES)
async def test_a_case_from_question_to_confirmed_outcome(here: World, chromium: Browser, phone: str) -> None:
    device = chromium.devices[phone]  # type: ignore[attr-defined]
    mediator = await here.staff(Role.MEDIATOR, "陈海")
    tag = phone.replace(" ", "").lower()
    async with (
        open_page(chromium, here.base, **device) as citizen,
        open_page(chromium, here.base + "/desk", mediator.token, **DESKTOP) as desk,
    ):
        await asks(here, citizen, tag)
        number = await hands_over(citizen, tag)
        await claims(desk, citizen, number, tag)
        await talk(desk, citizen, tag)
        await closes(here, desk, citizen, number, tag)
    assert (await here.ticket(number)).state is State.ARCHIVED


async def asks(here: World, citizen: Page, tag: str) -> None:
    """A question, its answer, and the article behind it."""
    await shot(citizen, f"{tag}-1-hello")
    await say(citizen, sure_question(here.turns.knowledge))
    await expect(citizen.locator(".sources a").first).to_contain_text("《渔业法》")
    await fits(citizen)
    await shot(citizen, f"{tag}-2-answer")
    await citizen.locator(".sources a").first.click()
    await expect(citizen.locator("h1")).to_contain_text("《渔业法》")
    await fits(citizen)
    await shot(citizen, f"{tag}-3-law")
    await citizen.click("text=回到对话 >> nth=0")
    await expect(citizen.locator(".line.own")).to_have_count(1)


async def hands_over(citizen: Page, tag: str) -> str:
    """Not solved: the questions, the summary, the number of the case."""
    await tap(citizen, "没解决")
    await shot(citizen, f"{tag}-4-not-solved")
    await tap(citizen, "找人工")
    await tap(citizen, "就这些")
    for text in ("渔政", "上周三", "石浦", PHONE):
        await say(citizen, text)
    await shot(citizen, f"{tag}-5-review")
    await tap(citizen, "提交")
    found = re.search(r"\d{4}-\d{4}", await citizen.locator(".line.ours").last.inner_text())
    assert found
    await shot(citizen, f"{tag}-6-ticket")
    return found[0]


async def claims(desk: Page, citizen: Page, number: str, tag: str) -> None:
    """The case is in the queue by itself; its telephone number shows once it is taken."""
    await expect(desk.locator(".case")).to_have_count(1, timeout=5000)
    await shot(desk, f"{tag}-7-queue")
    await desk.click(f"text={number}")
    await expect(desk.locator("dl.facts").first).not_to_contain_text(PHONE)
    await desk.click("button:text-is('接单')")
    await expect(desk.locator("dl.facts").first).to_contain_text(PHONE)
    await expect(citizen.locator(".line.ours").last).to_contain_text("由调解员陈海接手了")


async def talk(desk: Page, citizen: Page, tag: str) -> None:
    """Each sees at once what the other says; the note stays inside."""
    await desk.fill("#a-reply", "您好，罚款单子上写的是哪一条？")
    await desk.click("text=发送回复")
    await expect(citizen.locator(".line.ours").last).to_contain_text("罚款单子上写的是哪一条")
    await shot(citizen, f"{tag}-8-reply")
    await desk.fill("#a-note", "先查去年有没有罚过")
    await desk.click("button:text-is('记下')")
    await expect(desk.locator(".events .internal")).to_contain_text("先查去年有没有罚过")
    await tap(citizen, "回话")
    await say(citizen, "写的是第七十八条")
    await expect(desk.locator(".events")).to_contain_text("写的是第七十八条", timeout=5000)
    await shot(desk, f"{tag}-9-case")


async def closes(here: World, desk: Page, citizen: Page, number: str, tag: str) -> None:
    """An outcome, which the citizen confirms."""
    await desk.goto(f"{here.base}/desk/case/{number}", wait_until="domcontentloaded")
    await desk.click("summary:text-is('办结')")
    await desk.fill("#a-resolve", "陪他提了陈述申辩，减到一万元。")
    await desk.click("button:text-is('办结')")
    await expect(citizen.locator(".line.ours").last).to_contain_text("问题解决了吗")
    await expect(citizen.locator("#log")).not_to_contain_text("先查去年有没有罚过")
    await tap(citizen, "解决了")
    await expect(citizen.locator(".line.ours").last).to_contain_text("满意吗")
    await shot(citizen, f"{tag}-10-confirmed")
    await tap(citizen, "满意")
    await expect(citizen.locator(".line.ours").last).to_contain_text("谢谢")


async def test_an_emergency_shows_numbers_to_tap(here: World, chromium: Browser) -> None:
    device = chromium.devices["Pixel 7"]  # type: ignore[attr-defined]
    async with open_page(chromium, here.base, **device) as page:
        await page.fill("#text", "有人掉海里了")
        await page.click(".send")
        await expect(page.locator(".urgent a.call").first).to_have_attribute("href", "tel:12395")
        await expect(page.locator(".urgent a.call").first).to_be_in_viewport(ratio=1)
        await shot(page, "emergency")


async def test_the_smallest_phone(here: World, chromium: Browser) -> None:
    async with open_page(chromium, here.base, viewport={"width": 320, "height": 568}, has_touch=True) as page:
        await fits(page)
        await say(page, sure_question(here.turns.knowledge))
        await fits(page)
        await page.click("#bigger")
        await fits(page)
        await shot(page, "small-bigger")


async def test_words_written_without_net_arrive_once(here: World, chromium: Browser) -> None:
    async with open_page(chromium, here.base, forgiven="ERR_FAILED", **DESKTOP) as page:

        async def cut(route: Any) -> None:
            await route.fetch()  # the server has it, the answer is lost
            await route.abort()

        await page.route("**/chat/say", cut, times=1)
        await page.fill("#text", "老大欠我工钿")
        await page.click(".send")
        await expect(page.locator(".line.own:not(.waiting)")).to_have_count(1)
        await expect(page.locator(".line.ours")).to_have_count(2)
        await page.wait_for_timeout(1500)  # the page repeats what was not acknowledged
        await page.reload(wait_until="domcontentloaded")
        await expect(page.locator(".line.own")).to_have_count(1)
        await expect(page.locator(".line.ours")).to_have_count(1)


async def test_a_browser_without_sockets_gets_answers_too(here: World, chromium: Browser) -> None:
    context = await chromium.new_context(locale="zh-CN")
    await context.add_init_script("delete window.WebSocket")
    page = await context.new_page()
    await page.goto(here.base, wait_until="domcontentloaded")
    await say(page, sure_question(here.turns.knowledge))
    await say(page, "人工")
    await expect(page.locator(".line.own")).to_have_count(2)
    await context.close()


async def test_without_scripts_the_forms_still_work(here: World, chromium: Browser) -> None:
    context = await chromium.new_context(locale="zh-CN", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(here.base, wait_until="domcontentloaded")
    await page.fill("#text", sure_question(here.turns.knowledge))
    await page.click(".send")
    await expect(page.locator(".sources a").first).to_contain_text("《渔业法》")
    await page.click("text=没解决")
    await expect(page.locator(".line.own")).to_have_count(2)
    await context.close()


async def test_hostile_words_stay_words(here: World, chromium: Browser) -> None:
    async with open_page(chromium, here.base, **DESKTOP) as page:
        await page.fill("#text", "<img src=x onerror=\"document.title='broken'\"><script>alert(1)</script>")
        await page.click(".send")
        await expect(page.locator(".line.own .bubble")).to_contain_text("<script>alert(1)</script>")
        await page.reload(wait_until="domcontentloaded")
        await expect(page.locator(".line.own .bubble")).to_contain_text("<script>alert(1)</script>")
        assert await page.title() == "渔小法"


async def test_the_first_admin_invites_and_the_keyboard_is_enough(here: World, chromium: Browser) -> None:
    link = first_admin_link(here.lanes, here.settings)
    assert link
    async with open_page(chromium, here.base + link.removeprefix(here.settings.site), **DESKTOP) as page:
        await expect(page.locator("#name")).to_be_focused()
        await page.keyboard.type("李管理")
        await page.keyboard.press("Enter")
        await expect(page.locator("header")).to_contain_text("管理员 李管理")
        await page.click("text=人员")
        await page.select_option("#role", "supervisor")
        await page.click("text=生成邀请链接")
        invitation = await page.locator(".copy").first.inner_text()
        await shot(page, "people")
    assert first_admin_link(here.lanes, here.settings) is None
    citizen = await here.visitor()
    numbers = [await citizen.open_case(f"第{index}件事") for index in range(3)]
    async with open_page(chromium, here.base + invitation.removeprefix(here.settings.site), **DESKTOP) as page:
        await page.fill("#name", "周督办")
        await page.click("button:text-is('加入')")
        await expect(page.locator(".case")).to_have_count(3)
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        second = await page.evaluate("document.activeElement.getAttribute('href')")
        assert second.rsplit("/", 1)[1] in numbers
        await page.keyboard.press("Enter")
        await page.wait_for_url("**" + second)
        await page.keyboard.press("n")
        await page.keyboard.type("键盘写的备注")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".events .internal")).to_contain_text("键盘写的备注")
        await page.goto(here.base + "/desk/board", wait_until="domcontentloaded")
        await shot(page, "board")


async def test_the_queue_of_a_phone_grows_by_itself(here: World, chromium: Browser) -> None:
    clerk = await here.staff(Role.CLERK, "林窗口")
    citizen = await here.visitor()
    device = chromium.devices["iPhone 15"]  # type: ignore[attr-defined]
    async with open_page(chromium, here.base + "/desk", clerk.token, **device) as page:
        await expect(page.locator(".case")).to_have_count(0)
        await citizen.say("船着火了")
        await expect(page.locator(".case.urgent")).to_have_count(1, timeout=5000)
        await citizen.open_case()
        await expect(page.locator(".case")).to_have_count(2, timeout=5000)
        await fits(page)
        await shot(page, "queue-phone")
        await page.locator(".case").last.tap()
        await expect(page.locator(".events")).to_be_visible()
        await fits(page)
        await shot(page, "case-phone")
