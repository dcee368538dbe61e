"""Times as devices write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from yunwei.plugins.connectors.snmp_trap.vendor_time import parse_vendor_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2016-11-22 00:35:00", "2016-11-21T16:35:00"),
        (" 2003/03/14 8:00:00 ", "2003-03-14T00:00:00"),
        ("2016-11-22T00:35:00.250", "2016-11-21T16:35:00"),
        ("2016-11-22 00:35:00 Z", "2016-11-22T00:35:00"),
        ("2016-11-22 00:35:00 UTC", "2016-11-22T00:35:00"),
        ("2016-11-22 00:35:00 GMT+08:00", "2016-11-21T16:35:00"),
        ("2016-11-22 00:35:00 -0330", "2016-11-22T04:05:00"),
        ("2016-11-22 00:35:00 UTC+8", "2016-11-21T16:35:00"),
    ],
)
def test_written_times(text: str, instant: str) -> None:
    at = parse_vendor_time(text, text.encode(), zone=SHANGHAI)

    assert at == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_the_sources_zone_has_summer_and_winter() -> None:
    summer = parse_vendor_time("2026-07-01 12:00:00", b"", zone=BERLIN)
    winter = parse_vendor_time("2026-12-01 12:00:00", b"", zone=BERLIN)

    assert summer == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert winter == datetime(2026, 12, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("octets", "instant"),
    [
        ("07ea0b170e2f1e002b0800", "2026-11-23T06:47:30"),
        ("07ea0b170e2f1e002d0330", "2026-11-23T18:35:30"),
        ("07ea0b170e2f1e00", "2026-11-23T06:47:30"),
        ("07ea0b170e2f3c00", "2026-11-23T06:47:59"),
    ],
)
def test_date_and_time_octets(octets: str, instant: str) -> None:
    at = parse_vendor_time(f"0x{octets}", bytes.fromhex(octets), zone=SHANGHAI)

    assert at == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2016-13-22 00:35:00",
        "2016-11-22 25:35:00",
        "2016-11-22 00:35:00 CST",
        "2016-11-22 00:35:00 GMT+08:00 DST",
        "2016-11-22 00:35:00 GMT+99:00",
        "0001-01-01 00:00:00 GMT+10:00",
    ],
)
def test_what_can_not_be_told_is_none(text: str) -> None:
    assert parse_vendor_time(text, text.encode(), zone=SHANGHAI) is None


@pytest.mark.parametrize("octets", ["07ea0d170e2f1e00", "07ea0b170e2f1e00780800", "07ea"])
def test_octets_that_are_no_time(octets: str) -> None:
    assert parse_vendor_time(f"0x{octets}", bytes.fromhex(octets), zone=SHANGHAI) is None
