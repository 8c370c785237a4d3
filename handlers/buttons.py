"""Button data: `verb:argument:…`, at most 64 bytes, with nothing in it that must be kept secret or trusted.

Rights are checked when a button is used, not when it is shown, so data may be typed by hand and still do no harm.
"""

from handlers.types import Button

LIMIT = 64  # Telegram's limit for callback data, in bytes


def button(label: str, verb: str, *arguments: str) -> Button:
    """A button whose data is `verb:arg:…`. Raises ValueError over 64 bytes."""
    data = ":".join((verb, *arguments))
    if len(data.encode()) > LIMIT:
        raise ValueError(f"button data too long: {data}")
    return Button(label, data)


def parse(data: str) -> tuple[str, tuple[str, ...]]:
    """The verb and the arguments of button data."""
    verb, *arguments = data.split(":")
    return verb, tuple(arguments)


def column(*buttons: Button) -> tuple[tuple[Button, ...], ...]:
    """One button a row."""
    return tuple((one,) for one in buttons)


PERSON = button("找人工", "person")
MENU = button("回菜单", "menu")
