"""A whole month of a simulated cloud, lived through on a fast clock and read as in production.

Every so many simulated hours the cloud is read by its connector; what it says goes into the
inventory, and over the bus through the writer into ClickHouse. Meanwhile faults come and quotas are
changed. What the cloud's own books say of its licences at each reading is written down beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.alarms import build_viewer
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.bus import TELEMETRY, Bus
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.tenants import bootstrap
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.collect.store import sources as collect_store
from yunwei.monitor.inventory import actions as inventory
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.monitor.telemetry.jobs import DURABLE, TelemetryWriter
from yunwei.plugins.sdk.contract import Connector, Read, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, Simulation, SimulatorThread, start_in_thread
from yunwei_sim.world import licences

ZONE = "Asia/Shanghai"
FIRST = datetime(2026, 11, 1, tzinfo=ZoneInfo(ZONE))
LAST = datetime(2026, 12, 1, tzinfo=ZoneInfo(ZONE))
PAST_DAYS = 28
MORNING = timedelta(hours=9)

FAULTS = (
    "licence_exhausted", "host_down", "broker_down", "gateway_loss", "login_storm", "agent_gone",
    "desktop_error", "storage_slow",
)  # fmt: skip
"""One begins with each reading of a morning, in turn."""
_FAULT_S = 2 * 3600

QUOTAS = {4: ("users", 9000), 10: ("volumes", 12_000), 19: ("users", 8000)}
"""What the provider sells on which day of the month."""
RENEWED_ON, RENEWED_UNTIL = 22, datetime(2028, 1, 1, tzinfo=UTC)


type Standing = Mapping[tuple[str, str], str]
"""What the cloud says of its licences: (licence, field) to the value as text."""


@dataclass(frozen=True, slots=True, order=True)
class Changed:
    """A licence was found changed at a reading."""

    at: datetime
    licence: str
    field: str
    before: str
    after: str


@dataclass
class Month:
    """The month as it went by. changed: what the cloud's own books say of its licences."""

    cloud: SimulatorThread
    viewer: Viewer
    source: SourceId
    clock: StillClock
    every: timedelta
    changed: list[Changed] = field(default_factory=list)
    readings: int = 0
    _standing: Standing | None = None

    def note_licences(self, standing: Standing) -> None:
        """Write down what is different from the last reading."""
        known, at = self._standing, self.clock.now()
        if known is not None:
            self.changed += [
                Changed(at, *key, known.get(key, ""), value)
                for key, value in standing.items()
                if known.get(key, "") != value
            ]
        self._standing = standing


def readings_at(every: timedelta) -> Iterator[datetime]:
    """Yield when the cloud is read: at the beginning, from the first morning on, at the end."""
    yield FIRST
    at = FIRST + MORNING
    while at < LAST:
        yield at
        at += every
    yield LAST


def cloud_of(desktops: int, clock: StillClock) -> Iterator[SimulatorThread]:
    """Serve a cloud with a past, at the first second of the month; its time moves with the month,
    the dates of signatures with the clock."""
    access = Access(requests_per_s=0)
    options = Options(desktops=desktops, days=PAST_DAYS, start_at=FIRST, speed=0, access=access)
    with start_in_thread(options) as running:
        running.simulation.date_signatures_by(lambda: clock.now().timestamp())
        yield running


async def live_through(
    cloud: SimulatorThread,
    clock: StillClock,
    bus: Bus,
    door: ClickHouse,
    folder: Path,
    *,
    every: timedelta,
) -> Month:
    """Let the month go by and return it; everything is written when it does."""
    provider = bootstrap()
    settings = _settings(cloud)
    with transaction() as conn:
        source = collect_store.add_source(
            conn,
            tenant=provider.id,
            connector="huawei_workspace",
            name="Cloud",
            settings=settings,
            secrets={},
            history_days=PAST_DAYS,
        )
    assert source is not None
    month = Month(
        cloud=cloud,
        viewer=build_viewer(provider.id),
        source=source,
        clock=clock,
        every=every,
    )
    connector: Connector = load(CONNECTORS, "huawei_workspace")(
        make_context(settings, clock, timeout_s=60.0)
    )
    reader = _Reader(month, provider.id, connector, TelemetryPublisher(bus.append))
    writer = TelemetryWriter(bus, door, folder)
    for at in readings_at(every):
        clock.at = at
        cloud.call(lambda simulation, at=at: _move(simulation, at))
        month.note_licences(cloud.call(_standing))
        await reader.read_all()
        month.readings += 1
        while await _is_behind(bus, writer):
            await writer.step()
    await connector.close()
    return month


async def _is_behind(bus: Bus, writer: TelemetryWriter) -> bool:
    """Whether anything that was published is not written yet."""
    if writer._follower is None:
        return True
    told = await bus._stream.consumer_info(TELEMETRY, DURABLE)
    return bool(told.num_pending or told.num_ack_pending)


def _settings(cloud: SimulatorThread) -> dict[str, str]:
    access = Access()
    return {
        "endpoint": cloud.url,
        "project_id": access.project_id,
        "ak": access.access_key,
        "sk": access.secret_key,
    }


def _move(simulation: Simulation, at: datetime) -> None:
    """Go on to an instant, at which what is planned happens."""
    simulation.cloud.clock.set_at(at)
    simulation.pump()
    world = simulation.cloud.world
    if at.hour != (FIRST + MORNING).hour:
        return
    world.inject(FAULTS[at.day % len(FAULTS)], lasts_s=_FAULT_S)
    if at.day in QUOTAS:
        kind, limit = QUOTAS[at.day]
        world.bought[kind] = limit
    if at.day == RENEWED_ON:
        world.renewed_until_s = int(RENEWED_UNTIL.timestamp())


def _standing(simulation: Simulation) -> Standing:
    """Return what the cloud's own books say; licences of sites have the same names below them."""
    world = simulation.cloud.world
    sites = world.places.sites
    ends_s = licences.licence_expires_s(world)
    ends_at = datetime.fromtimestamp(ends_s, UTC)
    told = {("directory_certificate", "expires_at"): f"{ends_at:%Y-%m-%dT%H:%M:%SZ}"}
    for number in (None, *(place for place, site in enumerate(sites) if site.type != "CENTER")):
        for quota in licences.quotas(world, site=number):
            name = quota.type if number is None else f"{sites[number].id}/{quota.type}"
            told[name, "total"] = str(quota.limit)
    return told


class _Reader:
    """Reads the cloud as a source is read, each read from where it got to."""

    def __init__(
        self,
        month: Month,
        tenant: TenantId,
        connector: Connector,
        publish: TelemetryPublisher,
    ) -> None:
        self._month, self._tenant = month, tenant
        self._connector, self._publish = connector, publish
        self._marks: dict[Read, str] = {}

    async def read_all(self) -> None:
        for what in (Read.INVENTORY, Read.LICENCES, Read.SESSIONS, Read.ACTIVITY):
            await self._read(what)

    async def _read(self, what: Read) -> None:
        month = self._month
        poll = Poll(
            source=month.source,
            tenant=self._tenant,
            source_name="Cloud",
            connector="huawei_workspace",
            read=what,
            started_at=month.clock.now(),
        )
        wanted = Wanted(
            watermark=self._marks.get(what),
            history_from=FIRST - timedelta(days=PAST_DAYS + 1),
        )
        pages = self._connector.read(what, wanted)
        async for page in pages:
            with transaction() as conn:
                inventory.apply_page(conn, poll, page)
            await self._publish(poll, page)
            if page.watermark is not None:
                self._marks[what] = page.watermark
