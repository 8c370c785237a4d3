"""Frozen dataclasses to JSON text and back. One rule for all records, so a new field needs no line here.

Reading forgives: unknown keys are left out and missing ones take their default, so old rows fit new code.
"""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]


def dump(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, Chinese as it is. Any Python string survives, even a broken surrogate."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # a lone surrogate cannot be stored as UTF-8; as the escape \udXXX it is valid JSON and comes back the same
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def load(kind: type[T], text: str) -> T:
    """The record of `kind` that `dump` wrote."""
    return cast(T, _reader(cast(Hashable, kind))(json.loads(text)))


def value_of(text: str, name: str) -> Any:
    """One field of a stored record as it is in JSON, without building the record."""
    return json.loads(text).get(name)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"cannot be stored: {type(value).__name__}")


@cache
def _reader(hint: Any) -> Reader:
    """How a value of type `hint` is read back."""
    origin = get_origin(hint)
    if is_dataclass(hint):
        return _record(cast(type, hint))
    if hint in (date, datetime):
        return cast(Reader, hint.fromisoformat)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if origin is tuple:
        return _tuple(get_args(hint))
    if origin in (Union, UnionType):
        return _optional(get_args(hint))
    return _same


def _same(value: Any) -> Any:
    return value


def _optional(choices: tuple[Any, ...]) -> Reader:
    (kind,) = (choice for choice in choices if choice is not NoneType)
    read = _reader(kind)
    return lambda value: None if value is None else read(value)


def _tuple(kinds: tuple[Any, ...]) -> Reader:
    if kinds[-1] is Ellipsis:
        each = _reader(kinds[0])
        return lambda values: tuple(map(each, values))
    readers = tuple(_reader(kind) for kind in kinds)
    return lambda values: tuple(read(value) for read, value in zip(readers, values, strict=True))


def _record(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]

    def read(values: dict[str, Any]) -> Any:
        missing = [name for name in needed if name not in values]
        if missing:
            raise ValueError(f"{kind.__name__} without {', '.join(missing)}")
        return kind(**{name: reader(values[name]) for name, reader in readers.items() if name in values})

    return read
