"""Threshold rules: what they say, what they judge, and what they decided. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from yunwei.base.core.ids import SourceId, TenantId, ThresholdRuleId
from yunwei.base.core.metrics import At
from yunwei.base.core.severity import Severity


class Side(StrEnum):
    """On which side of a level the fault is. both: far from the usual either way."""

    ABOVE = "above"
    BELOW = "below"
    BOTH = "both"


class Missing(StrEnum):
    """What a step without a measurement means. ignore: nothing, and an alarm ends when there was
    none for long. keep: nothing, and an alarm stands until there is one. alarm: as keep, and that
    nothing is measured is an alarm of its own."""

    IGNORE = "ignore"
    KEEP = "keep"
    ALARM = "alarm"


class Reduce(StrEnum):
    """What stands for several measurements within one step."""

    MEAN = "mean"
    MAX = "max"
    MIN = "min"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """From where on it is a fault of a severity, and where that is over. In the measure's unit;
    of a rule by the usual, in spreads."""

    severity: Severity
    raise_at: float
    clear_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdContent:
    """What a rule says.

    measure, at: what is measured of what kind of object. condition: which of them, as text.
    is_usual: levels count in spreads from what is usual at this hour of this weekday, by the
    last `weeks`; a spread is 1.4826 × the median deviation, and `least_spread` at least.
    levels: from mild to severe. needed, of: so many of the last so many measured steps must be
    beyond a level, and that for `hold_steps` more. clear_steps: so many measured steps in a row
    on the good side end it. missing_steps: from so many steps without a measurement on they
    mean something. grace_s: after an object came into service it is not judged for so long.
    """

    measure: str
    at: At
    condition: str = "true"
    side: Side = Side.ABOVE
    is_usual: bool = False
    levels: tuple[Level, ...] = ()
    step_s: int = 300
    reduce: Reduce = Reduce.MEAN
    needed: int = 3
    of: int = 3
    hold_steps: int = 0
    clear_steps: int = 2
    missing: Missing = Missing.IGNORE
    missing_steps: int = 12
    missing_severity: Severity = Severity.WARNING
    grace_s: int = 900
    weeks: int = 4
    least_spread: float = 0.0
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdDraft:
    """A rule as a person writes it."""

    name: str
    content: ThresholdContent
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRule:
    """A rule of a tenant, about its objects; the provider's is about everybody's.

    version: grows by one with each change. evaluated_until: the end of the last step judged.
    """

    id: ThresholdRuleId
    tenant: TenantId
    version: int
    name: str
    content: ThresholdContent
    is_enabled: bool
    changed_at: datetime
    evaluated_until: datetime | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """A rule with its present. alarms: objects beyond a level or without measurements. pending:
    objects that were beyond a level, but not often or long enough (yet)."""

    rule: ThresholdRule
    tenant_name: str
    alarms: int
    pending: int


class Usual(NamedTuple):
    """What is usual, and by how much values usually differ from it (never 0)."""

    median: float
    spread: float


class Mark(NamedTuple):
    """How a measured step was: the highest level reached, and the highest not yet good again;
    levels count from 1, 0 is none."""

    raised: int
    held: int


class Standing(NamedTuple):
    """What a rule remembers of one object between steps.

    level: that stands, 0 none. marks: of the last `of` measured steps. streaks, calms: by level,
    for how many steps in a row enough of them were beyond it, and how many were good. missing:
    steps since the last measurement.
    """

    level: int = 0
    marks: tuple[Mark, ...] = ()
    streaks: tuple[int, ...] = ()
    calms: tuple[int, ...] = ()
    missing: int = 0
    is_missing: bool = False


REST = Standing()


class Out(NamedTuple):
    """A stretch in which an object was not in service and is not judged, in seconds since 1970."""

    from_s: float
    until_s: float


class Because(StrEnum):
    """Why a standing changed."""

    BEYOND = "beyond"
    GOOD = "good"
    UNMEASURED = "unmeasured"
    MEASURED = "measured"
    OUT_OF_SERVICE = "out_of_service"
    NOT_MEANT = "not_meant"


class Change(NamedTuple):
    """A step at which what a rule says of an object changed. place: the step's number since
    1970. level_…, is_missing…: before and after. value: None where nothing was measured."""

    place: int
    level_before: int
    level: int
    was_missing: bool
    is_missing: bool
    value: float | None
    usual: Usual | None
    because: Because


type ObjectKey = tuple[SourceId, str]
"""(source, native id); "" is the source itself"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An object that a rule may be about. row: what its condition asks. known_from_s: since when
    it is known, in seconds since 1970; before that none of its measurements is missing."""

    tenant: TenantId
    source: SourceId
    object_id: str
    managed_object: str
    name: str
    row: Mapping[str, object] = field(default_factory=dict)
    known_from_s: float = 0.0

    @property
    def key(self) -> ObjectKey:
        return self.source, self.object_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What was measured: by object, step number → value. heard: by source, the steps in which it
    told of any object at all; in others nobody's measurement is missing."""

    values: Mapping[ObjectKey, Mapping[int, float]]
    heard: Mapping[SourceId, frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is kept of one object: only of those that are not at rest."""

    rule: ThresholdRuleId
    version: int
    tenant: TenantId
    source: SourceId
    object_id: str
    managed_object: str
    name: str
    standing: Standing
    severity: str
    value: float | None
    changed_at: datetime

    @property
    def key(self) -> ObjectKey:
        return self.source, self.object_id


class StandingState(StrEnum):
    """alarm: beyond a level. no_data: nothing is measured. pending: beyond, not yet enough."""

    ALARM = "alarm"
    NO_DATA = "no_data"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """An object that is not at rest, as a list shows it."""

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    object_id: str
    managed_object: str
    name: str
    state: StandingState
    severity: str
    value: float | None
    changed_at: datetime


class TrialState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedDay:
    day: date
    raised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedAlarm:
    """One alarm that a rule would have raised. cleared_at: None, it would still stand. worst: its
    highest severity; "" where nothing was measured."""

    tenant: TenantId
    source: SourceId
    managed_object: str
    name: str
    raised_at: datetime
    cleared_at: datetime | None
    worst: Severity
    value: float | None
    is_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule would have done in a stretch of the past.

    from_at: later than asked, when so much could not be read at once. objects: that it is about.
    coverage: share (0-1) of their steps that were measured. learning: share of the measured
    steps for which too little was known of the usual. by_object: the most frequent, first.
    alarms: the latest, first; `total` are all of them.
    """

    from_at: datetime
    to_at: datetime
    asked_from_at: datetime
    objects: int
    measured: int
    coverage: float
    learning: float
    total: int
    objects_hit: int
    by_day: tuple[TriedDay, ...]
    by_object: tuple[tuple[str, int], ...]
    alarms: tuple[TriedAlarm, ...]
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """A trial that somebody began. rule, name: of the rule, None and "" for one that is not saved.

    days: how far back. progress: 0 to 1. trial: what it showed, once it is done.
    """

    id: int
    tenant: TenantId
    rule: ThresholdRuleId | None
    name: str
    content: ThresholdContent
    days: int
    state: TrialState
    progress: float
    by: str
    started_at: datetime
    finished_at: datetime | None
    error: str
    trial: Trial | None
