"""Hosts, pools, images, licences and what else desktops stand on."""

from collections.abc import Callable, Iterable

from yunwei.base.core.readings import DesktopKind
from yunwei.base.core.severity import Severity
from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.operate.inspection.facts.inspections import Measured, Sample, ThingKind
from yunwei.operate.inspection.queries.measuring.looking import (
    Look,
    is_unwell,
    key_of,
    told,
)
from yunwei.operate.posture.facts import HostPosture, PoolPosture

_CERTIFICATE, _QUOTA = "certificate", "quota"
_OWN_DESKTOPS = DesktopKind.DEDICATED.value


def unwell_hosts(look: Look) -> Measured:
    known = [each for each in look.posture.hosts if each.is_healthy is not None or is_unwell(each)]
    return told((_host(each, float(is_unwell(each))) for each in known), is_known=bool(known))


def _host(row: HostPosture, value: float) -> Sample:
    return Sample(
        kind=ThingKind.HOST,
        key=key_of(row.source, row.native_id),
        name=row.name,
        value=value,
        id=row.id,
        note=row.state,
    )


def _of_hosts(look: Look, value: Callable[[HostPosture], float | None]) -> Measured:
    known = [(each, found) for each in look.posture.hosts if (found := value(each)) is not None]
    return told((_host(each, found) for each, found in known), is_known=bool(known))


def host_cpu(look: Look) -> Measured:
    return _of_hosts(look, lambda each: each.cpu_ratio)


def host_memory(look: Look) -> Measured:
    return _of_hosts(look, lambda each: each.memory_ratio)


def host_cpu_overcommit(look: Look) -> Measured:
    return _of_hosts(look, lambda each: each.cpu_overcommit)


def host_memory_overcommit(look: Look) -> Measured:
    return _of_hosts(look, lambda each: each.memory_overcommit)


def after_loss(look: Look) -> Measured:
    """A site of one host can not do without it, and is not asked; nor is one that has lost a host
    already, of which is told by itself."""
    lost = {each.site for each in look.posture.hosts if each.id in look.unwell_hosts}
    known = [
        (each, each.after_loss)
        for each in look.posture.clusters
        if each.after_loss is not None and each.hosts > 1 and each.site not in lost
    ]
    samples = (
        Sample(
            kind=ThingKind.SITE,
            key=key_of(each.source, each.site),
            name=each.site or each.source_name,
            value=float(left),
        )
        for each, left in known
    )
    return told(samples, is_known=bool(known))


def _of_pools(look: Look, value: Callable[[PoolPosture], float | None]) -> Measured:
    known = [
        (each, found)
        for each in look.posture.pools
        if each.id is not None and each.desktops and (found := value(each)) is not None
    ]
    samples = (
        Sample(
            kind=ThingKind.POOL,
            key=key_of(each.source, each.native_id),
            name=each.name,
            value=found,
            id=each.id,
        )
        for each, found in known
    )
    return told(samples, is_known=bool(known))


def free_desktops(look: Look) -> Measured:
    """Of pools whose desktops belong to nobody."""

    def free(pool: PoolPosture) -> float | None:
        if pool.kind == _OWN_DESKTOPS:
            return None
        return float(pool.usable - pool.connected - pool.disconnected)

    return _of_pools(look, free)


def peak_use(look: Look) -> Measured:
    """Of all desktops of a pool: how full it was is not the fault of those that are broken now."""

    def peak(pool: PoolPosture) -> float | None:
        if pool.kind == _OWN_DESKTOPS or pool.peak is None:
            return None
        return pool.peak / pool.desktops

    return _of_pools(look, peak)


def wrong_images(look: Look) -> Measured:
    return _of_pools(look, lambda pool: pool.wrong_image / pool.desktops if pool.image else None)


def old_desktop_agents(look: Look) -> Measured:
    known = [each for each in look.posture.images if each.newest and each.image]
    samples = (
        Sample(
            kind=ThingKind.IMAGE,
            key=key_of(each.source, each.image),
            name=each.image,
            value=each.behind / each.desktops,
            note=", ".join(each.behind_versions[:5]),
        )
        for each in known
    )
    return told(samples, is_known=bool(known))


def _of_licences(rows: Iterable[tuple[LicenceRow, float | None]]) -> Measured:
    known = [(row, value) for row, value in rows if value is not None]
    samples = (
        Sample(
            kind=ThingKind.LICENCE,
            key=key_of(row.source, row.native_id),
            name=row.name,
            value=value,
            id=row.id,
            note=row.server or row.binding,
        )
        for row, value in known
    )
    return told(samples, is_known=bool(known))


def licence_use(look: Look) -> Measured:
    kinds = (_CERTIFICATE, _QUOTA)
    return _of_licences((row, row.used_ratio) for row in look.licences if row.kind not in kinds)


def quota_use(look: Look) -> Measured:
    return _of_licences((row, row.used_ratio) for row in look.licences if row.kind == _QUOTA)


def _days_left(look: Look, row: LicenceRow) -> float | None:
    if row.expires_at is None:
        return None
    return float((row.expires_at - look.now).days)


def licence_days(look: Look) -> Measured:
    rows = (each for each in look.licences if each.kind != _CERTIFICATE)
    return _of_licences((row, _days_left(look, row)) for row in rows)


def certificate_days(look: Look) -> Measured:
    rows = (each for each in look.licences if each.kind == _CERTIFICATE)
    return _of_licences((row, _days_left(look, row)) for row in rows)


def quota_forecast(look: Look) -> Measured:
    """Of quotas that can be foretold; one that will not be full within a year has a year."""
    return _of_licences(
        (
            each.licence,
            float(365 if each.days_until_full is None else each.days_until_full),
        )
        for each in look.posture.quotas
        if each.forecast is not None
    )


def infrastructure_alarms(look: Look) -> Measured:
    """Of what no source lists and alarms tell of; measured while a source is read that tells."""
    is_told = any(not each.state.is_trouble for each in look.sources)
    grave = (Severity.CRITICAL, Severity.MAJOR)
    samples = (
        Sample(
            kind=ThingKind.DEVICE,
            key=f"{each.kind}/{each.name}",
            name=each.name,
            value=float(each.alarms.count),
            note=each.kind,
        )
        for each in look.posture.troubled
        if each.alarms.worst in grave
    )
    return told(samples, is_known=is_told, tells_all=False)
