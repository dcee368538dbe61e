"""Telemetry and inventory: rows per second into ClickHouse, desktops per second into PostgreSQL,
and what the overview's questions cost with a year's worth of neighbours."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.bench.conftest import Figures
from tests.integration.collect.support import eventually
from tests.support.alarms import Installation, build_viewer
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
    Observation,
    PoolSeen,
    Reading,
    ReadingPage,
    SeenKind,
    SessionSeen,
)
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.telemetry import queries, store
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.monitor.telemetry.jobs import TelemetryWriter
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.batches import batches_of_page
from yunwei.plugins.sdk.contract import Read

pytestmark = pytest.mark.bench

MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
DESKTOPS = 10_000
METRICS = ("desktop.cpu", "desktop.memory", "desktop.disk", "desktop.network_in", "session.rtt")


def samples(rounds: int, desktops: int = 2000) -> list[Observation]:
    """Return 5-minute samples of desktops, one per metric and round."""
    return [
        Observation(
            metric=metric,
            object_kind="desktop",
            object_id=f"5f1c9a40-0000-0000-0000-{number:012}",
            at=MIDNIGHT + timedelta(minutes=5 * place),
            value=(number * 37 + place) % 100 / 100,
        )
        for place in range(rounds)
        for number in range(desktops)
        for metric in METRICS
    ]


def seconds_of(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def build_poll(tenant: int, source: int, read: Read = Read.INVENTORY, minutes: float = 0) -> Poll:
    return Poll(
        source=SourceId(source),
        tenant=TenantId(tenant),
        source_name="Cloud",
        connector="scripted",
        read=read,
        started_at=MIDNIGHT + timedelta(minutes=minutes),
    )


def write(door: ClickHouse, readings: Sequence[Reading]) -> None:
    made = batches_of_page(
        readings, tenant=TenantId(2), source=SourceId(1), read_at=MIDNIGHT + timedelta(days=1)
    )
    for batch in made:
        store.insert(door, TABLES[batch.table], [batch])


def test_rows_inserted(clickhouse: ClickHouse, figures: Figures) -> None:
    batches = list(
        batches_of_page(samples(50), tenant=TenantId(2), source=SourceId(1), read_at=MIDNIGHT)
    )
    rows = sum(batch.rows for batch in batches)
    took_s = seconds_of(lambda: store.insert(clickhouse, TABLES["observations"], batches))
    figures.check("telemetry.rows_inserted", rows / took_s, "rows/s")


async def test_rows_from_page_to_clickhouse(
    bus: Bus, clickhouse: ClickHouse, figures: Figures, tmp_path: Path
) -> None:
    """Publish pages of 10,000 observations, durably, while the writer follows."""
    told = samples(20)
    pages = [
        ReadingPage(readings=tuple(told[start : start + 10_000]), read_at=MIDNIGHT)
        for start in range(0, len(told), 10_000)
    ]
    rows = sum(len(page.readings) for page in pages)
    writer = asyncio.create_task(TelemetryWriter(bus, clickhouse, tmp_path).run())
    publisher = TelemetryPublisher(bus.append)
    before = time.perf_counter()
    for page in pages:
        await publisher(build_poll(2, 1), page)
    published_s = time.perf_counter() - before
    await eventually(lambda: count_rows(clickhouse) == rows, within_s=60)
    took_s = time.perf_counter() - before
    writer.cancel()
    await asyncio.wait([writer])
    figures.add("telemetry.rows_published", rows / published_s, "rows/s")
    figures.check("telemetry.rows_through", rows / took_s, "rows/s")


def count_rows(door: ClickHouse) -> int:
    return int(door.query("SELECT count() AS n FROM observations")[0]["n"])


def build_connections(days: int, users: range) -> list[ConnectionRecord]:
    """Return three connections a day for each user, 20 % still open on the last day."""
    return [
        ConnectionRecord(
            native_id=f"{day}-{user}-{turn}",
            login=f"user{user}",
            desktop=f"d{user}",
            started_at=(start := MIDNIGHT + timedelta(days=-day, hours=1 + turn * 3, seconds=user)),
            setup_at=start + timedelta(seconds=20),
            ended_at=None if day == 0 and user % 5 == 0 else start + timedelta(hours=2.5),
        )
        for day in range(days)
        for user in users
        for turn in range(3)
    ]


@pytest.mark.parametrize("users", [2_000, 10_000])
def test_curves(
    clickhouse: ClickHouse,
    figures: Figures,
    monkeypatch: pytest.MonkeyPatch,
    users: int,
) -> None:
    monkeypatch.setattr(
        "yunwei.monitor.collect.queries.sources.fetch_expected_sources",
        lambda viewer: {SourceId(1): True},
    )
    for start in range(0, users, 1000):
        write(clickhouse, build_connections(30, range(start, start + 1000)))
    polls = [
        Observation(
            metric="users.online",
            object_kind="source",
            object_id="",
            at=MIDNIGHT + timedelta(seconds=30 * place),
            value=place,
        )
        for place in range(2880)
    ]
    write(clickhouse, polls)
    viewer = build_viewer(2)
    clock = FakeClock(MIDNIGHT + timedelta(days=1))
    day = date(2026, 11, 23)
    online_s = seconds_of(lambda: queries.online_curve(viewer, day, "Asia/Shanghai", clock=clock))
    usual_s = seconds_of(lambda: queries.usual_curve(viewer, day, "Asia/Shanghai"))
    figures.check(f"telemetry.online_curve.{users}_users", online_s * 1000, "ms")
    figures.check(f"telemetry.usual_curve.{users}_users", usual_s * 1000, "ms")


def build_desktops(count: int) -> tuple[DesktopSeen, ...]:
    return tuple(
        DesktopSeen(
            native_id=f"5f1c9a40-0000-0000-0000-{number:012}",
            name=f"PC-{number:05}",
            kind=DesktopKind.DEDICATED,
            state=DesktopState.RUNNING if number % 4 else DesktopState.STOPPED,
            login_state=LoginState.READY,
            pool=f"pool-{number % 40}",
            host=f"host-{number % 200}",
            ip=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            operating_system="Windows 11 Enterprise",
            agent_version="24.3.1",
            image="win11-2026-10",
            cpu=4,
            memory_mb=8192,
            logins=(f"user{number}",),
            tags={"department": f"dept-{number % 12}"},
            raw={f"field_{place}": f"value {number} {place}" for place in range(12)},
        )
        for number in range(count)
    )


def apply(installation: Installation, poll: Poll, *pages: ReadingPage) -> None:
    for page in pages:
        with transaction() as conn:
            inventory_actions.apply_page(conn, poll, page)


def in_pages(readings: Sequence[Reading], minutes: float, kind: SeenKind) -> list[ReadingPage]:
    """Return pages of 500, the last of which completes the kind."""
    read_at = MIDNIGHT + timedelta(minutes=minutes)
    cuts = [readings[start : start + 500] for start in range(0, len(readings), 500)]
    done = [frozenset[SeenKind]()] * (len(cuts) - 1) + [frozenset({kind})]
    return [
        ReadingPage(readings=tuple(cut), read_at=read_at, completes=completes)
        for cut, completes in zip(cuts, done, strict=True)
    ]


def test_inventory_of_10000_desktops(
    durable: None, installation: Installation, figures: Figures
) -> None:
    pools = [PoolSeen(native_id=f"pool-{n}", name=f"Pool {n}") for n in range(40)]
    seen = [*pools, *build_desktops(DESKTOPS)]
    whose = installation.tenant, installation.source
    names = ("first", "again", "third")
    for place, name in enumerate(names):
        poll = build_poll(*whose, minutes=place)
        pages = in_pages(seen, place, SeenKind.DESKTOP)
        took_s = seconds_of(lambda poll=poll, pages=pages: apply(installation, poll, *pages))
        figures.check(f"inventory.apply_10000.{name}", took_s * 1000, "ms")
    live = [
        SessionSeen(desktop=each.native_id, login=each.logins[0], state=LoginState.CONNECTED)
        for each in build_desktops(DESKTOPS)[::2]
    ]
    poll = build_poll(*whose, Read.SESSIONS, minutes=9)
    sessions = in_pages(live, 9, SeenKind.SESSION)
    took_s = seconds_of(lambda: apply(installation, poll, *sessions))
    figures.check("inventory.apply_5000_sessions", took_s * 1000, "ms")
    _ask(installation, figures)


def _ask(installation: Installation, figures: Figures) -> None:
    viewer = installation.viewer
    asked: dict[str, Callable[[], object]] = {
        "now": lambda: inventory.fetch_now(viewer),
        "page": lambda: inventory.fetch_desktops(viewer),
        "search": lambda: inventory.fetch_desktops(viewer, {"search": "user99"}),
        "by_state": lambda: inventory.fetch_desktops(
            viewer, {"login_state": "connected"}, PageRequest(sort="-state_since")
        ),
        "pools": lambda: inventory.fetch_pools(viewer),
        "choose": lambda: inventory_actions.system_choose_desktops(installation.source),
    }
    for name, ask in asked.items():
        took_s = min(seconds_of(ask) for _ in range(3))
        figures.check(f"inventory.ask_10000.{name}", took_s * 1000, "ms")
