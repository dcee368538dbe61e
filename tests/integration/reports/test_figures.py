"""Every figure of every built-in report says the same on the page, in each file and in the data.

Held to it is whatever stands in `BUILT_IN`: a new report needs a `full_month` (of a year: a
`full_year`) in which each of its sections has something to tell.
"""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.integration.reports import full_month, full_year
from tests.integration.reports.reading import (
    Cells,
    ReportPage,
    book_figures,
    csv_figures,
    csv_parts,
    docx_text,
    open_book,
    pdf_text,
    render,
    squeeze,
)
from tests.integration.reports.support import NOW, ZONE, content_of, make, month, tell
from tests.support.pages import Cloud, make_cloud, sign_in
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.content import Column, ColumnKind, Content, Rows, Section
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.facts import ChartKind
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.reports.periods import PeriodKind, period_of
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.reports.render.paper import MOST_ROWS
from yunwei.operate.reports.saying import (
    is_comparable,
    readable,
    say_before,
    say_cell,
    say_coverage,
    say_figure,
)

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

ON_PAGE, CHART_ROWS_ON_PAGE = 20, 400
EXACT = 1e-12


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.mark.parametrize("definition", list(BUILT_IN))
def test_the_same_figures_stand_everywhere(
    cloud: Cloud, clickhouse: ClickHouse, definition: str
) -> None:
    kind = BUILT_IN[definition].period
    fixture, day, now = (
        (full_year, full_year.YEAR.first, full_year.MADE_AT)
        if kind is PeriodKind.YEAR
        else (full_month, date(2026, 10, 21), NOW)
    )
    fixture.fill(clickhouse, cloud)
    told = {}
    for language in ("zh-hans", "en"):
        period = period_of(kind, day, ZONE)
        report = make(cloud, definition, language=language, period=period, now=now)
        content = told[language] = content_of(cloud, report)
        assert content.language == language
        assert [each.kind for each in content.sections if not tells_something(each)] == []
        page = sign_in("olga").get(f"/reports/{report}").content.decode()
        with translation.override(language):
            check_data(content)
            check_page(content, page)
            check_book(content)
            check_papers(content)
    assert numbers_of(told["zh-hans"]) == numbers_of(told["en"])


def tells_something(section: Section) -> bool:
    charts = [each for each in section.charts if not each.is_empty]
    tables = [each for each in section.tables if each.cells]
    figures = [each for each in section.figures if each.value is not None]
    return bool(section.findings or section.text or charts or tables or figures)


def numbers_of(content: Content) -> list[Any]:
    """Return all numbers of a report, which know no language."""
    told: list[Any] = [(each.name, each.value, each.before) for each in content.figures]
    for section in content.sections:
        told += [line.values for spec in section.charts for line in spec.lines]
        told += [
            [[each for each in row if not isinstance(each, str)] for row in table.cells]
            for table in section.tables
        ]
    return told


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
    data = render(content, FileKind.CSV)
    in_csv, tables = csv_figures(data), iter(csv_parts(data)[1:])
    for section, data_of in zip(content.sections, told["sections"], strict=True):
        for figure, got in zip(section.figures, data_of["figures"], strict=True):
            assert (got["name"], got["value"]) == (figure.name, figure.value)
            assert in_csv[figure.name] == (_or_empty(figure.value), _or_empty(figure.before))
        for spec, got in zip(section.charts, data_of["charts"], strict=True):
            assert [each["values"] for each in got["lines"]] == [
                list(each.values) for each in spec.lines
            ]
        assert [(each["text"], each["why"]) for each in data_of["findings"]] == [
            (each.text, each.why) for each in section.findings
        ]
        for table, got in zip(section.tables, data_of["tables"], strict=True):
            assert got["cells"] == [list(row) for row in table.cells]
            check_csv_table(next(tables), table)
    assert next(tables, None) is None


def check_csv_table(rows: Cells, table: Rows) -> None:
    assert rows[:2] == [[table.title], [each.label for each in table.columns]]
    for row, told in zip(rows[2:], table.cells, strict=True):
        # a text that a spreadsheet would run has a quote before it
        assert [each.removeprefix("'") for each in row] == [
            _or_empty(each).removeprefix("'") for each in told
        ]


def _or_empty(value: str | float | None) -> str:
    return "" if value is None else str(value)


def check_page(content: Content, html: str) -> None:
    parts = ReportPage(html).parts
    assert [each.kind for each in parts[:-1]] == [each.kind for each in content.sections]
    assert say_coverage(content) in parts[-1].text
    can_compare = is_comparable(content)
    for part, section in zip(parts, content.sections, strict=False):
        assert part.figures == [
            (each.name, say_figure(each), say_before(each, is_comparable=can_compare))
            for each in section.figures
        ]
        shown = [each for each in section.charts if not each.is_empty]
        for option, spec in zip(part.drawn, shown, strict=True):
            check_drawn(option["series"], spec)
        for cells, spec in zip(part.charts, shown, strict=True):
            assert [row[1:] for row in cells[1:]] == _said_rows(spec)
        for cells, table in zip(part.tables, map(readable, section.tables), strict=True):
            assert cells == [
                [each.label for each in table.columns],
                *_said_cells(table, content.time_zone)[:ON_PAGE],
            ]
        for finding in section.findings:
            assert squeeze(finding.text + finding.why) in squeeze(part.text)
            assert squeeze(finding.advice) in squeeze(part.text)


def check_drawn(series: list[dict[str, Any]], spec: ChartSpec) -> None:
    """What the canvas is given is what the figure says."""
    if spec.kind is ChartKind.HEAT:
        [heat] = series
        told = {(column, row): value for column, row, value in heat["data"]}
        assert told == {
            (column, row): value
            for row, line in enumerate(spec.lines)
            for column, value in enumerate(line.values)
            if value is not None
        }
        return
    for drawn, line in zip(series, spec.lines, strict=True):
        points = [each[1] if isinstance(each, list) else each for each in drawn["data"]]
        assert (drawn["name"], points) == (line.name, list(line.values))


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
            check_chart_sheet(next(sheets), spec)
        for table in section.tables:
            check_table_sheet(list(next(sheets).iter_rows(values_only=True)), table, content)
    assert next(sheets, None) is None, "no sheet but those of figures"


def check_chart_sheet(sheet: Worksheet, spec: ChartSpec) -> None:
    rows, wanted = list(sheet.iter_rows(values_only=True)), spec.to_rows()[1:]
    assert len(rows) == len(wanted) + 1
    for row, told in zip(rows[1:], wanted, strict=True):
        assert row[1:] == tuple(map(_about, told[1:]))
        at = told[0]
        if isinstance(at, datetime):
            assert abs((row[0] - at.replace(tzinfo=None)).total_seconds()) < 1
        else:
            assert row[0] == at
    if spec.kind is not ChartKind.HEAT:
        # the chart beside them draws these rows, all of them and no others
        [chart] = sheet._charts
        ranges = [each.val.numRef.f.rpartition("!")[2] for each in chart.series]
        columns = [get_column_letter(place) for place in range(2, len(spec.lines) + 2)]
        ends = f":{{0}}{len(rows)}" if len(rows) > 2 else ""
        assert ranges == [f"${each}$2" + ends.format(f"${each}$") for each in columns]


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
            assert squeeze(finding.text + finding.why) in on_paper
            assert squeeze(finding.advice) in on_paper
        for table in section.tables:
            for row in _said_cells(readable(table), content.time_zone)[:MOST_ROWS]:
                assert squeeze("".join(row)) in in_word
                assert all(squeeze(cell) in on_paper for cell in row)
