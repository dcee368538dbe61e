"""Connected time: by columns, by the plain rule and by counting instant by instant is the same."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.alarms import build_viewer
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.telemetry import store as telemetry
from yunwei.monitor.telemetry.facts import RowBatch
from yunwei.monitor.telemetry.models import TABLES
from yunwei.operate.usage import actions as usage
from yunwei.operate.usage.facts.use import Asked, Counted, Interval, Told
from yunwei.operate.usage.queries import activity
from yunwei.operate.usage.queries.ground import Ground, lay_ground
from yunwei.operate.usage.rules import days, intervals, pieces

ZONE = "Europe/Berlin"
START = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
"""Local midnight of the Sunday on which Berlin's clocks go back: a day of 25 hours."""
END = START + timedelta(hours=49)
START_MS, END_MS = telemetry.to_ms(START), telemetry.to_ms(END)
HOUR_MS = 3_600_000
VIEWER = build_viewer(2)

# Whole quarters of an hour, so that beginnings and ends often meet; from 8 days before to the end.
quarters = st.integers(-8 * 96, 49 * 4).map(lambda each: START_MS + each * HOUR_MS // 4)
near = st.integers(-40, 49 * 4).map(lambda each: START_MS + each * HOUR_MS // 4)
lengths = st.one_of(st.none(), st.integers(-3, 60), st.integers(9 * 96, 10 * 96))


@st.composite
def rows(draw: st.DrawFn) -> Told:
    """A row as sources write them: open, closed, failed, twice, late, with clocks gone wrong."""
    started = draw(st.one_of(near, near, quarters))
    setup = draw(st.one_of(st.none(), st.integers(-2, 3), st.integers(0, 1)))
    length = draw(lengths)
    return Told(
        source=draw(st.sampled_from([1, 2])),
        native_id=f"c{draw(st.integers(0, 9))}",
        login=draw(st.sampled_from(["li", "wu", "zhao", ""])),
        desktop=draw(st.sampled_from(["d1", "d2"])),
        started_ms=started,
        setup_ms=None if setup is None else started + setup * HOUR_MS // 4,
        ended_ms=None if length is None else started + length * HOUR_MS // 4,
        read_ms=draw(near),
    )


def write(door: ClickHouse, told: Iterable[Told]) -> None:
    door.command("TRUNCATE TABLE connections")
    usage.use_clickhouse(door)  # forgets what was read of the time before
    add(door, told)


def add(door: ClickHouse, told: Iterable[Told]) -> None:
    """Write rows beside those that are there; what this process has read of them stays read."""
    listed = list(told)
    columns = {
        "source": [each.source for each in listed],
        "started_at": [each.started_ms for each in listed],
        "native_id": [each.native_id for each in listed],
        "login": [each.login for each in listed],
        "desktop": [each.desktop for each in listed],
        "desktop_name": [each.desktop for each in listed],
        "setup_at": [each.setup_ms for each in listed],
        "ended_at": [each.ended_ms for each in listed],
        "read_at": [each.read_ms for each in listed],
    }
    constants = {
        "tenant": 2, "is_reconnect": False, "failure": "", "client_type": "", "client_name": "",
        "client_ip": "", "client_version": "",
    }  # fmt: skip
    columns |= {"rtt_s": [None] * len(listed)}
    batch = RowBatch(table="connections", constants=constants, columns=columns)
    telemetry.insert(door, TABLES["connections"], [batch])


@pytest.fixture(autouse=True)
def nobody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for PostgreSQL."""
    monkeypatch.setattr(inventory, "name_desktop_users", lambda viewer, wanted: {})


def ground(minute: int = 0) -> Ground:
    asked = Asked(from_at=START, to_at=END, time_zone=ZONE)
    return lay_ground(VIEWER, asked, clock=FakeClock(END + timedelta(days=1, minutes=minute)))


def until_of(told: Iterable[Told]) -> dict[int, int]:
    until: dict[int, int] = {}
    for each in told:
        until[each.source] = max(until.get(each.source, 0), each.read_ms)
    return until


def stands(interval: Interval, at_ms: int) -> bool:
    return interval.begin_ms <= at_ms < interval.end_ms


def count_at(found: list[Interval], at_ms: int, counted: Counted) -> int:
    """Count whoever is there at an instant, one by one."""
    there = [each for each in found if stands(each, at_ms)]
    if counted is Counted.SESSIONS:
        return len({(each.source, each.native_id) for each in there})
    return len({(each.source, each.login) for each in there if each.login})


EVERY_QUARTER = range(START_MS, END_MS, HOUR_MS // 4)
"""All instants at which anything can change; between two of them nothing does."""


def check(laid: Ground, told: list[Told]) -> None:
    found = intervals.build_intervals(unique(told), until_of(told))
    for counted in Counted:
        by_instant = {at: count_at(found, at, counted) for at in EVERY_QUARTER}
        cut = pieces.cut_pieces(found, counted, START_MS, END_MS)
        expected = max(by_instant.values())
        first = next(at for at, count in by_instant.items() if count == expected)
        asked = activity.fetch_concurrency(laid, counted)
        assert pieces.highest_of(pieces.sweep(cut)) == ((first, expected) if expected else None)
        assert (asked.top.count if asked.top else 0) == expected
        assert asked.top is None or telemetry.to_ms(asked.top.at) == first
        for at, count in zip(asked.times, asked.highest, strict=True):
            since = telemetry.to_ms(at)
            within = [
                by_instant[each]
                for each in EVERY_QUARTER
                if since <= each < since + asked.step_s * 1000
            ]
            carried = by_instant[since - (since - START_MS) % (HOUR_MS // 4)]
            assert count is None or count == max([*within, carried])


def unique(told: list[Told]) -> list[Told]:
    """What a question reads: what began in its time or within 7 days before; of rows of one key
    the last one written, as ClickHouse replaces them by itself."""
    near = [each for each in told if START_MS - 168 * HOUR_MS <= each.started_ms < END_MS]
    return list({(e.source, e.started_ms, e.native_id, e.read_ms): e for e in near}.values())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(rows(), min_size=1, max_size=14))
def test_sweep_equals_counting(clickhouse: ClickHouse, told: list[Told]) -> None:
    write(clickhouse, told)
    check(ground(), told)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.lists(rows(), min_size=1, max_size=5), min_size=2, max_size=4))
def test_what_is_kept_of_days_equals_counting_again(
    clickhouse: ClickHouse, batches: list[list[Told]]
) -> None:
    """Rows that come in batches: late, twice, out of order, for days that were read before."""
    write(clickhouse, [])
    told: list[Told] = []
    for minute, batch in enumerate(batches):
        add(clickhouse, batch)
        told += batch
        check(ground(minute), told)
    clickhouse.command("OPTIMIZE TABLE connections FINAL")  # duplicates are merged away
    check(ground(len(batches)), told)


def test_a_row_that_comes_late_counts_from_the_next_minute_on(clickhouse: ClickHouse) -> None:
    def told(minute: int) -> list[tuple[int, float]]:
        return [(day.users, day.connected_s / 3600) for day in activity.fetch_days(ground(minute))]

    first = Told(1, "c1", "li", "d1", START_MS, START_MS, None, START_MS + HOUR_MS)
    write(clickhouse, [first])
    assert told(0) == [(1, 1.0), (0, 0.0)]
    end = first._replace(ended_ms=START_MS + 2 * HOUR_MS, read_ms=END_MS)
    add(clickhouse, [end, end._replace(native_id="c2", login="wu")])
    assert told(0) == [(1, 1.0), (0, 0.0)]
    assert told(1) == [(2, 4.0), (0, 0.0)]
    # an older reading that comes after a newer one changes nothing
    add(clickhouse, [first, first])
    assert told(2) == [(2, 4.0), (0, 0.0)]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(rows(), min_size=1, max_size=14))
def test_days_and_users_equal_counting(clickhouse: ClickHouse, told: list[Told]) -> None:
    write(clickhouse, told)
    laid = ground()
    found = intervals.build_intervals(unique(told), until_of(told))
    zone = ZoneInfo(ZONE)
    bounds = days.day_bounds(days.days_between(START, END, zone), zone)
    marks = [telemetry.to_ms(each) for each in bounds]
    for day, (since, to) in zip(activity.fetch_days(laid), pairwise(marks), strict=True):
        online = {
            at: {(e.source, e.login) for e in found if e.login and stands(e, at)}
            for at in EVERY_QUARTER
            if since <= at < to
        }
        assert day.users == len(set().union(*online.values()))
        assert day.connected_s == sum(map(len, online.values())) * 900
    cut = pieces.split_by(pieces.cut_pieces(found, Counted.USERS, START_MS, END_MS), marks)
    seconds: dict[tuple[int, str], float] = {}
    for _, piece in cut:
        length = (piece.end_ms - piece.begin_ms) / 1000
        seconds[piece.who] = seconds.get(piece.who, 0.0) + length
    times = activity.fetch_user_times(laid)
    assert {(row.source, row.login): row.connected_s for row in times.rows} == seconds
    heat = activity.fetch_heat(laid)
    assert laid.reaches
    assert sum(each or 0 for row in heat.rows for each in row) >= 0


def test_the_day_on_which_the_clocks_go_back_has_25_hours(clickhouse: ClickHouse) -> None:
    whole = Told(1, "c1", "li", "d1", START_MS, START_MS, END_MS, END_MS)
    write(clickhouse, [whole])
    told = [(day.day.isoformat(), day.connected_s / 3600) for day in activity.fetch_days(ground())]
    assert told == [("2026-10-25", 25.0), ("2026-10-26", 24.0)]
    heat = activity.fetch_heat(ground())
    assert heat.rows[6] == heat.rows[0] == (1.0,) * 24
