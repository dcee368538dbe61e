"""A laboratory for diagnoses: a fault is put into a simulated cloud, the platform reads that cloud
as it always does, over its sockets, and somebody whom the fault hit complains.

The only thing that knows the truth is this file; the checks know nothing of the simulated faults.
"""

import asyncio
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.integration.telemetry.support import write
from tests.support.alarms import Installation
from tests.support.complaints import LASTS_S, inject
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import AlarmId, SourceId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import Reading, ReadingPage
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.diagnosis.facts.evidence import Evidence, SubjectKind
from yunwei.operate.diagnosis.facts.verdicts import Verdict
from yunwei.operate.diagnosis.queries.gathering import gather
from yunwei.operate.diagnosis.rules.registry import all_checks
from yunwei.operate.diagnosis.rules.scoring import diagnose
from yunwei.operate.diagnosis.rules.words import topic_of
from yunwei.plugins.sdk.contract import Connector, Read, SourceContext, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.snmp.notification import decode_trap
from yunwei.plugins.sdk.testkit import StillClock, make_context
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread
from yunwei_sim.snmp.sender import TrapSettings

WEDNESDAY_AT = datetime(2026, 11, 25, 8, 58, tzinfo=ZoneInfo("Asia/Shanghai"))
"""While people come to work, so that somebody logs on after whatever happens."""
ACCESS = Access(requests_per_s=0)
DAYS, DESKTOPS = 3, 400

