"""The fonts of print: where they are, how wide their letters are, which letters they have."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from yunwei.base.core.errors import Misconfigured

FAMILY = "Noto Sans SC"
FOLDER = Path(__file__).parent / "fonts"
_FILES = {"regular": "NotoSansSC-Regular.ttf", "bold": "NotoSansSC-Bold.ttf"}


@dataclass(frozen=True, slots=True)
class Letters:
    """advances: width of each letter that the font has, by its code point, in em."""

    advances: Mapping[int, float]


@cache
def read_letters(weight: str = "regular") -> Letters:
    """Return the letters of a weight, `regular` or `bold`. Raises Misconfigured without fonts."""
    file = FOLDER / _FILES[weight]
    if not file.is_file():
        raise Misconfigured("the fonts of print are missing: run `make setup`")
    data = file.read_bytes()
    tables = _find_tables(data)
    [em] = struct.unpack_from(">H", data, tables["head"] + 18)
    [count] = struct.unpack_from(">H", data, tables["hhea"] + 34)
    metrics = struct.unpack_from(f">{count * 2}H", data, tables["hmtx"])
    widths = metrics[::2]
    return Letters(
        advances={
            code: widths[min(glyph, count - 1)] / em
            for code, glyph in _read_glyphs(data, tables["cmap"]).items()
        }
    )


def printable(text: str) -> str:
    """Return a text in which what the fonts can not print stands as its code: `〔U+1F600〕`, and
    control characters are gone. A line break stays."""
    known = read_letters().advances
    return "".join(_print(each, known) for each in text)


def _print(letter: str, known: Mapping[int, float]) -> str:
    if letter == "\n" or (code := ord(letter)) in known:
        return letter
    if letter == "\t":
        return " "
    # joiners and marks of direction have no shape of their own
    return f"〔U+{code:04X}〕" if letter.isprintable() else ""


def _find_tables(data: bytes) -> dict[str, int]:
    [count] = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * place) for place in range(count))
    return {tag.decode("latin-1"): offset for tag, _check, offset, _length in records}


def _read_glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Return the glyph of each code point, from the table's format 12."""
    [count] = struct.unpack_from(">H", data, cmap + 2)
    for place in range(count):
        [offset] = struct.unpack_from(">I", data, cmap + 4 + 8 * place + 4)
        start = cmap + offset
        if struct.unpack_from(">H", data, start) == (12,):
            return _read_groups(data, start)
    raise Misconfigured("a font of print has no table of all its letters")


def _read_groups(data: bytes, start: int) -> dict[int, int]:
    [groups] = struct.unpack_from(">I", data, start + 12)
    found: dict[int, int] = {}
    for place in range(groups):
        first, last, glyph = struct.unpack_from(">III", data, start + 16 + 12 * place)
        found.update({code: glyph + code - first for code in range(first, last + 1)})
    return found
