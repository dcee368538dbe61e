"""From a simulated cloud through collect and the bus to the questions people ask: the truth."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from tests.integration.collect.support import eventually, running
from tests.support.alarms import build_viewer
from yunwei.base.core.page import PageRequest
from yunwei.base.core.times import to_rfc3339
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.people.actions.tenants import bootstrap
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.actions import sources as collect_actions
from yunwei.monitor.collect.facts import SourceDraft, SourceState
from yunwei.monitor.collect.hands import Hands
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.telemetry import queries
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.monitor.telemetry.facts import Series
from yunwei.monitor.telemetry.jobs import TelemetryWriter
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, get_manifest
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

ZONE = "Asia/Shanghai"
# a Wednesday, 14:30 in Shanghai: people are in, and were in before
NOON = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
EVERY_S = {
    "inventory": 60,
    "licences": 60,
    "sessions": 0.4,
    "metrics": 60,
    "activity": 1,
    "alarms": 60,
}


class CloudClock:
    """The cloud's own time, so that its day is a day here; it starts on a working day's noon."""

    def __init__(self) -> None:
        self._offset = NOON - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic_s(self) -> float:
        return self.now().timestamp()


CLOCK = CloudClock()

# bounds are there to end a test that fails, not to measure: a busy machine may take its time
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    with start_in_thread(Options(desktops=300, days=15, start_at=CLOCK.now())) as started:
        # signatures are dated by the same clock as everything else here
        started.simulation.date_signatures_by(lambda: CLOCK.now().timestamp())
        yield started


def ask(sim: SimulatorThread, path: str, **body: object) -> Any:
    answer = httpx.request("POST" if body else "GET", sim.control_url + path, json=body or None)
    answer.raise_for_status()
    return answer.json()


@pytest.fixture
async def viewer(
    sim: SimulatorThread,
    bus: Bus,
    clickhouse: ClickHouse,
    database_pool: str,
    tmp_path: Path,
) -> AsyncIterator[Viewer]:
    """Somebody who looks at the cloud while it is collected and written."""
    provider = bootstrap()
    viewer = build_viewer(provider.id)
    access = Access()
    settings = {
        "endpoint": sim.url,
        "project_id": access.project_id,
        "ak": access.access_key,
        "sk": access.secret_key,
    }
    draft = SourceDraft(
        tenant=provider.id, connector="huawei_workspace", name="Sim", settings=settings
    )
    collect_actions.add_source(viewer, draft)
    hands = Hands(
        sinks=(inventory_actions.apply_page,),
        publishers=(TelemetryPublisher(bus.append),),
        choose_desktops=inventory_actions.system_choose_desktops,
        manifest_of=_quick,
        clock=CLOCK,
    )
    writing = asyncio.create_task(TelemetryWriter(bus, clickhouse, tmp_path).run())
    async with running(hands):
        yield viewer
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing


def _quick(slug: str) -> Manifest:
    return msgspec.structs.replace(get_manifest(CONNECTORS, slug), every_s=EVERY_S)


def reads_ok(viewer: Viewer) -> set[str]:
    (source,) = collect_queries.fetch_sources(viewer).items
    return {each.read for each in source.reads if each.state is SourceState.OK}


async def all_read(viewer: Viewer) -> None:
    await eventually(lambda: reads_ok(viewer) >= set(EVERY_S), within_s=200)


def curve(viewer: Viewer) -> Series:
    today = CLOCK.now().astimezone(ZoneInfo(ZONE)).date()
    return queries.online_curve(viewer, today, ZONE, clock=CLOCK)


async def test_what_is_collected_is_what_the_cloud_has(
    sim: SimulatorThread, viewer: Viewer
) -> None:
    await all_read(viewer)
    truth = ask(sim, "/sim/state")["counts"]
    assert inventory.fetch_desktops(viewer).total == truth["desktops"]
    assert inventory.fetch_desktop_users(viewer).total == truth["people"]
    assert inventory.fetch_hosts(viewer).total == truth["hosts"]
    assert inventory.fetch_licences(viewer).total > 0
    row = inventory.fetch_desktops(viewer, {"login_state": "connected"}).items[0]
    assert row.users_now
    assert row.pool_name
    await eventually(lambda: samples(viewer))
    assert {each.name for each in samples(viewer)} >= {"desktop.cpu", "desktop.memory"}
    await eventually(lambda: len(swept(curve(viewer))) >= 12 * 14)
    assert history_is_true(sim, swept(curve(viewer)))
    assert is_a_working_day(queries.usual_curve(viewer, NOON.date(), ZONE))


def samples(viewer: Viewer) -> tuple[Series, ...]:
    row = inventory.fetch_desktops(viewer, {"login_state": "connected"}).items[0]
    now = CLOCK.now()
    since = now - timedelta(hours=6)
    return queries.desktop_samples(viewer, row.source, row.native_id, since, now)


def swept(series: Series) -> list[tuple[datetime, float | None]]:
    """Return the part that connection records told: it is at whole minutes."""
    points = zip(series.times, series.values, strict=True)
    return [(at, value) for at, value in points if not (at.second or at.microsecond)]


def history_is_true(sim: SimulatorThread, points: list[tuple[datetime, float | None]]) -> bool:
    """Every half hour, the number is what the cloud says of that instant."""
    return [value for _, value in points[::6]] == [
        ask(sim, f"/sim/truth/online?at={to_rfc3339(at)}")["online_users"] for at, _ in points[::6]
    ]


def is_a_working_day(usual: Series) -> bool:
    at_three, at_ten, at_noon = (usual.values[hour * 4 + 2] or 0 for hour in (3, 10, 12))
    return at_ten > 3 * at_three and at_ten > at_noon and usual.coverage == 0.5


async def test_who_logs_in_is_counted_by_the_next_poll_and_stands_in_the_curve(
    sim: SimulatorThread, viewer: Viewer
) -> None:
    before = len(ask(sim, "/sim/polls")["items"])
    await all_read(viewer)
    came = [login for login in away(viewer)[:9] if log_in(sim, login)]
    assert len(came) > 3
    for login in came:
        await eventually(lambda login=login: login in online(viewer))
    await eventually(lambda: len(measured(curve(viewer))) >= 12)
    told = measured(curve(viewer))
    polls = [each["online_users"] for each in ask(sim, "/sim/polls")["items"][before:]]
    assert told == polls[: len(told)]


def away(viewer: Viewer) -> list[str]:
    filters = {"is_online": False, "is_disabled": False, "is_locked": False}
    return [each.login for each in inventory.fetch_desktop_users(viewer, filters).items]


def log_in(sim: SimulatorThread, login: str) -> bool:
    return bool(ask(sim, "/sim/login", user=login)["connected"])


def online(viewer: Viewer) -> set[str]:
    found = inventory.fetch_sessions(viewer, {"state": "connected"}, PageRequest(limit=1000))
    return {row.login for row in found.items}


def measured(series: Series) -> list[float | None]:
    """Return the values at the polls, which are at no whole minute."""
    points = zip(series.times, series.values, strict=True)
    return [value for at, value in points if at.second or at.microsecond]
