"""Inspections as plain data: what was measured and found, what people answered, what it comes to.

Frozen when it is measured; what is said later (answers, a seal) stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import TenantId
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.templates import (
    CheckSpec,
    Domain,
    FigureUnit,
    Gravity,
    ItemSpec,
)

BACKED_UP = "platform.back_up"
"""What the audit log says of a backup."""


class InspectionState(StrEnum):
    """queued: asked for. working: data are being read. measured: frozen, people may answer. sealed:
    nothing of it changes any more. failed: its error says why."""

    QUEUED = "queued"
    WORKING = "working"
    MEASURED = "measured"
    SEALED = "sealed"
    FAILED = "failed"

    @property
    def is_made(self) -> bool:
        return self in (InspectionState.MEASURED, InspectionState.SEALED)


class Level(StrEnum):
    """What is said of a check or a thing. not_measured: nothing tells of it, which is not well.
    not_applicable: a person says that there is no such thing."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    NOT_MEASURED = "not_measured"
    NOT_APPLICABLE = "not_applicable"

    @property
    def is_found(self) -> bool:
        return self in (Level.WARNED, Level.FAILED)


class Missing(StrEnum):
    """Why nothing was measured. no_data: no source tells of it. away: measurements can not be
    read now."""

    NO_DATA = "no_data"
    AWAY = "away"


class ThingKind(StrEnum):
    """What a sample is of; pages link by it."""

    HOST = "host"
    SITE = "site"
    POOL = "pool"
    DESKTOP = "desktop"
    IMAGE = "image"
    LICENCE = "licence"
    AGENT = "agent"
    ALARM = "alarm"
    SOURCE = "source"
    DEVICE = "device"
    ACCOUNT = "account"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One thing with its value. key: the same from day to day. id: ours, where it has a page.
    note: what else the source says, in its own words. note_type: the alarm's whose text it is."""

    kind: ThingKind
    key: str
    name: str
    value: float
    id: int | None = None
    note: str = ""
    note_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a measure told. None samples: nothing, and why. tells_all: also of what is well; what
    is not among them was not measured."""

    samples: tuple[Sample, ...] | None
    missing: Missing | None = None
    tells_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A thing that is not well by a check."""

    sample: Sample
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a check came to. considered: of how many things. found: those not well, the worst first,
    at most 200; total: all of them. worst: the worst value of all. seen: keys of all things that
    were measured, None of a measure that tells only of what may be wrong."""

    check: CheckSpec
    unit: FigureUnit
    level: Level
    considered: int = 0
    found: tuple[Found, ...] = ()
    total: int = 0
    worst: float | None = None
    missing: Missing | None = None
    seen: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """All that was measured, with the template by which it was: frozen."""

    title: Said
    tenant_name: str
    at: datetime
    took_s: float
    template_sha256: str
    results: tuple[Result, ...]
    items: tuple[ItemSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person on site says of an item."""

    item: str
    level: Level
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainScore:
    """weight: of what was measured; gained: passed in full, doubtful half. left: weight of what was
    not measured."""

    domain: Domain
    weight: float
    gained: float
    left: float

    @property
    def share(self) -> float | None:
        return self.gained / self.weight if self.weight else None


class Grade(StrEnum):
    """unclear: too little was measured to say."""

    HEALTHY = "healthy"
    GOOD = "good"
    WATCH = "watch"
    AT_RISK = "at_risk"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The health score with its arithmetic. plain: 100 * gained / weight. cap: what failing checks
    of a gravity allow at most; capped_by: of which gravity. coverage: share of weight measured."""

    domains: tuple[DomainScore, ...]
    weight: float
    gained: float
    plain: float | None
    cap: float | None
    capped_by: Gravity | None
    total: float | None
    coverage: float
    grade: Grade
    failed: int
    warned: int
    unmeasured: int


class Change(StrEnum):
    """What became of a finding since the inspection before."""

    NEW = "new"
    WORSE = "worse"
    BETTER = "better"
    UNCHANGED = "unchanged"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """One finding in two inspections. unknown: it is not among the findings, and was not
    measured."""

    check: str
    title: Said
    unit: FigureUnit
    name: str
    key: str
    change: Change
    before: Found | None
    after: Found | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One inspection without its content. template: number of a tenant's own, None the built-in.
    before: the one that it is compared with. seal: hash over what was measured and answered."""

    id: int
    tenant: TenantId
    tenant_name: str
    template: int | None
    title: Said
    schedule: int | None
    state: InspectionState
    error: str
    asked_at: datetime
    asked_by: str
    measured_at: datetime | None
    score: float | None
    grade: Grade | None
    coverage: float | None
    failed: int
    warned: int
    unmeasured: int
    sha256: str
    before: int | None
    sealed_at: datetime | None
    sealed_by: str
    seal: str

    @property
    def code(self) -> str:
        return f"I-{self.id:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A ticket that was made of a finding or an item."""

    check: str
    key: str
    ticket: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeInspection:
    """An inspection with its content. is_intact: its seal and hash are still those of what is
    kept. differences: () without one before."""

    row: Inspection
    content: Inspected | None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    score: Score | None = None
    before: Inspection | None = None
    differences: tuple[Differing, ...] = ()
    follow_ups: Mapping[tuple[str, str], FollowUp] = field(default_factory=dict)
    is_intact: bool = True


class Rhythm(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """Inspections again and again: from a day on, at a minute of the local day. template: None for
    the built-in."""

    tenant: TenantId
    template: int | None
    rhythm: Rhythm
    first_day: date
    minute: int
    time_zone: str
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """last_due_at: the time for which one was last asked. next_at: when the next is due."""

    id: int
    draft: ScheduleDraft
    tenant_name: str
    title: Said
    created_at: datetime
    created_by: str
    last_due_at: datetime | None
    next_at: datetime | None
