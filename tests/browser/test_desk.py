"""The desk in a browser: many tabs, live updates that leave alone what is in hand, drafts, many at once, keys, phones."""

from typing import Any

import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from bot.web.keys import SITE
from tests.bot.test_web_files import PNG
from tests.bot.web_world import Staff, World
from tests.browser.test_walk import DESKTOP, fits, open_page, shot
from tickets.states import Role

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
async def clerk(here: World) -> Staff:
    return await here.staff(Role.CLERK, "林窗口")


async def in_hand(here: World, clerk: Staff, what: str = "老板欠我三个月工钿") -> str:
    """A case that `clerk` works on."""
    number = await (await here.visitor()).open_case(what)
    assert (await clerk.act(number, "claim"))[0] == 303
    return number


async def heard(page: Page) -> None:
    """Returns when the page listens to what happens."""
    await page.wait_for_timeout(1500)


# ---- the live stream


async def test_eight_tabs_stay_alive_and_fresh(here: World, chromium: Browser, clerk: Staff) -> None:
    async with open_page(chromium, here.base + "/desk", clerk.token, **DESKTOP) as first:
        tabs = [first, *[await first.context.new_page() for _ in range(7)]]
        for tab in tabs[1:]:
            await tab.goto(here.base + "/desk", wait_until="domcontentloaded", timeout=5000)
        await heard(first)
        await (await here.visitor()).say("船着火了")
        for tab in tabs:
            await expect(tab.locator(".case")).to_have_count(1, timeout=8000)
        assert streams(here) == 1


async def test_a_page_without_shared_workers_stops_listening_when_hidden(
    here: World, chromium: Browser, clerk: Staff
) -> None:
    hide = "h => { Object.defineProperty(document, 'hidden', {value: h, configurable: true}); document.dispatchEvent(new Event('visibilitychange')) }"
    async with open_page(chromium, here.base + "/desk/me", clerk.token, **PHONE) as page:
        await page.context.add_init_script("delete window.SharedWorker")
        await page.goto(here.base + "/desk", wait_until="domcontentloaded")
        await heard(page)
        assert streams(here) == 1
        await page.evaluate(hide, True)
        await heard(page)
        assert streams(here) == 0
        await (await here.visitor()).say("船着火了")
        await page.evaluate(hide, False)
        await expect(page.locator(".case")).to_have_count(1, timeout=5000)


def streams(here: World) -> int:
    """Open streams of all members."""
    return sum(map(len, here.app[SITE].watchers.values()))


async def test_many_quick_page_views_do_not_silence_the_desk(here: World, chromium: Browser, clerk: Staff) -> None:
    # the twelfth stream and more are refused, which the browser writes to its console
    async with open_page(chromium, here.base + "/desk", clerk.token, "Failed to load resource", **DESKTOP) as page:
        for _ in range(25):
            await page.goto(here.base + "/desk", wait_until="domcontentloaded")
        await heard(page)
        await (await here.visitor()).say("船着火了")
        await expect(page.locator(".case")).to_have_count(1, timeout=8000)


async def test_a_lost_line_is_shown_and_comes_back(here: World, chromium: Browser, clerk: Staff) -> None:
    forgiven = "Failed to load resource"
    async with open_page(chromium, here.base + "/desk/me", clerk.token, forgiven, **DESKTOP) as page:
        await page.context.add_init_script("delete window.SharedWorker")
        await page.route("**/desk/live", lambda route: route.fulfill(status=429), times=2)
        await page.goto(here.base + "/desk", wait_until="domcontentloaded")
        await expect(page.locator("#unheard")).to_be_visible()
        await shot(page, "desk-unheard")
        await expect(page.locator("#unheard")).to_be_hidden(timeout=8000)
        await (await here.visitor()).say("船着火了")
        await expect(page.locator(".case")).to_have_count(1, timeout=5000)


# ---- a live update leaves alone what is in hand


async def test_ticks_stay_when_a_case_comes_in(here: World, chromium: Browser, clerk: Staff) -> None:
    numbers = [await (await here.visitor()).open_case(f"第{n}件事") for n in range(3)]
    async with open_page(chromium, here.base + "/desk", clerk.token, **DESKTOP) as page:
        await heard(page)
        for number in numbers[:2]:
            await page.check(f"[name=numbers][value='{number}']")
        await (await here.visitor()).say("船着火了")
        await expect(page.locator(".case")).to_have_count(4, timeout=5000)
        ticked = await page.eval_on_selector_all("[name=numbers]:checked", "all => all.map(one => one.value)")
        assert sorted(ticked) == sorted(numbers[:2])
        await expect(page.locator("#ticked")).to_have_text("已勾 2 张")
        await expect(page.locator(f"[name=numbers][value='{numbers[1]}']")).to_be_focused()


