"""Talk to it in a shell: for a look, and for debugging without any account."""

import getpass
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.render import plain
from bot.turn import Turns
from handlers.types import Button, Message, Reply

NAME = "terminal"
WELCOME = "渔小法（终端）。直接打字问；按钮打它的编号；Ctrl-D 结束。"
LEASE = timedelta(minutes=1)


def talk(turns: Turns, clock: Callable[[], datetime]) -> None:
    """Read lines until the end of input; buttons are numbered."""
    person = getpass.getuser()
    shown: list[Button] = []
    print(WELCOME)
    for count in range(1_000_000):
        try:
            line = input("\n> ").strip()
        except EOFError:
            return
        tapped = shown[int(line) - 1].data if line.isdigit() and 1 <= int(line) <= len(shown) else ""
        now = clock()
        message = Message(
            id=f"{now.timestamp():.6f}-{count}", channel=NAME, chat=person, person=person, name=person, at=now,
            text="" if tapped else line, button=tapped,
        )  # fmt: skip
        replies = [*turns.play(message), *letters(turns, now)]
        shown = show(replies) or shown


def letters(turns: Turns, now: datetime) -> list[Reply]:
    """What others sent to this terminal meanwhile, e.g. a mediator's answer."""
    found = turns.lanes.write(lambda store: store.due_letters(now, now + LEASE, (NAME,))).result()
    for letter in found:
        turns.lanes.write(lambda store, id=letter.id: store.sent(id, "", now)).result()  # type: ignore[misc]
    return [letter.reply for letter in found]


def show(replies: list[Reply]) -> list[Button]:
    """Print replies with numbered buttons; the buttons in the order of their numbers."""
    buttons: list[Button] = []
    for reply in replies:
        print("\n" + plain(reply))
        for button in (one for row in reply.buttons for one in row):
            buttons.append(button)
            print(f"  {len(buttons)}. {button.label}")
    return buttons
