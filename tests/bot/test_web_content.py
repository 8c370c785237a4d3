"""The content pages over HTTP: the law moves, staff see both texts, release or rewrite, and the citizen's answer follows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web.keys import SITE
from handlers.types import LogQuestion
from knowledge.editing import file_text
from tests.bot.content_world import (
    NEW_BODY,
    NEW_LAW,
    OLD_BODY,
    OLD_TEXT,
    TOPIC,
    bring_law,
    content_world,
    prepare,
)
from tests.bot.web_world import Staff, World
from tickets.states import Role

QUESTION = "伏休偷偷出去一趟被抓，顶格要罚多少"
FILE = f"topics/fm/{TOPIC}.md"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
async def here(prepared: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with content_world(prepared, tmp_path) as running:
        yield running


@pytest.fixture
async def two(prepared: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with content_world(prepared, tmp_path, YXF_REVIEWERS="2") as running:
        yield running


async def the_law_moves(here: World, folder: Path) -> None:
    """The import, and the next look of the running system."""
    bring_law(folder, NEW_LAW)
    await here.app[SITE].current.refresh()


async def release(staff: Staff) -> tuple[int, str]:
    _, text = await staff.get("/desk/content/withheld")
    mark = text.partition(f'id="{TOPIC}"')[2].partition('name="mark" value="')[2].partition('"')[0]
    return await staff.post(f"/desk/content/withheld/{TOPIC}", mark=mark)


async def propose(staff: Staff, body: str, do: str = "propose", topic: str = TOPIC, **more: str) -> tuple[int, str]:
    """Sends the editor's form as its page was made."""
    _, text = await staff.get(f"/desk/content/edit?topic={topic}")
    fields = {name: text.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("base", "parent")}
    return await staff.post("/desk/content/edit", **{**fields, "topic": topic, "body": body, "do": do, **more})


async def publish(staff: Staff, number: int, version: int = 0) -> tuple[int, str]:
    return await staff.post(f"/desk/content/draft/{number}", do="publish", version=str(version))


# ---- the law moves


async def test_the_fishery_law_from_import_to_the_right_answer(here: World, tmp_path: Path) -> None:
    citizen = await here.visitor()
    assert "五万元以下" in await citizen.say(QUESTION)
    await the_law_moves(here, tmp_path)
    blocked = await citizen.say(QUESTION)
    assert "条文已修订，正在复核" in blocked
    assert "五万元" not in blocked
    assert 'value="person"' in blocked

    boss = await here.staff(Role.SUPERVISOR, "林督办")
    _, text = await boss.get("/desk/content/withheld")
    assert "<del>五</del>" in text or "<ins>二十</ins>" in text
    assert "2013-12-28" in text
    assert "2025-12-27" in text
    assert OLD_TEXT in text

    assert (await propose(boss, NEW_BODY))[0] == 303
    assert "条文已修订" in await citizen.say(QUESTION)  # a proposal changes nothing
    status, text = await boss.get("/desk/content/draft/1")
    assert (status, "检查过了，没有问题" in text) == (200, True)
    assert (await publish(boss, 1))[0] == 303
    answer = await citizen.say(QUESTION)
    assert "二十万元以下" in answer
    assert "第七十八条" in answer
    assert f'id="{TOPIC}"' not in (await boss.get("/desk/content/withheld"))[1]
    assert (await here.turns.read(lambda store: store.drafts("published")))[0].reviewer_name == "林督办"


async def test_a_release_lets_the_old_answer_out_and_is_recorded(here: World, tmp_path: Path) -> None:
    await the_law_moves(here, tmp_path)
    citizen, boss = await here.visitor(), await here.staff(Role.SUPERVISOR, "林督办")
    clerk = await here.staff(Role.CLERK)
    assert (await release(clerk))[0] == 409
    assert "条文已修订" in await citizen.say(QUESTION)
    assert (await release(boss))[0] == 303
    answer = await citizen.say(QUESTION)
    assert "五万元以下" in answer
    assert "旧文本，已照新文本复核，现在看《渔业法》第七十八条" in answer
    assert "现行有效" not in answer
    (signed,) = await here.turns.read(lambda store: store.signed())
    assert (signed.topic, signed.old, signed.new, signed.name) == (TOPIC, "2013-12-28", "2025-12-27", "林督办")
    assert "2013-12-28 → 2025-12-27" in (await boss.get("/desk/content/withheld"))[1]


