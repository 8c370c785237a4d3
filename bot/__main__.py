"""`python -m bot …`: what the command line can do. Each command is a function in bot/commands.py."""

import argparse
import sys

from bot import commands, content
from bot.settings import SettingError, load
from storage import StorageError
from tickets.states import STAFF


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    top = argparse.ArgumentParser(prog="python -m bot", description="渔小法：渔民和企业的法律服务助手")
    sub = top.add_subparsers(dest="command", required=True, metavar="命令")
    add = sub.add_parser
    add("run", help="启动：网页、Telegram（填了令牌才开）").set_defaults(do=commands.run)
    chat = add("chat", help="在终端里聊；--jsonl 按脚本逐行演")
    chat.add_argument("--jsonl", action="store_true", help="每行一个 JSON，见 README")
    chat.set_defaults(do=commands.chat)
    ask = add("ask", help="问一句，答一句")
    ask.add_argument("query", nargs="?", default="", help="要问的话")
    ask.add_argument("--jsonl", action="store_true", help='每行 {"id","query"}')
    ask.set_defaults(do=commands.ask)
    laws = add("laws", help="在法条库里找条文")
    laws.add_argument("query", nargs="?", default="", help="要找的话")
    laws.add_argument("--jsonl", action="store_true", help='每行 {"id","query"}，给出最像的十条')
    laws.set_defaults(do=commands.laws)
    add("check", help="检查全部内容：格式、引用、问法").set_defaults(do=commands.check)
    edited = add("content", help="网页上发布的改动").add_subparsers(dest="what", required=True, metavar="做什么")
    edited.add_parser("status", help="和文件有什么不同").set_defaults(do=content.status)
    edited.add_parser("export", help="写进 knowledge/content，好提交到 git").set_defaults(do=content.write_files)
    staff = add("staff", help="工作人员").add_subparsers(dest="what", required=True, metavar="做什么")
    invite = staff.add_parser("invite", help="发一个一次性邀请")
    invite.add_argument("--role", required=True, choices=sorted(STAFF), help="受理员 调解员 督办员 管理员")
    invite.set_defaults(do=commands.invite)
    audit = add("audit", help="审计").add_subparsers(dest="what", required=True, metavar="做什么")
    audit.add_parser("verify", help="核对工单历史有没有被改过").set_defaults(do=commands.audit_verify)
    export = audit.add_parser("export", help="导出全部历史给审计（.csv 或 .xlsx），没有正文")
    export.add_argument("file", help="文件路径")
    export.set_defaults(do=commands.audit_export)
    for name, text in (("backup", "备份到一个文件"), ("restore", "用备份文件恢复")):
        one = add(name, help=text)
        one.add_argument("file", help="文件路径")
        one.set_defaults(do=getattr(commands, name))
    add("life", help="工单的一生：状态和动作，画成图").set_defaults(do=commands.life)
    add("settings", help="列出全部设置").set_defaults(do=commands.settings_reference)
    return top


def main() -> int:
    """Run one command; the exit status. Mistakes of whoever typed come back as one sentence."""
    arguments = parser().parse_args()
    try:
        status: int = arguments.do(arguments, load())
    except (SettingError, StorageError, commands.CommandError) as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
