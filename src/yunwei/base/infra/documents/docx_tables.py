"""How tables of a DOCX look: lines, shades, widths, and what stays together on a page."""

from collections.abc import Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm

_LINE, _SHADE, _HEAD = "D3DAE3", "F6F8FB", "E9EEF5"
_WIDTH = Mm(170)
_EDGE = "70"
"""Twentieths of a point between a cell's letters and its sides."""


def line_up(table: Any) -> None:
    """Draw a thin line below each row and none elsewhere: nothing in the first row is special."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    # the schema wants them in its order
    table._tbl.tblPr.find(qn("w:tblW")).addnext(borders)  # noqa: SLF001
    edges = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), _EDGE)
        edge.set(qn("w:type"), "dxa")
        edges.append(edge)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(edges)  # noqa: SLF001


def shade(cell: Any, colour: str = _SHADE) -> None:
    """Give a cell a light ground."""
    ground = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        ground.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(ground)  # noqa: SLF001


def head_rows(table: Any) -> None:
    """Let the first row be a heading that stands again on each page, and at the foot of none."""
    for cell in table.rows[0].cells:
        shade(cell, _HEAD)
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True
            for run in paragraph.runs:
                run.bold = True
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001
    properties.append(OxmlElement("w:tblHeader"))


def keep_whole(table: Any) -> None:
    """Let no row go on on the next page."""
    for row in table.rows:
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001
        properties.insert(0, OxmlElement("w:cantSplit"))


def widen(table: Any, widths: Sequence[int]) -> None:
    """Share the width of the page. Word goes by the cells, others by the columns."""
    table.autofit = False
    for column, part in zip(table.columns, widths, strict=False):
        width = Emu(_WIDTH * part // sum(widths))
        for each in (column, *column.cells):
            each.width = width
