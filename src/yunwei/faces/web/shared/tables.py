"""Lists: a declaration of columns and filters, from which table, sort, filter, search, pager and
export are all made. Reads no data itself: a `ListSpec` brings the question that does.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.base.saved_views.facts import SavedPage
from yunwei.base.saved_views.rules import clean_query
from yunwei.faces.web.shared.cells import Column, render_cell
from yunwei.faces.web.shared.words import Text

LIMITS = (25, 50, 100, 200)

type Options = Callable[[Viewer], Iterable[tuple[str, Text]]]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter of a list, named as the query names it.

    options: makes it a choice; without them it is typed. parse: text → what the query takes,
    raises ValueError. is_main: stands in the bar; the others only once an address uses them.
    """

    name: str
    label: Text
    options: Options | None = None
    parse: Callable[[str], Any] = str
    kind: str = "search"
    is_main: bool = True


@dataclass(frozen=True, kw_only=True)
class ListSpec[Row]:
    """One list. name: in addresses, cookies and file names. fetch: the part's question.

    row_id: what checkboxes and row links carry. refresh: live parts on which it looks again.
    saved_as: the page under which its views are saved; None: it has no saved views.
    """

    name: str
    title: Text
    columns: tuple[Column[Row], ...]
    filters: tuple[Filter, ...] = ()
    fetch: Callable[[Viewer, Mapping[str, Any], PageRequest], Page[Row]]
    row_id: Callable[[Row], int]
    default_sort: str = ""
    refresh: tuple[str, ...] = ()
    saved_as: SavedPage | None = None
    empty_icon: str = "search"
    empty_title: Text = ""
    empty_text: Text = ""


@dataclass(frozen=True, kw_only=True)
class Chip:
    label: Text
    value: str
    remove_url: str


@dataclass(kw_only=True)
class ListState[Row]:
    """What the address asks of a list. bare: what stands in an address that asks nothing."""

    spec: ListSpec[Row]
    viewer: Viewer
    path: str
    query: QueryDict
    typed: dict[str, str]
    values: dict[str, Any]
    request: PageRequest
    trail: tuple[str, ...]
    shown: tuple[str, ...]
    bare: tuple[tuple[str, str], ...] = ()

    def url(self, **changes: str | None) -> str:
        """Return this list's address with some parameters changed (None or "" removes one)."""
        asked = [(name, value) for name, value in self.parameters if name not in changes]
        left = [each for each in (*asked, *changes.items()) if each[1]] or self.bare
        return f"{self.path}?{urlencode(left)}" if left else self.path

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """All of the address, one as often as it stands there (columns do)."""
        return [(name, str(value)) for name in self.query for value in self.query.getlist(name)]

    @property
    def view_query(self) -> str:
        """What a view of this list keeps: the address and the columns that are shown."""
        asked = [each for each in self.parameters if each[0] != "columns"]
        return clean_query(urlencode([*asked, *(("columns", name) for name in self.shown)]))

    @property
    def sort(self) -> str:
        return self.request.sort or self.spec.default_sort

    @property
    def columns(self) -> list[Column[Row]]:
        return [each for each in self.spec.columns if each.name in self.shown]


def read_list[Row](request: HttpRequest, viewer: Viewer, spec: ListSpec[Row]) -> ListState[Row]:
    """Return what the address asks; raises Invalid naming the parameter that is wrong."""
    typed = {each.name: request.GET.get(each.name, "").strip() for each in spec.filters}
    trail = tuple(filter(None, request.GET.get("trail", "").split(".")))
    return ListState(
        spec=spec,
        viewer=viewer,
        path=request.path,
        query=request.GET,
        typed=typed,
        values=_parse_filters(spec, typed),
        request=PageRequest(
            cursor=request.GET.get("cursor") or None,
            limit=_read_limit(request.GET.get("limit", "")),
            sort=request.GET.get("sort", "") or spec.default_sort,
        ),
        trail=trail,
        shown=_read_columns(request, spec),
    )


