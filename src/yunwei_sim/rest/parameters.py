"""Reads query parameters and refuses what the service would refuse. Pure.

Parameters that are not known are ignored, as gateways do; values that are not known are errors.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from yunwei_sim.rest.errors import ApiError, invalid

# "2016-08-20T21:11Z" is the documented form of some operations, with seconds that of others.
_TIME_FORMS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%MZ",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y-%m-%d %H:%M:%S",
)


class Query:
    """The parameters of one request."""

    def __init__(self, raw_query: str) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(raw_query, keep_blank_values=True):
            self._values.setdefault(name, []).append(value)

    def text(self, name: str) -> str | None:
        """Return the value; an empty one counts as absent."""
        values = self._values.get(name)
        return values[-1] or None if values else None

    def many(self, name: str, *, at_most: int = 1000) -> list[str]:
        """Return all values: the key may repeat, and each may be a comma list."""
        found = [
            part.strip()
            for value in self._values.get(name, [])
            for part in value.replace("，", ",").split(",")
            if part.strip()
        ]
        if len(found) > at_most:
            raise invalid(name, f"at most {at_most} values are allowed")
        return found

    def number(self, name: str, default: int, *, low: int = 0, high: int | None = None) -> int:
        """Return a whole number within limits."""
        given = self.text(name)
        if given is None:
            return default
        try:
            value = int(given)
        except ValueError as error:
            raise invalid(name, "not an integer") from error
        if value < low or (high is not None and value > high):
            raise invalid(name, f"out of range [{low}, {'' if high is None else high}]")
        return value

    def optional_number(self, name: str) -> int | None:
        """Return a whole number, or None where it is absent."""
        return None if self.text(name) is None else self.number(name, 0)

    def flag(self, name: str) -> bool | None:
        """Return true or false, or None where it is absent."""
        given = self.text(name)
        if given is None:
            return None
        if given.lower() not in {"true", "false"}:
            raise invalid(name, "not a boolean")
        return given.lower() == "true"

    def choice(self, name: str, allowed: Iterable[str]) -> str | None:
        """Return one of the allowed words, or None where it is absent."""
        given = self.text(name)
        allowed = list(allowed)
        if given is not None and given not in allowed:
            raise invalid(name, f"not one of {', '.join(allowed)}")
        return given

    def choices(self, name: str, allowed: Iterable[str]) -> list[str]:
        """Return any of the allowed words."""
        given, allowed = self.many(name), list(allowed)
        for value in given:
            if value not in allowed:
                raise invalid(name, f"not one of {', '.join(allowed)}")
        return given

    def instant(self, name: str) -> int | None:
        """Return a UTC time in seconds, or None where it is absent."""
        given = self.text(name)
        if given is None:
            return None
        for form in _TIME_FORMS:
            try:
                return int(datetime.strptime(given, form).replace(tzinfo=UTC).timestamp())
            except ValueError:
                continue
        raise invalid(name, "not a UTC time such as 2016-08-20T21:11Z")

    def page(self, *, default: int, most: int) -> tuple[int, int]:
        """Return offset and limit; limit 0 means the default, as the documents have it."""
        offset = self.number("offset", 0)
        limit = self.number("limit", default, high=most)
        return offset, limit or default


def required_window(query: Query) -> tuple[int, int]:
    """Return start_time and end_time, both mandatory. Raises ApiError 400."""
    window = optional_window(query)
    if window is None:
        raise invalid("start_time", "start_time and end_time are required")
    return window


def optional_window(query: Query) -> tuple[int, int] | None:
    """Return start_time and end_time, which come together or not at all. Raises ApiError 400."""
    start_s, end_s = query.instant("start_time"), query.instant("end_time")
    if start_s is None and end_s is None:
        return None
    if start_s is None or end_s is None:
        raise _half_window("start_time" if start_s is None else "end_time")
    if start_s > end_s:
        raise invalid("start_time", "later than end_time")
    return start_s, end_s


def _half_window(missing: str) -> ApiError:
    return invalid(missing, "start_time and end_time must be given together")
