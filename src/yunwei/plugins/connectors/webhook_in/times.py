"""Times as programs write them: ISO 8601, or a count since 1970. Pure."""

from datetime import UTC, datetime, tzinfo
from typing import Any

# what is larger counts milliseconds: as seconds it would be the year 5138
_LARGEST_SECONDS = 1e11
_FRACTION_DIGITS = 6


def parse_time(value: Any, zone: tzinfo) -> datetime | None:
    """Return an aware time, None when `value` is none.

    zone: of a text that names none. Alertmanager writes the year 1 for "not yet": None.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_count(float(value))
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    try:
        return _from_count(float(text))
    except ValueError:
        return _from_text(text, zone)


def _from_count(count: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(count / 1000 if count > _LARGEST_SECONDS else count, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_text(text: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(_cut_fraction(text))
    except ValueError:
        return None
    if found.year < 1971:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _cut_fraction(text: str) -> str:
    """Go writes nanoseconds; Python reads microseconds."""
    head, point, tail = text.partition(".")
    digits = next((at for at, letter in enumerate(tail) if not letter.isdecimal()), len(tail))
    return head + point + tail[: min(digits, _FRACTION_DIGITS)] + tail[digits:] if point else text
