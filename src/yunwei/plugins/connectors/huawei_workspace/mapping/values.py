"""Single values: times, numbers in texts, and the left-over fields kept for people to read."""

from datetime import UTC, datetime

from yunwei.base.core.errors import SourceBabbled

# Unix times above this are milliseconds; in seconds it is the year 5138.
_FIRST_MILLISECONDS = 100_000_000_000

# A desktop has no less memory than this many MB, so a smaller number counts GB.
_FEWEST_MB = 256


def parse_time(text: str | None) -> datetime | None:
    """Return the instant that the service's text names (UTC when it says no zone), None for none.

    Takes `2016-08-20T21:11Z`, seconds or milliseconds as well, and a space for the T. Raises
    SourceBabbled for what is no time.
    """
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SourceBabbled(f"not a time: {text[:40]!r}", excerpt=text) from error
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def parse_optional_time(text: str | None) -> datetime | None:
    """Return the instant, None when there is none or when it is no time."""
    try:
        return parse_time(text)
    except SourceBabbled:
        return None


def parse_unix_time(number: int) -> datetime:
    """Return the instant of a Unix time in seconds or milliseconds; raises SourceBabbled."""
    seconds = number / 1000 if number >= _FIRST_MILLISECONDS else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise SourceBabbled(f"not a Unix time: {number}") from error


def parse_count(text: str | None) -> int | None:
    """Return a whole number that the service sends as text, None when it is none."""
    return int(text) if text is not None and text.strip().isdigit() else None


def parse_memory_mb(text: str | None) -> int | None:
    """Return a product's memory in MB; the service says MB, older products GB."""
    number = parse_count(text)
    if number is None or number >= _FEWEST_MB:
        return number
    return number * 1024


def keep_raw(**fields: object) -> dict[str, str]:
    """Return the fields that were said, as texts; booleans as true and false."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in fields.items()
        if value is not None and value != ""
    }
