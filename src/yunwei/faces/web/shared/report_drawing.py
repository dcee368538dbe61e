"""A report's frozen content as its page draws it: the same texts as on paper."""

from dataclasses import dataclass
from typing import Any

from yunwei.faces.web.shared.figures import build_figure
from yunwei.operate.reports.content import ColumnKind, Content, Figure, Finding, Rows, Section
from yunwei.operate.reports.saying import (
    definitions_of,
    is_comparable,
    readable,
    say_before,
    say_cell,
    say_coverage,
    say_days,
    say_figure,
    say_made,
    say_narrowed,
)

_SHOWN = 20
_ICONS = {"good": "circle-check", "warning": "alert-triangle", "critical": "alert-octagon"}


@dataclass(frozen=True)
class DrawnTable:
    title: str
    heading: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool, str]]]
    more: int
    note: str


@dataclass(frozen=True)
class DrawnSection:
    """figures: name, label, value, what it is compared with. charts: contexts of figure.html."""

    section: Section
    only: str
    findings: list[tuple[Finding, str]]
    figures: list[tuple[str, str, str, str]]
    charts: list[dict[str, Any]]
    tables: list[DrawnTable]


@dataclass(frozen=True)
class DrawnContent:
    content: Content
    days: str
    sections: list[DrawnSection]
    coverage: str
    made: str
    definitions: tuple[tuple[str, str], ...]


def draw_content(content: Content) -> DrawnContent:
    """Return a report for its page. The active language is the report's."""
    return DrawnContent(
        content=content,
        days=say_days(content),
        sections=[_section(each, content) for each in content.sections],
        coverage=say_coverage(content),
        made=say_made(content),
        definitions=definitions_of(content),
    )


def _section(section: Section, content: Content) -> DrawnSection:
    return DrawnSection(
        section=section,
        only=say_narrowed(section),
        findings=[(each, _ICONS.get(each.tone.value, "info-circle")) for each in section.findings],
        figures=[_figure(each, content) for each in section.figures],
        charts=[
            build_figure(each) | {"is_titled": True} for each in section.charts if not each.is_empty
        ],
        tables=[_table(each, content) for each in section.tables],
    )


def _figure(figure: Figure, content: Content) -> tuple[str, str, str, str]:
    before = say_before(
        figure, is_comparable=is_comparable(content), is_last_year=content.is_last_year
    )
    return figure.name, figure.label, say_figure(figure), before


def _table(table: Rows, content: Content) -> DrawnTable:
    table = readable(table)
    numeric = [column.kind is ColumnKind.NUMBER for column in table.columns]
    labels = [column.label for column in table.columns]
    return DrawnTable(
        title=table.title,
        heading=list(zip(labels, numeric, strict=True)),
        rows=[
            [
                (say_cell(column, cell, content.time_zone), is_number, column.label)
                for column, cell, is_number in zip(table.columns, row, numeric, strict=True)
            ]
            for row in table.cells[:_SHOWN]
        ],
        more=table.total - min(len(table.cells), _SHOWN),
        note=table.note,
    )
