"""Writes numbers for people, by the name of a formatter. The same rules live in `js/formatters.js`.

A browser test feeds both with the same numbers. Language-neutral: units are written as symbols.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from yunwei.operate.reports.facts import Formatter

_BINARY = ("B", "KB", "MB", "GB", "TB", "PB")
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB")


def format_value(formatter: Formatter, value: float | None) -> str:
    """Return e.g. `1,234`, `87%`, `2 min 5 s`, `1.4 GB`; an en dash for what was not measured."""
    if value is None:
        return "–"
    return _WRITERS[formatter](value)


def _trim(value: float, digits: int) -> str:
    # halves go up, away from zero, as JavaScript's toFixed does; Python's own go to the even one
    exact = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _count(value: float) -> str:
    return _trim(value, 0 if value == int(value) else 1)


def _decimal(value: float) -> str:
    return _trim(value, 2)


def _percent(value: float) -> str:
    return f"{_trim(value * 100, 1)}%"


def _duration(value: float) -> str:
    if value < 0:
        return f"-{_duration(-value)}"
    if 0 < value < 1:
        return f"{_trim(value * 1000, 0)} ms"
    if value < 59.95:
        return f"{_trim(value, 1)} s"
    # half up, as JavaScript's Math.round does
    whole = int(value + 0.5)
    for size, large, small_size, small in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= size:
            return _two(whole // size, large, whole % size // small_size, small)
    return _two(whole // 60, "min", whole % 60, "s")


def _two(large_count: int, large: str, small_count: int, small: str) -> str:
    head = f"{large_count:,} {large}"
    return f"{head} {small_count} {small}" if small_count else head


def _bytes(value: float) -> str:
    return _sized(value, 1024, _BINARY)


def _byte_rate(value: float) -> str:
    # what flows is counted in tens, as networks are, so that an axis has round numbers
    return f"{_sized(value, 1000, _DECIMAL)}/s"


def _sized(value: float, step: int, units: tuple[str, ...]) -> str:
    size, at = float(value), 0
    while abs(size) >= step and at < len(units) - 1:
        size, at = size / step, at + 1
    return f"{_trim(size, 1 if at else 0)} {units[at]}"


def _rate(value: float) -> str:
    return f"{_trim(value, 2)}/s"


_WRITERS: dict[Formatter, Callable[[float], str]] = {
    Formatter.COUNT: _count,
    Formatter.DECIMAL: _decimal,
    Formatter.PERCENT: _percent,
    Formatter.DURATION: _duration,
    Formatter.BYTES: _bytes,
    Formatter.BYTE_RATE: _byte_rate,
    Formatter.RATE: _rate,
}
