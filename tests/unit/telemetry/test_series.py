"""How measurements become series: sums, gaps, buckets, what is usual."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.base.core.metrics import Unit
from yunwei.monitor.telemetry.facts import Peak, Series
from yunwei.monitor.telemetry.rules import series as rules

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def told(*points: tuple[float, float]) -> list[rules.Sample]:
    return rules.stand_until_next([(at(minutes), value) for minutes, value in points])


def test_one_source_is_its_own_sum() -> None:
    times, values = rules.add_up({1: told((0, 5), (1, 6), (2, 7))}, {})
    assert (times, values) == ((at(0), at(1), at(2)), (5, 6, 7))


def test_nobody_measured_nothing() -> None:
    assert rules.add_up({}, {}) == ((), ())
    assert rules.measured_share((), (), at(0), at(5)) == 0


def test_two_sources_add_up_at_every_instant_of_either() -> None:
    samples = {1: told((0, 1), (1, 2), (2, 3)), 2: told((0.5, 10), (1.5, 20))}
    times, values = rules.add_up(samples, {1: at(2), 2: at(2)})
    assert times == (at(0), at(0.5), at(1), at(1.5), at(2))
    assert values == (1, 11, 12, 22, 23)


def test_a_source_is_not_missed_before_it_first_measured() -> None:
    samples = {1: told((0, 1), (10, 2)), 2: told((9, 5))}
    assert rules.add_up(samples, {1: at(10), 2: at(10)})[1][0] == 1


def test_a_silent_source_makes_the_sum_unknown_not_smaller() -> None:
    samples = {1: told(*((n, 1) for n in range(10))), 2: told((0, 5), (1, 5))}
    _, values = rules.add_up(samples, {1: at(9), 2: at(9)})
    assert values[:4] == (6, 6, 6, 6)
    assert set(values[4:]) == {None}


def test_a_source_that_left_is_not_missed_after_its_last_measurement() -> None:
    samples = {1: told(*((n, 1) for n in range(10))), 2: told((0, 5), (1, 5))}
    _, values = rules.add_up(samples, {1: at(9)})
    assert values == (6, 6, 1, 1, 1, 1, 1, 1, 1, 1)


def test_a_stretch_without_any_measurement_begins_with_a_gap() -> None:
    times, values = rules.add_up({1: told((0, 1), (1, 2), (2, 3), (30, 9))}, {1: at(30)})
    assert times[3] == at(4.5)
    assert values == (1, 2, 3, None, 9)


@given(
    st.dictionaries(
        st.integers(1, 4),
        st.lists(
            st.tuples(st.integers(0, 1440), st.integers(0, 1000)),
            min_size=1,
            max_size=30,
            unique_by=lambda point: point[0],
        ).map(sorted),
        min_size=1,
    )
)
def test_sums_are_in_order_and_never_below_any_single_source(
    points: dict[int, list[tuple[int, int]]],
) -> None:
    samples = {source: told(*each) for source, each in points.items()}
    times, values = rules.add_up(samples, dict.fromkeys(samples, at(1440)))
    assert list(times) == sorted(times)
    instants = {at(minute) for each in points.values() for minute, _ in each}
    for time, value in zip(times, values, strict=True):
        assert value is None or time in instants
    for each in points.values():
        for minute, value in each:
            total = values[times.index(at(minute))]
            assert total is None or total >= value


@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=40, unique=True).map(sorted),
    st.integers(0, 300),
    st.integers(301, 700),
)
def test_the_measured_share_is_a_share(minutes: list[int], since: int, until: int) -> None:
    times, values = rules.add_up({1: told(*((each, 1) for each in minutes))}, {1: at(700)})
    share = rules.measured_share(times, values, at(since), at(until))
    assert 0 <= share <= 1


def test_what_is_measured_throughout_is_measured_whole() -> None:
    times, values = rules.add_up({1: told(*((n, 1) for n in range(61)))}, {1: at(60)})
    assert rules.measured_share(times, values, at(0), at(60)) == 1
    assert rules.measured_share(times, values, at(0), at(0)) == 0


@pytest.mark.parametrize(
    ("points", "hold"),
    [
        ([(0, 1)], timedelta(seconds=225)),
        ([(0, 1), (0.1, 1)], timedelta(seconds=90)),
        ([(0, 1), (2, 1), (4, 1), (90, 1)], 5 * MINUTE),
        ([(0, 1), (600, 1)], 20 * MINUTE),
    ],
)
def test_a_measurement_stands_for_its_usual_distance(
    points: list[tuple[float, float]], hold: timedelta
) -> None:
    assert {sample.hold for sample in told(*points)} == {hold}


@pytest.mark.parametrize(
    ("hours", "bucket_s"),
    [(1, 300), (24, 300), (26, 900), (72, 900), (24 * 12, 3600), (24 * 50, 14400), (9600, 86400)],
)
def test_buckets_widen_with_the_stretch(hours: int, bucket_s: int) -> None:
    assert rules.choose_bucket_s(START, START + timedelta(hours=hours)) == bucket_s


def test_buckets_know_what_was_not_measured() -> None:
    built = rules.build_buckets(
        "desktop.cpu", Unit.RATIO, {0: (0.5, 0.9), 2: (0, 0)}, at(0), at(18)
    )
    assert built.values == (0.5, None, 0, None)
    assert built.maxima == (0.9, None, 0, None)
    assert built.times == (at(0), at(5), at(10), at(15))
    assert built.coverage == 0.5


def test_a_range_is_in_order_and_bounded() -> None:
    rules.check_range(at(0), at(1))
    for wrong in ((at(1), at(1)), (at(2), at(1)), (at(0), at(0) + timedelta(days=401))):
        with pytest.raises(Invalid):
            rules.check_range(*wrong)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 11, 23), "Asia/Shanghai", 24),
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
    ],
)
def test_a_day_is_as_long_as_it_is(day: date, zone: str, hours: int) -> None:
    start, end = rules.day_bounds(day, ZoneInfo(zone))
    assert end - start == timedelta(hours=hours)
    assert start.astimezone(ZoneInfo(zone)).hour == 0


MONDAY = date(2026, 11, 23)


def back(*days: int) -> tuple[date, ...]:
    return tuple(MONDAY - timedelta(days=each) for each in days)


@pytest.mark.parametrize(
    ("first_days_ago", "expected"),
    [
        (100, back(7, 14, 21, 28)),
        (21, back(7, 14, 21)),
        (13, back(3, 4, 5, 6)),
        (3, back(3)),
        (2, ()),
        (0, ()),
    ],
)
def test_what_is_usual_is_the_same_weekday(first_days_ago: int, expected: tuple[date, ...]) -> None:
    first = MONDAY - timedelta(days=first_days_ago)
    assert rules.reference_days(MONDAY, first) == expected


def test_weekends_are_compared_with_weekends() -> None:
    sunday = MONDAY - timedelta(days=1)
    assert rules.reference_days(sunday, sunday - timedelta(days=8)) == back(2, 8, 9)


def test_nothing_is_usual_without_history() -> None:
    assert rules.reference_days(MONDAY, None) == ()


def test_the_median_is_taken_at_each_place() -> None:
    assert rules.median_of_days([[1, 10], [3, 30], [2, 100, 7]]) == (2, 30)
    assert rules.median_of_days([]) == ()


def test_the_peak_is_the_first_of_the_highest() -> None:
    series = Series(
        name="x",
        unit=Unit.COUNT,
        times=(at(0), at(1), at(2), at(3)),
        values=(1, None, 9, 9),
        coverage=1,
    )
    assert series.peak == Peak(value=9, at=at(2))


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_milliseconds_there_and_back(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert timedelta(0) <= aware - rules.from_ms(rules.to_ms(aware)) < timedelta(milliseconds=1)
