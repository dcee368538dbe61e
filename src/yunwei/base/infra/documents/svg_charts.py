"""Charts as SVG without a browser: the ECharts of the pages in a small JavaScript engine."""

import json
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import quickjs
import resvg_py

from yunwei.base.core.errors import Misconfigured
from yunwei.base.infra.documents.fonts import FAMILY, FOLDER, printable, read_letters

_MEMORY_BYTES = 256 * 1024 * 1024
_TIME_S = 30
_ROUND = re.compile(r"(\.\d{3})\d+")


class SvgCharts:
    """An engine that draws charts. Of one thread: make one for each document, some 0.1 s."""

    def __init__(self) -> None:
        self._context = quickjs.Context()
        self._context.set_memory_limit(_MEMORY_BYTES)
        self._context.set_time_limit(_TIME_S)
        for script in _scripts():
            self._context.eval(script)
        self._context.eval(f"measure({_widths()}, {json.dumps(FAMILY)})")

    def draw(self, option: dict[str, Any], *, width: int, height: int) -> str:
        """Return a chart as SVG. option: of ECharts, as `ChartSpec.to_echarts` gives it."""
        told = json.dumps(_print(option), allow_nan=False)
        svg = self._context.get("draw")(told, width, height)
        # shorter, and the same on every machine
        return _ROUND.sub(r"\1", str(svg))


def _print(value: Any) -> Any:
    """Return an option whose texts hold only what the fonts can print and XML can hold."""
    if isinstance(value, dict):
        return {key: _print(each) for key, each in value.items()}
    if isinstance(value, list):
        # points are the most of an option, and are numbers
        return value if value and isinstance(value[0], int | float) else list(map(_print, value))
    return printable(value).replace("\n", " ") if isinstance(value, str) else value


def to_png(svg: str, *, zoom: float = 2.0) -> bytes:
    """Return an SVG as a picture, for what shows no SVG."""
    fonts = [str(file) for file in sorted(FOLDER.glob("*.ttf"))]
    made = resvg_py.svg_to_bytes(
        svg_string=svg, zoom=zoom, font_files=fonts, skip_system_fonts=True, background="white"
    )
    return bytes(made)


@cache
def _scripts() -> tuple[str, ...]:
    """Return the scripts in their order: ECharts and the formatters are those of the pages."""
    pages = Path(str(resources.files("yunwei"))) / "faces" / "web" / "static"
    here = Path(__file__).parent
    files = (
        pages / "vendor" / "echarts.min.js",
        pages / "js" / "formatters.js",
        here / "print.js",
    )
    try:
        return tuple(file.read_text(encoding="utf-8") for file in files)
    except FileNotFoundError as error:
        raise Misconfigured("the browser assets are missing: run `make setup`") from error


@cache
def _widths() -> str:
    """Return the widths of all letters that are not one em wide, as JSON."""
    return json.dumps(
        {
            weight: {
                code: advance
                for code, advance in read_letters(weight).advances.items()
                if advance != 1.0
            }
            for weight in ("regular", "bold")
        }
    )
