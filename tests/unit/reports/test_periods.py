"""Periods are whole local days; each is due once, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.operate.reports.periods import (
    PeriodKind,
    choose_period,
    custom_period,
    due_at,
    last_whole,
    period_before,
    period_of,
    periods_due,
)

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Auckland")
KINDS = [each for each in PeriodKind if each is not PeriodKind.CUSTOM]
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
_DAY = timedelta(days=1)


@given(st.sampled_from(KINDS), DAYS, st.sampled_from(ZONES))
def test_periods_follow_each_other_without_a_gap(kind: PeriodKind, day: date, zone: str) -> None:
    period = period_of(kind, day, zone)
    before = period_before(period)
    assert period.first <= day <= period.last
    assert before.last + _DAY == period.first
    assert before.to_at == period.from_at
    assert period_of(kind, period.last, zone) == period


@given(
    st.sampled_from(KINDS),
    DAYS,
    st.sampled_from(ZONES),
    st.integers(0, 200),
    st.lists(st.integers(1, 40), max_size=8),
    st.integers(0, 30 * 60),
)
def test_whenever_somebody_looks_each_period_is_due_once(
    kind: PeriodKind, since: date, zone: str, days: int, looks: list[int], after_minutes: int
) -> None:
    """The scheduler looks now and then, is down for weeks, and looks again."""
    after = timedelta(minutes=after_minutes)
    end = datetime.combine(since + days * _DAY, datetime.min.time(), UTC)
    instants = [end - timedelta(days=each) for each in looks]
    made: list[date] = []
    for now in sorted([*instants, end]):
        start = since if not made else period_of(kind, made[-1], zone).last + _DAY
        made += [each.first for each in periods_due(kind, zone, since=start, now=now, after=after)]
    whole = [each.first for each in periods_due(kind, zone, since=since, now=end, after=after)]
    assert made == whole
    assert len(set(made)) == len(made)


def test_the_report_of_a_month_comes_at_its_hour_across_a_change_of_clocks() -> None:
    march = period_of(PeriodKind.MONTH, date(2026, 3, 5), "Europe/Berlin")
    local = due_at(march, timedelta(hours=7)).astimezone(ZoneInfo("Europe/Berlin"))
    assert f"{local:%Y-%m-%d %H:%M}" == "2026-04-01 07:00"
    night = period_of(PeriodKind.DAY, date(2026, 3, 28), "Europe/Berlin")
    assert due_at(night, timedelta(hours=2, minutes=30)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_days_of_ones_own_are_at_most_a_quarter_and_in_order() -> None:
    with pytest.raises(Invalid):
        custom_period(date(2026, 1, 1), date(2026, 4, 3), "UTC")
    with pytest.raises(Invalid):
        custom_period(date(2026, 1, 2), date(2026, 1, 1), "UTC")
    own = custom_period(date(2026, 1, 1), date(2026, 1, 10), "UTC")
    assert period_before(own).first == date(2025, 12, 22)


def test_without_a_day_the_latest_that_is_over_is_meant() -> None:
    now = datetime(2026, 11, 3, 1, tzinfo=UTC)
    chosen = choose_period(PeriodKind.MONTH, None, None, now=now, time_zone="Asia/Shanghai")
    assert (chosen.first, chosen.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert last_whole(PeriodKind.WEEK, now, "Asia/Shanghai").first == date(2026, 10, 26)
    assert choose_period(
        PeriodKind.QUARTER, date(2026, 5, 5), None, now=now, time_zone="UTC"
    ).last == date(2026, 6, 30)
