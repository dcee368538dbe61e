"""Event plans as plain data: what is guarded when, what must be well before, what is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import TenantId
from yunwei.operate.service.facts.emergencies import Line


class PlanKind(StrEnum):
    """event: a great event is guarded, after an inspection that was passed. freeze: nothing but a
    frozen period."""

    EVENT = "event"
    FREEZE = "freeze"


class PlanState(StrEnum):
    """drafted: nothing holds yet. started: its freeze holds in its time. ended: with its summary.
    cancelled: nobody wants it any more."""

    DRAFTED = "drafted"
    STARTED = "started"
    ENDED = "ended"
    CANCELLED = "cancelled"


FROZEN = (Operation.SCRIPT, Operation.POWER, Operation.CONFIGURE)
"""What a freeze stops usually."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """What a plan says. covers: a condition on desktops, "" all of the tenant's. starts_at to
    ends_at: the event. frozen_from to frozen_until: nothing of `operations` is done. people: who
    does what, a line each. duty: who is reached when. least_score: of the inspection before."""

    tenant: TenantId
    kind: PlanKind
    name: str
    covers: str
    starts_at: datetime
    ends_at: datetime
    frozen_from: datetime
    frozen_until: datetime
    operations: tuple[Operation, ...] = FROZEN
    people: str = ""
    duty: str = ""
    note: str = ""
    least_score: int = 60
    thresholds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many clocks were decided in a time, and how many of them were kept."""

    met: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTicket:
    code: str
    title: str
    priority: str
    state: str
    reported_at: datetime
    solved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPeak:
    """The most users online at once on a local day, None where that was not measured."""

    on: date
    online: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedBefore:
    """The inspection by which a plan was started."""

    code: str
    score: float | None
    failed: int
    warned: int
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTime:
    """Who was on duty by the record, within the time of the plan."""

    schedule: str
    name: str
    role: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a closing report is made of. desktops: that were covered at the end. availability: by
    the stand-stills that tickets of the first priority tell. agreed: None where none is.
    attempts, failures: to connect, None where they could not be read. thresholds: names of the
    rules that were tightened."""

    since: datetime
    until: datetime
    desktops: int
    availability: float | None
    agreed: float | None
    down_s: float
    response: Kept
    resolution: Kept
    tickets: tuple[EventTicket, ...]
    peaks: tuple[DayPeak, ...]
    attempts: int | None
    failures: int | None
    inspection: InspectedBefore | None
    thresholds: tuple[str, ...]
    duty: tuple[DutyTime, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What happened in an event, as it was known when it ended. peak_online: None where that was
    not measured. refused: acts that the freeze stopped. closing: what its report is made
    of, None of a plan that ended before there were reports."""

    alarms: Mapping[str, int]
    alarms_open: int
    peak_online: int | None
    tickets: int
    tickets_open: int
    refused: int
    exceptions: int
    note: str = ""
    closing: Closing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """inspection: by which it was started, None of a freeze."""

    id: int
    tenant_name: str
    draft: PlanDraft
    state: PlanState
    version: int
    made_at: datetime
    made_by: str
    inspection: int | None
    started_at: datetime | None
    started_by: str
    ended_at: datetime | None
    ended_by: str
    summary: Summary | None

    @property
    def tenant(self) -> TenantId:
        return self.draft.tenant

    @property
    def code(self) -> str:
        return f"E-{self.id:05d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionDraft:
    """Somebody may act in spite of a freeze. who: their sign-in name."""

    who: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeException:
    """granted_by: the person who answers for it."""

    id: int
    plan: int
    who: str
    reason: str
    until: datetime
    granted_by: str
    granted_at: datetime


class GateReason(StrEnum):
    """Why a plan may not start, or may. critical: a critical check is not well."""

    PASSED = "passed"
    NOT_NEEDED = "not_needed"
    NO_INSPECTION = "no_inspection"
    NOT_SEALED = "not_sealed"
    TOO_OLD = "too_old"
    TOO_LOW = "too_low"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """How it stands with a plan's gate. inspection: the one that was looked at."""

    reason: GateReason
    inspection: int | None = None
    code: str = ""

    @property
    def is_open(self) -> bool:
        return self.reason in (GateReason.PASSED, GateReason.NOT_NEEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A plan that freezes something now, with who is excepted."""

    plan: Plan
    excepted: frozenset[str]