async def test_two_people_where_two_are_needed(two: World, tmp_path: Path) -> None:
    await the_law_moves(two, tmp_path)
    citizen = await two.visitor()
    first, second = await two.staff(Role.SUPERVISOR, "甲"), await two.staff(Role.ADMIN, "乙")
    for _ in range(2):  # the same person twice counts once
        await release(first)
        assert "条文已修订" in await citizen.say(QUESTION)
    assert "还差一个人" in (await second.get("/desk/content/withheld"))[1]
    await release(second)
    assert "五万元以下" in await citizen.say(QUESTION)
    await propose(first, NEW_BODY)
    status, text = await publish(first, 1)
    assert (status, "写的人不能自己发布" in text) == (409, True)
    assert (await publish(second, 1))[0] == 303
    assert "二十万元以下" in await citizen.say(QUESTION)


async def test_nobody_releases_what_he_did_not_see(here: World, tmp_path: Path) -> None:
    await the_law_moves(here, tmp_path)
    boss = await here.staff(Role.SUPERVISOR)
    status, text = await boss.post(f"/desk/content/withheld/{TOPIC}", mark="0" * 16)
    assert (status, "又变了" in text) == (409, True)
    assert await here.turns.read(lambda store: store.signed()) == ()


async def test_review_dates_warn_then_block_then_move(here: World) -> None:
    boss, citizen = await here.staff(Role.SUPERVISOR), await here.visitor()
    here.later(days=(129))  # 2027-04-02
    boss = await here.staff(Role.SUPERVISOR)
    await here.app[SITE].current.refresh()
    assert "过了复核日期" in (await boss.get("/desk/content/withheld"))[1]
    assert OLD_TEXT in await citizen.say(QUESTION)
    here.later(days=40)
    boss = await here.staff(Role.SUPERVISOR)
    await here.app[SITE].current.refresh()
    assert "过了复核日期" in await citizen.say(QUESTION)
    assert (await release(boss))[0] == 303
    assert OLD_TEXT in await citizen.say(QUESTION)
    (draft,) = await here.turns.read(lambda store: store.drafts("published"))
    assert "review: 2028-05-12" in draft.body


# ---- editing


async def test_mistakes_are_told_by_line_before_anything_is_proposed(here: World) -> None:
    clerk = await here.staff(Role.CLERK)
    broken = OLD_BODY.replace("- fm-gear-mesh", "- fm-nowhere").replace("2013-12-28", "昨天")
    status, text = await propose(clerk, broken, "look")
    assert status == 200
    line = broken.splitlines().index("- fm-nowhere") + 1
    assert f"第 {line} 行：没有 fm-nowhere 这个主题" in text
    assert "版本不是日期" in text
    status, text = await propose(clerk, broken)
    assert (status, "改好再提交" in text, "fm-nowhere" in text) == (409, True, True)
    assert (await propose(clerk, broken, "save"))[0] == 303
    (draft,) = await here.turns.read(lambda store: store.drafts())
    assert (draft.state, draft.body) == ("draft", broken)


async def test_the_preview_is_what_the_citizen_reads(here: World) -> None:
    clerk, citizen = await here.staff(Role.CLERK), await here.visitor()
    _, text = await clerk.get(f"/desk/content/topic/{TOPIC}")
    said = (await citizen.say(QUESTION)).partition('<div class="bubble">')[2].partition("<time>")[0]
    assert OLD_TEXT in said
    for paragraph in ("怎么办：", "带什么：捕捞许可证。", "《渔业法》第三十八条", "这是信息和指引"):
        assert paragraph in said
        assert paragraph in text


