"""Use as the pages tell it, against the simulated cloud's own truth; every figure exactly.

What the cloud has is read over its REST face by the connector, as it is in production, and asked
for by the same questions that the page asks. The table of the comparison is printed (`-s`).
"""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.integration.usage.comparing import Line, compare
from tests.integration.usage.truth import Truth, days_until, local_midnight
from tests.support.alarms import build_viewer
from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import DesktopSeen, Reading, SessionSeen
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import HeldDesktop
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.batches import batches_of_page
from yunwei.operate.usage import actions as usage
from yunwei.operate.usage.facts.idle import IdleKind
from yunwei.operate.usage.facts.use import Asked, By, Counted
from yunwei.operate.usage.queries import activity, idle, logons, parts
from yunwei.operate.usage.queries.ground import Ground, lay_ground
from yunwei.plugins.sdk.contract import Connector, Read, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread
from yunwei_sim.world.departments import DEPARTMENTS

DESKTOPS, DAYS = 300, 28
ZONE = "Asia/Shanghai"
# a Wednesday, 14:30 in Shanghai: people are in, and some are about to leave
NOW = datetime(2026, 11, 25, 14, 30, tzinfo=ZoneInfo(ZONE))
LAST = NOW.date()
SHOWN = days_until(LAST, 14)
VIEWER = build_viewer(2)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def cloud() -> Iterator[SimulatorThread]:
    """A cloud that stands still at noon, with a lively past and people who are in right now."""
    options = Options(desktops=DESKTOPS, days=DAYS, start_at=NOW, speed=0)
    with start_in_thread(options) as running:
        running.simulation.date_signatures_by(NOW.timestamp)
        yield running


@pytest.fixture(scope="module")
def read_door(opened_clickhouse: ClickHouse, cloud: SimulatorThread) -> Iterator[ClickHouse]:
    """ClickHouse with all that the connector read, once for all tests here."""
    for name in TABLES:
        opened_clickhouse.command(f"TRUNCATE TABLE {name}")
    asyncio.run(read_all(cloud, opened_clickhouse))
    usage.use_clickhouse(opened_clickhouse)
    yield opened_clickhouse
    usage.use_clickhouse(None)


def connect(cloud: SimulatorThread) -> Connector:
    access = Access()
    settings = {
        "endpoint": cloud.url,
        "project_id": access.project_id,
        "ak": access.access_key,
        "sk": access.secret_key,
    }
    context = make_context(settings, StillClock(NOW), timeout_s=30.0)
    return load(CONNECTORS, "huawei_workspace")(context)


async def read_all(cloud: SimulatorThread, door: ClickHouse) -> None:
    connector = connect(cloud)
    whole = Wanted(watermark=None, history_from=NOW - timedelta(days=DAYS + 1))
    # the newest records once more, with the stages of their logons: they are there twice now
    newest = Wanted(watermark=None, history_from=NOW - timedelta(hours=2))
    for what, wanted in ((Read.INVENTORY, whole), (Read.ACTIVITY, whole), (Read.ACTIVITY, newest)):
        async for page in connector.read(what, wanted):
            for batch in batches_of_page(
                page.readings, tenant=TenantId(2), source=SourceId(1), read_at=page.read_at
            ):
                store.insert(door, TABLES[batch.table], [batch])
    await connector.close()


