"""What people ask of measurements, over chDB: curves, series, connections, raw alarms."""

import random
from datetime import date, timedelta

import pytest

from tests.integration.telemetry.support import (
    MIDNIGHT,
    at,
    connection,
    observation,
    write,
)
from tests.support.alarms import build_raw, build_viewer
from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.core.ids import AlarmId, SourceId
from yunwei.base.core.readings import UserAction
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.telemetry import actions, queries, store
from yunwei.monitor.telemetry.facts import JudgedRawAlarm, Series
from yunwei.monitor.telemetry.models import RAW_ALARMS
from yunwei.monitor.telemetry.rules.batches import batch_of_raw_alarms

DAY = date(2026, 11, 23)
ZONE = "Asia/Shanghai"
VIEWER = build_viewer(2)
STRANGER = build_viewer(3)


@pytest.fixture(autouse=True)
def expected(monkeypatch: pytest.MonkeyPatch) -> dict[SourceId, bool]:
    """Which sources there are and whether they ought to measure; stands for PostgreSQL."""
    sources = {SourceId(1): True, SourceId(2): True}
    monkeypatch.setattr(collect_queries, "fetch_expected_sources", lambda viewer: sources)
    return sources


def curve(now_hours: float, viewer: object = VIEWER) -> Series:
    clock = FakeClock(at(now_hours))
    return queries.online_curve(viewer, DAY, ZONE, clock=clock)  # type: ignore[arg-type]


def points(series: Series) -> list[tuple[float, float | None]]:
    """Return (hours since midnight, value), the hours to the second."""
    hours = [key((each - MIDNIGHT) / timedelta(hours=1)) for each in series.times]
    return list(zip(hours, series.values, strict=True))


def key(hours: float) -> float:
    return round(hours, 4)


def test_the_curve_is_what_was_measured_at_the_polls(clickhouse: ClickHouse) -> None:
    polls = [(minute / 60, 100 + minute) for minute in range(120)]
    write(clickhouse, [observation(hours, value) for hours, value in polls])
    assert points(curve(2)) == [(key(hours), value) for hours, value in polls]
    assert curve(2).coverage == pytest.approx(1, abs=0.01)


def test_the_same_poll_written_twice_counts_once(clickhouse: ClickHouse) -> None:
    told = [observation(hours / 10, 5) for hours in range(20)]
    write(clickhouse, told)
    write(clickhouse, told)
    assert sum(value or 0 for _, value in points(curve(2))) == 100


def test_a_gap_is_a_gap(clickhouse: ClickHouse) -> None:
    polls = [observation(minute / 60, 7) for minute in (0, 1, 2, 30, 31, 32)]
    write(clickhouse, polls)
    told = points(curve(33 / 60))
    gaps = [hours for hours, value in told if value is None]
    assert gaps == [pytest.approx(4.5 / 60)]
    assert curve(33 / 60).coverage == pytest.approx((4.5 + 3) / 33, abs=0.01)


def test_another_tenants_curve_is_empty(clickhouse: ClickHouse) -> None:
    write(clickhouse, [observation(1, 7)])
    assert curve(2, STRANGER).values == ()
    assert queries.peak_online(STRANGER, DAY, ZONE) is None


def test_sources_add_up_and_a_silent_one_makes_the_sum_unknown(clickhouse: ClickHouse) -> None:
    write(clickhouse, [observation(minute / 60, 10) for minute in range(10)])
    write(clickhouse, [observation((minute + 0.5) / 60, 5) for minute in range(5)], source=2)
    told = dict(points(curve(10 / 60)))
    assert told[0] == 10
    assert told[key(0.5 / 60)] == 15
    assert told[key(2 / 60)] == 15
    assert told[key(9 / 60)] is None


def test_a_source_that_left_is_not_missed(
    clickhouse: ClickHouse, expected: dict[SourceId, bool]
) -> None:
    expected[SourceId(2)] = False
    write(clickhouse, [observation(minute / 60, 10) for minute in range(10)])
    write(clickhouse, [observation(minute / 60, 5) for minute in range(5)], source=2)
    told = dict(points(curve(10 / 60)))
    assert (told[key(4 / 60)], told[key(9 / 60)]) == (15, 10)