async def test_an_edit_is_reviewed_published_and_rolled_back(here: World) -> None:
    clerk, boss = await here.staff(Role.CLERK, "小周"), await here.staff(Role.SUPERVISOR, "林督办")
    citizen = await here.visitor()
    changed = OLD_BODY.replace("- 费用：不要钱。", "- 费用：查询不收一分钱。")
    await propose(clerk, changed, note="说清楚费用")
    status, text = await publish(clerk, 1)
    assert (status, "由督办员或管理员来办" in text) == (409, True)
    _, text = await boss.get("/desk/content/draft/1")
    assert "<del>- 费用：不要钱。</del>" in text
    assert "<ins>- 费用：查询不收一分钱。</ins>" in text
    await publish(boss, 1)
    assert "查询不收一分钱" in await citizen.say(QUESTION)
    again = changed.replace("一分钱", "一角钱")
    await propose(clerk, again)
    await publish(boss, 2)
    assert "一角钱" in await citizen.say(QUESTION)
    _, text = await boss.get(f"/desk/content/topic/{TOPIC}")
    assert "被新版替代" in text
    assert (await boss.post("/desk/content/draft/1", do="restore"))[0] == 303
    await publish(boss, 3)
    assert "一分钱" in await citizen.say(QUESTION)
    await boss.post(f"/desk/content/topic/{TOPIC}")
    await publish(boss, 4)
    assert "不要钱" in await citizen.say(QUESTION)


async def test_two_who_edit_at_once_do_not_overwrite_each_other(here: World) -> None:
    clerk, boss = await here.staff(Role.CLERK), await here.staff(Role.SUPERVISOR)
    mine, yours = OLD_BODY.replace("不要钱", "免费"), OLD_BODY.replace("捕捞许可证", "两证")
    await propose(clerk, mine)
    await propose(boss, yours)
    await publish(boss, 2)
    status, text = await publish(boss, 1)
    assert (status, "照旧文改的" in text) == (409, True)
    status, text = await propose(clerk, mine, base="0" * 16)
    assert (status, "您写的字还在" in text, "免费" in text) == (409, True, True)


async def test_what_is_not_the_same_is_not_published(here: World) -> None:
    clerk = await here.staff(Role.CLERK)
    status, text = await propose(clerk, OLD_BODY)
    assert (status, "没有改动" in text) == (409, True)
    for id in ("../../etc", "xx-nothing", "fm-Ä"):
        assert (await propose(clerk, OLD_BODY, topic=id))[0] == 400
    assert (await clerk.get("/desk/content/edit?topic=../x"))[0] == 400


async def test_files_and_pages_do_not_diverge_in_silence(here: World) -> None:
    boss, citizen = await here.staff(Role.SUPERVISOR), await here.visitor()
    root = here.app[SITE].current.root
    await propose(boss, OLD_BODY.replace("不要钱", "免费"))
    await publish(boss, 1)
    assert "免费" in await citizen.say(QUESTION)
    (root / FILE).write_text(OLD_BODY.replace("不要钱", "要一块钱"), "utf-8")
    await here.app[SITE].current.refresh()
    assert "要一块钱" in await citizen.say(QUESTION)  # the file wins
    assert "分歧" in (await boss.get("/desk/content"))[1]
    assert "分歧" in (await boss.get(f"/desk/content/topic/{TOPIC}"))[1]
    (root / FILE).write_text(OLD_BODY.replace("不要钱", "免费"), "utf-8")
    await here.app[SITE].current.refresh()
    assert "分歧" not in (await boss.get("/desk/content"))[1]


async def test_new_questions_are_learned_without_a_restart(here: World) -> None:
    boss, citizen = await here.staff(Role.SUPERVISOR), await here.visitor()
    new = "龙王爷放假几时完"
    assert OLD_TEXT not in await citizen.say(new)
    await propose(boss, OLD_BODY + f"- {new}\n- 龙王爷放假从哪一日算起\n- 今年龙王爷放假多长\n")
    await publish(boss, 1)
    await here.app[SITE].current.learned()
    assert OLD_TEXT in await citizen.say(new)
    assert (here.settings.data_dir / "model/meta.json").exists()


# ---- from what was asked in vain


