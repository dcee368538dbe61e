"""A report as a document that is printed or gone on with: for PDF and DOCX."""

from django.utils import translation
from django.utils.translation import gettext as _

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
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.base.infra.documents.svg_charts import SvgCharts
from yunwei.operate.reports.charts import PRINT_THEME, ChartSpec, Json
from yunwei.operate.reports.content import ColumnKind, Content, Figure, Rows, Section
from yunwei.operate.reports.facts import ChartKind
from yunwei.operate.reports.saying import (
    cover_of,
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
    say_titled,
)

MOST_ROWS = 30
"""Longer tables go on in the sheet: a page of paper is for reading."""

_WIDTH, _HEIGHT, _HEAT_ROW = 680, 230, 22
_LONG_NAME = 24


def to_pdf(content: Content) -> bytes:
    """Return a report as PDF. Raises Misconfigured where the set-up is not complete."""
    return render_pdf(build_document(content))


def to_docx(content: Content) -> bytes:
    """Return a report as DOCX."""
    return render_docx(build_document(content))


def build_document(content: Content) -> Document:
    """Return a report as blocks, in its own language, whoever asks."""
    with translation.override(content.language):
        charts = SvgCharts()
        blocks: list[Block] = []
        for section in content.sections:
            blocks += _section(section, content, charts)
        blocks += _annex(content)
        return Document(
            title=content.title,
            subtitle=say_days(content),
            language="zh" if content.language.startswith("zh") else "en",
            cover=cover_of(content),
            blocks=tuple(blocks),
            footer=content.tenant_name,
            made_at=content.made_at,
            colour=content.brand.colour if content.brand else "",
            logo=content.brand.logo.data if content.brand and content.brand.logo else b"",
            labels={
                "contents": _("Contents"),
                "page": _("Page {page} of {pages}"),
            },
        )


def _section(section: Section, content: Content, charts: SvgCharts) -> list[Block]:
    blocks: list[Block] = [PageBreak()] if section.starts_page else []
    if section.title:
        blocks.append(Heading(text=section.title))
    if section.only:
        blocks.append(Paragraph(text=say_narrowed(section), is_quiet=True))
    if section.text:
        blocks += [Paragraph(text=each) for each in section.text.splitlines() if each.strip()]
    if section.findings:
        blocks.append(
            Remarks(
                items=tuple(
                    Remark(text=each.text, tone=each.tone.value, why=each.why, advice=each.advice)
                    for each in section.findings
                )
            )
        )
    if section.figures:
        tiles = tuple(_tile(each, content) for each in section.figures)
        blocks.append(Tiles(items=tiles))
    if section.missing:
        blocks.append(Paragraph(text=section.missing, is_quiet=True))
    blocks += [_picture(each, charts) for each in section.charts if not each.is_empty]
    blocks += [_grid(each, content) for each in section.tables]
    return blocks


def _tile(figure: Figure, content: Content) -> Tile:
    return Tile(
        label=figure.label,
        value=say_figure(figure),
        note=say_before(
            figure, is_comparable=is_comparable(content), is_last_year=content.is_last_year
        ),
    )


def _picture(spec: ChartSpec, charts: SvgCharts) -> Picture:
    height = _HEIGHT
    if spec.kind is ChartKind.HEAT:
        height = max(_HEIGHT, 50 + _HEAT_ROW * len(spec.lines))
    return Picture(
        title=say_titled(spec),
        svg=charts.draw(_slanted(spec), width=_WIDTH, height=height),
        width=_WIDTH,
        height=height,
    )


def _slanted(spec: ChartSpec) -> Json:
    """Names below a chart stand slanted where there are many of them."""
    option = spec.to_echarts(PRINT_THEME)
    if len(spec.categories) > 8 and max(map(len, spec.categories)) > 4:
        names = [
            name if len(name) <= _LONG_NAME else f"{name[: _LONG_NAME - 1]}…"
            for name in spec.categories
        ]
        option["xAxis"]["data"] = names
        option["xAxis"]["axisLabel"] |= {"rotate": 35, "hideOverlap": False, "interval": 0}
    return option


def _grid(table: Rows, content: Content) -> Grid:
    table = readable(table)
    shown = table.cells[:MOST_ROWS]
    notes = [table.note] if table.note else []
    if table.total > len(shown):
        notes.append(
            _("%(shown)s of %(total)s rows; the others stand in the sheet (XLSX).")
            % {"shown": len(shown), "total": table.total}
        )
    return Grid(
        title=table.title,
        heading=tuple(column.label for column in table.columns),
        rows=tuple(
            tuple(
                say_cell(column, cell, content.time_zone)
                for column, cell in zip(table.columns, row, strict=True)
            )
            for row in shown
        ),
        numeric=tuple(column.kind is ColumnKind.NUMBER for column in table.columns),
        note=" ".join(notes),
    )


def _annex(content: Content) -> list[Block]:
    """How much was measured, and what each figure means."""
    return [
        PageBreak(),
        Heading(text=_("What these figures rest on")),
        Paragraph(text=say_coverage(content)),
        Paragraph(text=say_made(content)),
        Heading(text=_("What the figures mean")),
        Grid(
            title="",
            heading=(_("Figure"), _("How it is worked out")),
            rows=definitions_of(content),
            numeric=(False, False),
            widths=(30, 70),
        ),
    ]
