"""Figures of resource posture and of licences: how full hosts and quotas are, who was refused."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from yunwei.operate.licensing.facts import Refused
from yunwei.operate.posture.facts import HostPosture, PoolPosture, QuotaPosture
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Formatter, Line, Threshold, Tone

_TENTHS = 10
_SHOWN_POOLS = 24


def hosts_by_fullness(hosts: Sequence[HostPosture]) -> ChartSpec:
    """How many hosts are how full, in tenths, by memory and by CPU. Unit: hosts."""
    return ChartSpec(
        figure_id="hosts-by-fullness",
        kind=ChartKind.BAR,
        title=_("Hosts by how full they are"),
        axis=Axis(title=_("Hosts"), unit=_("hosts")),
        lines=(
            Line(name=_("By memory"), values=_count_tenths([each.memory_ratio for each in hosts])),
            Line(name=_("By CPU"), values=_count_tenths([each.cpu_ratio for each in hosts])),
        ),
        categories=tuple(f"{tenth * 10}–{tenth * 10 + 10} %" for tenth in range(_TENTHS)),
        x_title=_("Allocated"),
        source=_(
            "What the source says is allocated, of what the host has. "
            "Fields: memory and vCPUs of a host, and what of them is available."
        ),
    )


def _count_tenths(ratios: Sequence[float | None]) -> tuple[float | None, ...]:
    counts = [0.0] * _TENTHS
    for ratio in ratios:
        if ratio is not None:
            counts[min(_TENTHS - 1, int(ratio * _TENTHS))] += 1
    return tuple(counts)


def quotas_used(quotas: Sequence[QuotaPosture]) -> ChartSpec:
    """How much is used of what is owned, the fullest first. Unit: share."""
    known = [each for each in quotas if each.licence.used_ratio is not None]
    ranked = sorted(known, key=lambda each: -(each.licence.used_ratio or 0.0))[:_SHOWN_POOLS]
    return ChartSpec(
        figure_id="quotas-used",
        kind=ChartKind.BAR,
        title=_("Used of what is owned"),
        axis=Axis(
            title=_("Used share"), unit="%", formatter=Formatter.PERCENT, maximum=_top_of(ranked)
        ),
        lines=(
            Line(name=_("Used share"), values=tuple(each.licence.used_ratio for each in ranked)),
        ),
        categories=tuple(each.licence.name for each in ranked),
        x_title=_("Quota"),
        thresholds=(Threshold(label=_("all of it"), value=1.0, tone=Tone.CRITICAL),),
        source=_("Used and limit of each quota, as the source says them."),
    )


def _top_of(quotas: Sequence[QuotaPosture]) -> float:
    return max([1.0, *(each.licence.used_ratio or 0.0 for each in quotas)])


def pools_by_use(pools: Sequence[PoolPosture]) -> ChartSpec:
    """What the desktops of each pool do now, the largest pools first. Unit: desktops."""
    ranked = sorted(pools, key=lambda each: -each.desktops)[:_SHOWN_POOLS]
    kinds = (
        (_("connected"), Tone.NONE, [each.connected for each in ranked]),
        (_("disconnected"), Tone.WARNING, [each.disconnected for each in ranked]),
        (_("ready"), Tone.GOOD, [each.ready for each in ranked]),
        (_("off"), Tone.IDLE, [each.off for each in ranked]),
        (_("unregistered"), Tone.MAJOR, [each.unregistered for each in ranked]),
        (_("faulty"), Tone.CRITICAL, [each.faulty for each in ranked]),
        (_("changing"), Tone.NONE, [each.changing + each.other for each in ranked]),
    )
    return ChartSpec(
        figure_id="pools-by-use",
        kind=ChartKind.BAR,
        title=_("What the desktops of each pool do"),
        axis=Axis(title=_("Desktops"), unit=_("desktops")),
        lines=tuple(
            Line(name=name, tone=tone, values=tuple(float(each) for each in counts))
            for name, tone, counts in kinds
        ),
        categories=tuple(each.name or _("in no pool") for each in ranked),
        x_title=_("Pool"),
        is_stacked=True,
        source=_("State of the machine and of its registration, each desktop once."),
    )


def refused_by_day(
    rows: Iterable[Refused], *, period: tuple[datetime, datetime], time_zone: str
) -> ChartSpec:
    """Logons that failed for want of a licence, on each day with any. Unit: attempts."""
    zone = ZoneInfo(time_zone)
    counts: dict[date, float] = {}
    for row in rows:
        counts[row.day] = counts.get(row.day, 0.0) + row.attempts
    days = sorted(counts)
    return ChartSpec(
        figure_id="refused-by-day",
        kind=ChartKind.BAR,
        title=_("Refused logons by day"),
        axis=Axis(title=_("Attempts"), unit=_("attempts")),
        lines=(
            Line(
                name=_("Refused for want of a licence"),
                times=tuple(datetime.combine(day, time(), zone).astimezone(UTC) for day in days),
                values=tuple(counts[day] for day in days),
                tone=Tone.MAJOR,
            ),
        ),
        x_title=_("Day"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        source=_(
            "Attempts to connect whose reason of failure, in the source's own words, names a "
            "licence. Field: failure reason of the source's connection records."
        ),
    )
