"""Small content folders for the tests."""

from __future__ import annotations

from pathlib import Path

SERVICE = """---
id: svc-people-mediation
title: 找人民调解
audience: 渔民
service: svc-people-mediation
checked: 2026-11-22
review: 2027-11-22
team: 海和调解中心
promise: 3 个工作日内答复
hours: 24
fee: 不收费
who: 任何一方
---
## 简答
两边都愿意，就由调解员来说和，不收钱。

## 下一步
- 去哪里：调解中心。

## 依据
- 《人民调解法》第四条｜2010-08-28｜调解不收费。

## 表单
- kind｜是哪一类纠纷？｜选择：欠钱；受伤；其他
- proof｜有什么凭据？｜文件｜可不填
- phone｜留个电话，只用来联系您办这件事。｜电话

## 问法
- 想请老娘舅来说和说和
- 两家吵翻了有没有中间人
- 不想打官司，坐下来谈谈
- 邻船跟我闹，请人劝一劝
- 调解要钱伐
- 调解员在哪里坐班
- 双方都肯谈，找谁主持
- 说和不成怎么办
"""

CLOSURE = """---
id: fm-summer-closure
title: 禁渔期能不能下海
audience: 渔民
service: svc-people-mediation
checked: 2026-11-22
review: 2027-04-01
first: 慎
---
## 简答
禁渔期不能下海捕捞。偷捕要没收、罚款，严重的吊证没收船。

## 详细
日期每年由通告定。

钓具另有规定。

## 下一步
- 去哪里：看当年通告。
- 费用：无。

## 处罚
- 没收渔获物、渔具，并处罚款。

## 首违
可以提出，由执法机关决定。要看次数和后果。

## 反问
- 是在海上当场开的单子吗？｜是：先申请复议。｜不是：可以复议，也可以起诉。

## 依据
- 《渔业法》第七十八条第一款｜2025-12-27｜禁渔期捕捞的没收渔获物、渔具，并处罚款。
- 《刑法》第一百三十四条之一第二项｜2023-12-29｜危险作业｜现行文本待核

## 相关
- svc-people-mediation

## 问法
- 伏休的时候偷偷出海抓鱼要罚多少
- 禁渔期到底几号开始
- 封海了还能不能下网
- 休渔期拖网被抓牢会坐牢吗
- 夜里摸黑去捕一网要紧吗
- 歇夏几时开捕
- 大家都在偷捕凭啥罚我
- 钓鱼船休渔能出去吗
"""

OUTSIDE = """---
id: near-cooking
title: 烧菜
action: refuse
---
## 回答
烧鱼的事我不在行，法律上的事尽管问。

## 问法
- 带鱼怎么红烧
- 梭子蟹蒸几分钟
- 黄鱼汤怎么做才白
- 咸菜大汤黄鱼配方
"""

EMERGENCY = """---
id: em-overboard
title: 有人落水
numbers: 12395, 110
---
## 先做
- 扔救生圈，盯住人不要移开眼。
- 马上打电话，报位置和人数。

## 触发
- 落水了/掉海里了
- 有人+掉下去/冲走

## 问法
- 有人掉海里了快救人
- 船上掉下去一个人找不到

## 不是
- 去年有人落水死了怎么赔
"""

PHONES = """
[[phone]]
number = "12395"
name = "水上遇险求救"
use = "海上遇险"
source = "公开"
date = "2026-11-22"
[[phone]]
number = "110"
name = "报警"
use = "报警"
source = "公开"
date = "2026-11-22"
"""

UNVERIFIED = """
[[group]]
reason = "修正案的编号没有核过"
until = "2025-04"
read = "2026-11-22"
laws = [
    { name = "刑法", version = "2023-12-29" },
]
"""

FILES = {
    "unverified.toml": UNVERIFIED,
    "topics/svc/svc-people-mediation.md": SERVICE,
    "topics/fm/fm-summer-closure.md": CLOSURE,
    "outside/near-cooking.md": OUTSIDE,
    "emergencies/em-overboard.md": EMERGENCY,
    "yearly/phones.toml": PHONES,
    "words/lexicon.txt": "歇夏/伏休/休渔｜禁渔期｜fm-summer-closure\n",
    "words/slips.txt": "进渔期→禁渔期\n脱网→拖网｜邻近：船/捕\n",
}


def write(folder: Path, **changed: str) -> Path:
    """A sound content folder, with some files (by stem) replaced."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed.get(path.stem.replace("-", "_"), text), "utf-8")
    return folder