def test_before_the_first_poll_connections_tell(clickhouse: ClickHouse) -> None:
    write(clickhouse, [connection("old", -30, -28), connection("c1", -2, 9)], read_at=at(11))
    write(clickhouse, [connection("c2", 8, None, login="wu")], read_at=at(11))
    write(clickhouse, [observation(10 + minute / 60, 42) for minute in range(60)])
    told = dict(points(curve(11)))
    assert [told[key(hour)] for hour in (0, 7.5, 8, 8.5, 9, 9.5)] == [1, 1, 2, 2, 1, 1]
    assert told[key(10.5)] == 42
    assert None not in told.values()


def test_where_no_connections_are_known_nothing_is_said(clickhouse: ClickHouse) -> None:
    write(clickhouse, [connection("c1", 8, 9)], read_at=at(9))
    told = points(curve(20))
    assert told[0][0] == pytest.approx(8)
    assert [hours for hours, value in told if value is not None][-1] == pytest.approx(9)


def test_a_poll_that_found_nothing_new_is_known_all_the_same(clickhouse: ClickHouse) -> None:
    write(clickhouse, [connection("c1", -40, -39)], read_at=at(-39))
    write(clickhouse, [observation(5, 0.1, "poll.seconds", name="activity")])
    told = points(curve(6))
    assert [value for _, value in told[:61]] == [0] * 61
    assert told[-1][1] is None or told[-1][0] == pytest.approx(5)


def test_the_sweep_is_exact(clickhouse: ClickHouse) -> None:
    chance = random.Random(7)
    records = []
    for number in range(800):
        start = chance.uniform(-20, 24)
        end = start + chance.expovariate(1 / 3) if chance.random() > 0.1 else None
        setup = None if chance.random() < 0.1 else chance.uniform(0, 0.05)
        login = f"u{chance.randrange(120)}"
        records.append(connection(str(number), start, end, login=login, setup=setup))
    write(clickhouse, records, read_at=at(24))

    def truth(hours: float) -> int:
        now = at(hours)
        return len(
            {
                record.login
                for record in records
                if record.setup_at and record.setup_at <= now and now < (record.ended_at or at(24))
            }
        )

    told = points(curve(24))
    assert len(told) == 288
    wrong = [hours for hours, value in told if value != truth(hours)]
    assert wrong == []


def test_an_open_connection_counts_until_it_was_last_read(clickhouse: ClickHouse) -> None:
    write(clickhouse, [connection("c1", 1, None)], read_at=at(3))
    write(clickhouse, [connection("c2", 1.5, 2, login="wu")], read_at=at(5))
    told = dict(points(curve(6)))
    assert told[key(2.5)] == 1
    assert told[key(4)] == 0


def test_a_later_reading_of_a_connection_replaces_the_earlier(clickhouse: ClickHouse) -> None:
    write(clickhouse, [connection("c1", 1, None)], read_at=at(2))
    write(clickhouse, [connection("c1", 1, 1.5)], read_at=at(8))
    told = dict(points(curve(9)))
    assert (told[key(1.25)], told[key(2)]) == (1, 0)


def test_the_peak_of_the_day(clickhouse: ClickHouse) -> None:
    write(clickhouse, [observation(hours, value) for hours, value in ((9, 3), (10, 8), (11, 8))])
    peak = queries.peak_online(VIEWER, DAY, ZONE, clock=FakeClock(at(12)))
    assert peak is not None
    assert (peak.value, peak.at) == (8, at(10))


def write_mondays(clickhouse: ClickHouse, users: list[int]) -> None:
    """Write one connection from 9 to 12 for each user of the Mondays 1, 2, … weeks before."""
    for week, count in enumerate(users, start=1):
        told = [
            connection(f"{week}-{n}", 9 - 168 * week, 12 - 168 * week, login=f"u{n}")
            for n in range(count)
        ]
        write(clickhouse, told)
    write(clickhouse, [connection("first", -168 * 5 - 30, -168 * 5 - 29)])


def test_the_usual_is_the_median_of_the_same_weekday(clickhouse: ClickHouse) -> None:
    write_mondays(clickhouse, [10, 20, 0, 40])
    usual = queries.usual_curve(VIEWER, DAY, ZONE)
    told = dict(points(usual))
    assert len(usual.values) == 96
    assert (told[8.75], told[9], told[11.75], told[12]) == (0, 15, 15, 0)
    assert (usual.coverage, usual.bucket_s) == (1, 900)