def _parse_filters(spec: ListSpec[Any], typed: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in spec.filters:
        if not typed[each.name]:
            continue
        try:
            values[each.name] = each.parse(typed[each.name])
        except ValueError as error:
            raise Invalid(each.name, "this is not one of the choices") from error
    return values


def _read_limit(text: str) -> int:
    if not text:
        return LIMITS[1]
    if not text.isdecimal() or int(text) not in LIMITS:
        raise Invalid("limit", "this is not one of the choices")
    return int(text)


def _read_columns(request: HttpRequest, spec: ListSpec[Any]) -> tuple[str, ...]:
    """The address says which columns, else what this browser chose last, else the usual ones."""
    known = [each.name for each in spec.columns]
    asked = request.GET.getlist("columns") or _cookie(request, spec).split(".")
    chosen = [name for name in known if name in asked]
    usual = [each.name for each in spec.columns if each.is_default]
    main = [each.name for each in spec.columns if each.is_main]
    return tuple(name for name in known if name in {*main, *(chosen or usual)})


def cookie_name(spec: ListSpec[Any]) -> str:
    return f"yunwei_columns_{spec.name}"


def _cookie(request: HttpRequest, spec: ListSpec[Any]) -> str:
    return request.COOKIES.get(cookie_name(spec), "")


class Table[Row]:
    """A page of a list, ready for `shared/components/table.html`."""

    def __init__(self, state: ListState[Row], page: Page[Row]) -> None:
        self.state = state
        self.spec = state.spec
        self.page = page
        self.total = page.total

    @property
    def headings(self) -> list[dict[str, Any]]:
        return [self._heading(column) for column in self.state.columns]

    def _heading(self, column: Column[Row]) -> dict[str, Any]:
        sort = self.state.sort
        is_sorted = bool(column.sort) and sort.removeprefix("-") == column.sort
        is_down = sort.startswith("-")
        # the first click on numbers, times and severities shows the greatest first
        first = f"-{column.sort}" if column.is_down_first else column.sort
        flipped = column.sort if is_down else f"-{column.sort}"
        wanted = flipped if is_sorted else first
        url = self.state.url(sort=wanted, cursor=None, trail=None) if column.sort else ""
        points_down = is_down if is_sorted else column.is_down_first
        return {
            "label": column.label,
            "kind": column.kind,
            "url": url,
            "aria": ("descending" if is_down else "ascending") if is_sorted else "",
            "icon": "chevron-down" if points_down else "chevron-up",
        }

    @property
    def rows(self) -> list[dict[str, Any]]:
        columns = self.state.columns
        return [
            {
                "id": self.spec.row_id(row),
                "row": row,
                "cells": [render_cell(column, row) for column in columns],
            }
            for row in self.page.items
        ]

    @property
    def chips(self) -> list[Chip]:
        """What is filtered by, each with the address without it."""
        return [
            Chip(
                label=_name_of(each.label),
                value=self._said(each),
                remove_url=self.state.url(**{each.name: None, "cursor": None, "trail": None}),
            )
            for each in self.spec.filters
            if self.state.typed[each.name]
        ]

    def _said(self, each: Filter) -> str:
        typed = self.state.typed[each.name]
        if each.options is None:
            return typed
        return str(dict(each.options(self.state.viewer)).get(typed, typed))

    @property
    def clear_url(self) -> str:
        names = {each.name: None for each in self.spec.filters}
        return self.state.url(**names, cursor=None, trail=None)

    @property
    def is_filtered(self) -> bool:
        return any(self.state.typed.values())

    @property
    def first(self) -> int:
        return len(self.state.trail) * self.state.request.limit + 1 if self.page.items else 0

    @property
    def last(self) -> int:
        return self.first + len(self.page.items) - 1 if self.page.items else 0

    @property
    def next_url(self) -> str:
        if not self.page.next:
            return ""
        # "0" stands for the first page, which has no cursor
        trail = (*self.state.trail, self.state.request.cursor or "0")
        return self.state.url(cursor=self.page.next, trail=".".join(trail))

    @property
    def previous_url(self) -> str:
        if not self.state.trail:
            return ""
        *rest, last = self.state.trail
        return self.state.url(cursor="" if last == "0" else last, trail=".".join(rest))

    @property
    def limits(self) -> list[tuple[int, str, bool]]:
        now = self.state.request.limit
        return [
            (limit, self.state.url(limit=str(limit), cursor=None, trail=None), limit == now)
            for limit in LIMITS
        ]

    @property
    def trigger(self) -> str:
        """When the rows fetch themselves again, as HTMX reads it."""
        heard = ", ".join(f"live:{part}" for part in self.spec.refresh)
        return heard or "none"

    @property
    def here(self) -> str:
        return self.state.url()

    @property
    def choices(self) -> list[tuple[Column[Row], bool]]:
        """The columns that may be hidden, and whether each is shown."""
        shown = self.state.shown
        return [(each, each.name in shown) for each in self.spec.columns if not each.is_main]

    @property
    def export_urls(self) -> dict[str, str]:
        plain = {"cursor": None, "trail": None, "limit": None}
        return {kind: self.state.url(export=kind, **plain) for kind in ("csv", "xlsx")}

    @property
    def bar(self) -> list[tuple[Filter, str, list[tuple[str, Text]]]]:
        """Each filter with what is typed and its choices, for the bar."""
        viewer, typed = self.state.viewer, self.state.typed
        return [
            (each, typed[each.name], list(each.options(viewer)) if each.options else [])
            for each in self.spec.filters
            if each.is_main or typed[each.name]
        ]

    @property
    def filled(self) -> list[tuple[str, str]]:
        """All parameters but the columns, for the form that chooses those."""
        return self._parameters(frozenset({"columns"}))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that the filter form carries along unchanged."""
        filters = frozenset(each.name for each in self.spec.filters)
        kept = self._parameters(filters | {"cursor", "trail", "export"})
        return kept or list(self.state.bare)

    def _parameters(self, left_out: frozenset[str]) -> list[tuple[str, str]]:
        return [each for each in self.state.parameters if each[0] not in left_out]


def _name_of(label: Text) -> str:
    """Return what a filter is about: its label says "Severity: all" for the empty choice."""
    return re.split("[:：]", str(label), maxsplit=1)[0]
