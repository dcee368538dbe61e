"""The same document as `base/infra/documents/document.typ` sets, for WeasyPrint: the peer."""

from html import escape

import weasyprint

from yunwei.base.infra.documents.facts import (
    Block,
    Document,
    Grid,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Remarks,
    Tiles,
)
from yunwei.base.infra.documents.fonts import FAMILY, FOLDER

_STYLE = f"""
@font-face {{ font-family: "{FAMILY}"; src: url("file://{FOLDER}/NotoSansSC-Regular.ttf"); }}
@font-face {{ font-family: "{FAMILY}"; font-weight: bold;
  src: url("file://{FOLDER}/NotoSansSC-Bold.ttf"); }}
@page {{ size: A4; margin: 20mm; @bottom-right {{ content: counter(page) "/" counter(pages); }} }}
body {{ font: 9.5pt "{FAMILY}"; }}
h1 {{ font-size: 15pt; border-bottom: 0.7pt solid #0b5fd8; }}
.tile {{ display: inline-block; width: 23%; height: 62pt; border: 0.6pt solid #d9dee5; }}
table {{ width: 100%; border-collapse: collapse; font-size: 8pt; }}
td, th {{ border-bottom: 0.4pt solid #d9dee5; text-align: left; padding: 4pt 5pt; }}
.cover {{ page-break-after: always; }} .break {{ page-break-before: always; }}
"""


def render_with_weasyprint(document: Document) -> tuple[bytes, int]:
    """Return the PDF and how many pages it has."""
    cover = "".join(f"<p>{escape(name)}: {escape(told)}</p>" for name, told in document.cover)
    body = "".join(map(_write, document.blocks))
    html = (
        f'<html lang="{document.language}"><style>{_STYLE}</style><body>'
        f'<div class="cover"><h1>{escape(document.title)}</h1>{cover}</div>{body}</body></html>'
    )
    laid = weasyprint.HTML(string=html).render()
    return laid.write_pdf(), len(laid.pages)


def _write(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Remarks():
            told = (f"<p>{escape(each.text)}<br>{escape(each.advice)}</p>" for each in block.items)
            return "".join(told)
        case Tiles():
            return "".join(
                f'<div class="tile">{escape(each.label)}<br><b>{escape(each.value)}</b><br>'
                f"{escape(each.note)}</div>"
                for each in block.items
            )
        case Picture():
            return f"<p><b>{escape(block.title)}</b></p>{block.svg or ''}"
        case Grid():
            return _table(block)
        case PageBreak():
            return '<div class="break"></div>'


def _table(grid: Grid) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in grid.heading)
    rows = (
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in grid.rows
    )
    return (
        f"<p><b>{escape(grid.title)}</b></p><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
