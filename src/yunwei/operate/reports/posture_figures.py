"""Figures of resource posture: how full hosts are, how full quotas are, what pools do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

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
        categories=tuple(_short(each) for each in ranked),
        x_title=_("Quota"),
        thresholds=(Threshold(label=_("all of it"), value=1.0, tone=Tone.CRITICAL),),
        source=_("Used and limit of each quota, as the source says them."),
    )


def _top_of(quotas: Sequence[QuotaPosture]) -> float:
    return max([1.0, *(each.licence.used_ratio or 0.0 for each in quotas)])


def _short(quota: QuotaPosture) -> str:
    """A site's quota is named below its site, whose id nobody reads."""
    head, _slash, tail = quota.licence.native_id.rpartition("/")
    return f"{tail} ({head[:4]}…)" if head else quota.licence.name


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
