"""What runs of a stretch of time came to, in numbers, as plain data."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """Runs that were asked for in the time, and their targets. waited: needed another person's
    approval; refused: were not given it, or not in time. stopped: too much failed, or the guard
    said so; guarded: by the guard alone. unreached: ended without having begun anywhere."""

    runs: int = 0
    waited: int = 0
    refused: int = 0
    stopped: int = 0
    guarded: int = 0
    targets: int = 0
    succeeded: int = 0
    failed: int = 0
    unreached: int = 0
    open: int = 0
    people: int = 0

    @property
    def success(self) -> float | None:
        """Of the targets on which it came to an end, the share that succeeded."""
        ended = self.succeeded + self.failed
        return self.succeeded / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRuns:
    """The same of one script. median_s, p95_s: of what succeeded, from begin to end."""

    script: str
    runs: int
    desktops: int
    targets: int
    succeeded: int
    failed: int
    unreached: int
    median_s: float | None
    p95_s: float | None

    @property
    def success(self) -> float | None:
        ended = self.succeeded + self.failed
        return self.succeeded / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRuns:
    """What ran on the desktops of a pool. pool: "" of desktops in none, or that are gone."""

    pool: str
    desktops: int
    targets: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCause:
    """Why targets did not succeed. state, reason: as they stand; exit_code: of what failed."""

    script: str
    state: str
    reason: str
    exit_code: int | None
    targets: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowTarget:
    script: str
    desktop: str
    run: RunId
    seconds: float
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun:
    """A run that somebody, or something, had to judge: for its approval, or because it stopped."""

    run: RunId
    script: str
    state: str
    reason: str
    total: int
    created_at: datetime
    created_by: str
    judged_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRuns:
    """Targets that came to an end on a local day, which begins at `at`."""

    at: datetime
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    totals: RunTotals
    scripts: tuple[ScriptRuns, ...]
    pools: tuple[PoolRuns, ...]
    causes: tuple[RunCause, ...]
    slowest: tuple[SlowTarget, ...]
    judged: tuple[JudgedRun, ...]
    days: tuple[DayRuns, ...]
