"""What threshold rules may be about: every metric, and what follows from several. Pure."""

from dataclasses import dataclass

from yunwei.base.core.metrics import METRICS, At, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """metrics: the metric, or what is divided by what. connections: worked out from connection
    records instead: `failed`, `failed_share` or `attempts`. starts: from the starts of desktops."""

    name: str
    unit: Unit
    at: tuple[At, ...]
    en: str
    zh: str
    metrics: tuple[str, ...] = ()
    connections: str = ""
    starts: bool = False


def _share(name: str, of_by: tuple[str, str], at: tuple[At, ...], en: str, zh: str) -> Measure:
    return Measure(name=name, unit=Unit.RATIO, at=at, en=en, zh=zh, metrics=of_by)


_WIDE = (At.SOURCE, At.POOL)

_DERIVED = (
    _share(
        "licence.use",
        ("licence.used", "licence.total"),
        (At.LICENCE,),
        "Share of licences used",
        "许可使用率",
    ),
    _share(
        "desktops.error_share",
        ("desktops.error", "desktops.total"),
        _WIDE,
        "Share of faulty desktops",
        "故障桌面占比",
    ),
    _share(
        "desktops.unregistered_share",
        ("desktops.unregistered", "desktops.total"),
        _WIDE,
        "Share of unregistered desktops",
        "未注册桌面占比",
    ),
    Measure(
        name="logons.attempts",
        unit=Unit.COUNT,
        at=(At.SOURCE,),
        en="Attempts to connect",
        zh="连接尝试次数",
        connections="attempts",
    ),
    Measure(
        name="logons.failed",
        unit=Unit.COUNT,
        at=(At.SOURCE,),
        en="Failed attempts to connect",
        zh="连接失败次数",
        connections="failed",
    ),
    Measure(
        name="logons.failed_share",
        unit=Unit.RATIO,
        at=(At.SOURCE,),
        en="Share of failed attempts to connect",
        zh="连接失败率",
        connections="failed_share",
    ),
    Measure(
        name="desktops.starts",
        unit=Unit.COUNT,
        at=(At.SOURCE, At.POOL, At.HOST),
        en="Desktop starts per minute",
        zh="每分钟桌面启动数",
        starts=True,
    ),
)

MEASURES: dict[str, Measure] = {
    **{
        metric.name: Measure(
            name=metric.name,
            unit=metric.unit,
            at=tuple(at for at in At if at in metric.at),
            en=metric.en,
            zh=metric.zh,
            metrics=(metric.name,),
        )
        for metric in METRICS.values()
    },
    **{measure.name: measure for measure in _DERIVED},
}