@pytest.fixture
def ground(read_door: ClickHouse, monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.setattr(inventory, "name_desktop_users", lambda viewer, wanted: {})
    monkeypatch.setattr(inventory, "fetch_pool_names", lambda viewer: ())
    asked = Asked(from_at=local_midnight(SHOWN[-1]), to_at=NOW, time_zone=ZONE)
    return lay_ground(VIEWER, asked, clock=FakeClock(NOW))


@pytest.fixture(scope="module")
def truth(cloud: SimulatorThread) -> Truth:
    return truth_of(cloud, SHOWN[-1])


def truth_of(cloud: SimulatorThread, first: date) -> Truth:
    world = cloud.simulation.cloud.world
    return Truth(world, int(local_midnight(first).timestamp()), int(NOW.timestamp()))


def test_the_records_cover_the_time(ground: Ground) -> None:
    assert ground.known.coverage == 1.0
    assert ground.known.as_of == NOW


def test_peaks_and_active_users(ground: Ground, truth: Truth, cloud: SimulatorThread) -> None:
    online = truth.seconds.online
    top = activity.fetch_concurrency(ground, Counted.USERS).top
    active = activity.fetch_active(ground)
    month = truth_of(cloud, days_until(LAST, 28)[-1])
    daily = [len(month.active([day])) for day in days_until(LAST, 28)]
    told_days = {each.day: each.users for each in activity.fetch_days(ground)}
    assert top is not None
    whole = len(month.active(days_until(LAST, 28)))
    compare(
        [
            Line("most users at once", top.count, int(online.max())),
            Line("its first second", int(top.at.timestamp()), truth.from_s + int(online.argmax())),
            Line("active users", active.users, len(truth.active(SHOWN))),
            Line("active today", active.day, daily[0]),
            Line("active in 7 days", active.week, len(month.active(days_until(LAST, 7)))),
            Line("active in 28 days", active.month, whole),
            Line("stickiness", active.stickiness, sum(daily) / 28 / whole),
            *(
                Line(f"active on {day}", told_days[day], count)
                for day, count in zip(SHOWN, daily, strict=False)
            ),
        ]
    )


def test_peak_by_department(ground: Ground, truth: Truth) -> None:
    people, seconds = truth.world.people, truth.seconds
    told = {each.key: each for each in parts.fetch_parts(ground, By.DEPARTMENT)}
    lines = []
    for number, online in seconds.online_of.items():
        department = DEPARTMENTS[number].name
        users = sum(1 for user in seconds.connected if people.department[user] == number)
        found = told[department]
        lines += [
            Line(f"{department}: at once", found.top and found.top.count, int(online.max())),
            Line(f"{department}: users", found.users, users),
        ]
    compare(lines)


@pytest.mark.parametrize("by", [By.POOL, By.CLIENT])
def test_peak_by_pool_and_client(ground: Ground, truth: Truth, by: By) -> None:
    part_of = {By.POOL: lambda each: f"1:{truth.pool(each)}", By.CLIENT: truth.client}[by]
    told = {each.key: each.top for each in parts.fetch_parts(ground, by) if each.top}
    lines = [Line("parts with anybody", len(told), len(truth.peaks(part_of)))]
    for part, (count, second) in sorted(truth.peaks(part_of).items()):
        top = told.get(part)
        lines += [
            Line(f"{part[:24]}: at once", top and top.count, count),
            Line(f"{part[:24]}: first at", top and int(top.at.timestamp()), second),
        ]
    compare(lines)


def test_heat_of_weekday_and_hour(ground: Ground, truth: Truth) -> None:
    told = activity.fetch_heat(ground).rows
    true = truth.heat()
    lines = [
        Line(
            f"weekday {day}, {hour:02d}:00",
            round(told[day][hour] or 0, 9),
            round(true[day, hour], 9),
        )
        for day in range(7)
        for hour in range(24)
    ]
    busiest = sorted(lines, key=lambda line: -float(str(line.true)))[:8]
    wrong = [line for line in lines if line.told != line.true]
    compare([*busiest, *wrong, Line("weekday hours that differ", len(wrong), 0)])


@pytest.mark.parametrize("by", [By.CLIENT, By.POOL, By.HOUR])
def test_logons_by_part(ground: Ground, truth: Truth, by: By) -> None:
    part_of = {
        By.CLIENT: truth.client,
        By.POOL: lambda each: f"1:{truth.pool(each)}",
        By.HOUR: truth.hour,
    }[by]
    told = {each.part: each for each in parts.fetch_attempts(ground, by)}
    lines = []
    for part, logons_s in sorted(truth.logons_by(part_of).items()):
        found = told[part]
        lines += [
            Line(f"{part[:20]}: first logons", found.timed, len(logons_s)),
            Line(f"{part[:20]}: median", found.p50_s, float(np.percentile(logons_s, 50))),
            Line(
                f"{part[:20]}: p95",
                round(found.p95_s or 0, 6),
                round(float(np.percentile(logons_s, 95)), 6),
            ),
        ]
    compare(lines)


def test_slowest_logons_and_their_stages(ground: Ground, truth: Truth) -> None:
    slowest = [each.logon_s for each in logons.fetch_slowest(ground, limit=10)]
    phases = logons.fetch_phases(ground)
    compare(
        [
            *(
                Line(f"slowest logon, number {place}", told, true)
                for place, (told, true) in enumerate(
                    zip(slowest, reversed(truth.logons()), strict=False), start=1
                )
            ),
            # the simulated service's stages make the whole logon
            Line("unaccounted", phases.gap and round(phases.gap.total_s, 6), 0.0),
        ]
    )
    assert 0 < phases.staged <= 50


def test_hours_of_every_user(ground: Ground, truth: Truth) -> None:
    logins = truth.world.people.logins
    true = {logins[user]: count for user, count in truth.seconds.connected.items()}
    rows = activity.fetch_user_times(ground, limit=1000).rows
    told = {row.login: row.connected_s for row in rows}
    busiest = sorted(true, key=lambda login: (-true[login], login))[:5]
    compare(
        [
            *(Line(f"seconds of {login}", told.get(login), true[login]) for login in busiest),
            Line("seconds of all users", sum(told.values()), sum(true.values())),
            Line("users with other seconds", len({*told.items()} ^ {*true.items()}), 0),
        ]
    )


def test_failures_by_reason(ground: Ground, truth: Truth) -> None:
    true = truth.failures()
    told = {each.reason: each.attempts for each in parts.fetch_failures(ground)}
    compare([Line(reason[:33], told.get(reason), true[reason]) for reason in sorted(true)])
    assert set(told) == set(true)


def test_attempts_and_logons(ground: Ground, truth: Truth) -> None:
    told = parts.fetch_all_attempts(ground)
    logons, attempts = truth.logons(), truth.attempts()
    again = [each for each in attempts if each.is_reconnect and not each.failure]
    compare(
        [
            Line("attempts", told.attempts, len(attempts)),
            Line("failed", told.failures, sum(1 for each in attempts if each.failure)),
            Line("reconnects", told.reconnects, len(again)),
            Line("first logons", told.timed, len(logons)),
            Line("median logon", told.p50_s, float(np.percentile(logons, 50))),
            Line(
                "logon p95", round(told.p95_s or 0, 6), round(float(np.percentile(logons, 95)), 6)
            ),
        ]
    )


async def read_seen(cloud: SimulatorThread) -> list[Reading]:
    connector = connect(cloud)
    wanted = Wanted(watermark=None, history_from=NOW)
    found: list[Reading] = []
    for what in (Read.INVENTORY, Read.SESSIONS):
        async for page in connector.read(what, wanted):
            found += page.readings
    await connector.close()
    return found


def hold(readings: list[Reading]) -> tuple[HeldDesktop, ...]:
    """Return the desktops as inventory has them, which began to look just now."""
    sessions = {each.desktop: each for each in readings if isinstance(each, SessionSeen)}
    return tuple(
        HeldDesktop(
            id=DesktopId(number),
            tenant=TenantId(2),
            source=SourceId(1),
            source_name="",
            native_id=seen.native_id,
            name=seen.name,
            kind=seen.kind,
            state=seen.state,
            state_since=NOW,
            login_state=seen.login_state,
            pool=None,
            pool_name=seen.pool,
            is_in_maintenance=seen.is_in_maintenance,
            created_at=seen.created_at,
            first_seen_at=NOW,
            cpu=seen.cpu,
            memory_mb=seen.memory_mb,
            logins=seen.logins,
            gone_logins=(),
            session_login=session.login if session else "",
            session_state=session.state.value if session else "",
            session_since=NOW if session else None,
        )
        for number, seen in enumerate(each for each in readings if isinstance(each, DesktopSeen))
        for session in (sessions.get(seen.native_id),)
    )


@pytest.mark.parametrize("unused_days", [3, 7, 14])
def test_idle_desktops(
    read_door: ClickHouse,
    cloud: SimulatorThread,
    truth: Truth,
    monkeypatch: pytest.MonkeyPatch,
    unused_days: int,
) -> None:
    held = hold(asyncio.run(read_seen(cloud)))
    monkeypatch.setattr(inventory, "fetch_held_desktops", lambda viewer, tenants: held)
    limits = {"unused_days": unused_days}
    found = idle.fetch_idle(VIEWER, limits, PageRequest(limit=1000), clock=FakeClock(NOW)).items
    told = {
        each.desktop.name: each.unused_s
        for each in found
        if {*each.kinds} & {IdleKind.UNUSED, IdleKind.NEVER_USED}
    }
    true = {
        name: seconds for name, seconds in truth.unused().items() if seconds >= unused_days * 86_400
    }
    longest = sorted(true, key=lambda name: (-true[name], name))[:5]
    unassigned = {each.desktop.name for each in found if IdleKind.UNASSIGNED in each.kinds}
    compare(
        [
            Line("desktops", len(held), truth.world.fleet.count),
            *(Line(f"{name}: seconds unused", told.get(name), true[name]) for name in longest),
            Line(f"unused for {unused_days} days", len(told), len(true)),
            Line("of these, others than true", len({*told.items()} ^ {*true.items()}), 0),
            Line("assigned to nobody", sorted(unassigned), truth.unassigned()),
        ]
    )
    assert true
