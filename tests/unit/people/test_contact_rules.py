"""Addresses as they are kept, quiet hours on the wall clock, and codes that run out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.people.facts import AddressKind, QuietHours, SentCode
from yunwei.base.people.rules import (
    check_address,
    check_code,
    check_quiet_hours,
    count_code,
    quiet_until,
)

NIGHT = QuietHours(starts_minute=22 * 60, ends_minute=7 * 60, time_zone="Asia/Shanghai")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("mobile", "138 0013-8000", "+8613800138000"),
        ("mobile", "0086 138 0013 8000", "+8613800138000"),
        ("voice", "+49 (30) 1234567", "+49301234567"),
        ("wecom_user", " ZhangWei ", "ZhangWei"),
        ("feishu_user", "ou_7d8a6e6df7621556ce0d21922b676706ccs", None),
    ],
)
def test_an_address_is_kept_in_one_form(kind: str, typed: str, kept: str | None) -> None:
    assert check_address(AddressKind(kind), typed) == (kept or typed)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("mobile", "12345"),
        ("mobile", "021-5888 8888"),
        ("mobile", "+0123456789"),
        ("mobile", "kai@example.com"),
        ("wecom_user", "a b"),
        ("dingtalk_user", ""),
    ],
)
def test_what_is_no_address_is_refused_at_its_field(kind: str, typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_address(AddressKind(kind), typed)
    assert refusal.value.field == "address"


def wall(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-27T21:59", None),
        ("2026-11-27T22:00", "2026-11-28T07:00"),
        ("2026-11-28T06:59", "2026-11-28T07:00"),
        ("2026-11-28T07:00", None),
    ],
)
def test_quiet_hours_go_over_midnight(at: str, until: str | None) -> None:
    assert quiet_until(NIGHT, wall(at)) == (wall(until) if until else None)


def test_quiet_hours_end_by_the_wall_clock_when_clocks_change() -> None:
    berlin = QuietHours(starts_minute=22 * 60, ends_minute=7 * 60, time_zone="Europe/Berlin")
    began = wall("2026-03-28T22:00", "Europe/Berlin")
    end = quiet_until(berlin, began)
    assert end is not None
    assert end - began == timedelta(hours=8)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 2 * 365 * 24 * 60))
def test_quiet_hours_always_end_and_are_over_then(start: int, end: int, minutes: int) -> None:
    quiet = QuietHours(starts_minute=start, ends_minute=end, time_zone="Europe/Berlin")
    if start == end:
        with pytest.raises(Invalid):
            check_quiet_hours(quiet)
        return
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    until = quiet_until(quiet, at)
    if until is not None:
        # the hour that comes twice is quiet until its second coming at most
        assert timedelta(0) <= until - at + timedelta(hours=1) <= timedelta(hours=26)


def sent(minutes_ago: float, **changes: object) -> SentCode:
    known = {"digest": b"right", "tries": 0, "sent": 1} | changes
    return SentCode(sent_at=NOW - timedelta(minutes=minutes_ago), **known)  # type: ignore[arg-type]


def test_a_code_holds_for_ten_minutes_and_five_tries() -> None:
    assert check_code(sent(9), b"right", now=NOW)
    assert not check_code(sent(9), b"wrong", now=NOW)
    for known in (None, sent(11), sent(1, tries=5), sent(1, digest=b"")):
        with pytest.raises(Conflict):
            check_code(known, b"right", now=NOW)


def test_codes_are_sent_once_a_minute_and_ten_times_a_day() -> None:
    assert count_code(None, now=NOW) == 1
    assert count_code(sent(2, sent=3), now=NOW) == 4
    assert count_code(sent(60 * 25, sent=10), now=NOW) == 1
    for known in (sent(0.5), sent(5, sent=10)):
        with pytest.raises(Conflict):
            count_code(known, now=NOW)
