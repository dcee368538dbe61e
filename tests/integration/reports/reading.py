"""What stands in a report, read back from each of its formats."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import docx
import openpyxl
from openpyxl.workbook import Workbook
from pypdf import PdfReader

from yunwei.operate.reports.content import Content
from yunwei.operate.reports.render.formats import FORMATS, FileKind

type Cells = list[list[str]]


def render(content: Content, kind: FileKind) -> bytes:
    return FORMATS[kind].render(content)


def squeeze(text: str) -> str:
    """Return a text without blanks: lines break elsewhere on each kind of paper."""
    return re.sub(r"\s+", "", text)


def pdf_text(data: bytes) -> str:
    reader = PdfReader(io.BytesIO(data))
    return squeeze("".join(page.extract_text() for page in reader.pages))


def pdf_fonts(data: bytes) -> list[Any]:
    """Return the fonts of all pages of a PDF, as they stand in it."""
    pages = PdfReader(io.BytesIO(data)).pages
    return [
        each.get_object()
        for page in pages
        for each in page["/Resources"].get("/Font", {}).values()  # type: ignore[attr-defined]
    ]


def docx_text(data: bytes) -> str:
    """Return what stands in the tables and tiles of a DOCX."""
    document = docx.Document(io.BytesIO(data))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return squeeze("".join(cells))


def open_book(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def book_figures(book: Workbook) -> dict[str, tuple[Any, Any]]:
    """Return the figures of the first sheet: value and value before, by their names."""
    rows = book.worksheets[0].iter_rows(values_only=True)
    return {str(row[3]): (row[1], row[2]) for row in rows if row[3] and row[3].isascii()}


def csv_parts(data: bytes) -> list[Cells]:
    """Return what stands in a CSV between its empty lines: figures first, then each table."""
    parts: list[Cells] = [[]]
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
        if row:
            parts[-1].append(row)
        else:
            parts.append([])
    return parts


def csv_figures(data: bytes) -> dict[str, tuple[str, str]]:
    return {row[0]: (row[2], row[3]) for row in csv_parts(data)[0]}


@dataclass
class PagePart:
    """One section of a report's page. figures: name, value as it is written, what it is compared
    with. drawn: what the canvas of each chart is given."""

    kind: str
    figures: list[tuple[str, str, str]] = field(default_factory=list)
    drawn: list[Any] = field(default_factory=list)
    charts: list[Cells] = field(default_factory=list)
    tables: list[Cells] = field(default_factory=list)
    text: str = ""


class ReportPage(HTMLParser):
    """A report's page, read as a browser does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[PagePart] = []
        self._in_figure = self._in_cell = False
        self._tile: list[str] = []
        self._is_value = self._is_note = self._is_drawn = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        mark = found.get("data-test", "")
        if tag == "section" and mark.startswith("section-"):
            self.parts.append(PagePart(kind=mark.removeprefix("section-")))
        elif self.parts:
            self._open(tag, mark, found.get("class", ""))

    def _open(self, tag: str, mark: str, kind: str) -> None:
        if tag == "figure":
            self._in_figure = True
        elif tag == "div" and mark.startswith("figure-"):
            self._tile = [mark.removeprefix("figure-"), "", ""]
        elif kind in {"yw-tile-value", "yw-tile-note"}:
            self._is_value, self._is_note = kind.endswith("value"), kind.endswith("note")
        elif tag == "script" and self._in_figure:
            self._is_drawn = True
        elif tag == "table":
            self._tables.append([])
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag in {"td", "th"} and self._tables:
            self._tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._in_figure = False
        elif tag in {"td", "th"}:
            self._in_cell = False
        elif tag == "script":
            self._is_drawn = False
        elif tag == "span":
            if self._is_note:
                name, value, note = self._tile
                self.parts[-1].figures.append((name, value, note))
            self._is_value = self._is_note = False

    def handle_data(self, data: str) -> None:
        if not self.parts:
            return
        if self._is_drawn:
            self.parts[-1].drawn.append(json.loads(data))
            return
        self.parts[-1].text += data
        if self._is_value:
            self._tile[1] += data
        if self._is_note:
            self._tile[2] += data
        if self._in_cell:
            self._tables[-1][-1][-1] += data

    @property
    def _tables(self) -> list[Cells]:
        return self.parts[-1].charts if self._in_figure else self.parts[-1].tables
