"""The commands of `python -m bot`. Each takes the parsed arguments and the settings and gives an exit status."""

import asyncio
import json
import secrets
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot import ask as asking
from bot.knowledge import load_knowledge
from bot.script import Script
from bot.settings import Settings, reference
from bot.turn import Turns, fresh_code
from handlers import handle
from handlers.types import Invite
from storage import open_lanes, open_store, sqlite_path
from storage.copies import restore as restore_copy
from storage.records import Use
from tickets.due import BEIJING
from tickets.states import Role

INVITE_DAYS = 3


class CommandError(Exception):
    """A command cannot do what was asked. The message is one Chinese sentence."""


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock: the real one in Beijing time, or the fixed one of YXF_NOW."""
    fixed = settings.now
    return (lambda: fixed) if fixed else (lambda: datetime.now(BEIJING))


def run(arguments: Namespace, settings: Settings) -> int:
    """Start everything and serve until told to stop."""
    from bot.app import serve

    return asyncio.run(serve(settings, clock_of(settings)))


def ask(arguments: Namespace, settings: Settings) -> int:
    """Answer one question, or a JSON line each."""
    knowledge, now = load_knowledge(settings), clock_of(settings)()
    if arguments.jsonl:
        for line in asking.answer_lines(input_lines(), knowledge, now):
            print(line, flush=True)
        return 0
    if not arguments.query.strip():
        raise CommandError('请写上要问的话，例如：python -m bot ask "禁渔期偷偷出海抓鱼要罚多少"')
    _, outcome = asking.ask(arguments.query, knowledge, now)
    print(asking.spoken(outcome.replies))
    return 0


def input_lines() -> Iterator[str]:
    """Standard input as UTF-8 lines; bytes that are not UTF-8 become a mark instead of an error."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", "replace")


def laws(arguments: Namespace, settings: Settings) -> int:
    """Find articles for a question, or ten for each JSON line."""
    from bot.laws import laws_command

    store = load_knowledge(settings).laws
    if store is None:
        raise CommandError("条文库还没有装：先运行 scripts/setup，或者 scripts/import_laws。")
    lines = input_lines() if arguments.jsonl else [json.dumps({"id": 1, "query": arguments.query})]
    for line in laws_command(lines, store):
        print(line, flush=True)
    return 0


def chat(arguments: Namespace, settings: Settings) -> int:
    """Talk in the terminal, or play a script line by line."""
    with _lanes(settings, fresh=arguments.jsonl) as (turns, files):
        if arguments.jsonl:
            return _play(turns, settings, files)
        from bot.channels.terminal import talk

        talk(turns, clock_of(settings))
    return 0


@contextmanager
def _lanes(settings: Settings, fresh: bool) -> Iterator[tuple[Turns, Path]]:
    """Turns on the configured database; on a throw-away one when `fresh` and none was named."""
    with tempfile.TemporaryDirectory() as folder:
        default = settings.database_url == "sqlite:///var/yuxiaofa.db"
        url = f"sqlite:///{folder}/script.db" if fresh and default else settings.database_url
        files = Path(folder) if fresh and default else settings.data_dir / "files"
        lanes = open_lanes(url)
        try:
            yield Turns(lanes, handle, load_knowledge(settings), clock_of(settings)), files
        finally:
            lanes.close()


def _play(turns: Turns, settings: Settings, files: Path) -> int:
    script = Script(turns, clock_of(settings), files)
    for index, line in enumerate(input_lines(), 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            heard = list(script.play(given if isinstance(given, dict) else {}))
        except ValueError as error:
            heard = [{"to": "", "text": f"第 {index} 行读不了：{error}", "buttons": [], "ticket": ""}]
        for one in heard:
            print(json.dumps(one, ensure_ascii=False), flush=True)
    return 0


def check(arguments: Namespace, settings: Settings) -> int:
    """Check all content; every problem with file, line and remedy, and what the citations are worth."""
    from bot.check import check as check_content

    report = check_content(load_knowledge(settings))
    for error in report.errors:
        print(error)
    if report.counts:
        names = {"ok": "核对无误", "unverified": "库里没有，待核"}
        print(
            "引用：" + "，".join(f"{names.get(worth, worth)} {count}" for worth, count in sorted(report.counts.items()))
        )
    else:
        print("没有装条文库，引用没有核对（scripts/import_laws --setup）。")
    print(f"内容检查：{len(report.errors)} 个问题。" if report.errors else "内容检查通过。")
    return 1 if report.errors else 0


def invite(arguments: Namespace, settings: Settings) -> int:
    """A one-time invitation, to be used in chat or in the pages."""
    code = fresh_code(secrets.randbelow)
    store = open_store(settings.database_url)
    now = clock_of(settings)()
    store.perform((Invite(code=code, role=Role(arguments.role), by="命令行"),), now)
    store.close()
    print(f"邀请码（一次有效，{INVITE_DAYS} 天内用）：{code}")
    print(f"网页：{settings.site}/desk/join/{code}")
    print(f"聊天：私聊机器人发“加入 {code}”")
    return 0


def audit_verify(arguments: Namespace, settings: Settings) -> int:
    """Walk the chained history of cases."""
    store = open_store(settings.database_url)
    broken, (count, head) = store.audit_verify(), store.audit_head()
    store.close()
    if broken:
        print(f"第 {broken.position} 条（工单 {broken.number}）对不上：{broken.reason}")
        return 1
    print(f"历史完整：{count} 条，末条指纹 {head[:16]}")
    return 0


def audit_export(arguments: Namespace, settings: Settings) -> int:
    """The whole history as a table, when it holds."""
    from bot.audit import FORMS, export

    path = Path(arguments.file)
    if path.suffix.removeprefix(".") not in FORMS:
        raise CommandError("文件名以 .csv 或 .xlsx 结尾。")
    store = open_store(settings.database_url)
    count = export(store, path)
    now = clock_of(settings)()
    store.used(Use(at=now, member="", name="命令行", role=Role.SYSTEM, what="audit", detail=f"{count} 条"))
    store.close()
    print(f"导出 {count} 条：{path}（没有正文，正文用“内容指纹”核对）")
    return audit_verify(arguments, settings)


def life(arguments: Namespace, settings: Settings) -> int:
    """The life of a case as docs/life.md has it."""
    from tickets.diagram import page

    print(page())
    return 0


def backup(arguments: Namespace, settings: Settings) -> int:
    """A whole, checked copy as one file, also while the bot runs."""
    store = open_store(settings.database_url)
    store.backup(Path(arguments.file))
    store.close()
    print(f"备份好了：{arguments.file}")
    return 0


def restore(arguments: Namespace, settings: Settings) -> int:
    """Put a backup in the place of the database; the old one is kept beside it."""
    path = sqlite_path(settings.database_url)
    if path is None:
        raise CommandError("PostgreSQL 请用它自己的 pg_restore 恢复。")
    aside = restore_copy(path, Path(arguments.file), clock_of(settings)())
    print(f"恢复好了。{f'原来的数据留在 {aside}。' if aside else ''}")
    return 0


def settings_reference(arguments: Namespace, settings: Settings) -> int:
    """The settings as a table, for docs/settings.md."""
    print(reference())
    return 0
