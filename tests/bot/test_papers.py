"""Papers: real files that a word processor and a printer take, with the right words, only for those who may have them."""

import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from bot.papers import FONTS, docx, pdf
from knowledge import Knowledge
from tests.bot.web_world import World, world
from tests.tickets.test_ticket import MEDIATOR, NOW, SUPERVISOR, ticket
from tickets.papers import PAPERS, papers_of
from tickets.states import Action, Role, State
from tickets.ticket import Event, NotAllowed, Ticket, apply

HAS_FONT = any(Path(name).is_file() for name, _ in FONTS)


@pytest.fixture
async def here(tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[World]:
    async with world(tmp_path, knowledge) as running:
        yield running


def ordered() -> tuple[Ticket, list[Event]]:
    taken, _ = apply(ticket(title="欠薪🙂", facts=(("出了什么事", "半年没给工钿"),)), Action.CLAIM, MEDIATOR, NOW)
    after, order = apply(taken, Action.ORDER, SUPERVISOR, NOW, "请说明为什么\x00超时")
    after, answer = apply(after, Action.ANSWER, MEDIATOR, NOW, "已联系当事人")
    return after, [order, answer]


def text_of(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])


def test_an_order_has_its_answer() -> None:
    case, events = ordered()
    text = text_of(docx(PAPERS["order"].make(case, events)))
    for part in ("督办单", "4821-3390", "请说明为什么超时", "已联系当事人", "两个工作日内书面答复"):
        assert part in text


def test_an_agreement_has_what_the_law_lists_and_no_telephone_number() -> None:
    case, event = apply(ticket(state=State.MEDIATING, phone="13812345678", owner="m1", facts=(
        ("出了什么事", "半年没给工钿"), ("留个电话", "13812345678"))), Action.AGREE, MEDIATOR, NOW, "月底前付清三万六", signed_on="2026-11-20")  # fmt: skip
    text = text_of(docx(PAPERS["agreement"].make(case, [event])))
    for part in ("主要事实", "各方的责任", "月底前付清三万六", "履行的方式、期限", "第二十九条", "三十日内"):
        assert part in text
    assert "13812345678" not in text


def test_a_paper_that_was_not_issued_is_refused() -> None:
    with pytest.raises(NotAllowed):
        PAPERS["order"].make(ticket(), [])
    assert papers_of([]) == ()


@pytest.mark.skipif(not HAS_FONT, reason="装 fonts-noto-cjk 后再跑")
@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_can_be_printed(name: str) -> None:
    case, events = ordered()
    _, warning = apply(case, Action.WARN, SUPERVISOR, NOW, "快到时间了" * 300)
    content = pdf(PAPERS[name].make(case, [*events, warning]))
    assert content.startswith(b"%PDF-")
    assert b"/FontFile" in content  # the letters are in the file


async def test_papers_are_for_those_who_may_read_the_case(here: World) -> None:
    number = await (await here.visitor()).open_case("船撞了不赔")
    mediator, supervisor = await here.staff(Role.MEDIATOR, "陈海"), await here.staff(Role.SUPERVISOR, "周督办")
    stranger = await here.staff(Role.MEDIATOR, "别人")
    await mediator.act(number, "claim")
    await mediator.act(number, "invite", **{"ask-party": "船东老王"})
    await supervisor.act(number, "order", "请两天内答复")
    _, page = await supervisor.get(f"/desk/case/{number}")
    assert "/paper/order.pdf" in page
    assert "/paper/register.pdf" not in page
    place = f"/desk/case/{number}/paper/"
    async with supervisor.session.get(place + "order.docx") as answer:
        assert answer.status == 200
        assert zipfile.is_zipfile(BytesIO(await answer.read()))
    for person, paper, status in (
        (supervisor, "register.docx", 403), (mediator, "register.docx", 200), (mediator, "agreement.docx", 200),
        (stranger, "order.docx", 404), (mediator, "warning.docx", 409), (mediator, "secret.docx", 404),
    ):  # fmt: skip
        async with person.session.get(place + paper) as answer:
            assert answer.status == status, paper
