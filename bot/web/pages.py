"""Making pages: templates that escape everything, static files by content, jobs for the database, errors as sentences."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import jinja2
from aiohttp import web

from bot.web.keys import POSITION, Site, site
from storage import Store
from tickets.due import say_day, say_time

T = TypeVar("T")
HERE = Path(__file__).parent
STATIC = HERE / "static"


def environment() -> jinja2.Environment:
    """The templates. An unknown name in one is an error, not an empty place."""
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    pages.globals["static"] = {file.name: _address(file) for file in STATIC.iterdir()}.__getitem__
    pages.filters["when"] = say_time
    pages.filters["day"] = say_day
    return pages


def _address(file: Path) -> str:
    """The address of a static file changes with its content, so browsers may keep it for ever."""
    return f"/static/{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def render(here: Site, template: str, **values: Any) -> str:
    """A template filled in."""
    return here.pages.get_template(template).render(**values)


def page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A template as a page."""
    text = render(site(request), template, position=request.get(POSITION, ""), **values)
    return web.Response(text=text, status=status, content_type="text/html")


async def read(here: Site, job: Callable[[Store], T]) -> T:
    """What `job` reads from the database."""
    return await here.turns.read(job)


async def write(here: Site, job: Callable[[Store], T]) -> T:
    """Run a job that writes; done when it is durable, letters go out at once."""
    return await here.turns.write(job)


def sentence(status: int, text: str) -> web.HTTPException:
    """An HTTP error that says what to do."""
    kind: type[web.HTTPException] = {413: TooLarge, 415: web.HTTPUnsupportedMediaType}.get(status, web.HTTPBadRequest)
    return kind(text=text)


class TooLarge(web.HTTPException):
    """413 with our own sentence."""

    status_code = 413
