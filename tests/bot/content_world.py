"""A running system on a small content of its own, with the fishery law as it was before the one of 2025."""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from knowledge import Knowledge
from knowledge.content import CONTENT
from tests.bot.web_world import NOW, World, world

ROOT = Path(__file__).parent.parent.parent
OTHERS = (
    "fm-closure-docking", "fm-gear-mesh", "hd-closed-season", "fm-penalty-review", "svc-penalty-leniency",
    "svc-legal-consult", "svc-admin-review",
)  # fmt: skip
TOPIC = "fm-summer-closure"
OLD_LAW = """中华人民共和国渔业法
（1986年1月20日通过　根据2013年12月28日《关于修改〈中华人民共和国海洋环境保护法〉等七部法律的决定》第四次修正）

第一条　为了加强渔业资源的保护、增殖、开发和合理利用，制定本法。
第三十条　禁止使用炸鱼、毒鱼、电鱼等破坏渔业资源的方法进行捕捞。禁止在禁渔区、禁渔期进行捕捞。
第三十八条　使用炸鱼、毒鱼、电鱼等破坏渔业资源方法进行捕捞的，违反关于禁渔区、禁渔期的规定进行捕捞的，没收渔获物和违法所得，处五万元以下的罚款；情节严重的，没收渔具，吊销捕捞许可证；情节特别严重的，可以没收渔船。
第五十条　本法自1986年7月1日起施行。
"""
NEW_LAW = """中华人民共和国渔业法
（1986年1月20日通过　2025年12月27日第十四届全国人民代表大会常务委员会第十九次会议修订）

第一条　为了加强渔业资源的保护、增殖、开发和合理利用，制定本法。
第三十八条　国家鼓励和支持水产品加工业发展。
第四十四条　禁渔区、禁渔期由省级以上人民政府渔业主管部门规定并公布。禁止违反禁渔区、禁渔期的规定进行捕捞。
第七十八条　违反关于禁渔区、禁渔期的规定进行捕捞的，使用炸鱼、毒鱼、电鱼等破坏渔业资源方法进行捕捞的，没收渔获物、违法所得和渔具，并处二十万元以下的罚款；情节严重的，并处二十万元以上二百万元以下的罚款，吊销捕捞许可证，可以没收渔船。
第九十条　本法自2026年5月1日起施行。
"""
OLD_TEXT = "禁渔期捕捞：没收渔获，处五万元以下罚款；严重的没收渔具、吊证。"
NEW_TEXT = "禁渔期捕捞：没收渔获渔具，罚二十万元以下；严重的二十万以上二百万以下、吊证。"
BODY = """---
id: fm-summer-closure
title: 禁渔期（伏休）几号到几号、能不能下海
audience: 渔民, 船东
service: svc-penalty-leniency
checked: {checked}
review: 2027-04-01
first: 慎
---
## 简答
{short}

## 下一步
- 去哪里：问县渔业部门、所在渔村。
- 带什么：捕捞许可证。
- 期限：以当年公告为准。
- 费用：不要钱。

## 处罚
- {short}

## 依据
- {citation}｜{short}

## 相关
- fm-gear-mesh

## 问法
- 今年几号休渔
- 现在能不能下海
- 开捕到底哪一天
- 禁海里抲两网自家吃吃也要罚？
- 伏休偷偷出去一趟被抓，顶格要罚多少
- 歇夏抲鱼被渔政逮住，船会不会充公
- 流网要停多久
- 明天中午到点，我还在外头拔网
"""
OLD_BODY = BODY.format(checked="2026-04-01", short=OLD_TEXT, citation="《渔业法》第三十八条｜2013-12-28")
NEW_BODY = BODY.format(checked="2026-11-24", short=NEW_TEXT, citation="《渔业法》第七十八条｜2025-12-27")


def content(folder: Path) -> Path:
    """A content folder with a few real topics and the closed-season topic as it was under the old law."""
    for id in OTHERS:
        file = Path("topics") / id.partition("-")[0] / f"{id}.md"
        if (CONTENT / file).exists():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CONTENT / file, folder / file)
    shutil.copytree(CONTENT / "yearly", folder / "yearly")
    shutil.copytree(CONTENT / "outside", folder / "outside")
    (folder / "topics/fm").mkdir(parents=True, exist_ok=True)
    (folder / f"topics/fm/{TOPIC}.md").write_text(OLD_BODY, "utf-8")
    return folder


def bring_law(folder: Path, text: str) -> None:
    """Import a text of the fishery law as staff do: the file from the national database, by the script."""
    source = folder / f"渔业法{len(list(folder.glob('*.txt')))}.txt"
    source.write_text(text, "utf-8")
    command = [sys.executable, "scripts/import_laws.py", "--national", str(source), "--to", str(folder / "laws")]
    subprocess.run([*command, "--day", "2026-11-24"], cwd=ROOT, check=True, capture_output=True)


def prepare(folder: Path) -> Path:
    """Content, model and statutes, made once and copied for each test."""
    bring_law(folder, OLD_LAW)
    Knowledge.load(content(folder / "content"), folder / "model", folder / "laws")
    return folder


@asynccontextmanager
async def content_world(prepared: Path, folder: Path, **settings: str) -> AsyncIterator[World]:
    """The running system, answering by the old law."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    today = date(NOW.year, NOW.month, NOW.day)
    knowledge = Knowledge.load(folder / "content", folder / "model", folder / "laws", today=today)
    knowledge.review((), today)
    async with world(folder, knowledge, **settings) as here:
        yield here
