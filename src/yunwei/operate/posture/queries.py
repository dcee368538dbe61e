"""Questions about resource posture that others may ask."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from yunwei.base.core.condition import Condition
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.metrics import At
from yunwei.base.core.page import PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.rules.series import day_bounds
from yunwei.operate.forecast import queries as forecasts
from yunwei.operate.forecast.facts import Foretold
from yunwei.operate.posture import store
from yunwei.operate.posture.facts import (
    AlarmCount,
    Area,
    CertificatePosture,
    FailingPool,
    Health,
    HostPosture,
    ImageCount,
    PoolPosture,
    Posture,
    QuotaPosture,
    SizeCount,
    Told,
    Troubled,
)
from yunwei.operate.posture.rules import hosts as host_rules
from yunwei.operate.posture.rules import pools as pool_rules
from yunwei.operate.posture.rules import quotas as quota_rules
from yunwei.operate.posture.rules.choosing import Chooser

PEAK_DAYS = 7
_REGISTERED_WITHIN = timedelta(minutes=10)
_CHANGED_WITHIN = timedelta(minutes=30)
_MANY = PageRequest(limit=1000)
_CERTIFICATE = "certificate"
# what has a place of its own in the posture is not told again as something that only alarms know
_PLACED = frozenset({"desktop", "pool", "quota", "user", "licence", "site"})


def fetch_posture(viewer: Viewer, now: datetime, *, only: Condition | None = None) -> Posture:
    """Return the state of what desktops stand on, for what the viewer sees. only: over
    `THING_FIELDS`, of the hosts, pools and quotas that count, None for all.

    Cost: linear in desktops, some 1.5 s for 10,000 while two cores are busy with other things;
    forecasts some 20 ms for each quota, once a day. Measurements that can not be read leave
    forecasts and peaks out.
    """
    require(viewer, Permission.SEE_MONITORING)
    asked = {
        "tenants": list(viewer.tenants),
        "registered_since": now - _REGISTERED_WITHIN,
        "changed_since": now - _CHANGED_WITHIN,
    }
    with transaction() as conn:
        hosts = store.fetch(conn, "hosts", asked, HostPosture)
        sizes = host_rules.usual_sizes(store.fetch(conn, "sizes", asked, SizeCount))
        pools = store.fetch(conn, "pools", asked, PoolPosture)
        failing = store.fetch(conn, "failing", asked, FailingPool)
        images = store.fetch(conn, "images", asked, ImageCount)
        alarms = store.fetch_rows(conn, "standing", asked)
        told = store.fetch(conn, "told", asked, Told)
    chooser = Chooser(only)
    hosts = tuple(filter(chooser.means_host, hosts))
    sources = {pool.id: pool.source_name for pool in pools if pool.id is not None}
    failing = tuple(each for each in failing if chooser.means_failing(each, sources))
    pools = tuple(filter(chooser.means_pool, pools))
    about = _count_alarms(alarms)
    hosts = host_rules.judge_hosts(hosts, sizes, {name: each for (_, name), each in about.items()})
    judged, are_forecasts_away = _judge_pools(viewer, pools, now)
    quotas, certificates = _judge_licences(viewer, now, chooser)
    clusters = host_rules.gather_clusters(hosts, sizes)
    failures = pool_rules.gather_failures(failing)
    gathered = pool_rules.gather_images(images)
    troubled = _find_troubled(about, hosts)
    desktops = sum(pool.desktops for pool in judged)
    return Posture(
        at=now,
        health={
            Area.HOSTS: host_rules.worst(each.health for each in clusters),
            Area.CAPACITY: host_rules.worst(each.health for each in quotas),
            Area.POOLS: host_rules.worst(each.health for each in judged if each.id is not None),
            Area.DESKTOPS: pool_rules.judge_desktops(failures, gathered, desktops),
            Area.INFRASTRUCTURE: _judge_troubled(troubled),
            Area.CERTIFICATES: host_rules.worst(each.health for each in certificates),
        },
        hosts=hosts,
        clusters=clusters,
        quotas=quotas,
        pools=judged,
        failures=failures,
        images=gathered,
        troubled=troubled,
        certificates=certificates,
        told=told,
        desktops=desktops,
        headroom=_sum_known(each.headroom for each in clusters),
        after_loss=_sum_known(each.after_loss for each in clusters),
        first_full=quota_rules.first_full(quotas),
        forecasts_away=are_forecasts_away or any(each.foretold is None for each in quotas),
    )


def _sum_known(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _count_alarms(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], AlarmCount]:
    """Return the alarms about each thing, by kind and name, the worst first."""
    found: dict[tuple[str, str], AlarmCount] = {}
    for row in rows:
        key = row["kind"], row["name"]
        told = AlarmCount(worst=Severity(row["severity"]), count=row["count"])
        found[key] = host_rules.add_up((found.get(key, AlarmCount()), told))
    return found


def _find_troubled(
    about: Mapping[tuple[str, str], AlarmCount], hosts: Iterable[HostPosture]
) -> tuple[Troubled, ...]:
    known = {name for host in hosts for name in (host.name, host.native_id)}
    return tuple(
        Troubled(kind=kind, name=name, alarms=alarms)
        for (kind, name), alarms in about.items()
        if kind not in _PLACED and name and name not in known
    )


def _judge_troubled(troubled: Iterable[Troubled]) -> Health:
    worst = host_rules.add_up(each.alarms for each in troubled).worst
    if worst is None:
        return Health.UNKNOWN
    return Health.BAD if worst is Severity.CRITICAL else Health.WATCH


def _judge_pools(
    viewer: Viewer, pools: Iterable[PoolPosture], now: datetime
) -> tuple[tuple[PoolPosture, ...], bool]:
    """Return pools as they stand, and whether their peaks could not be read."""
    zone = telemetry.parse_zone(viewer.time_zone)
    first = (now - timedelta(days=PEAK_DAYS)).astimezone(zone).date()
    try:
        by_day = telemetry.highest_by_day(
            viewer,
            "sessions.connected",
            At.POOL,
            day_bounds(first, zone)[0],
            now,
            time_zone=viewer.time_zone,
        )
    except EngineAway:
        return tuple(pool_rules.judge_pool(pool, ()) for pool in pools), True
    judged = (
        pool_rules.judge_pool(pool, by_day.get((pool.source, pool.native_id), {}).values())
        for pool in pools
    )
    return tuple(judged), False


def _judge_licences(
    viewer: Viewer, now: datetime, chooser: Chooser
) -> tuple[tuple[QuotaPosture, ...], tuple[CertificatePosture, ...]]:
    rows = inventory.fetch_licences(viewer, page=_MANY).items
    owned = [
        row
        for row in rows
        if row.kind != _CERTIFICATE and chooser.means_quota(row.name, row.source_name)
    ]
    foretold = _foretell(viewer, owned, now)
    today = now.astimezone(telemetry.parse_zone(viewer.time_zone)).date()
    quotas = [quota_rules.judge_quota(row, foretold.get(row.id), today) for row in owned]
    certificates = [
        _judge_certificate(row, row.expires_at, now) for row in rows if row.expires_at is not None
    ]
    return _most_pressing(quotas), tuple(sorted(certificates, key=lambda each: each.days_left))


def _judge_certificate(row: LicenceRow, ends_at: datetime, now: datetime) -> CertificatePosture:
    days_left = pool_rules.days_between(now, ends_at)
    return CertificatePosture(
        licence=row, days_left=days_left, health=quota_rules.judge_certificate(days_left)
    )


def _foretell(viewer: Viewer, owned: list[LicenceRow], now: datetime) -> dict[int, Foretold]:
    try:
        return forecasts.forecast_licences(viewer, owned, now=now)
    except EngineAway:
        return {}


def _most_pressing(quotas: Iterable[QuotaPosture]) -> tuple[QuotaPosture, ...]:
    def pressing(each: QuotaPosture) -> tuple[float, float]:
        days = date.max.toordinal() if each.days_until_full is None else each.days_until_full
        return days, -(each.licence.used_ratio or 0.0)

    return tuple(sorted(quotas, key=pressing))
