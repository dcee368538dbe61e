"""Serves a list: its page, its rows alone, or an export of everything that matches."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import PageRequest
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column, plain_value
from yunwei.faces.web.shared.page import CLOCK, render, wanted_part
from yunwei.faces.web.shared.saved_views import open_menu
from yunwei.faces.web.shared.tables import ListSpec, ListState, Table, cookie_name, read_list
from yunwei.faces.web.shared.words import Text

EXPORT_LIMIT = 100_000
_CHUNK = 1000
_YEAR_S = 365 * 24 * 3600
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

type Plain = str | float | datetime | None


def serve_list[Row](
    request: HttpRequest,
    viewer: Viewer,
    spec: ListSpec[Row],
    template: str = "shared/list.html",
    **context: Any,
) -> HttpResponseBase:
    """Answer one list's address. Raises Invalid for a parameter that is wrong."""
    state = read_list(request, viewer, spec)
    saved = open_menu(request, viewer, spec.saved_as) if spec.saved_as else None
    if saved is not None:
        if saved.opens_at:
            return redirect(saved.opens_at)
        state.bare = saved.bare
        saved.query = state.view_query
    kind = request.GET.get("export", "")
    if kind:
        return _export(viewer, state, kind)
    found = spec.fetch(viewer, state.values, state.request)
    table = Table(state, found)
    is_part = wanted_part(request, ("rows",)) == "rows"
    name = "shared/list_rows.html" if is_part else template
    response = render(
        request, name, table=table, list=spec, is_part=is_part, saved=saved, **context
    )
    # the columns of a saved view are the view's, not this browser's choice
    if request.GET.getlist("columns") and not (saved and saved.current):
        response.set_cookie(
            cookie_name(spec),
            ".".join(state.shown),
            max_age=_YEAR_S,
            path=request.path,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    return response


def offer(viewer: Viewer, permission: Permission, url_name: str, label: Text) -> dict[str, Any]:
    """Return what an empty list offers to do first, to those who may."""
    if not may(viewer, permission):
        return {}
    return {"empty_url": reverse(url_name), "empty_action": label}


def _export(viewer: Viewer, state: ListState[Any], kind: str) -> HttpResponseBase:
    if kind not in {"csv", "xlsx"}:
        raise Invalid("export", "this is not one of the choices")
    record(
        None,
        viewer,
        f"lists.export_{state.spec.name}",
        object_kind="list",
        object_id=state.spec.name,
        after={"format": kind, **{name: text for name, text in state.typed.items() if text}},
    )
    stamp = timezone.localtime(CLOCK.now()).strftime("%Y%m%d-%H%M")
    name = f"{state.spec.name}-{stamp}.{kind}"
    # written whole before it is sent: the viewer's language and zone end with the view
    return HttpResponse(
        _csv(viewer, state) if kind == "csv" else _xlsx(viewer, state),
        content_type="text/csv; charset=utf-8" if kind == "csv" else _XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _exported(state: ListState[Any]) -> list[Column[Any]]:
    """An address that names columns (a saved view does) exports those, else all are."""
    return state.columns if state.query.getlist("columns") else list(state.spec.columns)


def _headings(state: ListState[Any]) -> list[str]:
    zone = timezone.get_current_timezone_name()
    return [
        f"{column.label} ({zone})" if column.kind in {"time", "day"} else str(column.label)
        for column in _exported(state)
    ]


def _rows(viewer: Viewer, state: ListState[Any]) -> Iterator[list[Plain]]:
    """All that matches, at most EXPORT_LIMIT rows, a thousand at a time."""
    columns = _exported(state)
    cursor: str | None = None
    for _chunk in range(EXPORT_LIMIT // _CHUNK):
        wanted = PageRequest(cursor=cursor, limit=_CHUNK, sort=state.request.sort)
        found = state.spec.fetch(viewer, state.values, wanted)
        for row in found.items:
            yield [plain_value(column, column.value(row)) for column in columns]
        cursor = found.next
        if cursor is None:
            return


def _csv(viewer: Viewer, state: ListState[Any]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_headings(state))
    for row in _rows(viewer, state):
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


def _xlsx(viewer: Viewer, state: ListState[Any]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(state.spec.title)[:31])
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    heading = []
    for text in _headings(state):
        cell = WriteOnlyCell(sheet, value=text)
        cell.font = bold
        heading.append(cell)
    sheet.append(heading)
    for row in _rows(viewer, state):
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


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
