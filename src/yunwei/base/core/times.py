"""Aware UTC time: checks, parsing and printing. The clock itself is `base.infra.clock`."""

from datetime import UTC, datetime

from yunwei.base.core.errors import Invalid


def require_aware(value: datetime, name: str) -> datetime:
    """Return `value` in UTC; raises ValueError when it has no time zone."""
    if value.tzinfo is None:
        raise ValueError(f"{name} has no time zone: {value!r}")
    return value.astimezone(UTC)


def parse_rfc3339(text: str, *, field: str = "") -> datetime:
    """Return the aware UTC instant that an RFC 3339 text names; raises Invalid."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(field, f"not an RFC 3339 time: {text!r}") from error
    if value.tzinfo is None:
        raise Invalid(field, f"the time has no zone: {text!r}")
    return value.astimezone(UTC)


def to_rfc3339(value: datetime) -> str:
    """Return e.g. `2026-11-23T06:30:00.250Z` (milliseconds, always UTC)."""
    utc = require_aware(value, "value")
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
