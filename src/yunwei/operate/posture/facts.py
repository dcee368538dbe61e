"""The words of resource posture: hosts, clusters, pools, quotas, failures, images. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.operate.forecast.facts import Forecast, Foretold


class Health(StrEnum):
    """How something stands, worst first. UNKNOWN: no source tells of it."""

    BAD = "bad"
    WATCH = "watch"
    GOOD = "good"
    UNKNOWN = "unknown"


class Area(StrEnum):
    """What the posture is told of, in the order of the page."""

    HOSTS = "hosts"
    CAPACITY = "capacity"
    POOLS = "pools"
    DESKTOPS = "desktops"
    INFRASTRUCTURE = "infrastructure"
    CERTIFICATES = "certificates"


class Failing(StrEnum):
    """What can be wrong with a desktop's machine. STUCK: a change has not ended for 30 minutes.
    UNREGISTERED: it runs, for 10 minutes at least, and its agent does not answer the broker.
    HOST_DOWN: it stands on a host that its source calls not well."""

    FAULTY = "faulty"
    UNREGISTERED = "unregistered"
    STUCK = "stuck"
    HOST_DOWN = "host_down"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"


class Imbalance(StrEnum):
    """What is uneven about a pool. TIGHT: at its peak hardly a free desktop. SPARE: even at its
    peak most of it waited for nobody. LOPSIDED: far more of it on one host than on others.
    IMAGES: desktops with another image than the pool's."""

    TIGHT = "tight"
    SPARE = "spare"
    LOPSIDED = "lopsided"
    IMAGES = "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCount:
    """Alarms that stand about something. worst: None without any."""

    worst: Severity | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A desktop's size."""

    cpu: int
    memory_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeCount:
    """How many desktops of a size a site of a source has."""

    source: SourceId
    site: str
    cpu: int
    memory_mb: int
    desktops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPosture:
    """One host. used: as its source says. promised: what the desktops placed on it may take, those
    that are off included. site: of most of its desktops. headroom: how many more desktops of the
    usual size fit, None where that is not known."""

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    name: str
    site: str
    state: str
    is_healthy: bool | None
    cpu_total: int | None
    cpu_used: int | None
    memory_total_mb: int | None
    memory_used_mb: int | None
    cpu_promised: int
    memory_promised_mb: int
    desktops: int
    running: int
    headroom: int | None = None
    alarms: AlarmCount = AlarmCount()
    health: Health = Health.UNKNOWN

    @property
    def cpu_ratio(self) -> float | None:
        return share(self.cpu_used, self.cpu_total)

    @property
    def memory_ratio(self) -> float | None:
        return share(self.memory_used_mb, self.memory_total_mb)

    @property
    def cpu_overcommit(self) -> float | None:
        """What is promised, as a multiple of what there is."""
        return share(self.cpu_promised, self.cpu_total)

    @property
    def memory_overcommit(self) -> float | None:
        return share(self.memory_promised_mb, self.memory_total_mb)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPosture:
    """The hosts of one site of a source: sources name no clusters. usual: the size that most of
    its desktops have. headroom: over hosts that are well. after_loss: what of it would be left
    had the fullest host gone and its desktops been placed elsewhere; below 0 they do not fit."""

    source: SourceId
    source_name: str
    site: str
    hosts: int
    hosts_unwell: int
    cpu_total: int
    cpu_used: int
    memory_total_mb: int
    memory_used_mb: int
    cpu_promised: int
    memory_promised_mb: int
    desktops: int
    usual: Size | None
    headroom: int | None
    after_loss: int | None
    alarms: AlarmCount
    health: Health

    @property
    def cpu_ratio(self) -> float | None:
        return share(self.cpu_used, self.cpu_total)

    @property
    def memory_ratio(self) -> float | None:
        return share(self.memory_used_mb, self.memory_total_mb)

    @property
    def cpu_overcommit(self) -> float | None:
        return share(self.cpu_promised, self.cpu_total)

    @property
    def memory_overcommit(self) -> float | None:
        return share(self.memory_promised_mb, self.memory_total_mb)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaPosture:
    """Something that is owned in a number: storage, memory, cores, desktops. days_until_full: by
    the likely course, None when it is not within a year or can not be foretold. foretold: None
    while measurements can not be read."""

    licence: LicenceRow
    foretold: Foretold | None
    health: Health
    days_until_full: int | None = None

    @property
    def forecast(self) -> Forecast | None:
        said = self.foretold.said if self.foretold else None
        return said if isinstance(said, Forecast) else None

    @property
    def free(self) -> float | None:
        licence = self.licence
        if licence.total is None or licence.used is None:
            return None
        return max(0.0, licence.total - licence.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePosture:
    licence: LicenceRow
    days_left: int
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPosture:
    """One pool by what its desktops do now; id None, name "": the desktops of a source in no pool.
    Each desktop counts in just one of connected … other. off: stopped or hibernated.
    wrong_image: other than the pool's. hosts: on how many it is; most_on_host: on the fullest.
    peak: the most sessions at once within the last 7 days, None where that was not measured;
    days_known: on how many of them it was."""

    id: int | None
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    name: str
    kind: str
    image: str
    desktop_limit: int | None
    desktops: int
    connected: int
    disconnected: int
    ready: int
    off: int
    unregistered: int
    faulty: int
    changing: int
    other: int
    maintenance: int
    wrong_image: int
    hosts: int
    most_on_host: int
    peak: int | None = None
    days_known: int = 0
    imbalances: tuple[Imbalance, ...] = ()
    health: Health = Health.UNKNOWN

    @property
    def usable(self) -> int:
        """What somebody is on or could be on; what is off is started for them."""
        return self.connected + self.disconnected + self.ready + self.off

    @property
    def busy_ratio(self) -> float | None:
        return share(self.connected + self.disconnected, self.usable)

    @property
    def peak_ratio(self) -> float | None:
        """The most that were connected at once within the last days, of what is usable now."""
        return share(self.peak, self.usable)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingPool:
    kind: Failing
    pool: int | None
    pool_name: str
    desktops: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Desktops with one kind of failure. since: of the one that has it longest. pools: where most
    of them are, most first."""

    kind: Failing
    desktops: int
    since: datetime | None
    pools: tuple[FailingPool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCount:
    """Desktops of one image and one version of the agent in it; "" where not told."""

    source: SourceId
    source_name: str
    image: str
    agent_version: str
    desktops: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePosture:
    """One image of a source. newest: the highest version of the agent that is seen with it;
    behind: desktops with a lower one, which missed a roll-out or were put back; wrong: desktops
    whose pool has another image."""

    source: SourceId
    source_name: str
    image: str
    desktops: int
    newest: str
    behind: int
    behind_versions: tuple[str, ...]
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """Something that no source lists and that alarms stand about: a gateway, a broker, a switch."""

    kind: str
    name: str
    alarms: AlarmCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source tells of. Each a number of things; 0 where it tells of none."""

    source: SourceId
    source_name: str
    hosts: int
    pools: int
    desktops: int
    quotas: int
    certificates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """The state of everything that desktops stand on, for one viewer, at one instant.

    headroom: desktops that still fit on hosts, None where no source tells of hosts. first_full:
    what is likely to be full first. forecasts_away: measurements can not be read.
    """

    at: datetime
    health: Mapping[Area, Health]
    hosts: tuple[HostPosture, ...]
    clusters: tuple[ClusterPosture, ...]
    quotas: tuple[QuotaPosture, ...]
    pools: tuple[PoolPosture, ...]
    failures: tuple[Failures, ...]
    images: tuple[ImagePosture, ...]
    troubled: tuple[Troubled, ...]
    certificates: tuple[CertificatePosture, ...]
    told: tuple[Told, ...]
    desktops: int
    headroom: int | None
    after_loss: int | None
    first_full: QuotaPosture | None
    forecasts_away: bool

    @property
    def has_forecasts(self) -> bool:
        return any(each.forecast for each in self.quotas)


def share(part: float | None, whole: float | None) -> float | None:
    """Return a part of a whole, None when either is not known."""
    return part / whole if part is not None and whole else None
