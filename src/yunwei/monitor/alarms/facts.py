"""The alarm and its history. Four axes that never mix: resource, operator, suppression, told."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import AlarmId, OccurrenceId, SituationId, SourceId, TenantId
from yunwei.base.core.severity import Severity


class OperatorState(StrEnum):
    """What people did about it (RFC 8632 operator-state)."""

    NONE = "none"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"


class Axis(StrEnum):
    RESOURCE = "resource"
    OPERATOR = "operator"
    SUPPRESSION = "suppression"


class Verdict(StrEnum):
    """What a raw alarm did to the alarm it is about; each raw alarm has exactly one."""

    RAISED = "raised"
    REPEATED = "repeated"
    WORSENED = "worsened"
    EASED = "eased"
    CLEARED = "cleared"
    NOTICED = "noticed"
    DUPLICATE = "duplicate"
    STALE = "stale"
    ORPHAN_CLEAR = "orphan_clear"


class ClearCause(StrEnum):
    NONE = ""
    SOURCE = "source"
    OPERATOR = "operator"
    NOTICE = "notice"
    RECONCILED = "reconciled"


FOUND_BY_RECONCILIATION = "found by reconciliation"
"""The note of a change that nobody reported: it was found in the source's own list."""


class AlarmView(StrEnum):
    """The lists in which alarms stand. Each uncleared alarm is in exactly one of the first 3."""

    OPEN = "open"
    MASKED = "masked"
    SHELVED = "shelved"
    HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why an alarm is quiet, or what softens it.

    kind: `mask`, `shelved`, or of noise control `transient`, `flapping`… rule_id: of a mask rule
    or a noise rule, by kind. effect: `mute` or `hide` keep it quiet; `digest` and `downgrade`
    soften it. severity: what a downgrade lowers it to. on_end: what to do when the rule ends
    while the alarm stands.
    """

    kind: str
    effect: str
    severity: str = ""
    on_end: str = ""
    rule_id: int | None = None
    rule_version: int | None = None
    rule_name: str = ""
    since: datetime
    until: datetime | None = None


WAITING_KINDS = frozenset({"transient", "waiting"})
"""Kinds of suppression that only put off: when their time is over the alarm is told after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlapLimits:
    """When an alarm begins to count as flapping and when it ceases to.

    fade_s: a score falls to 1/e in this time. enter, leave: scores.
    """

    fade_s: float = 1200.0
    enter: float = 3.5
    leave: float = 1.5

    def fade(self, score: float, passed: timedelta) -> float:
        """Return what is left of a score after a while."""
        return score * math.exp(-max(0.0, passed.total_seconds()) / self.fade_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """How restless an alarm is. score: one for each raise and clear, fading with time.

    event_at: the source's time of the latest of them; at: ours. since: our time from which it
    counts as flapping, None while it does not.
    """

    score: float
    event_at: datetime
    at: datetime
    since: datetime | None = None

    def calm_at(self, limits: FlapLimits) -> datetime:
        """Return when it will have been quiet for long enough, if nothing happens."""
        if self.score <= limits.leave:
            return self.at
        wait_s = limits.fade_s * math.log(self.score / limits.leave)
        return self.at + timedelta(seconds=wait_s)

    def settled_since(self, limits: FlapLimits, now: datetime) -> datetime | None:
        """Return since when it flapped, if it has been quiet for long enough by now."""
        return self.since if self.since and self.calm_at(limits) <= now else None


def stir(
    before: Flapping | None, *, event_at: datetime, now: datetime, limits: FlapLimits
) -> Flapping:
    """Return how restless an alarm is after one more transition: what was there fades by the
    source's own time, then one is added. Cost: O(1), whatever its past."""
    if before is None:
        return Flapping(score=1.0, event_at=event_at, at=now)
    calm = limits.fade(before.score, event_at - before.event_at)
    since = before.since if calm > limits.leave else None
    if since is None and calm + 1.0 >= limits.enter:
        since = now
    latest = max(event_at, before.event_at)
    return Flapping(score=calm + 1.0, event_at=latest, at=now, since=since)


type Limits = Callable[[TenantId, str], FlapLimits]
"""(tenant, alarm type) → which limits of flapping hold"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm: one (source, managed object, type, qualifier), through all its occurrences.

    raised_at: start of the present or latest occurrence, the source's clock. last_raised_at:
    latest report of it. last_event_at: the source's time of the latest report applied, raise or
    clear. changed_at, heard_at: our clock; the latter when the present or latest occurrence
    began for us. count: raises in the present occurrence. acknowledged_until: None for as long
    as it stands. due_at: when governance has to look at
    it again by itself. situation: the open one that it belongs to.
    affected: how many desktops are lost by it.

    reported_severity: as it came. severity: the effective one, lower when a rule downgrades it.
    suppressed_by: why nobody is told; softened_by: which rules downgrade it or put it into the
    next digest.
    """

    id: AlarmId
    tenant: TenantId
    source: SourceId
    key: str
    managed_object: str
    alarm_type: str
    qualifier: str
    severity: Severity
    reported_severity: Severity
    text: str
    is_cleared: bool
    raised_at: datetime
    last_raised_at: datetime
    last_event_at: datetime
    changed_at: datetime
    cleared_at: datetime | None = None
    clear_cause: ClearCause = ClearCause.NONE
    count: int = 1
    occurrence: OccurrenceId
    operator_state: OperatorState = OperatorState.NONE
    operator: str = ""
    operator_at: datetime | None = None
    operator_note: str = ""
    acknowledged_until: datetime | None = None
    shelved_until: datetime | None = None
    heard_at: datetime
    flapping: Flapping | None = None
    due_at: datetime | None = None
    situation: SituationId | None = None
    affected: int = 0
    suppressed_by: tuple[Suppression, ...] = ()
    softened_by: tuple[Suppression, ...] = ()
    raw: dict[str, str] = field(default_factory=dict)

    def left_alone(self) -> "Alarm":
        """Return the same with nobody who has taken it up or put it aside."""
        return replace(
            self,
            operator_state=OperatorState.NONE,
            operator="",
            operator_at=None,
            operator_note="",
            acknowledged_until=None,
            shelved_until=None,
        )

    @property
    def is_suppressed(self) -> bool:
        return bool(self.suppressed_by)

    @property
    def is_hidden(self) -> bool:
        return any(each.effect == "hide" for each in self.suppressed_by)

    @property
    def is_digested(self) -> bool:
        return any(each.effect == "digest" for each in self.softened_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What is to keep an alarm quiet, or soften it, from now on. alarm: as it is stored.

    due_at: when to look at it again by itself.
    """

    alarm: Alarm
    suppressed_by: tuple[Suppression, ...]
    softened_by: tuple[Suppression, ...]
    severity: Severity
    due_at: datetime | None
    affected: int

    @property
    def is_hidden(self) -> bool:
        return any(each.effect == "hide" for each in self.suppressed_by)

    @property
    def is_news(self) -> bool:
        alarm = self.alarm
        before = (alarm.suppressed_by, alarm.softened_by, alarm.severity)
        after = (self.suppressed_by, self.softened_by, self.severity)
        is_same = (self.due_at, self.affected) == (alarm.due_at, alarm.affected)
        return before != after or not is_same


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One stretch from raise to clear. severity: the worst in it."""

    id: OccurrenceId
    alarm: AlarmId
    tenant: TenantId
    raised_at: datetime
    cleared_at: datetime | None
    clear_cause: ClearCause
    severity: Severity
    count: int
    text: str
    intake_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of an alarm's history. at: our clock. by: a person's name, or "" for a source."""

    alarm: AlarmId
    tenant: TenantId
    at: datetime
    axis: Axis
    verb: str
    before: str = ""
    after: str = ""
    by: str = ""
    note: str = ""
    event_at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one raw alarm did. after is None only for an orphan clear."""

    raw: RawAlarm
    verdict: Verdict
    before: Alarm | None
    after: Alarm | None
    occurrence: Occurrence | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """An alarm as lists and pages show it, with the name and connector of its source."""

    alarm: Alarm
    source_name: str
    connector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmTypeRow:
    """An alarm type as far as it was ever heard of.

    alarms: how many there are, open ones of all lists included. connectors: of the sources that
    said it. is_unmapped: no definition knows the trap. notes: tenants that wrote something.
    """

    alarm_type: str
    alarms: int
    open: int
    reports: int
    last_raised_at: datetime
    connectors: tuple[str, ...]
    is_unmapped: bool
    notes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeNote:
    """What a tenant's people know of an alarm type and want to be told with each such alarm."""

    tenant: TenantId
    tenant_name: str
    alarm_type: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Raises of one day. day: its beginning, aware."""

    day: datetime
    count: int
