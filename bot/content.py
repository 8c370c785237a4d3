"""`python -m bot content …`: what the pages published against the files, and how it gets into them."""

# ruff: noqa: T201 - the command line prints

from argparse import Namespace

from bot.knowledge import published
from bot.settings import Settings
from knowledge.content import CONTENT
from knowledge.editing import export, standing
from storage import open_store

STANDINGS = {
    "applied": "网页发布，还没进文件",
    "merged": "一致，已经在文件里",
    "diverged": "分歧：文件另有改动，以文件为准，请在网页上对着新文件重改",
}


def status(arguments: Namespace, settings: Settings) -> int:
    """List the published edits; 1 when one stands against a file that moved on."""
    store = open_store(settings.database_url)
    edits = published(store)
    waiting = store.drafts("proposed")
    store.close()
    found = [(edit.file, standing(CONTENT, edit)) for edit in edits]
    for file, how in found:
        print(f"{file}：{STANDINGS[how]}")
    print(f"网页发布 {len(found)} 份，等复核 {len(waiting)} 份。")
    return 1 if any(how == "diverged" for _, how in found) else 0


def write_files(arguments: Namespace, settings: Settings) -> int:
    """Write the published edits into the content's files; those that diverged are left alone."""
    store = open_store(settings.database_url)
    edits = published(store)
    store.close()
    found = export(CONTENT, edits)
    for file, how in found.items():
        print(f"{file}：{'写好了' if how == 'applied' else STANDINGS[how]}")
    written = sum(how == "applied" for how in found.values())
    print(f"写了 {written} 个文件。" + ("看过 git diff 再提交。" if written else ""))
    return 1 if "diverged" in found.values() else 0
