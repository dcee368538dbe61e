"""Reports as they are asked for, made, released and delivered; and their schedules. No I/O."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from yunwei.base.core.ids import ChannelId, TenantId, UserId
from yunwei.operate.reports.periods import Period, PeriodKind


class ReportState(StrEnum):
    """QUEUED: asked for. WORKING: its figures are being read. READY: frozen. FAILED: its error
    says why. CANCELLED: nobody wants it any more."""

    QUEUED = "queued"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in {ReportState.QUEUED, ReportState.WORKING}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """A report that somebody wants. definition: a key of the built-in ones, or of one's own;
    own_version: which version of that. is_last_year: compared with the same time of last year."""

    tenant: TenantId
    definition: str
    language: str
    period: Period
    is_compared: bool = True
    is_last_year: bool = False
    own_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report without its content. step, steps: how far its making is. schedule: which asked for
    it. is_approval_needed: it is kept from its recipients until somebody releases it. released_at:
    since when the customer's people see it. sha256: of the frozen content. own_version: by which
    version of a report of one's own it is made; own_number: that version's number; own_title_…:
    what it was called then. All empty for a built-in report."""

    id: int
    tenant: TenantId
    tenant_name: str
    definition: str
    language: str
    period: PeriodKind
    first_day: date
    last_day: date
    time_zone: str
    is_compared: bool
    is_last_year: bool
    own_version: int | None
    own_number: int | None
    own_title_zh: str
    own_title_en: str
    state: ReportState
    step: int
    steps: int
    error: str
    created_at: datetime
    created_by: str
    made_at: datetime | None
    coverage: float | None
    sha256: str
    schedule: int | None
    schedule_name: str
    is_approval_needed: bool
    released_at: datetime | None
    released_by: str

    @property
    def progress(self) -> float:
        """How far its making is, 0 to 1."""
        return self.step / self.steps if self.steps else 0.0

    @property
    def time(self) -> Period:
        return Period(
            kind=self.period, first=self.first_day, last=self.last_day, time_zone=self.time_zone
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A report as somebody takes it with them."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who gets a report: people, everybody of a role in its tenant, groups by their channel, mail
    addresses from outside. files: which of its files a mail brings along."""

    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    channels: tuple[ChannelId, ...] = ()
    outside: tuple[str, ...] = ()
    files: tuple[str, ...] = ("pdf",)

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.roles or self.channels or self.outside)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """after: how long after the midnight that ends a period its report is due, by the wall clock.
    needs_approval: a person releases each report before its recipients get it."""

    tenant: TenantId
    name: str
    definition: str
    language: str
    period: PeriodKind
    after: timedelta
    time_zone: str
    recipients: Recipients
    needs_approval: bool = True
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """since: the first local day whose periods count: nothing of before is caught up.
    last_last_day: the end of the newest period that has its report. own_title_…: of a report of
    one's own, "" of a built-in one."""

    id: int
    version: int
    draft: ScheduleDraft
    tenant_name: str
    since: date
    created_at: datetime
    created_by: str
    last_last_day: date | None = None
    own_title_zh: str = ""
    own_title_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One telling of a report to all its recipients, or a test to one person. turn: 1 is the
    first, higher ones were asked for again; 0 is a test. sent_at: None until it is written.
    reached: how many messages it became. told: the keys of these messages."""

    id: int
    report: int
    turn: int
    recipients: Recipients
    asked_at: datetime
    asked_by: str
    sent_at: datetime | None
    reached: int | None
    told: tuple[str, ...] = ()