def test_the_usual_knows_when_it_is_young(clickhouse: ClickHouse) -> None:
    write(clickhouse, [connection("c", -24 * 2 - 5, -24 * 2 - 4)])
    write(clickhouse, [connection("d", -24 * 2 + 9, -24 * 2 + 10)])
    monday = queries.usual_curve(VIEWER, DAY, ZONE)
    assert (monday.values, monday.coverage) == ((), 0)
    sunday = queries.usual_curve(VIEWER, date(2026, 11, 22), ZONE)
    assert dict(zip(sunday.times, sunday.values, strict=True))[at(-24 + 9)] == 1
    assert sunday.coverage == 0.25


def test_nothing_is_usual_without_records(clickhouse: ClickHouse) -> None:
    assert queries.usual_curve(VIEWER, DAY, ZONE).times == ()


def desktop_cpu(viewer: object = VIEWER, hours: float = 24) -> tuple[Series, ...]:
    return queries.desktop_samples(viewer, SourceId(1), "d1", at(0), at(hours))  # type: ignore[arg-type]


def test_samples_come_in_buckets_with_gaps(clickhouse: ClickHouse) -> None:
    told = [observation(n / 12, n % 2, "desktop.cpu", "desktop", "d1") for n in range(12)]
    other = [observation(0, 1, "desktop.cpu", "desktop", "d2")]
    write(clickhouse, told + other)
    write(clickhouse, told)
    (cpu,) = desktop_cpu()
    assert (cpu.name, cpu.unit, cpu.bucket_s, len(cpu.values)) == ("desktop.cpu", "ratio", 300, 288)
    assert cpu.values[:13] == (0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, None)
    assert cpu.coverage == pytest.approx(12 / 288)


def test_longer_stretches_have_wider_buckets_and_keep_their_peaks(clickhouse: ClickHouse) -> None:
    told = [observation(n / 12, n % 4 / 4, "desktop.cpu", "desktop", "d1") for n in range(288)]
    write(clickhouse, told)
    (cpu,) = desktop_cpu(hours=24 * 30)
    assert (cpu.bucket_s, cpu.values[0], cpu.maxima[0]) == (14400, 0.375, 0.75)


def test_another_tenants_samples_are_not_there(clickhouse: ClickHouse) -> None:
    write(clickhouse, [observation(1, 1, "desktop.cpu", "desktop", "d1")])
    assert desktop_cpu(STRANGER) == ()
    assert len(desktop_cpu()) == 1


def test_every_kind_of_object_has_its_series(clickhouse: ClickHouse) -> None:
    write(
        clickhouse,
        [
            observation(1, 1, "host.cpu", "host", "h1"),
            observation(1, 2, "users.online", "pool", "p1"),
            observation(1, 3, "licence.used", "licence", "l1"),
            observation(1, 9, "licence.total", "licence", "l1"),
            observation(1, 4, "poll.seconds", "source", ""),
        ],
    )
    span = SourceId(1), at(0), at(2)
    names = [
        [each.name for each in queries.host_samples(VIEWER, span[0], "h1", *span[1:])],
        [each.name for each in queries.pool_samples(VIEWER, span[0], "p1", *span[1:])],
        [each.name for each in queries.licence_history(VIEWER, span[0], "l1", *span[1:])],
        [each.name for each in queries.source_samples(VIEWER, *span)],
    ]
    assert names == [
        ["host.cpu"],
        ["users.online"],
        ["licence.used", "licence.total"],
        ["poll.seconds"],
    ]


def test_connections_keep_stages_that_were_read_once(clickhouse: ClickHouse) -> None:
    staged = connection("c1", 1, None, setup=0.01, stages_s={"LOGIN": 2.5, "CONNECT": 3.0})
    write(clickhouse, [staged], read_at=at(1.1))
    write(clickhouse, [connection("c1", 1, 2, setup=0.01, rtt_s=0.02)], read_at=at(3))
    (row,) = queries.desktop_connections(VIEWER, SourceId(1), "d1", at(0), at(4))
    assert row.stages_s == {"LOGIN": 2.5, "CONNECT": 3.0}
    assert (row.ended_at, row.rtt_s, row.logon_s) == (at(2), 0.02, 36)
    assert row.duration_s == pytest.approx(3564)