async def test_a_question_in_vain_becomes_a_proposal(here: World) -> None:
    asked = LogQuestion(text="我叫王大海，电话13812345678，歇洋辰光小船好开伐", action="refuse")
    await here.turns.write(lambda store: store.perform((asked,), here.now))
    clerk = await here.staff(Role.CLERK)
    _, text = await clerk.get("/desk/content/gaps")
    assert "歇洋辰光小船好开伐" in text
    assert "13812345678" not in text
    assert "王大海" not in text
    status, _ = await clerk.post("/desk/content/question", topic=TOPIC, question="歇洋辰光小船好开伐")
    assert status == 303
    (draft,) = await here.turns.read(lambda store: store.drafts("proposed"))
    assert draft.body == OLD_BODY + "- 歇洋辰光小船好开伐\n"


async def test_a_new_topic_from_the_first_draft_to_the_answer(here: World) -> None:
    clerk, boss, citizen = await here.staff(Role.CLERK), await here.staff(Role.SUPERVISOR), await here.visitor()
    id = "fm-lantern-boats"
    _, text = await clerk.get(f"/desk/content/edit?topic={id}&title=灯船&question=灯船要不要证")
    assert "- 灯船要不要证" in text
    body = OLD_BODY.replace(TOPIC, id).replace("禁渔期（伏休）几号到几号、能不能下海", "灯船要证")
    questions = (
        "灯船要不要办证",
        "灯光船谁发许可",
        "夜里点灯诱鱼合规吗",
        "我想添只灯艇",
        "围网配的灯艇登记",
        "诱鱼灯瓦数限几多",
        "灯艇上几人",
        "租来的灯艇咋办",
    )
    body = body.partition("## 问法\n")[0] + "## 问法\n" + "".join(f"- {one}\n" for one in questions)
    await propose(clerk, body, topic=id)
    _, text = await clerk.get("/desk/content")
    assert "新主题的草稿" in text
    assert (await publish(boss, 1))[0] == 303
    await here.app[SITE].current.learned()
    assert OLD_TEXT in await citizen.say("灯船要不要办证")
    assert file_text(here.app[SITE].current.root, f"topics/fm/{id}.md") == ""


async def test_a_finished_case_becomes_content_without_who_it_was(here: World) -> None:
    citizen, clerk = await here.visitor(), await here.staff(Role.CLERK)
    number = await citizen.open_case("我是李阿毛，浙象渔12345的老板欠我三个月工钿", "13812345678")
    await clerk.act(number, "resolve", "李阿毛的钱要回来了，电话13812345678")
    _, text = await clerk.get(f"/desk/content/new?ticket={number}")
    assert "欠我三个月工钿" in text
    for secret in ("13812345678", "浙象渔12345", "船老大阿三"):
        assert secret not in text
    mediator = await here.staff(Role.MEDIATOR)
    assert (await mediator.get(f"/desk/content/new?ticket={number}"))[0] == 403


@pytest.mark.parametrize("path", ["", "/withheld", "/gaps", "/new", f"/topic/{TOPIC}", f"/edit?topic={TOPIC}"])
async def test_who_may_look(here: World, path: str) -> None:
    async with here.browser().get("/desk/content" + path) as answer:
        assert answer.status == 401
    mediator, clerk = await here.staff(Role.MEDIATOR), await here.staff(Role.CLERK)
    assert (await mediator.get("/desk/content" + path))[0] == 403
    assert (await clerk.get("/desk/content" + path))[0] == 200


async def test_hostile_text_stays_text(here: World) -> None:
    clerk = await here.staff(Role.CLERK)
    body = OLD_BODY.replace("不要钱", "</textarea><script>alert(1)</script>")
    await propose(clerk, body, note="<img src=x>")
    for path in (
        "/desk/content/draft/1",
        "/desk/content",
        f"/desk/content/topic/{TOPIC}",
        "/desk/content/edit?topic=fm-summer-closure&draft=1",
    ):
        _, text = await clerk.get(path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    clerk.csrf = "0" * 32
    assert (await propose(clerk, body))[0] == 403
    assert (await release(clerk))[0] == 403
