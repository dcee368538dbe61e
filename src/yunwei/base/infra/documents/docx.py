"""A document as DOCX, which people go on writing in. Charts are pictures in it."""

import io
import re
from functools import singledispatchmethod
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph

from yunwei.base.infra.documents.docx_tables import (
    head_rows,
    keep_whole,
    line_up,
    shade,
    widen,
)
from yunwei.base.infra.documents.facts import (
    Block,
    Document,
    Grid,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Remarks,
    Signatures,
    Tiles,
)
from yunwei.base.infra.documents.svg_charts import to_png
from yunwei.base.infra.documents.widths import widths_of

_LATIN, _CHINESE = "Calibri", "微软雅黑"
_QUIET = RGBColor(0x5D, 0x68, 0x77)
_TONES = {
    "good": RGBColor(0x14, 0x87, 0x5F),
    "warning": RGBColor(0xB8, 0x6A, 0x00),
    "critical": RGBColor(0xC4, 0x28, 0x1C),
}
_TILES_IN_ROW = 4
_LINE = Mm(170)
_COVER = (35, 135)
_SIZES = ((6, 9.0), (9, 8.0), (99, 7.0))
"""Of letters, by the most columns of a table that has them."""


def render_docx(document: Document) -> bytes:
    """Return a document for Word and its kin: headings are styles, so that its contents can be
    made anew. Cost: some 50 ms for each chart."""
    writer = _Writer(document)
    for block in document.blocks:
        writer.go_on(block)
    return writer.finish()


