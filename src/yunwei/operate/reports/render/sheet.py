"""A report as XLSX: real numbers and times, native charts, frozen headings, filters.

Texts are written as texts: one that begins like a formula is never run.
"""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from yunwei.operate.reports.branding import picture_size
from yunwei.operate.reports.charts import PRINT_THEME, Cell, ChartSpec
from yunwei.operate.reports.content import Column, ColumnKind, Content, Rows
from yunwei.operate.reports.facts import ChartKind, Formatter
from yunwei.operate.reports.saying import (
    cover_of,
    definitions_of,
    labels_of,
    say_coverage,
    say_made,
)

_NUMBERS = {
    Formatter.COUNT: "#,##0",
    Formatter.DECIMAL: "#,##0.00",
    Formatter.PERCENT: "0.0%",
    Formatter.DURATION: '#,##0.0" s"',
    Formatter.BYTES: '#,##0" B"',
    Formatter.BYTE_RATE: '#,##0" B/s"',
    Formatter.RATE: "#,##0.00",
}
_CHARTS = {
    ChartKind.LINE: {"type": "line"},
    ChartKind.AREA: {"type": "area"},
    ChartKind.STACKED: {"type": "area", "subtype": "stacked"},
    ChartKind.BAR: {"type": "column"},
}
_FORBIDDEN = "[]:*?/\\'"
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_000
_NARROW, _WIDE = 14, 46
_LOGO_HEIGHT = 64