async def test_a_half_filled_form_stays_and_the_news_is_told(here: World, chromium: Browser, clerk: Staff) -> None:
    other = await here.staff(Role.SUPERVISOR, "周督办")
    number = await in_hand(here, clerk)
    async with open_page(chromium, f"{here.base}/desk/case/{number}", clerk.token, **DESKTOP) as page:
        await heard(page)
        await page.click("summary:has-text('更多')")
        await page.click("summary:text-is('退回')")
        await page.select_option("#a-return-reason", "scope")
        await page.set_input_files(".reply input[type=file]", {"name": "欠条.png", "mimeType": "", "buffer": PNG})
        await other.act(number, "note", "别人记了一笔")
        await expect(page.locator(".events")).to_contain_text("别人记了一笔", timeout=5000)
        assert await page.input_value("#a-return-reason") == "scope"
        await expect(page.locator("#a-return-reason")).to_be_visible()
        await shot(page, "desk-news")
        await page.click("text=有新消息，点这里刷新")
        await expect(page.locator("#news")).to_be_hidden()
        assert await page.input_value("#a-return-reason") == "scope"
        await expect(page.locator("#a-return-reason")).to_be_visible()
        await page.fill("#a-reply", "欠条收到了")
        await page.click("text=发送回复")
        await expect(page.locator(".events")).to_contain_text("欠条收到了")
        await expect(page.locator(".attachments")).to_contain_text("欠条.png")


async def test_drafts_are_kept_after_a_live_update_too(here: World, chromium: Browser, clerk: Staff) -> None:
    other = await here.staff(Role.SUPERVISOR, "周督办")
    number = await in_hand(here, clerk)
    async with open_page(chromium, f"{here.base}/desk/case/{number}", clerk.token, **DESKTOP) as page:
        await heard(page)
        await other.act(number, "note", "别人记了一笔")
        await expect(page.locator(".events")).to_contain_text("别人记了一笔", timeout=5000)
        await page.fill("#a-reply", "写了一半")
        await page.click("summary:text-is('办结')")
        await page.fill("#a-resolve", "要回来了")
        await page.reload(wait_until="domcontentloaded")
        assert await page.input_value("#a-reply") == "写了一半"
        assert await page.input_value("#a-resolve") == "要回来了"
        await expect(page.locator("#a-resolve")).to_be_visible()


async def test_a_reply_is_not_lost_with_the_net(here: World, chromium: Browser, clerk: Staff) -> None:
    number = await in_hand(here, clerk)
    where = f"{here.base}/desk/case/{number}"
    async with open_page(chromium, where, clerk.token, "net::ERR", **DESKTOP) as page:
        await page.fill("#a-reply", "写了很久的一段话")
        await page.route("**/desk/case/*", lambda route: route.abort("internetdisconnected"), times=1)
        await page.click("text=发送回复")
        await page.wait_for_url("chrome-error://**")
        await page.goto(where, wait_until="domcontentloaded")
        assert await page.input_value("#a-reply") == "写了很久的一段话"
        await page.click("text=发送回复")
        await expect(page.locator(".events")).to_contain_text("写了很久的一段话")
        assert page.url == where  # no notice of what was done stays in the address
        assert await page.input_value("#a-reply") == ""
        await page.goto(where, wait_until="domcontentloaded")
        assert await page.input_value("#a-reply") == ""


async def test_a_wrong_file_keeps_the_words(here: World, chromium: Browser, clerk: Staff) -> None:
    number = await in_hand(here, clerk)
    where = f"{here.base}/desk/case/{number}"
    async with open_page(chromium, where, clerk.token, "Failed to load resource", **DESKTOP) as page:
        await page.fill("#a-reply", "请看附件")
        await page.set_input_files(".reply input[type=file]", {"name": "a.exe", "mimeType": "", "buffer": b"MZ\x90"})
        await page.click("text=发送回复")
        await expect(page.locator(".alert.bad")).to_contain_text("“a.exe”这种文件收不了")
        assert await page.input_value("#a-reply") == "请看附件"
        await shot(page, "desk-wrong-file")


# ---- many at once


async def test_many_at_once(here: World, chromium: Browser, clerk: Staff) -> None:
    numbers = [await (await here.visitor()).open_case(f"第{n}件事") for n in range(12)]
    async with open_page(chromium, here.base + "/desk?town=石浦", clerk.token, **DESKTOP) as page:
        await expect(page.locator("#bulk")).to_be_in_viewport(ratio=1)
        await page.click("#bulk button.primary")
        await expect(page.locator("#bulk-why")).to_have_text("先勾几张")
        await expect(page.locator("#bulk-why")).to_be_in_viewport()
        await shot(page, "desk-bulk-none")
        await page.check("#tick-all")
        await expect(page.locator("#ticked")).to_have_text("已勾 12 张")
        await expect(page.locator("#bulk-why")).to_be_hidden()
        await page.uncheck(f"[name=numbers][value='{numbers[0]}']")
        await expect(page.locator("#ticked")).to_have_text("已勾 11 张")
        await shot(page, "desk-bulk")
        await page.click("#bulk button.primary")
        await expect(page.locator(".alert.good")).to_have_text("接单：办了 11 张。")
        assert await page.input_value("#town") == "石浦"
    async with open_page(chromium, here.base + "/desk", clerk.token, **PHONE) as page:
        await page.locator("[name=numbers]").first.tap()
        await expect(page.locator("#bulk")).to_be_in_viewport(ratio=1)
        await fits(page)
        await shot(page, "phone-bulk")


