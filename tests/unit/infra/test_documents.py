"""A document says on paper what it was told, in letters that travel with it."""

import io
import re
from datetime import UTC, datetime

import docx
import pytest
from pypdf import PdfReader

from yunwei.base.infra.documents.docx import render_docx
from yunwei.base.infra.documents.facts import (
    Block,
    Document,
    Grid,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Remark,
    Remarks,
    Tile,
    Tiles,
)
from yunwei.base.infra.documents.fonts import printable, read_letters
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.base.infra.documents.svg_charts import SvgCharts, to_png

WICKED = '#panic() $x$ #read("/etc/passwd") <b>&amp;</b> =HYPERLINK("x") *bold* @label'
OPTION = {
    "textStyle": {"fontSize": 12},
    "tooltip": {"formatter": "@tooltip:count"},
    "xAxis": {"type": "category", "data": ["一月", "<b>&"]},
    "yAxis": {"type": "value", "axisLabel": {"formatter": "@percent"}},
    "series": [{"type": "bar", "data": [0.5, 1]}],
}


def draw() -> str:
    return SvgCharts().draw(OPTION, width=400, height=160)


def build(*blocks: Block) -> Document:
    return Document(
        title="客户月报",
        subtitle="2026-10",
        language="zh",
        cover=(("客户", WICKED),),
        blocks=blocks,
        footer="机密",
        made_at=datetime(2026, 11, 1, tzinfo=UTC),
        labels={"contents": "目录", "page": "第 {page} 页，共 {pages} 页"},
    )


def all_blocks() -> Document:
    rows = tuple((f"user{number}", WICKED, str(number)) for number in range(90))
    return build(
        Heading(text="结论"),
        Paragraph(text=WICKED),
        Remarks(items=(Remark(text=WICKED, tone="critical", advice="先看看"), Remark(text="好"))),
        Tiles(items=(Tile(label="活跃用户", value="2,013", note="上期 1,950"),)),
        PageBreak(),
        Heading(text="使用"),
        Heading(text="每天", level=2),
        Picture(title="图", svg=draw(), width=400, height=160, caption="来源"),
        Picture(title="空图", svg=None, width=400, height=160, caption="没有数据"),
        Grid(title="表", heading=("名", "词", "数"), rows=rows, numeric=(False, False, True)),
    )


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_pdf_has_its_fonts_its_bookmarks_and_its_page_numbers() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(all_blocks())))
    titles = [str(each.title) for each in _flat(reader.outline)]
    text = "".join(page.extract_text() for page in reader.pages)
    fonts = [font["/DescendantFonts"][0] for page in reader.pages for font in _fonts_of(page)]
    assert [squeeze(each) for each in titles] == ["1结论", "2使用", "2.1每天"]
    assert squeeze(f"第 {len(reader.pages)} 页，共 {len(reader.pages)} 页") in squeeze(text)
    assert fonts
    assert all("NotoSansSC" in font["/BaseFont"] for font in fonts)
    assert all({"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"]) for font in fonts)


def _flat(outline: list) -> list:  # type: ignore[type-arg]
    return [
        each for part in outline for each in (_flat(part) if isinstance(part, list) else [part])
    ]


def _fonts_of(page) -> list:  # type: ignore[no-untyped-def, type-arg]
    return [each.get_object() for each in page["/Resources"].get("/Font", {}).values()]


def test_what_looks_like_markup_or_a_formula_is_printed_as_it_is() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(all_blocks())))
    text = squeeze("".join(page.extract_text() for page in reader.pages))
    assert text.count(squeeze('#read("/etc/passwd")')) >= 3
    assert squeeze('=HYPERLINK("x")') in text


def test_the_same_document_is_the_same_bytes() -> None:
    assert render_pdf(all_blocks()) == render_pdf(all_blocks())


def test_letters_that_no_font_has_are_printed_as_their_codes() -> None:
    assert printable("镕\x00a𠮷\u202eb\tc\nd") == "镕a〔U+20BB7〕b c\nd"
    assert render_pdf(build(Paragraph(text="😀𠮷\x07")))


def test_a_document_without_anything_is_still_a_document() -> None:
    assert len(PdfReader(io.BytesIO(render_pdf(build()))).pages) >= 2
    assert render_docx(build())


def test_a_docx_holds_texts_tables_and_pictures() -> None:
    read = docx.Document(io.BytesIO(render_docx(all_blocks())))
    headings = [each.text for each in read.paragraphs if each.style.name.startswith("Heading")]
    assert headings == ["结论", "使用", "每天"]
    assert len(read.inline_shapes) == 1
    assert [cell.text for cell in read.tables[-1].rows[1].cells] == ["user0", WICKED, "0"]
    assert "先看看" in "".join(each.text for each in read.paragraphs)


def test_a_chart_is_drawn_with_the_formatters_of_the_pages_in_the_font_of_print() -> None:
    svg = draw()
    assert ">40%</text>" in svg
    assert "&lt;b&gt;&amp;" in svg
    assert set(re.findall(r"font-family:([^;\"]+)", svg)) == {"Noto Sans SC"}
    assert to_png(svg).startswith(b"\x89PNG")


def test_a_chart_is_drawn_whatever_letters_its_names_have() -> None:
    names = {"type": "category", "data": ["\x07bell", "a\nb", "😀", "\u202eback"]}
    svg = SvgCharts().draw(OPTION | {"xAxis": names}, width=400, height=160)
    picture = Picture(title="\x07", svg=svg, width=400, height=160)
    assert "〔U+1F600〕" in svg
    assert render_pdf(build(picture))
    assert render_docx(build(picture))


@pytest.mark.parametrize(("letter", "weight"), [("a", "regular"), ("8", "bold")])
def test_latin_letters_are_narrower_than_chinese_ones(letter: str, weight: str) -> None:
    advances = read_letters(weight).advances
    assert 0.3 < advances[ord(letter)] < advances[ord("云")] == 1


def test_a_docx_keeps_together_what_belongs_together() -> None:
    told = all_blocks()
    read = docx.Document(io.BytesIO(render_docx(told)))
    tiles, grid = read.tables[1], read.tables[2]
    # only a grid has a heading, which stands again on each page and never alone at the foot of one
    heads = [each._tbl.xpath("./w:tr/w:trPr/w:tblHeader") for each in read.tables]
    assert [len(each) for each in heads] == [0, 0, 1]
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in grid.rows[0].cells)
    rows = len(tiles.rows) + len(grid.rows)
    split = [each._tbl.xpath("./w:tr/w:trPr/w:cantSplit") for each in (tiles, grid)]
    assert sum(map(len, split)) == rows
    titles = [each for each in read.paragraphs if each.text in {"图", "空图", "表"}]
    assert [each.paragraph_format.keep_with_next for each in titles] == [True] * 3
    # the first heading after the cover and the one after the break begin a page by themselves
    begun = [each.text for each in read.paragraphs if each.paragraph_format.page_break_before]
    assert begun == ["结论", "使用"]
    name, word, number = (column.width for column in grid.columns)
    assert word > 2 * max(name, number)
