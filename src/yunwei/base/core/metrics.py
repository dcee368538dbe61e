"""Every metric by name, with its unit and what it is measured at. Nothing unnamed is stored."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    COUNT = "1"
    RATIO = "ratio"
    SECONDS = "s"
    BYTES = "bytes"
    BYTES_PER_SECOND = "bytes/s"
    PER_SECOND = "1/s"


class At(StrEnum):
    """The kind of object that a metric belongs to."""

    SOURCE = "source"
    POOL = "pool"
    HOST = "host"
    DESKTOP = "desktop"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    name: str
    unit: Unit
    at: frozenset[At]
    en: str
    zh: str


def _metric(name: str, unit: Unit, at: tuple[At, ...], en: str, zh: str) -> Metric:
    return Metric(name=name, unit=unit, at=frozenset(at), en=en, zh=zh)


_WIDE = (At.SOURCE, At.POOL)

_ALL = (
    _metric("users.online", Unit.COUNT, _WIDE, "Users online", "在线用户数"),
    _metric("sessions.connected", Unit.COUNT, _WIDE, "Connected sessions", "已连接会话数"),
    _metric("sessions.disconnected", Unit.COUNT, _WIDE, "Disconnected sessions", "断开会话数"),
    _metric("desktops.total", Unit.COUNT, _WIDE, "Desktops", "桌面总数"),
    _metric("desktops.running", Unit.COUNT, _WIDE, "Running desktops", "运行中桌面数"),
    _metric("desktops.stopped", Unit.COUNT, _WIDE, "Stopped desktops", "关机桌面数"),
    _metric("desktops.hibernated", Unit.COUNT, _WIDE, "Hibernated desktops", "休眠桌面数"),
    _metric("desktops.error", Unit.COUNT, _WIDE, "Faulty desktops", "故障桌面数"),
    _metric("desktops.unregistered", Unit.COUNT, _WIDE, "Unregistered desktops", "未注册桌面数"),
    _metric("desktop.cpu", Unit.RATIO, (At.DESKTOP,), "CPU use", "CPU 使用率"),
    _metric("desktop.memory", Unit.RATIO, (At.DESKTOP,), "Memory use", "内存使用率"),
    _metric("desktop.disk", Unit.RATIO, (At.DESKTOP,), "Disk use", "磁盘使用率"),
    _metric(
        "desktop.disk_read", Unit.BYTES_PER_SECOND, (At.DESKTOP,), "Disk read rate", "磁盘读速率"
    ),
    _metric(
        "desktop.disk_write", Unit.BYTES_PER_SECOND, (At.DESKTOP,), "Disk write rate", "磁盘写速率"
    ),
    _metric(
        "desktop.network_in", Unit.BYTES_PER_SECOND, (At.DESKTOP,), "Network in", "网络流入速率"
    ),
    _metric(
        "desktop.network_out", Unit.BYTES_PER_SECOND, (At.DESKTOP,), "Network out", "网络流出速率"
    ),
    _metric("session.rtt", Unit.SECONDS, (At.DESKTOP,), "Session round-trip time", "会话往返时延"),
    _metric("host.cpu", Unit.RATIO, (At.HOST,), "Host CPU use", "主机 CPU 使用率"),
    _metric("host.memory", Unit.RATIO, (At.HOST,), "Host memory use", "主机内存使用率"),
    _metric("licence.used", Unit.COUNT, (At.LICENCE,), "Licences used", "许可已用"),
    _metric("licence.total", Unit.COUNT, (At.LICENCE,), "Licences owned", "许可总数"),
    _metric("poll.seconds", Unit.SECONDS, (At.SOURCE,), "Duration of a poll", "采集耗时"),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