async def test_a_kept_filter_goes_with_one_button(here: World, chromium: Browser, clerk: Staff) -> None:
    await clerk.post("/desk/view", name="石浦急单", tab="urgent", town="石浦")
    answers = iter((False, True))

    async def answer(dialog: Dialog) -> None:
        await (dialog.accept() if next(answers) else dialog.dismiss())

    async with open_page(chromium, here.base + "/desk?town=西周", clerk.token, **DESKTOP) as page:
        page.on("dialog", answer)
        await page.click("summary:has-text('存下这个筛选')")
        await shot(page, "desk-views")
        await page.click("button:text-is('删掉')")
        await expect(page.locator("p.views")).to_contain_text("石浦急单")
        await page.click("button:text-is('删掉')")
        await expect(page.locator("p.views")).not_to_contain_text("石浦急单")
        assert await page.input_value("#town") == "西周"


# ---- keys and phones


async def test_keys_tick_and_walk_on(here: World, chromium: Browser, clerk: Staff) -> None:
    for n in range(3):
        await (await here.visitor()).open_case(f"第{n}件事")
    async with open_page(chromium, here.base + "/desk", clerk.token, **DESKTOP) as page:
        boxes = page.locator("[name=numbers]")
        await page.keyboard.press("j")
        await page.keyboard.press("x")
        await expect(boxes.nth(0)).to_be_checked()
        await boxes.nth(1).focus()
        await page.keyboard.press("j")
        await page.keyboard.press("x")
        await expect(boxes.nth(2)).to_be_checked()
        await page.keyboard.press("k")
        await expect(page.locator(".case").nth(1)).to_be_focused()
        await page.keyboard.press("?")
        await expect(page.locator("#help")).to_contain_text("打勾")
        await shot(page, "desk-keys")
        await page.keyboard.press("Escape")
        await expect(page.locator("#help")).to_be_hidden()
        await boxes.nth(2).focus()
        number = await boxes.nth(2).input_value()
        await page.keyboard.press("Enter")  # opens the case, does not claim all that is ticked
        await page.wait_for_url(f"**/desk/case/{number}")


async def test_a_phone_has_the_acts_one_tap_away(here: World, chromium: Browser, clerk: Staff) -> None:
    number = await in_hand(here, clerk)
    for n in range(12):
        await clerk.act(number, "note", f"第 {n} 次打电话，没人接")
    async with open_page(chromium, f"{here.base}/desk/case/{number}", clerk.token, **PHONE) as page:
        await expect(page.locator(".jump")).to_be_in_viewport(ratio=1)
        await expect(page.locator("#a-reply")).not_to_be_in_viewport()
        await shot(page, "phone-jump")
        await page.locator(".jump").tap()
        await expect(page.locator("#a-reply")).to_be_in_viewport()
        await expect(page.locator("#acts button").first).to_be_in_viewport(ratio=1)
        jump, acts = await page.locator(".jump").bounding_box(), await page.locator("#acts").bounding_box()
        assert jump and acts and jump["y"] + jump["height"] <= acts["y"]
        await fits(page)
        await shot(page, "phone-acts")


async def test_papers_and_files_of_a_case(here: World, chromium: Browser) -> None:
    citizen, mediator = await here.visitor(), await here.staff(Role.MEDIATOR, "陈海")
    number = await citizen.open_case()
    await citizen.say(button=f"add:{number}")
    await citizen.post(files=(("欠条.png", PNG),))
    await mediator.act(number, "claim")
    await mediator.act(number, "invite", **{"ask-party": "船东老王"})
    for size in (DESKTOP, PHONE):
        async with open_page(chromium, f"{here.base}/desk/case/{number}", mediator.token, "404", **size) as page:
            await expect(page.locator(".attachments small")).to_have_text("当事人发来")
            word = await page.locator(".papers a", has_text="Word").first.bounding_box()
            as_pdf = await page.locator(".papers a", has_text="PDF").first.bounding_box()
            assert word and as_pdf and word["y"] == as_pdf["y"]
            await page.locator(".papers").scroll_into_view_if_needed()
            await fits(page)
            await shot(page, f"case-papers-{size['viewport']['width']}")


async def test_the_board_does_not_break_its_numbers(here: World, chromium: Browser) -> None:
    supervisor = await here.staff(Role.SUPERVISOR, "周督办")
    mediator = await here.staff(Role.MEDIATOR, "陈海")
    await mediator.act(await in_hand(here, mediator), "reply", "明天去船上看")
    for size in (DESKTOP, PHONE):
        async with open_page(chromium, here.base + "/desk/board", supervisor.token, **size) as page:
            heights = await page.eval_on_selector_all(".figures b", "all => all.map(one => one.offsetHeight)")
            assert max(heights) < 1.5 * min(heights)
            wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
            assert await page.eval_on_selector_all(".figures li", wide) == 0
            await fits(page)
            await shot(page, f"board-{size['viewport']['width']}")
