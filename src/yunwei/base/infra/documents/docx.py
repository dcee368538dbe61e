"""A document as DOCX, which people go on writing in. Charts are pictures in it."""

import io
from functools import singledispatchmethod
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

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

_LATIN, _CHINESE = "Calibri", "微软雅黑"
_QUIET = RGBColor(0x5D, 0x68, 0x77)
_TONES = {
    "good": RGBColor(0x14, 0x87, 0x5F),
    "warning": RGBColor(0xB8, 0x6A, 0x00),
    "critical": RGBColor(0xC4, 0x28, 0x1C),
}
_TILES_IN_ROW = 4


def render_docx(document: Document) -> bytes:
    """Return a document for Word and its kin: headings are styles, so that its contents can be
    made anew. Cost: some 50 ms for each chart."""
    writer = _Writer(document)
    for block in document.blocks:
        writer.write(block)
    return writer.finish()


class _Writer:
    def __init__(self, document: Document) -> None:
        self._docx = docx.Document()
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
        self._fill(self._table(len(document.cover), 2), [list(pair) for pair in document.cover])
        if not document.is_sheet:
            self._docx.add_page_break()
        self._footer(document.footer)

    def finish(self) -> bytes:
        buffer = io.BytesIO()
        self._docx.save(buffer)
        return buffer.getvalue()

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
            if each.advice:
                paragraph.add_run(f"\n→ {_plain(each.advice)}").font.color.rgb = _QUIET

    @write.register
    def _(self, block: Tiles) -> None:
        for start in range(0, len(block.items), _TILES_IN_ROW):
            row = block.items[start : start + _TILES_IN_ROW]
            table = self._table(1, len(row))
            for cell, tile in zip(table.rows[0].cells, row, strict=True):
                cell.text = _plain(tile.label)
                cell.add_paragraph().add_run(_plain(tile.value)).bold = True
                if tile.note:
                    small = cell.add_paragraph().add_run(_plain(tile.note))
                    small.font.size, small.font.color.rgb = Pt(8), _QUIET
        self._docx.add_paragraph()

    @write.register
    def _(self, block: Picture) -> None:
        if block.title:
            self._say(block.title, is_bold=True)
        if block.svg is not None:
            shape = self._docx.add_picture(io.BytesIO(to_png(block.svg)), width=Pt(430))
            # what a reader who does not see it is told
            shape._inline.docPr.set("descr", _plain(block.title))  # noqa: SLF001
        if block.caption:
            self._say(block.caption, size=8, is_quiet=True)

    @write.register
    def _(self, block: Grid) -> None:
        if block.title:
            self._say(block.title, is_bold=True)
        table = self._table(1 + len(block.rows), len(block.heading))
        self._fill(table, [list(block.heading), *map(list, block.rows)], numeric=block.numeric)
        self._widen(table, block.widths)
        for cell in table.rows[0].cells:
            for run in cell.paragraphs[0].runs:
                run.bold = True
        # the heading stands again on each page
        properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001
        properties.append(OxmlElement("w:tblHeader"))
        if block.note:
            self._say(block.note, size=8, is_quiet=True)
        self._docx.add_paragraph()

    @write.register
    def _(self, block: Signatures) -> None:
        self._say(block.title, is_bold=True)
        table = self._docx.add_table(rows=1, cols=len(block.items), style="Table Grid")
        for cell, box in zip(table.rows[0].cells, block.items, strict=True):
            cell.text = _plain(box.title)
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
        self._docx.add_page_break()

    def _heading(self, text: str, level: int) -> None:
        paragraph = self._docx.add_heading(_plain(text), level)
        if self._colour is not None:
            for run in paragraph.runs:
                run.font.color.rgb = self._colour

    def _say(
        self, text: str, *, size: float = 10.5, is_quiet: bool = False, is_bold: bool = False
    ) -> None:
        run = self._docx.add_paragraph().add_run(_plain(text))
        run.bold, run.font.size = is_bold, Pt(size)
        if is_quiet:
            run.font.color.rgb = _QUIET

    def _table(self, rows: int, columns: int) -> Any:
        return self._docx.add_table(rows=rows, cols=columns, style="Light List Accent 1")

    def _widen(self, table: Any, widths: tuple[int, ...]) -> None:
        """Word goes by the cells, others by the columns."""
        for column, part in zip(table.columns, widths, strict=False):
            width = Emu(Mm(170) * part // sum(widths))
            for each in (column, *column.cells):
                each.width = width

    def _fill(self, table: Any, rows: list[list[str]], *, numeric: tuple[bool, ...] = ()) -> None:
        for row, texts in zip(table.rows, rows, strict=True):
            for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                cell.text = _plain(text)
                paragraph = cell.paragraphs[0]
                for run in paragraph.runs:
                    run.font.size = Pt(9)
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

    def _footer(self, text: str) -> None:
        paragraph = self._docx.sections[0].footer.paragraphs[0]
        paragraph.add_run(f"{_plain(text)}    ")
        for kind, told in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = paragraph.add_run()
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = told
            run._r.append(part)  # noqa: SLF001


def _plain(text: str) -> str:
    """Return a text without what XML can not hold."""
    return "".join(each for each in text if each in "\t\n" or each.isprintable())
