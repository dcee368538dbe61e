"""How wide the columns of a table want to be. Pure."""

import re
import unicodedata
from collections.abc import Sequence

_ROOM, _WIDEST, _EDGES, _BOLD = 100, 60, 3, 1.15
"""Letters that fit beside one another on a page, of which a Chinese one is two; and the room beside
those of a cell. Headings are bold."""
_WIDE_WORD = 14
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")


def widths_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return what each column needs of the width: its longest word whole, and of what is left the
    more the longer its texts are. The first row is the heading."""
    columns = list(zip(*rows, strict=True))
    needed = [
        max(_BOLD * _longest_word(column[0]), *map(_longest_word, column)) for column in columns
    ]
    wanted = [
        max(need, min(_WIDEST, max(map(_letters, column))))
        for need, column in zip(needed, columns, strict=True)
    ]
    left = _ROOM - sum(needed) - _EDGES * len(columns)
    more = sum(wanted) - sum(needed)
    share = max(0.0, min(1.0, left / more)) if more else 0.0
    return [
        round(10 * (_EDGES + need + share * (want - need)))
        for need, want in zip(needed, wanted, strict=True)
    ]


def _longest_word(text: str) -> int:
    """A Chinese text breaks anywhere, names that are longer than words break too; times do not."""
    if _MOMENT.fullmatch(text):
        return len(text)
    if not text.isascii():
        return min(_letters(text), 8)
    return min(max(map(len, text.replace("-", " ").split()), default=1), _WIDE_WORD)


def _letters(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
