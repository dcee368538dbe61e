"""Columns of lists and how their values are written, on the page and in exports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yunwei.faces.web.shared.say import NOTHING, WRITERS, mark_time
from yunwei.faces.web.shared.words import Text, word

KINDS = (
    "text",
    "code",
    "number",
    "ratio",
    "duration",
    "bytes",
    "time",
    "day",
    "word",
    "badge",
    "tags",
)
_DOWN_FIRST = ("number", "ratio", "duration", "bytes", "time", "badge")


@dataclass(frozen=True, kw_only=True)
class Column[Row]:
    """One column. value: the fact as it is; None or "" shows as nothing.

    kind: one of KINDS. words: the closed set, for `word` and `badge`. link: makes it a link.
    note: a quiet second line. sort: the query's name for it. is_main: names the row, never
    hidden. phone: `show`, `label` (with its heading in front) or `hide`.
    """

    name: str
    label: Text
    value: Callable[[Row], Any]
    kind: str = "text"
    words: str = ""
    link: Callable[[Row], str] | None = None
    note: Callable[[Row], str] | None = None
    sort: str = ""
    is_default: bool = True
    is_main: bool = False
    phone: str = "show"

    @property
    def is_down_first(self) -> bool:
        return self.kind in _DOWN_FIRST


def render_cell[Row](column: Column[Row], row: Row) -> SafeString:
    """Return the whole `<td>` (or `<th>`, for the column that names the row)."""
    content = render_value(column, column.value(row))
    if column.link is not None and (address := column.link(row)):
        content = format_html('<a href="{}">{}</a>', address, content)
    if column.note is not None and (note := column.note(row)):
        content = format_html("{}<small>{}</small>", content, note)
    if column.is_main:
        return format_html('<th scope="row">{}</th>', content)
    return format_html(
        '<td data-kind="{}" data-phone="{}" data-label="{}">{}</td>',
        column.kind,
        column.phone,
        column.label,
        content,
    )


def render_value(column: Column[Any], value: Any) -> SafeString:
    """Return one value as HTML."""
    if value is None or value in ("", (), []):
        return format_html('<span class="yw-nothing">{}</span>', NOTHING)
    if column.kind == "time":
        return mark_time(value)
    if column.kind == "day":
        return mark_time(value, is_relative=False)
    if column.kind in {"word", "badge"}:
        return render_word(column.words, value, is_badge=column.kind == "badge")
    if column.kind in WRITERS:
        return format_html("{}", WRITERS[column.kind](value))
    if column.kind == "tags":
        return format_html_join(", ", "{}", ((each,) for each in value))
    return format_html("{}", value)


def render_word(words: str, value: object, *, is_badge: bool = False) -> SafeString:
    """Return a value of a closed set as a dot and a word, or as a badge with its icon."""
    said = word(words, value)
    if is_badge:
        return format_html(
            '<span class="yw-badge" data-tone="{}">{}{}</span>',
            said.tone,
            render_icon(said.icon) if said.icon else "",
            said.label,
        )
    if not said.tone:
        return format_html("{}", said.label)
    return format_html('<span class="yw-state" data-tone="{}">{}</span>', said.tone, said.label)


@cache
def render_icon(name: str) -> SafeString:
    """Return an icon of the sprite, silent for screen readers. There are few, and 170 on a page."""
    return format_html(
        '<svg class="yw-icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("vendor/icons.svg"),
        name,
    )


def plain_value(column: Column[Any], value: Any) -> str | float | datetime | None:
    """Return one value for an export: numbers and times as such, words as said."""
    if value is None or value in ("", (), []):
        return None
    if column.kind in {"word", "badge"}:
        return str(word(column.words, value).label)
    if column.kind == "tags":
        return ", ".join(str(each) for each in value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float | datetime):
        return value
    return str(value)
