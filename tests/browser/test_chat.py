"""The citizen's chat in a browser: a link that brings words with it, two taps in a row."""

from playwright.async_api import Browser, expect

from tests.bot.web_world import World
from tests.browser.test_walk import DESKTOP, open_page, say, shot
from tickets.states import Role


async def test_the_mediation_link_has_the_words_to_send(here: World, chromium: Browser) -> None:
    number = await (await here.visitor()).open_case()
    mediator = await here.staff(Role.MEDIATOR, "陈海")
    await mediator.act(number, "claim")
    await mediator.act(number, "invite", **{"ask-party": "船东老王"})
    code = (await here.ticket(number)).mediation.code
    async with open_page(chromium, f"{here.base}/mediate/{code}", **DESKTOP) as page:
        await expect(page.locator("#text")).to_have_value(f"调解 {code}")
        await shot(page, "mediation-link")
        await page.click(".send")
        await expect(page.locator(".line.ours").last).to_contain_text("调解不收钱")
        await page.reload(wait_until="domcontentloaded")
        await expect(page.locator("#text")).to_have_value("")


async def test_two_quick_taps_do_one_thing(here: World, chromium: Browser) -> None:
    device = chromium.devices["Pixel 7"]  # type: ignore[attr-defined]
    async with open_page(chromium, here.base, **device) as page:
        await say(page, "人工")
        for text in ("老板欠我三个月工钿", "船老大阿三", "上个月", "石浦", "13812345678"):
            await say(page, text)
        box = await page.locator(".row button", has_text="提交").last.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        said = await page.locator(".line.own").count()
        for _ in range(3):
            await page.touchscreen.tap(x, y)
        await expect(page.locator(".line.ours").last).to_contain_text("工单号")
        await expect(page.locator(".line.own")).to_have_count(said + 1)
        await page.wait_for_timeout(500)
        await page.locator(".row button").last.tap()  # and later taps count again
        await expect(page.locator(".line.own")).to_have_count(said + 2)
