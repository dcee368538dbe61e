"""A document as PDF: Typst sets it, with the fonts of print and nothing of the machine's."""

import json
import re
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import typst

from yunwei.base.core.errors import YunweiError
from yunwei.base.infra.documents.facts import Document, Grid
from yunwei.base.infra.documents.fonts import FAMILY, FOLDER, printable
from yunwei.base.infra.documents.widths import widths_of

_TEMPLATE = Path(__file__).parent / "document.typ"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Unprintable(YunweiError):
    """The engine that sets documents refuses one: our fault, not its reader's."""


def render_pdf(document: Document) -> bytes:
    """Return a document as PDF with bookmarks, embedded fonts, and tags for screen readers.

    The same document gives the same bytes. Cost: some 0.3 s, and 0.3 ms for each row of a table.
    Raises Unprintable, Misconfigured.
    """
    try:
        made = typst.compile(
            str(_TEMPLATE),
            root=str(_TEMPLATE.parent),
            font_paths=_fonts(),
            format="pdf",
            sys_inputs={"document": json.dumps(_tell(document), ensure_ascii=False)},
            timestamp=int(document.made_at.timestamp()),
        )
    except typst.TypstError as error:
        raise Unprintable(f"a document can not be set: {error}") from error
    return made


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts of print alone, so that every machine prints the same."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)]
    )


def _tell(document: Document) -> dict[str, Any]:
    """Return what the template reads; every text as the fonts can print it."""
    told = msgspec.to_builtins(document)
    told["blocks"] = [
        {
            "kind": _CAPITAL.sub("_", type(each).__name__).lower(),
            **msgspec.to_builtins(each),
            **({"parts": _parts(each)} if isinstance(each, Grid) else {}),
        }
        for each in document.blocks
    ]
    made_at = document.made_at.astimezone(UTC)
    clean: dict[str, Any] = _print(told)
    clean["made_at"] = list(made_at.timetuple()[:6])
    clean["family"] = FAMILY
    # numbers are the only form in which JSON carries bytes
    clean["logo"] = list(document.logo)
    clean["logo_kind"] = document.logo_kind
    return clean


def _parts(grid: Grid) -> list[int]:
    """Return how columns share the width by their longest text; 0: numbers, as wide as they are."""
    wanted = widths_of([grid.heading, *grid.rows])
    return [0 if is_number else part for part, is_number in zip(wanted, grid.numeric, strict=True)]


def _print(value: Any) -> Any:
    if isinstance(value, dict):
        # a drawing is no text: its letters were told to the font when it was drawn
        return {key: each if key == "svg" else _print(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_print(each) for each in value]
    return printable(value) if isinstance(value, str) else value