class _Writer:
    def __init__(self, document: Document) -> None:
        self._docx = docx.Document()
        self._begins_page = False
        self._set_page()
        self._set_fonts()
        core = self._docx.core_properties
        core.title, core.author = _plain(document.title), document.author
        core.created = core.modified = document.made_at.replace(tzinfo=None, microsecond=0)
        self._colour = RGBColor.from_string(document.colour[1:]) if document.colour else None
        if document.logo:
            shape = self._docx.add_picture(io.BytesIO(document.logo), height=Pt(48))
            shape._inline.docPr.set("descr", _plain(document.footer))  # noqa: SLF001
        self._heading(document.title, 0)
        self._say(document.subtitle, size=13, is_quiet=True)
        if document.cover:
            cover = self._table(len(document.cover), 2)
            self._fill(cover, [list(pair) for pair in document.cover])
            widen(cover, _COVER)
        self._begins_page = not document.is_sheet
        self._footer(document.footer, document.labels.get("page", "{page}"))

    def finish(self) -> bytes:
        buffer = io.BytesIO()
        self._docx.save(buffer)
        return buffer.getvalue()

    def go_on(self, block: Block) -> None:
        """Write the next block, on a new page where one was asked for."""
        if self._begins_page and not isinstance(block, Heading | PageBreak):
            self._docx.add_page_break()
            self._begins_page = False
        self.write(block)

    @singledispatchmethod
    def write(self, block: Block) -> None:
        raise TypeError(f"no block of a document: {type(block).__name__}")

    @write.register
    def _(self, block: Heading) -> None:
        self._heading(block.text, block.level)

    @write.register
    def _(self, block: Paragraph) -> None:
        self._say(block.text, is_quiet=block.is_quiet)

    @write.register
    def _(self, block: Remarks) -> None:
        for each in block.items:
            paragraph = self._docx.add_paragraph(style="List Bullet")
            run = paragraph.add_run(_plain(each.text))
            if each.tone in _TONES:
                run.font.color.rgb = _TONES[each.tone]
            if each.why:
                paragraph.add_run(f" {_plain(each.why)}").font.color.rgb = _QUIET
            if each.advice:
                paragraph.add_run(f"\n→ {_plain(each.advice)}").font.color.rgb = _QUIET

    @write.register
    def _(self, block: Tiles) -> None:
        columns = min(_TILES_IN_ROW, len(block.items))
        table = self._table(-(-len(block.items) // columns), columns)
        keep_whole(table)
        cells = [cell for row in table.rows for cell in row.cells]
        for cell, tile in zip(cells, block.items, strict=False):
            shade(cell)
            label = cell.paragraphs[0].add_run(_plain(tile.label))
            label.font.size, label.font.color.rgb = Pt(9), _QUIET
            value = cell.add_paragraph().add_run(_plain(tile.value))
            value.bold, value.font.size = True, Pt(15)
            if tile.note:
                small = cell.add_paragraph().add_run(_plain(tile.note))
                small.font.size, small.font.color.rgb = Pt(8), _QUIET
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(1)
        self._docx.add_paragraph()

    @write.register
    def _(self, block: Picture) -> None:
        if block.title:
            self._say(block.title, is_bold=True, is_kept=True)
        if block.svg is not None:
            shape = self._docx.add_picture(io.BytesIO(to_png(block.svg)), width=Pt(430))
            # what a reader who does not see it is told
            shape._inline.docPr.set("descr", _plain(block.title))  # noqa: SLF001
        if block.caption:
            self._say(block.caption, size=8, is_quiet=True)

    @write.register
    def _(self, block: Grid) -> None:
        if block.title:
            self._say(block.title, is_bold=True, is_kept=True)
        rows = [list(block.heading), *map(list, block.rows)]
        table = self._table(len(rows), len(block.heading))
        self._fill(table, rows, numeric=block.numeric)
        widen(table, block.widths or widths_of(rows))
        head_rows(table)
        keep_whole(table)
        if block.note:
            self._say(block.note, size=8, is_quiet=True)
        self._docx.add_paragraph()

    @write.register
    def _(self, block: Signatures) -> None:
        self._say(block.title, is_bold=True, is_kept=True)
        table = self._docx.add_table(rows=1, cols=len(block.items), style="Table Grid")
        for cell, box in zip(table.rows[0].cells, block.items, strict=True):
            cell.paragraphs[0].add_run(_plain(box.title)).bold = True
            for label, said in box.lines:
                # room for ink
                line = cell.add_paragraph()
                line.add_run(f"{_plain(label)}  ").font.color.rgb = _QUIET
                line.add_run(_plain(said) if said else "\n\n")
                for run in line.runs:
                    run.font.size = Pt(9)
        self._docx.add_paragraph()

    @write.register
    def _(self, block: PageBreak) -> None:
        self._begins_page = True

    def _heading(self, text: str, level: int) -> None:
        paragraph = self._docx.add_heading(_plain(text), level)
        if self._begins_page:
            # of the heading itself: a page break would leave an empty line above it
            paragraph.paragraph_format.page_break_before = True
            self._begins_page = False
        paragraph.paragraph_format.space_after = Pt(6)
        if self._colour is not None:
            for run in paragraph.runs:
                run.font.color.rgb = self._colour

    def _say(
        self,
        text: str,
        *,
        size: float = 10.5,
        is_quiet: bool = False,
        is_bold: bool = False,
        is_kept: bool = False,
    ) -> None:
        """is_kept: on the page of what comes next."""
        paragraph = self._docx.add_paragraph()
        paragraph.paragraph_format.keep_with_next = is_kept
        run = paragraph.add_run(_plain(text))
        run.bold, run.font.size = is_bold, Pt(size)
        if is_quiet:
            run.font.color.rgb = _QUIET

    def _table(self, rows: int, columns: int) -> Any:
        table = self._docx.add_table(rows=rows, cols=columns)
        line_up(table)
        return table

    def _fill(self, table: Any, rows: list[list[str]], *, numeric: tuple[bool, ...] = ()) -> None:
        size = next(size for most, size in _SIZES if len(rows[0]) <= most)
        for row, texts in zip(table.rows, rows, strict=True):
            for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                cell.text = _plain(text)
                paragraph = cell.paragraphs[0]
                spaced = paragraph.paragraph_format
                spaced.space_before = spaced.space_after = Pt(2)
                for run in paragraph.runs:
                    run.font.size = Pt(size)
                if numeric and numeric[place]:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def _set_page(self) -> None:
        """A4, whatever the template says."""
        section = self._docx.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin = section.bottom_margin = Mm(20)

    def _set_fonts(self) -> None:
        """Latin and Chinese letters have a font each: Word picks its own otherwise."""
        for name in ("Normal", "Title", "Heading 1", "Heading 2"):
            style = self._docx.styles[name]
            style.font.name = _LATIN
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{kind}"), None)
            fonts.set(qn("w:eastAsia"), _CHINESE)

    def _footer(self, text: str, counting: str) -> None:
        """counting: such as `Page {page} of {pages}`, which Word works out."""
        paragraph = self._docx.sections[0].footer.paragraphs[0]
        usual = self._docx.styles["Footer"].paragraph_format.tab_stops
        for _each in range(len(usual)):
            del usual[0]
        usual.add_tab_stop(_LINE, WD_TAB_ALIGNMENT.RIGHT)
        paragraph.add_run(f"{_plain(text)}\t")
        for part in re.split(r"(\{pages?\})", counting):
            field = {"{page}": "PAGE", "{pages}": "NUMPAGES"}.get(part)
            if field is None:
                paragraph.add_run(_plain(part))
            else:
                _count(paragraph, field)
        for run in paragraph.runs:
            run.font.size, run.font.color.rgb = Pt(8), _QUIET


def _count(paragraph: DocxParagraph, field: str) -> None:
    for kind in ("begin", "", "end"):
        run = paragraph.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = field
        run._r.append(part)  # noqa: SLF001


def _plain(text: str) -> str:
    """Return a text without what XML can not hold."""
    return "".join(each for each in text if each in "\t\n" or each.isprintable())
