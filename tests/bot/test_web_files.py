"""Uploads: what is taken, how big, under which name it is kept, and who may fetch it."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from bot.web.uploads import LARGEST, sniff
from knowledge import Knowledge
from tests.bot.web_world import World, world
from tickets.states import Role

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
PLACE = re.compile(r'href="(/file/[\d.]+/\d+)"')


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


def kept(here: World) -> list[Path]:
    """The files in the data folder."""
    return sorted((here.settings.data_dir / "files").glob("*"))


async def test_a_photo_is_kept_under_a_random_name_and_shown(here: World) -> None:
    citizen = await here.visitor()
    assert await citizen.post(files=(("../../罚单 1.png", PNG),)) == (200, {"ok": True, "again": False})
    assert re.fullmatch(r"[0-9a-f]{32}", kept(here)[0].name)
    own = next(line["html"] for line in await citizen.lines() if line["id"])
    found = PLACE.search(own)
    assert found
    async with citizen.session.get(found[1]) as answer:
        assert answer.headers["Content-Type"] == "image/png"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert await answer.read() == PNG


async def test_a_document_is_to_be_saved_not_shown(here: World) -> None:
    citizen = await here.visitor()
    await citizen.post(files=(("合同.pdf", b"%PDF-1.7 x"),))
    own = next(line["html"] for line in await citizen.lines() if line["id"])
    async with citizen.session.get(PLACE.search(own)[1]) as answer:  # type: ignore[index]
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"


async def test_nobody_else_gets_the_file(here: World) -> None:
    citizen, other = await here.visitor(), await here.visitor()
    await citizen.post(files=(("a.png", PNG),))
    await other.say("菜单")
    own = next(line["html"] for line in await citizen.lines() if line["id"])
    place = PLACE.search(own)[1]  # type: ignore[index]
    for session in (other.session, here.browser()):
        async with session.get(place) as answer:
            assert answer.status == 404
    async with citizen.session.get(place[:-1] + "1") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("name", ["a.html", "photo.jpg", "a.svg", "a.exe", "a.zip", "网页.txt.html"])
async def test_what_may_do_harm_is_not_taken(here: World, name: str) -> None:
    content = {"a.zip": b"PK\x03\x04zip", "a.exe": b"MZ\x90"}.get(name, b"<html><script>alert(1)</script>")
    citizen = await here.visitor()
    status, said = await citizen.post(files=((name, content),))
    assert status == 415
    assert "收不了" in said["error"]
    assert kept(here) == []


async def test_too_big_is_refused_and_nothing_stays(here: World) -> None:
    citizen = await here.visitor()
    status, said = await citizen.post(files=(("a.png", PNG), ("big.png", PNG + b"\0" * LARGEST)))
    assert status == 413
    assert "20 MB" in said["error"]
    assert kept(here) == []
    assert await citizen.lines() == []


async def test_the_largest_is_taken(here: World) -> None:
    citizen = await here.visitor()
    status, _ = await citizen.post(files=(("big.png", PNG + b"\0" * (LARGEST - len(PNG))),))
    assert status == 200
    assert kept(here)[0].stat().st_size == LARGEST


async def test_too_many_files_are_refused(here: World) -> None:
    citizen = await here.visitor()
    status, _ = await citizen.post(files=tuple((f"{index}.png", PNG) for index in range(7)))
    assert status == 413
    assert kept(here) == []


async def test_a_repeated_upload_is_kept_once(here: World) -> None:
    citizen = await here.visitor()
    for _ in range(3):
        await citizen.post(files=(("a.png", PNG),), id="aaaabbbbcccc")
    assert len(kept(here)) == 1


async def test_a_forged_form_leaves_no_file(here: World) -> None:
    citizen = await here.visitor()
    status, _ = await citizen.post(files=(("a.png", PNG),), csrf="0" * 32)
    assert status == 403
    assert kept(here) == []


async def test_a_file_of_a_case_is_for_those_who_work_on_it(here: World) -> None:
    citizen = await here.visitor()
    number = await citizen.open_case()
    await citizen.say(button=f"add:{number}")
    await citizen.post(files=(("欠条.png", PNG),))
    owner, other = await here.staff(Role.MEDIATOR, "甲"), await here.staff(Role.MEDIATOR, "乙")
    clerk, admin = await here.staff(Role.CLERK), await here.staff(Role.ADMIN)
    await owner.act(number, "claim")
    path = f"/desk/case/{number}/file/0"
    for one, status in ((owner, 200), (clerk, 200), (other, 404), (admin, 403)):
        async with one.session.get(path) as answer:
            assert answer.status == status, one.me
    for session in (citizen.session, here.browser()):
        async with session.get(path) as answer:
            assert answer.status == 401


async def test_a_file_from_staff_reaches_the_citizen(here: World) -> None:
    citizen = await here.visitor()
    number = await citizen.open_case()
    owner = await here.staff(Role.MEDIATOR)
    await owner.act(number, "claim")
    fields = {
        "csrf": owner.csrf,
        "action": "reply",
        "text": "请看",
        "version": str((await here.ticket(number)).version),
    }
    body = aiohttp.FormData(fields, quote_fields=False)
    body.add_field("file", b"%PDF-1.7", filename="申请书.pdf")
    async with owner.session.post(f"/desk/case/{number}", data=body, allow_redirects=False) as answer:
        assert answer.status == 303
    shown = await citizen.newest()
    assert "申请书.pdf" in shown
    async with citizen.session.get(PLACE.search(shown)[1]) as answer:  # type: ignore[index]
        assert await answer.read() == b"%PDF-1.7"


@pytest.mark.parametrize(("name", "size", "status"), [("a.exe", 0, 415), ("a.png", LARGEST, 413)])
async def test_a_refused_file_leaves_the_words_of_staff_on_the_page(
    here: World, name: str, size: int, status: int
) -> None:
    number = await (await here.visitor()).open_case()
    owner = await here.staff(Role.MEDIATOR)
    await owner.act(number, "claim")
    for csrf, expected in ((owner.csrf, status), ("0" * 32, 403)):
        body = aiohttp.FormData(
            {"csrf": csrf, "action": "reply", "version": "1", "text": "写了很久"}, quote_fields=False
        )
        body.add_field("file", BytesIO((PNG if size else b"MZ") + b"\0" * size), filename=name)
        async with owner.session.post(f"/desk/case/{number}", data=body) as answer:
            assert answer.status == expected
            assert ("写了很久</textarea>" in await answer.text()) == (expected == status)
    assert kept(here) == []


async def test_a_file_says_who_sent_it(here: World) -> None:
    citizen = await here.visitor()
    number = await citizen.open_case()
    await citizen.say(button=f"add:{number}")
    await citizen.post(files=(("欠条.png", PNG),))
    _, page = await (await here.staff(Role.CLERK)).get(f"/desk/case/{number}")
    assert "欠条.png<small>当事人发来</small>" in page


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [(b"\xff\xd8\xff\xe0", "x", "photo"), (b"RIFF\0\0\0\0WEBP", "x", "photo"), (b"\0\0\0\x18ftypmp42", "x", "video"),
     (b"#!AMR\n", "x", "voice"), (b"PK\x03\x04", "合同.DOCX", "file"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "老表.xls", "file"),
     ("欠条".encode(), "说明.txt", "file")],
)  # fmt: skip
def test_types_are_told_by_the_first_bytes(head: bytes, name: str, kind: str) -> None:
    found = sniff(head, name)
    assert found
    assert found[1] == kind