def to_xlsx(content: Content) -> bytes:
    """Return a report as XLSX, in its own language."""
    buffer = io.BytesIO()
    with translation.override(content.language):
        book = Workbook(
            buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        book.set_properties(
            {
                "title": content.title,
                "author": "Yunwei 云维",
                "created": content.made_at.replace(tzinfo=None),
            }
        )
        _Writer(book, content).write()
        book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: Workbook, content: Content) -> None:
        self._book = book
        self._content = content
        self._zone = ZoneInfo(content.time_zone)
        self._names: set[str] = set()
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._bold = book.add_format({"bold": True})
        self._heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._formats: dict[Formatter, Format] = {
            each: book.add_format({"num_format": text}) for each, text in _NUMBERS.items()
        }

    def write(self) -> None:
        self._write_summary()
        for section in self._content.sections:
            for chart in section.charts:
                if not chart.is_empty:
                    self._write_chart(chart)
            for table in section.tables:
                self._write_table(table)
        self._write_definitions()

    def _sheet(self, title: str) -> Worksheet:
        """Return a new sheet; names are unique, short, and without what Excel forbids."""
        plain = "".join(each for each in title if each not in _FORBIDDEN and each.isprintable())
        base = name = plain.strip()[:_LONGEST_NAME].rstrip() or "-"
        number = 2
        while name.casefold() in self._names:
            ending = f" {number}"
            name, number = base[: _LONGEST_NAME - len(ending)] + ending, number + 1
        self._names.add(name.casefold())
        return self._book.add_worksheet(name)

    def _write_summary(self) -> None:
        sheet, content = self._sheet(_("Summary")), self._content
        sheet.set_column(0, 0, _WIDE)
        sheet.set_column(1, 3, 22)
        _text(sheet, 0, 0, content.title, self._title)
        if content.brand and content.brand.logo:
            self._draw_logo(sheet, content.brand.logo.data)
        lines = cover_of(content)
        for row, (label, text) in enumerate(lines, 1):
            _text(sheet, row, 0, label)
            _text(sheet, row, 1, text)
        row = len(lines) + 2
        for finding in (each for section in content.sections for each in section.findings):
            _text(
                sheet, row, 0, " ".join(filter(None, (finding.text, finding.why, finding.advice)))
            )
            row += 1
        row += 1
        headings = (_("Figure"), _("Value"), _("Before"), _("Name"))
        for column, label in enumerate(headings):
            _text(sheet, row, column, label, self._heading)
        labels = labels_of(content)
        for figure in dict.fromkeys(content.figures):
            row += 1
            _text(sheet, row, 0, labels[figure.name])
            self._number(sheet, row, 1, figure.value, figure.formatter)
            self._number(sheet, row, 2, figure.before, figure.formatter)
            _text(sheet, row, 3, figure.name)

    def _draw_logo(self, sheet: Worksheet, data: bytes) -> None:
        scale = _LOGO_HEIGHT / (picture_size(data) or (1, _LOGO_HEIGHT))[1]
        options = {"image_data": io.BytesIO(data), "x_scale": scale, "y_scale": scale}
        sheet.insert_image(0, 4, "logo", options)

    def _number(
        self, sheet: Worksheet, row: int, column: int, value: float | None, formatter: Formatter
    ) -> None:
        if value is not None:
            sheet.write_number(row, column, value, self._formats[formatter])

    def _write_table(self, table: Rows) -> None:
        sheet = self._sheet(table.title)
        for place, column in enumerate(table.columns):
            _text(sheet, 0, place, column.label, self._heading)
            is_wide = column.kind is ColumnKind.TEXT
            sheet.set_column(place, place, 28 if is_wide else _NARROW)
        for row, cells in enumerate(table.cells, 1):
            for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                self._cell(sheet, row, place, column, cell)
        sheet.freeze_panes(1, 0)
        if table.cells:
            sheet.autofilter(0, 0, len(table.cells), len(table.columns) - 1)
        if table.total > len(table.cells):
            note = _("%(shown)s of %(total)s rows.")
            told = {"shown": len(table.cells), "total": table.total}
            _text(sheet, len(table.cells) + 2, 0, note % told)

    def _cell(
        self, sheet: Worksheet, row: int, place: int, column: Column, cell: str | float | None
    ) -> None:
        if cell is None:
            return
        if not isinstance(cell, str):
            self._number(sheet, row, place, cell, column.formatter)
        elif column.kind is ColumnKind.TIME:
            at = datetime.fromisoformat(cell).astimezone(self._zone).replace(tzinfo=None)
            sheet.write_datetime(row, place, at, self._time)
        elif column.kind is ColumnKind.DAY:
            sheet.write_datetime(row, place, datetime.fromisoformat(cell), self._day)
        else:
            _text(sheet, row, place, cell)

    def _write_chart(self, spec: ChartSpec) -> None:
        sheet = self._sheet(spec.title)
        heading, *rows = spec.to_rows()
        for place, label in enumerate(heading):
            _text(sheet, 0, place, str(label or ""), self._heading)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, len(heading), _NARROW)
        for row, cells in enumerate(rows, 1):
            for place, cell in enumerate(cells):
                self._value(sheet, row, place, cell, spec)
        sheet.freeze_panes(1, 1)
        if rows and spec.kind in _CHARTS:
            self._draw(sheet, spec, len(rows))
        elif rows:
            last = len(rows), len(heading) - 1
            grid = PRINT_THEME.series[0]
            colours = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": grid}
            sheet.conditional_format(1, 1, *last, colours)

    def _value(self, sheet: Worksheet, row: int, place: int, cell: Cell, spec: ChartSpec) -> None:
        if isinstance(cell, datetime):
            sheet.write_datetime(row, place, cell.replace(tzinfo=None), self._time)
        elif isinstance(cell, str):
            _text(sheet, row, place, cell)
        elif cell is not None:
            self._number(sheet, row, place, cell, spec.axis.formatter)

    def _draw(self, sheet: Worksheet, spec: ChartSpec, rows: int) -> None:
        kind = dict(_CHARTS[spec.kind])
        if spec.is_stacked:
            kind["subtype"] = "stacked"
        chart = self._book.add_chart(kind)
        for place, line in enumerate(spec.lines, 1):
            colour = (
                PRINT_THEME.tones[line.tone.value]
                if line.tone
                else PRINT_THEME.series[(place - 1) % len(PRINT_THEME.series)]
            )
            style = {"color": colour, "transparency": 40 if kind["type"] == "area" else 0}
            chart.add_series(
                {
                    "name": [sheet.get_name(), 0, place],
                    "categories": [sheet.get_name(), 1, 0, rows, 0],
                    "values": [sheet.get_name(), 1, place, rows, place],
                    "line": {"color": colour, "width": 1.75},
                    "fill": style,
                }
            )
        chart.set_title({"name": spec.title, "overlay": False, "name_font": {"size": 12}})
        chart.set_size({"width": 900, "height": 360})
        chart.set_y_axis({"num_format": _NUMBERS[spec.axis.formatter], "name": spec.axis.unit})
        if not spec.categories:
            chart.set_x_axis({"num_format": "mm-dd hh:mm", "label_position": "low"})
        chart.show_blanks_as("gap")
        sheet.insert_chart(1, len(spec.lines) + 2, chart)

    def _write_definitions(self) -> None:
        sheet = self._sheet(_("What the figures mean"))
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, 1, 100)
        lines = [
            (_("What these figures rest on"), say_coverage(self._content)),
            ("", say_made(self._content)),
            *definitions_of(self._content),
        ]
        for row, (label, text) in enumerate(lines):
            _text(sheet, row, 0, label, self._wrapped)
            _text(sheet, row, 1, text, self._wrapped)


def _text(sheet: Worksheet, row: int, column: int, text: str, format: Format | None = None) -> None:
    plain = "".join(each for each in text if each.isprintable() or each == "\n")
    sheet.write_string(row, column, plain[:_LONGEST_TEXT], format)
