"""Serves a list: its page, its rows alone, or an export of everything that matches."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column, plain_value
from yunwei.faces.web.shared.page import render, wanted_part
from yunwei.faces.web.shared.saved_views import open_menu
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.faces.web.shared.tables import ListSpec, ListState, Table, cookie_name, read_list
from yunwei.faces.web.shared.words import Text

EXPORT_LIMIT = 100_000
_CHUNK = 1000
_YEAR_S = 365 * 24 * 3600


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
    check_kind(kind)
    heading: list[Plain] = [*_headings(state)]
    rows = chain([heading], _rows(viewer, state))
    name, title = state.spec.name, str(state.spec.title)
    return serve_sheet(viewer, kind, name, title, rows, asked=state.typed)


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
