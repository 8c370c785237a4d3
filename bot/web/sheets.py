"""Tables to take away: CSV that Excel in China opens right, and XLSX. Cells are text or numbers, never formulas."""

import csv
import io
from collections.abc import Sequence
from urllib.parse import quote

from aiohttp import web
from xlsxwriter import Workbook

MIMES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Cell = str | int | float


def workbook(rows: Sequence[Sequence[Cell]], form: str) -> bytes:
    """The rows as a file; the first is the head. `form` csv | xlsx."""
    return _csv(rows) if form == "csv" else _xlsx(rows)


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[harmless(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


def _xlsx(rows: Sequence[Sequence[Cell]]) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("表")
    bold = book.add_format({"bold": True})
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell, *((bold,) if at == 0 else ()))
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return out.getvalue()


def attachment(content: bytes, name: str) -> web.Response:
    """The file as an answer that the browser keeps."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return web.Response(body=content, content_type=MIMES[name.rpartition(".")[2]], headers=headers)
