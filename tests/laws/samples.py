"""Texts to which everything happens: renumbered, repealed, coming, spoiled, doubtful; and sources that hold them."""

import sqlite3
from datetime import date
from pathlib import Path

TODAY = date(2026, 11, 22)
OLD_FINE = "违反禁渔区、禁渔期的规定进行捕捞的，没收渔获物和违法所得，处五万元以下的罚款；情节严重的，吊销捕捞许可证。"
NEW_FINE = "违反禁渔区、禁渔期的规定从事捕捞活动的，没收渔获物、违法所得和渔具，处二十万元以下的罚款。\n垂钓的，处五万元以下的罚款。"
SEWAGE = "船舶修造拆解单位应当配备足够的船舶污染物接收设施，使该设施处于良好状态并有效运行。"
HARBOUR = "渔港建设应当符合国家统一规划，实行谁投资谁受益的原则。"
AIM = "为了加强渔业资源的保护和合理利用，制定本法。"
END = "本法自2026年5月1日起施行。"
PAY = "船东应当按照劳动合同的约定，按时足额支付船员工资，不得拖欠。"
# id, name, level, effective, version, status, articles
TEXTS = [
    ("a", "中华人民共和国渔业法", "法律", "1986-07-01", "2013-12-28", "历史版本",
     [("第一条", AIM), ("第二条", OLD_FINE), ("第三条", HARBOUR), ("第五条", "已经取消的旧制度另有规定。")]),
    ("b", "中华人民共和国渔业法", "法律", "2026-05-01", "2025-12-27", "现行有效",
     [("第一条", AIM), ("第二条", HARBOUR), ("第三条", NEW_FINE), ("第四条", END)]),
    ("c", "中华人民共和国海洋环境保护法", "法律", "2024-01-01", "2023-10-24", "已废止",
     [("第一条", "为了保护海洋环境，制定本法。"), ("第二条", SEWAGE)]),
    ("d", "中华人民共和国生态环境法典", "法律", "2026-08-15", "2026-03-12", "现行有效",
     [("第一条", "为了保护生态环境，编纂本法典。"), ("第二条", SEWAGE.replace("足够的", "足够的、合格的")),
      ("第一千一百一十九条", "使用锅炉不合规定的，责令改正。\n境主管部门责令停产整治。"),
      ("第一千一百二十一条", "本法自2026年8月15日起施行。《中华人民共和国海洋环境保护法》、《中华人民共和国老海洋法》同时废止。")]),
    ("e", "中华人民共和国农业法", "法律", "2003-03-01", "2012-12-28", "历史版本", [("第一条", "农业包括渔业，国家扶持水产养殖。")]),
    ("f", "中华人民共和国农业法", "法律", "2027-01-01", "2026-08-28", "现行有效",
     [("第一条", "农业包括渔业，国家大力扶持深远海水产养殖。"), ("第二条", "深远海养殖享受补贴。")]),
    ("g", "中华人民共和国乡镇企业法", "法律", "1997-01-01", "1996-10-29", "已废止", [("第一条", "乡镇企业法的第一条。")]),
    ("h", "中华人民共和国劳动合同法", "法律", "2008-01-01", "2012-12-28", "现行有效",
     [("第一条", PAY), ("第二条", "用人单位应当缴纳社会保险费。"), ("第三条之一", "试用期不得超过六个月。")]),
]  # fmt: skip
RULES = """# 渔港水域交通安全管理条例

1989年7月3日 国务院令第38号发布

<!-- INFO END -->

## 第一章 总则

第一条 为了加强渔港水域交通安全，制定本条例。

第二条 船舶进出渔港应当接受签证。

（一）渔业船舶；

（二）其他船舶。 第三条 渔港内禁止明火作业。 第四条 自1989年8月1日起施行。
"""


def package_file(path: Path) -> Path:
    """A data file laid out as in the package."""
    with sqlite3.connect(path) as base:
        base.executescript(
            "create table laws(law_id, law_name, doc_type, issuing_body, effective_date, version_date, status);"
            "create table articles(id integer primary key, law_id, article_no, article_text, chapter, section);"
        )
        for number, name, level, effective, version, status, articles in TEXTS:
            base.execute(
                "insert into laws values(?,?,?,'全国人大常委会',?,?,?)",
                (number, name, level, effective, version, status),
            )
            rows = [(number, label, text, "第一章 总则", None) for label, text in articles]
            base.executemany(
                "insert into articles(law_id, article_no, article_text, chapter, section) values(?,?,?,?,?)", rows
            )
    base.close()
    return path


def rules_folder(path: Path) -> Path:
    (path / "行政法规").mkdir(parents=True)
    (path / "行政法规" / "渔港水域交通安全管理条例(2019-03-02).md").write_text(RULES, "utf-8")
    return path
