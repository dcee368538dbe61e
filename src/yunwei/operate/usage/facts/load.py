"""The words of load: storms of logons, machines that fail whoever comes, sizes that would do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from yunwei.base.core.ids import DesktopId, SourceId

STORM_TIMES = 3.0
"""So many times the usual makes a storm."""

STORM_FROM = 20
"""Attempts in five minutes below which nothing is a storm."""

FEW_DAYS = 3
"""Days of the same kind that must be known before anything is called usual."""

HOLE_FAILURES = 5
HOLE_USERS = 3
"""A machine is told of from so many failed attempts by so many different users."""

HOLE_RATIO = 0.5
"""So much of its attempts fail."""

HOLE_TIMES = 3.0
"""And so many times as much as on the other machines of its pool."""

REFUSED_RATIO = 0.001
"""At most so many of all logons may a smaller pool refuse."""


class Burst(NamedTuple):
    """Steps that follow each other with far more attempts than usual. first, last: numbers of
    steps; peak: of one step, where `peak_at` is; usual: of all the steps together."""

    first: int
    last: int
    attempts: int
    usual: float
    peak: int
    peak_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """A storm of logons. per_minute: in its busiest five minutes. usual: attempts at that time of
    such days. logon_p50_s: of its first logons, None where none became usable."""

    from_at: datetime
    until_at: datetime
    attempts: int
    usual: float
    per_minute: float
    failures: int
    users: int
    logon_p50_s: float | None

    @property
    def times(self) -> float | None:
        """How many times the usual; None where nothing is usual then."""
        return self.attempts / self.usual if self.usual else None

    @property
    def failed_ratio(self) -> float:
        return self.failures / self.attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """The busiest five minutes of a day to come, from those of the same weekday before it.

    attempts: the median of them; low, high: their least and greatest.
    """

    day: date
    at: datetime
    attempts: float
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Storms:
    """storms: newest first. rush: None where too few such days are known. days_known: before the
    time that is looked at, of any weekday. error_ratio: how wrong such forecasts would have been
    for the days looked at, as a share of what then came (median of the `tried`)."""

    storms: tuple[Storm, ...]
    rush: Rush | None
    days_known: int
    error_ratio: float | None
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BootStorm:
    """Far more desktops began to run than usually do then. hosts: on how many; busiest_host: as
    people know it, "" where no host is told; busiest_starts: on that one."""

    from_at: datetime
    until_at: datetime
    starts: int
    usual: float
    per_minute: float
    desktops: int
    hosts: int
    busiest_host: str
    busiest_starts: int
    busiest_pool: str

    @property
    def times(self) -> float | None:
        """How many times the usual; None where nothing is usual then."""
        return self.starts / self.usual if self.usual else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BootStorms:
    """storms: newest first; rush: of starts; days_known, error_ratio, tried: as those of logons.
    times, starts: beginnings of steps of five minutes of the time's busiest day, and how many
    began to run in each; none where nothing started."""

    storms: tuple[BootStorm, ...]
    rush: Rush | None
    days_known: int
    error_ratio: float | None
    tried: int
    times: tuple[datetime, ...]
    starts: tuple[int, ...]


class Hole(NamedTuple):
    """A machine by its number, with what was tried on it."""

    desktop: int
    attempts: int
    failures: int
    users: int
    last_ms: int
    others_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackHole:
    """A machine that looks well and fails whoever is sent to it. id: None where it is gone.
    others_ratio: how much fails on the other machines of its pool."""

    id: DesktopId | None
    source: SourceId
    native_id: str
    name: str
    pool: str
    attempts: int
    failures: int
    users: int
    last_at: datetime
    others_ratio: float

    @property
    def failed_ratio(self) -> float:
        return self.failures / self.attempts


class Sizing(NamedTuple):
    """Sessions replayed on ever smaller pools. peak: the most at once; size: the smallest that, as
    every greater one, refuses no more than is allowed; refused: by that one."""

    logons: int
    peak: int
    size: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightSize:
    """What size would have done for a pool. desktops: what it has; spare: what it need not have
    had, less than nothing where it had too few."""

    pool: int
    name: str
    source_name: str
    desktops: int
    logons: int
    peak: int
    size: int
    refused: int

    @property
    def spare(self) -> int:
        return self.desktops - self.size