CAUSES: dict[str, str] = {
    "host_down": "host_down",
    "storage_slow": "storage_slow",
    "gateway_loss": "gateway_loss",
    "broker_down": "broker_down",
    "login_storm": "logon_storm",
    "licence_exhausted": "licence_exhausted",
    "licence_expiring": "licence_expiring",
    "profile_slow": "profile_slow",
    "link_down": "link_down",
    "agent_gone": "agent_gone",
    "disk_full": "desktop_disk",
    "desktop_error": "desktop_faulty",
    "cpu_hog": "desktop_cpu",
    "memory_pressure": "desktop_memory",
    "image_drift": "image_drift",
    "quota_exhausted": "quota_exhausted",
    "gateway_down": "gateway_down",
    "directory_down": "directory_down",
    "clock_skew": "time_skew",
    "certificate_over": "certificate_expired",
    "names_lost": "dns_down",
    "host_overloaded": "host_busy",
    "datastore_full": "storage_full",
    "pool_empty": "pool_exhausted",
    "account_lock": "account_locked",
    "profile_broken": "own_profile",
}
OWN_CAUSES: dict[str, str] = {
    "own_far": "own_network",
    "own_wireless": "own_network",
    "own_tunnel": "own_network",
    "own_line": "own_network",
    "own_password": "wrong_password",
}
DOUBLES: tuple[tuple[str, str], ...] = (
    ("host_down", "gateway_loss"),
    ("broker_down", "disk_full"),
    ("storage_slow", "cpu_hog"),
    ("agent_gone", "link_down"),
    ("profile_slow", "image_drift"),
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One complaint: what was injected, what the verdict should name, and what it said."""

    faults: tuple[str, ...]
    seed: int
    wanted: tuple[str, ...]
    evidence: Evidence
    verdict: Verdict
    took_s: float

    @property
    def is_top(self) -> bool:
        return bool(set(self.verdict.causes[:1]) & set(self.wanted))

    @property
    def is_in_three(self) -> bool:
        return set(self.wanted) <= set(self.verdict.causes[:3])

    @property
    def accuses_falsely(self) -> bool:
        """Somebody innocent is called guilty."""
        guilty = {each.check for each in self.verdict.accused if each.standing.value == "guilty"}
        return bool(guilty - set(self.wanted))


@dataclass(frozen=True, kw_only=True)
class Before:
    """What was read of a seed's cloud before anything happened."""

    pages: tuple[tuple[Read, ReadingPage], ...]
    at: datetime


class Traps:
    """Hears the traps of one simulated cloud."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = int(self._socket.getsockname()[1])

    def take(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self._socket.recv(65_535))
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


def _options(seed: int, traps: Traps | None, start_at: datetime, desktops: int) -> Options:
    targets = (("127.0.0.1", traps.port),) if traps else ()
    return Options(
        desktops=desktops,
        seed=seed,
        days=DAYS,
        start_at=start_at,
        speed=0,
        access=ACCESS,
        traps=TrapSettings(targets=targets),
    )


@contextmanager
def open_cloud(
    seed: int,
    traps: Traps | None = None,
    *,
    start_at: datetime = WEDNESDAY_AT,
    desktops: int = DESKTOPS,
) -> Iterator[SimulatorThread]:
    """A cloud whose gateway takes the cloud's time for the real one, as everybody else here does:
    requests are signed in it."""
    with start_in_thread(_options(seed, traps, start_at, desktops)) as running:
        clock = running.simulation.cloud.clock
        running.simulation.date_signatures_by(lambda: float(clock.now_s()))
        yield running


async def read_cloud(
    running: SimulatorThread, wanted: Iterable[tuple[Read, Wanted]], now: datetime
) -> list[tuple[Read, ReadingPage]]:
    settings = {
        "endpoint": running.url,
        "project_id": ACCESS.project_id,
        "ak": ACCESS.access_key,
        "sk": ACCESS.secret_key,
    }
    context = _context(settings, now)
    connector: Connector = load(CONNECTORS, "huawei_workspace")(context)
    try:
        found = []
        for read, asked in wanted:
            found += [(read, page) async for page in connector.read(read, asked)]
        return found
    finally:
        await connector.close()


def _context(settings: dict[str, str], now: datetime) -> SourceContext:
    return make_context(settings, StillClock(now), timeout_s=30.0)


@lru_cache(maxsize=32)
def read_before(seed: int, desktops: int) -> Before:
    """Return what the platform knows of a seed's cloud before the day begins."""
    with open_cloud(seed, desktops=desktops) as running:
        now = running.call(lambda sim: sim.cloud.clock.now_at())
        past = Wanted(watermark=None, history_from=now - timedelta(days=DAYS))
        reads = (Read.INVENTORY, Read.LICENCES, Read.SESSIONS, Read.ACTIVITY)
        pages = asyncio.run(read_cloud(running, [(read, past) for read in reads], now))
    return Before(pages=tuple(pages), at=now)


class Laboratory:
    """Runs trials on one installation; each has a source of its own."""

    def __init__(
        self, installation: Installation, clickhouse: ClickHouse, *, desktops: int = DESKTOPS
    ) -> None:
        self._here = installation
        self._desktops = desktops
        self._clickhouse = clickhouse
        self._number = 0

    def run(
        self, faults: Sequence[str], seed: int, *, without: frozenset[Read] = frozenset()
    ) -> Trial:
        """Inject faults, let the platform read, and diagnose who complains.

        without: reads that do not happen; TRAPS among them.
        """
        before = read_before(seed, self._desktops)
        source = self.add_source()
        self.keep(source, before.pages)
        with closing(Traps()) as traps, open_cloud(seed, traps, desktops=self._desktops) as running:
            complaint = running.call(lambda sim: inject(sim, faults))
            running.call(lambda sim: sim.cloud.clock.step(LASTS_S))
            now = running.call(lambda sim: sim.cloud.clock.now_at())
            subject = running.call(complaint)
            pages = asyncio.run(self._read_after(running, before.at, now, subject, without))
            heard = [] if Read.TRAPS in without else self.hear(traps, now)
        self.keep(source, pages)
        raws = [
            reading for _read, page in pages for reading in page.readings
            if isinstance(reading, RawAlarm)
        ]  # fmt: skip
        raws += heard
        self.raise_alarms(source, raws, now)
        kind, id = self._subject(source, subject)
        began_s = time.perf_counter()
        found = gather(self._here.viewer, kind, id, now=now)
        verdict = diagnose(found.evidence, all_checks())
        took_s = time.perf_counter() - began_s
        self._forget()
        names = CAUSES | OWN_CAUSES
        return Trial(
            faults=tuple(faults),
            seed=seed,
            wanted=tuple(names[each] for each in faults),
            evidence=found.evidence,
            verdict=verdict,
            took_s=took_s,
        )

    async def _read_after(
        self,
        running: SimulatorThread,
        since: datetime,
        now: datetime,
        subject: tuple[str, str],
        without: frozenset[Read],
    ) -> list[tuple[Read, ReadingPage]]:
        recent = Wanted(watermark=None, history_from=since - timedelta(minutes=30))
        wanted = [
            (read, recent)
            for read in (Read.INVENTORY, Read.LICENCES, Read.SESSIONS, Read.ACTIVITY, Read.ALARMS)
        ]
        if subject[0] == "desktop":
            day = now - timedelta(days=1)
            measured = Wanted(watermark=None, history_from=day, desktops=(subject[1],))
            wanted.append((Read.METRICS, measured))
        return await read_cloud(running, [each for each in wanted if each[0] not in without], now)

    def add_source(self) -> SourceId:
        self._number += 1
        with transaction() as conn, cursor(conn) as opened:
            row = opened.execute(
                "INSERT INTO collect_source (tenant_id, connector, name)"
                " VALUES (%s, 'huawei_workspace', %s) RETURNING id",
                (self._here.tenant, f"Cloud {time.monotonic_ns()}"),
            ).fetchone()
        assert row is not None
        return SourceId(row["id"])

    def keep(self, source: SourceId, pages: Iterable[tuple[Read, ReadingPage]]) -> None:
        for read, page in pages:
            poll = Poll(
                tenant=self._here.tenant,
                source=source,
                source_name="Cloud",
                connector="huawei_workspace",
                read=read,
                started_at=page.read_at,
            )
            with transaction() as conn:
                inventory_actions.apply_page(conn, poll, page)
            told: list[Reading] = [each for each in page.readings if not isinstance(each, RawAlarm)]
            write(
                self._clickhouse,
                told,
                tenant=self._here.tenant,
                source=source,
                read_at=page.read_at,
            )

    def hear(self, traps: Traps, now: datetime) -> list[RawAlarm]:
        connector: Any = load(CONNECTORS, "snmp_trap")(_context({}, now))
        found = []
        for number, data in enumerate(traps.take()):
            trap = decode_trap(data, address="10.0.0.5")
            found += connector.parse_trap(trap, native_id=f"t{number}", received_at=now)
        return found

    def raise_alarms(self, source: SourceId, raws: Sequence[RawAlarm], now: datetime) -> None:
        fitted = [replace(raw, tenant=self._here.tenant, source=source) for raw in raws]
        if fitted:
            with transaction() as conn:
                alarm_actions.apply_raw_alarms(conn, fitted, now=now)

    def _subject(self, source: SourceId, subject: tuple[str, str]) -> tuple[SubjectKind, int]:
        kind, name = subject
        viewer = self._here.viewer
        if kind == "desktop":
            row = inventory.access_desktop_by_native_id(viewer, source, name)
            return SubjectKind.DESKTOP, row.id
        if kind == "alarm":
            wanted = PageRequest(limit=100, sort="-raised_at")
            rows = alarm_queries.fetch_alarms(
                viewer, view=None, filters={"source": source, "is_cleared": False}, page=wanted
            ).items
            found = next(each for each in rows if name in each.alarm.text)
            return SubjectKind.ALARM, int(AlarmId(found.alarm.id))
        return SubjectKind.DESKTOP_USER, inventory.access_desktop_user_by_login(
            viewer, source, name
        ).id

    def _forget(self) -> None:
        """Let the next trial find neither alarms nor other sources."""
        with transaction() as conn, cursor(conn) as opened:
            opened.execute(
                "UPDATE alarms_alarm SET is_cleared = TRUE, cleared_at = raised_at,"
                " clear_cause = 'source' WHERE NOT is_cleared"
            )
            opened.execute("UPDATE collect_source SET removed_at = now() WHERE removed_at IS NULL")


def loudest_alarm(evidence: Evidence) -> str:
    """The first baseline: whatever the most severe, newest alarm is about is the cause."""
    ranked = sorted(
        evidence.alarms or (),
        key=lambda each: (
            list(type(each.severity)).index(each.severity),
            -each.raised_at.timestamp(),
        ),
    )
    topic = topic_of(ranked[0].words) if ranked else None
    return _BY_TOPIC.get(topic.value, "") if topic else ""


def nearest_ancestor(evidence: Evidence) -> str:
    """The second baseline: of the alarms the one nearest to the desktop: itself, host, the rest."""
    desktop = evidence.desktop
    names = [
        {desktop.name.casefold(), desktop.native_id} if desktop else set(),
        {evidence.host.name.casefold()} if evidence.host else set(),
    ]

    def distance(path: str) -> int:
        parts = {*path.casefold().split("/")}
        return next((place for place, each in enumerate(names) if parts & each), len(names))

    ranked = sorted(evidence.alarms or (), key=lambda each: distance(each.managed_object))
    topic = topic_of(ranked[0].words) if ranked else None
    return _BY_TOPIC.get(topic.value, "") if topic else ""


_BY_TOPIC = {
    "link": "link_down",
    "clock": "time_skew",
    "certificate": "certificate_expired",
    "directory": "directory_down",
    "dns": "dns_down",
    "licence_expiry": "licence_expiring",
    "licence_out": "licence_exhausted",
    "quota": "quota_exhausted",
    "profile": "profile_slow",
    "storage_full": "storage_full",
    "storage_slow": "storage_slow",
    "gateway_loss": "gateway_loss",
    "gateway_down": "gateway_down",
    "broker_busy": "logon_storm",
    "broker_down": "broker_down",
    "image": "image_drift",
    "pool_full": "pool_exhausted",
    "agent": "agent_gone",
    "disk_full": "desktop_disk",
    "host_busy": "host_busy",
    "host_down": "host_down",
    "cpu": "desktop_cpu",
    "memory": "desktop_memory",
    "desktop_faulty": "desktop_faulty",
}
