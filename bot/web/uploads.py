"""Files people send: checked by what is in them, kept under a random name, never run and never shown as a page."""

import asyncio
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import BodyPartReader, web
from aiohttp.multipart import MultipartReader

from bot.files import kept_path, tidy_name
from handlers.types import Attachment

LARGEST = 20 * 1024 * 1024
MOST = 6  # files in one message
CHUNK = 256 * 1024
PARTS = 30  # parts of one form
LONGEST_FIELD = 64 * 1024  # bytes of one text field
HEAD = 32  # bytes that tell the type

# the first bytes → (type, how it is shown); what is not here is not taken
SIGNS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", "photo"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", "photo"),
    (re.compile(rb"GIF8[79]a"), "image/gif", "photo"),
    (re.compile(rb"RIFF....WEBP", re.S), "image/webp", "photo"),
    (re.compile(rb"....ftyp(heic|heix|mif1|msf1)", re.S), "image/heic", "file"),
    (re.compile(rb"%PDF-"), "application/pdf", "file"),
    (re.compile(rb"....ftyp(M4A |M4B )", re.S), "audio/mp4", "voice"),
    (re.compile(rb"....ftyp", re.S), "video/mp4", "video"),
    (re.compile(rb"OggS"), "audio/ogg", "voice"),
    (re.compile(rb"ID3|\xff[\xfb\xf3\xf2]"), "audio/mpeg", "voice"),
    (re.compile(rb"RIFF....WAVE", re.S), "audio/wav", "voice"),
    (re.compile(rb"#!AMR"), "audio/amr", "voice"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/webm", "video"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "application/x-ole-storage", "file"),
    (re.compile(rb"PK\x03\x04"), "application/zip", "file"),
)
# a zip or an old Office file is taken only under a name that says which document it is
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".wps": "application/vnd.ms-works",
}
CONTAINERS = frozenset({"application/zip", "application/x-ole-storage"})
SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


class Refused(Exception):
    """The upload is not taken; the message is a Chinese sentence, `status` the HTTP status, `fields` what came before it."""

    def __init__(self, sentence: str, status: int = 415) -> None:
        super().__init__(sentence)
        self.status = status
        self.fields: dict[str, str] = {}


@dataclass
class Form:
    """A posted form: its text fields and its files, which are on the disk already."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Attachment] = field(default_factory=list)


def sniff(head: bytes, name: str) -> tuple[str, str] | None:
    """Type and kind of a file by its first bytes; None for what is not taken."""
    for sign, mime, kind in SIGNS:
        if sign.match(head):
            if mime in CONTAINERS:
                office = OFFICE.get(Path(name).suffix.lower())
                return (office, kind) if office else None
            return mime, kind
    if Path(name).suffix.lower() == ".txt" and b"\x00" not in head:
        return "text/plain", "file"
    return None


async def read_form(request: web.Request, folder: Path) -> Form:
    """The posted form, files kept in `folder`. Raises Refused, with nothing kept."""
    form = Form()
    try:
        if request.content_type.startswith("multipart/"):
            await _read_parts(await request.multipart(), folder, form)
        else:
            posted = await request.post()
            form.fields = {name: value for name, value in posted.items() if isinstance(value, str)}
    except ValueError:
        discard(form.files, folder)
        raise Refused("没收全，请再发一次。", 400) from None
    except Refused as refused:
        discard(form.files, folder)
        refused.fields = form.fields
        raise
    except BaseException:
        discard(form.files, folder)
        raise
    return form


async def _read_parts(reader: MultipartReader, folder: Path, form: Form) -> None:
    for _ in range(PARTS):
        if (part := await reader.next()) is None:
            return
        if not isinstance(part, BodyPartReader):
            raise Refused("这样的内容收不了。", 400)
        if part.filename is None:
            form.fields[part.name or ""] = await _text(part)
        elif part.filename:
            if len(form.files) == MOST:
                raise Refused(f"一次最多发 {MOST} 个文件，分几次发。", 413)
            form.files.extend(await _keep(part, folder))
    raise Refused("这样的内容收不了。", 400)


async def _text(part: BodyPartReader) -> str:
    data = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        data += chunk
        if len(data) > LONGEST_FIELD:
            raise Refused("字太多了，分几次发，或者存成文件发来。", 413)
    return data.decode("utf-8", "replace")


async def _keep(part: BodyPartReader, folder: Path) -> list[Attachment]:
    """The file written down under a random name; [] when it is empty. Raises Refused."""
    name = tidy_name(part.filename or "") or "文件"
    head = await part.read_chunk(CHUNK)
    if not head:
        return []
    found = sniff(bytes(head[:HEAD]), name)
    if found is None:
        raise Refused(f"“{name}”这种文件收不了。请发照片、PDF、Word、Excel、录音或录像。")
    mime, kind = found
    ref = secrets.token_hex(16)
    size = await _write(part, bytes(head), folder / ref, name)
    return [Attachment(kind=kind, name=name, ref=ref, mime=mime, size=size)]


async def _write(part: BodyPartReader, head: bytes, path: Path, name: str) -> int:
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    file = await asyncio.to_thread(path.open, "wb")
    size, chunk = 0, head
    try:
        while chunk:
            size += len(chunk)
            if size > LARGEST:
                raise Refused(f"“{name}”太大，一个文件最多 20 MB。照片可以压小一点，录像剪短一点。", 413)
            await asyncio.to_thread(file.write, chunk)
            chunk = bytes(await part.read_chunk(CHUNK))
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    finally:
        await asyncio.to_thread(file.close)
    return size


def discard(files: list[Attachment], folder: Path) -> None:
    """Take kept files away again."""
    for one in files:
        with suppress(OSError):
            (folder / one.ref).unlink()


def respond(folder: Path, one: Attachment) -> web.StreamResponse:
    """The kept file: pictures as pictures, everything else to be saved. Raises 404 when it is not here."""
    path = kept_path(folder, one.ref)
    if not one.ref or not path.is_file():
        raise web.HTTPNotFound(text="这个文件还没有取到，或者已经删掉了。过一会儿再试。")
    inline = one.mime in SHOWN_INLINE
    response = web.FileResponse(path)
    response.content_type = one.mime if inline else "application/octet-stream"
    how = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{_percent(one.name or '文件')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def _percent(name: str) -> str:
    return "".join(
        c if c.isascii() and (c.isalnum() or c in "._-") else "".join(f"%{b:02X}" for b in c.encode()) for c in name
    )
