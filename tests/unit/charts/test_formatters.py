"""How numbers are written for people. The browser's twin of these rules is held to the same table
by tests/browser/test_formatters.py.
"""

import pytest

from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value

TABLE: list[tuple[Formatter, float | None, str]] = [
    (Formatter.COUNT, None, "–"),
    (Formatter.COUNT, 0, "0"),
    (Formatter.COUNT, 1234567, "1,234,567"),
    (Formatter.COUNT, 2.5, "2.5"),
    (Formatter.COUNT, -1200, "-1,200"),
    (Formatter.DECIMAL, 0.125, "0.13"),
    (Formatter.DECIMAL, 3, "3"),
    (Formatter.DECIMAL, -0.001, "0"),
    (Formatter.PERCENT, 0, "0%"),
    (Formatter.PERCENT, 0.8765, "87.6%"),
    (Formatter.PERCENT, 1, "100%"),
    (Formatter.DURATION, 0, "0 s"),
    (Formatter.DURATION, 0.0175, "18 ms"),
    (Formatter.DURATION, 0.9996, "1,000 ms"),
    (Formatter.DURATION, 1, "1 s"),
    (Formatter.DURATION, 59.94, "59.9 s"),
    (Formatter.DURATION, 59.96, "1 min"),
    (Formatter.DURATION, 125, "2 min 5 s"),
    (Formatter.DURATION, 3600, "1 h"),
    (Formatter.DURATION, 11_545, "3 h 12 min"),
    (Formatter.DURATION, 86_399.7, "1 d"),
    (Formatter.DURATION, 90_000_000, "1,041 d 16 h"),
    (Formatter.DURATION, -90, "-1 min 30 s"),
    (Formatter.BYTES, 0, "0 B"),
    (Formatter.BYTES, 1023, "1,023 B"),
    (Formatter.BYTES, 1024, "1 KB"),
    (Formatter.BYTES, 1_610_612_736, "1.5 GB"),
    (Formatter.BYTE_RATE, 500_000, "500 kB/s"),
    (Formatter.BYTE_RATE, 999, "999 B/s"),
    (Formatter.RATE, 12.345, "12.35/s"),
]


@pytest.mark.parametrize(("formatter", "value", "text"), TABLE)
def test_numbers_are_written_for_people(
    formatter: Formatter, value: float | None, text: str
) -> None:
    assert format_value(formatter, value) == text
