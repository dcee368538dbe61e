"""Times as devices write them, to aware UTC. Pure; what is not plain is None, never a guess."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

# `2016-11-22 00:35:00`, `2003/03/14 00:00:00`, either with a zone after it (iMAP's %TZ)
_TEXT = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})[ T]+"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:[.,]\d+)?"
    r"\s*(?P<zone>.*)"
)
_ZONE = re.compile(
    r"Z|(?:UTC|GMT)?(?:(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)?", re.IGNORECASE
)
# RFC 2579 DateAndTime: 8 octets, or 11 with the zone
_DATE_AND_TIME_SIZES = (8, 11)


def parse_vendor_time(text: str, octets: bytes, *, zone: tzinfo) -> datetime | None:
    """Return the instant, None when it can not be told.

    octets: as they came, for DateAndTime (RFC 2579). zone: the device's, when it names none.
    A fraction of a second is dropped.
    """
    matched = _TEXT.fullmatch(text.strip())
    try:
        if matched is None:
            return _parse_date_and_time(octets, zone)
        named = _parse_zone(matched["zone"].strip())
        if matched["zone"].strip() and named is None:
            return None
        year, month, day, hour, minute, second = map(int, matched.groups()[:6])
        local = datetime(year, month, day, hour, minute, second, tzinfo=named or zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parse_zone(text: str) -> tzinfo | None:
    matched = _ZONE.fullmatch(text)
    if not text or matched is None:
        return None
    if matched["sign"] is None:
        return UTC
    offset = timedelta(hours=int(matched["hours"]), minutes=int(matched["minutes"] or 0))
    return timezone(-offset if matched["sign"] == "-" else offset)


def _parse_date_and_time(octets: bytes, zone: tzinfo) -> datetime | None:
    if len(octets) not in _DATE_AND_TIME_SIZES:
        return None
    year = int.from_bytes(octets[:2])
    month, day, hour, minute, second = octets[2:7]
    if len(octets) > 8:
        sign = chr(octets[8])
        if sign not in "+-":
            return None
        offset = timedelta(hours=octets[9], minutes=octets[10])
        zone = timezone(-offset if sign == "-" else offset)
    # 60 is a leap second there, and nothing here
    at = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    return at.astimezone(UTC)
