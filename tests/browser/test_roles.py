"""Every page as every role, on a phone and at a desk: who gets in, nothing sticks out, nothing complains, nothing leaks."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.bot.web_world import Staff, World
from tests.browser.test_walk import DESKTOP, fits, open_page, shot
from tickets.states import Role

PHONE = "13812345678"
SECRET = "老李说最多赔三千"
SIZES: dict[str, dict[str, Any]] = {"desk": DESKTOP, "phone": {"viewport": {"width": 360, "height": 740}}}
ALL = ("stranger", "other", "owner", "clerk", "supervisor", "admin")

# page → who gets in; the rest is sent away
PAGES: dict[str, frozenset[str]] = {
    "/": frozenset(ALL),
    "/desk": frozenset(ALL[1:]),
    "/desk?tab=mine": frozenset(ALL[1:]),
    "/desk?q=网": frozenset(ALL[1:]),
    "/desk/case/{case}": frozenset({"owner", "clerk", "supervisor", "admin"}),
    "/desk/board": frozenset({"supervisor", "admin"}),
    "/desk/month": frozenset({"supervisor", "admin"}),
    "/desk/routes": frozenset({"supervisor", "admin"}),
    "/desk/content": frozenset({"clerk", "supervisor", "admin"}),
    "/desk/content/withheld": frozenset({"clerk", "supervisor", "admin"}),
    "/desk/content/gaps": frozenset({"clerk", "supervisor", "admin"}),
    "/desk/content/topic/fm-wage-arrears": frozenset({"clerk", "supervisor", "admin"}),
    "/desk/people": frozenset({"admin"}),
    "/desk/me": frozenset(ALL[1:]),
    "/law/渔业法/78": frozenset(ALL),
}


async def mediated(here: World, owner: Staff) -> str:
    """A case in the middle of a mediation, with words that only its mediator may read."""
    citizen = await here.visitor()
    number = await citizen.open_case("浙象渔9988撞坏我的网", PHONE)
    assert (await owner.act(number, "claim"))[0] == 303
    assert (await owner.act(number, "invite", **{"ask-party": "老李"}))[0] == 303
    assert (await owner.act(number, "record", SECRET))[0] == 303
    return number


@pytest.mark.parametrize("size", SIZES)
async def test_each_page_as_each_role(here: World, chromium: Browser, size: str) -> None:
    owner = await here.staff(Role.MEDIATOR, "陈海")
    number = await mediated(here, owner)
    tokens = {
        "stranger": "",
        "other": (await here.staff(Role.MEDIATOR, "西周的调解员")).token,
        "owner": owner.token,
        "clerk": (await here.staff(Role.CLERK, "赵受理")).token,
        "supervisor": (await here.staff(Role.SUPERVISOR, "周督办")).token,
        "admin": (await here.staff(Role.ADMIN, "管理员")).token,
    }
    wrong: list[str] = []
    for who, token in tokens.items():
        # a page that is refused answers 403 or 404, which the browser writes to its console
        async with open_page(chromium, here.base, token, forgiven="Failed to load resource", **SIZES[size]) as page:
            for path, allowed in PAGES.items():
                wrong += await look(page, here.base, path.format(case=number), who, who in allowed, size)
    assert wrong == []


async def look(page: Page, base: str, path: str, who: str, allowed: bool, size: str) -> list[str]:
    """What is wrong with a page for somebody."""
    answer = await page.goto(base + path, wait_until="domcontentloaded")
    assert answer
    came_in = answer.status == 200 and not page.url.startswith(f"{base}/desk/join") and "/desk/in" not in page.url
    shown = await page.content()
    await fits(page)
    if allowed:
        name = re.sub(r"[^a-z]+", "-", path.split("?")[0].replace("case", "case-")).strip("-") or "chat"
        await shot(page, f"role-{size}-{who}-{name}")
    found = [] if came_in == allowed else [f"{who} {path}: {answer.status}"]
    if SECRET in shown and who != "owner":
        found.append(f"{who} {path}: words of the mediation")
    if PHONE in shown and who not in ("owner", "clerk", "supervisor"):
        found.append(f"{who} {path}: the telephone number")
    return found