def test_connections_of_a_user_are_the_users(clickhouse: ClickHouse) -> None:
    told = [connection("c1", 1, 2), connection("c2", 3, 4), connection("c3", 5, 6, login="wu")]
    write(clickhouse, told)
    asked = SourceId(1), "li", at(0), at(24)
    found = queries.user_connections(VIEWER, *asked)
    assert [row.native_id for row in found] == ["c2", "c1"]
    assert len(queries.user_connections(VIEWER, *asked, limit=1)) == 1
    assert queries.user_connections(STRANGER, *asked) == ()


def test_a_failed_attempt_has_no_logon_time(clickhouse: ClickHouse) -> None:
    write(clickhouse, [connection("c1", 1, 1, setup=None, failure="no_capacity")])
    (row,) = queries.desktop_connections(VIEWER, SourceId(1), "d1", at(0), at(4))
    assert (row.logon_s, row.duration_s, row.failure) == (None, None, "no_capacity")


def test_what_a_user_did(clickhouse: ClickHouse) -> None:
    told = UserAction(native_id="a1", at=at(1), login="li", kind="reboot", object_name="PC-1")
    write(clickhouse, [told])
    (row,) = queries.user_actions(VIEWER, SourceId(1), "li", at(0), at(2))
    assert (row.kind, row.object_name, row.at, row.is_success) == ("reboot", "PC-1", at(1), True)


def test_logons_by_hour(clickhouse: ClickHouse) -> None:
    told = [connection(f"c{n}", 9 + n / 100, 17, setup=(n + 1) / 3600) for n in range(10)]
    told.append(connection("bad", 9.5, 9.5, setup=None, failure="timeout"))
    told.append(connection("again", 11, 12, setup=9, is_reconnect=True))
    write(clickhouse, told)
    nine, eleven = queries.logons_per_hour(VIEWER, at(0), at(24))
    assert (nine.at, nine.attempts, nine.failures, nine.reconnects) == (at(9), 11, 1, 0)
    assert nine.logon_p50_s == pytest.approx(6, abs=1)
    assert (eleven.reconnects, eleven.logon_p50_s) == (1, None)


def judge(native_id: str, verdict: str, alarm: int | None) -> JudgedRawAlarm:
    raw = build_raw(native_id=native_id, tenant=2)
    return JudgedRawAlarm(
        id=f"b:{native_id}",
        raw_alarm=raw,
        verdict=verdict,
        alarm=AlarmId(alarm) if alarm else None,
    )


def test_raw_alarms_with_their_verdicts(clickhouse: ClickHouse) -> None:
    first = [judge("1", "unprocessed", None), judge("2", "raised", 7)]
    store.insert(clickhouse, RAW_ALARMS, [batch_of_raw_alarms(first, written_at=at(1))])
    again = [judge("1", "raised", 7)]
    store.insert(clickhouse, RAW_ALARMS, [batch_of_raw_alarms(again, written_at=at(2))])
    raw = first[0].raw_alarm
    span = raw.received_at - timedelta(hours=1), raw.received_at + timedelta(hours=1)
    found = queries.raw_alarms_of(VIEWER, AlarmId(7), *span)
    assert [(row.id, row.verdict, row.alarm) for row in found] == [
        ("b:2", "raised", 7),
        ("b:1", "raised", 7),
    ]
    assert (found[0].raw, found[0].severity, found[0].text) == (raw.raw, raw.severity, raw.text)
    assert list(queries.count_verdicts(VIEWER, *span).values()) == [{"raised": 2}]
    assert queries.raw_alarms_of(STRANGER, AlarmId(7), *span) == ()


def test_questions_are_bounded(clickhouse: ClickHouse) -> None:
    with pytest.raises(Invalid, match="400 days"):
        queries.desktop_samples(VIEWER, SourceId(1), "d", at(0), at(24 * 401))
    with pytest.raises(Invalid, match="before the end"):
        queries.logons_per_hour(VIEWER, at(1), at(1))
    with pytest.raises(Invalid, match="1000"):
        queries.user_connections(VIEWER, SourceId(1), "li", at(0), at(1), limit=1001)
    with pytest.raises(Invalid, match="time zone"):
        queries.online_curve(VIEWER, DAY, "Mars/Olympus")


def test_a_process_without_clickhouse_says_so(clickhouse: ClickHouse) -> None:
    actions.use_clickhouse(None)
    with pytest.raises(EngineAway, match="not open"):
        queries.usual_curve(VIEWER, DAY, ZONE)
