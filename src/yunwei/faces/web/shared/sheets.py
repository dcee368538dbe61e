"""Tables as files: CSV and XLSX, for lists and figures. Reads nothing itself."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from yunwei.base.core.errors import Invalid
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.page import CLOCK

KINDS = ("csv", "xlsx")
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

type Plain = str | float | datetime | None


def check_kind(kind: str) -> str:
    """Return the kind of file; raises Invalid for another."""
    if kind not in KINDS:
        raise Invalid("export", "this is not one of the choices")
    return kind


def serve_sheet(
    viewer: Viewer,
    kind: str,
    name: str,
    title: str,
    rows: Iterable[Sequence[Plain]],
    *,
    asked: Mapping[str, str],
) -> HttpResponse:
    """Answer with a file; it stands in the audit log who took what. rows: the heading first.

    asked: what narrowed it, for the audit log. Written whole before it is sent: the viewer's
    language and zone end with the view.
    """
    check_kind(kind)
    record(
        None,
        viewer,
        f"lists.export_{name}",
        object_kind="list",
        object_id=name,
        after={"format": kind, **{key: text for key, text in asked.items() if text}},
    )
    stamp = timezone.localtime(CLOCK.now()).strftime("%Y%m%d-%H%M")
    return HttpResponse(
        _csv(rows) if kind == "csv" else _xlsx(title, rows),
        content_type="text/csv; charset=utf-8" if kind == "csv" else _XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{stamp}.{kind}"',
            "Cache-Control": "private, no-store",
        },
    )


def _csv(rows: Iterable[Sequence[Plain]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_csv_text(value) for value in row])
    # the mark at the start tells Excel that this is UTF-8
    return buffer.getvalue().encode("utf-8-sig")


def _csv_text(value: Plain) -> str | float | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    # a text that a spreadsheet would run as a formula is made a text by its quote
    if isinstance(value, str) and value.startswith(_RISKY):
        return f"'{value}"
    return value


def _xlsx(title: str, rows: Iterable[Sequence[Plain]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    for number, row in enumerate(rows):
        cells = [_xlsx_cell(sheet, value) for value in row]
        if number == 0:
            cells = [WriteOnlyCell(sheet, value=value) for value in row]
            for cell in cells:
                cell.font = bold
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet_name(title: str) -> str:
    return "".join("-" if each in "[]:*?/\\" else each for each in title)[:31]


def _xlsx_cell(sheet: Any, value: Plain) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=timezone.localtime(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
        return cell
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=_without_controls(value))
        # never a formula, whatever it begins with
        cell.data_type = "s"
        return cell
    return value


def _without_controls(text: str) -> str:
    return "".join(each for each in text if each >= " " or each in "\t\n")
