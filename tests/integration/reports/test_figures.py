"""Every figure of every built-in report says the same on the page, in each file and in the data."""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.integration.reports.reading import (
    ReportPage,
    book_figures,
    csv_figures,
    docx_text,
    open_book,
    pdf_text,
    render,
    squeeze,
)
from tests.integration.reports.support import content_of, make, month, tell
from tests.support.pages import Cloud, make_cloud, sign_in
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.content import Column, ColumnKind, Content, Rows
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.reports.render.paper import MOST_ROWS
from yunwei.operate.reports.saying import say_cell, say_figure

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

ON_PAGE, CHART_ROWS_ON_PAGE = 20, 400
EXACT = 1e-12


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("definition", list(BUILT_IN))
def test_the_same_figures_stand_everywhere(
    cloud: Cloud, clickhouse: ClickHouse, definition: str, language: str
) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03", "una")))
    report = make(cloud, definition, language=language)
    content = content_of(cloud, report)
    assert content.language == language
    assert content.sections[0].findings
    assert content.figures
    check_data(content)
    check_page(content, sign_in("olga").get(f"/reports/{report}").content.decode())
    check_book(content)
    check_papers(content)


def test_figures_are_those_of_what_was_told(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03", "una")))
    told = {each.name: each.value for each in content_of(cloud, make(cloud)).figures}
    assert told["active_users"] == 3
    # they come one minute after the other and stay for six hours
    assert told["peak_users"] == told["peak_sessions"] == 3
    assert told["connected_hours"] == pytest.approx(3 * 31 * 6, abs=1)
    assert told["attempts"] == 3 * 31
    assert told["failed_ratio"] == 0
    assert told["accounts"] == 60


def check_data(content: Content) -> None:
    told = json.loads(render(content, FileKind.JSON))
    in_csv = csv_figures(render(content, FileKind.CSV))
    figures = [each for section in told["sections"] for each in section["figures"]]
    assert [each["value"] for each in figures] == [each.value for each in content.figures]
    for figure in content.figures:
        assert in_csv[figure.name] == (_or_empty(figure.value), _or_empty(figure.before))


def _or_empty(value: float | None) -> str:
    return "" if value is None else str(value)


def check_page(content: Content, html: str) -> None:
    parts = ReportPage(html).parts
    assert [each.kind for each in parts[:-1]] == [each.kind for each in content.sections]
    for part, section in zip(parts, content.sections, strict=False):
        assert part.figures == [(each.name, say_figure(each)) for each in section.figures]
        drawn = [each for each in section.charts if not each.is_empty]
        for cells, spec in zip(part.charts, drawn, strict=True):
            assert [row[1:] for row in cells[1:]] == _said_rows(spec)
        for cells, table in zip(part.tables, section.tables, strict=True):
            assert cells == [
                [each.label for each in table.columns],
                *_said_cells(table, content.time_zone)[:ON_PAGE],
            ]
        for finding in section.findings:
            assert squeeze(finding.text) in squeeze(part.text)


def _said_rows(spec: ChartSpec) -> list[list[str]]:
    rows = spec.to_rows()[1:][-CHART_ROWS_ON_PAGE:]
    return [[format_value(spec.axis.formatter, each) for each in row[1:]] for row in rows]  # type: ignore[arg-type]


def _said_cells(table: Rows, zone: str) -> list[list[str]]:
    return [
        [say_cell(column, cell, zone) for column, cell in zip(table.columns, row, strict=True)]
        for row in table.cells
    ]


def check_book(content: Content) -> None:
    book = open_book(render(content, FileKind.XLSX))
    figures = book_figures(book)
    for each in content.figures:
        assert figures[each.name] == (_about(each.value), _about(each.before)), each.name
    sheets = iter(book.worksheets[1:-1])
    for section in content.sections:
        for spec in (each for each in section.charts if not each.is_empty):
            check_chart_sheet(list(next(sheets).iter_rows(values_only=True)), spec)
        for table in section.tables:
            check_table_sheet(list(next(sheets).iter_rows(values_only=True)), table, content)
    assert next(sheets, None) is None, "no sheet but those of figures"


def check_chart_sheet(rows: list[tuple[Any, ...]], spec: ChartSpec) -> None:
    wanted = spec.to_rows()[1:]
    assert len(rows) == len(wanted) + 1
    for row, told in zip(rows[1:], wanted, strict=True):
        assert row[1:] == tuple(map(_about, told[1:]))
        at = told[0]
        if isinstance(at, datetime):
            assert abs((row[0] - at.replace(tzinfo=None)).total_seconds()) < 1
        else:
            assert row[0] == at


def check_table_sheet(rows: list[tuple[Any, ...]], table: Rows, content: Content) -> None:
    assert list(rows[0]) == [each.label for each in table.columns]
    for row, told in zip(rows[1:], table.cells, strict=False):
        for got, column, cell in zip(row, table.columns, told, strict=True):
            assert (None if got == "" else got) == _in_sheet(column, cell, content.time_zone)


def _in_sheet(column: Column, cell: str | float | None, zone: str) -> Any:
    if column.kind is ColumnKind.TIME and isinstance(cell, str):
        at = datetime.fromisoformat(cell).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        return _Near(at)
    if column.kind is ColumnKind.DAY and isinstance(cell, str):
        return datetime.combine(date.fromisoformat(cell), datetime.min.time())
    return _about(cell)


class _Near:
    """Equal to an instant within a second: sheets keep days as numbers."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and abs((other - self._at).total_seconds()) < 1

    __hash__ = None  # type: ignore[assignment]


def _about(value: Any) -> Any:
    return (
        pytest.approx(value, rel=EXACT, abs=EXACT)
        if isinstance(value, int | float)
        else value or None
    )


def check_papers(content: Content) -> None:
    on_paper = pdf_text(render(content, FileKind.PDF))
    in_word = docx_text(render(content, FileKind.DOCX))
    for section in content.sections:
        for figure in section.figures:
            assert squeeze(figure.label + say_figure(figure)) in on_paper, figure.name
            assert squeeze(figure.label + say_figure(figure)) in in_word, figure.name
        for finding in section.findings:
            assert squeeze(finding.text) in on_paper
        for table in section.tables:
            for row in _said_cells(table, content.time_zone)[:MOST_ROWS]:
                assert squeeze("".join(row)) in in_word
                assert all(squeeze(cell) in on_paper for cell in row)
