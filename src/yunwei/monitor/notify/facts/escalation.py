"""Escalation policies, and escalations under way: who is told next, and when, until somebody acts.

Whether an alarm is told at all is governance's; by which message is the outbox's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import (
    AlarmId,
    EscalationId,
    OccurrenceId,
    PolicyId,
    RouteId,
    TenantId,
)
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.reaching import Targets


class Urgency(StrEnum):
    """How much a step may disturb. low: what can wait keeps to quiet hours."""

    HIGH = "high"
    LOW = "low"


class Need(StrEnum):
    """What must still hold at a step's instant, or the step is passed over."""

    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOT_CLEARED = "not_cleared"


class AckMode(StrEnum):
    """Whose acknowledgement ends the telling: of any one person, or of each who was told."""

    ANY = "any"
    EACH = "each"


class StopReason(StrEnum):
    """Why nothing more is told. After the first three the escalation may go on at the same step;
    replaced: the alarm got worse and another policy has taken over."""

    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    CLEARED = "cleared"
    FINISHED = "finished"
    REPLACED = "replaced"


RESUMABLE = frozenset({StopReason.ACKNOWLEDGED, StopReason.SHELVED, StopReason.SUPPRESSED})


class Because(StrEnum):
    """Why a step is told, as its message says. Resumed ones: what kept it quiet is over."""

    RAISED = "raised"
    WORSENED = "worsened"
    UNACKNOWLEDGED = "unacknowledged"
    UNCLEARED = "uncleared"
    REPEATED = "repeated"
    AGAIN = "again"
    ACKNOWLEDGEMENT_OVER = "acknowledgement_over"
    SHELF_OVER = "shelf_over"
    SUPPRESSION_OVER = "suppression_over"
    HURRIED = "hurried"


class EscalationState(StrEnum):
    """pending: the first step waits for its time. escalating: told, and more is to come."""

    PENDING = "pending"
    ESCALATING = "escalating"
    STOPPED = "stopped"


class NotificationState(StrEnum):
    """The notification axis of an alarm. none: nobody is told, governance says why. pending:
    told or about to be, and nothing more follows by itself."""

    NONE = "none"
    PENDING = "pending"
    ESCALATING = "escalating"
    STOPPED = "stopped"


class Verb(StrEnum):
    """What happened to an escalation; the words of its log."""

    STARTED = "started"
    TOLD = "told"
    PASSED = "passed"
    UNREACHED = "unreached"
    HELD = "held"
    RESUMED = "resumed"
    RESTARTED = "restarted"
    HURRIED = "hurried"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStep:
    """One step. delay_s: after the step before, the first after the raise. repeat_s, repeats: it
    is told again so often, until the next step comes. min_severity: else it is passed over."""

    delay_s: int
    targets: Targets
    urgency: Urgency = Urgency.HIGH
    repeat_s: int = 0
    repeats: int = 0
    needs: Need = Need.NOT_ACKNOWLEDGED
    min_severity: Severity | None = None
    ack_mode: AckMode = AckMode.ANY
    on_screen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy as a person writes it. loops: how often all steps are gone through again, each
    time `loop_delay_s` after the last telling."""

    name: str
    steps: tuple[PolicyStep, ...]
    loops: int = 0
    loop_delay_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An escalation policy of one tenant. version grows with each change; escalations under way
    go by the version with which they started."""

    id: PolicyId
    tenant: TenantId
    version: int
    name: str
    steps: tuple[PolicyStep, ...]
    loops: int
    loop_delay_s: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A policy as lists show it. under_way: escalations that go by some version of it now."""

    policy: Policy
    under_way: int
    route_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """Where in its policy an escalation is. run: grows with each start over or going on; loop,
    step, repeat: from 0. The order of positions is the order in which they are told."""

    run: int = 0
    loop: int = 0
    step: int = 0
    repeat: int = 0

    def __str__(self) -> str:
        return f"{self.run}.{self.loop}.{self.step}.{self.repeat}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One occurrence under one policy.

    policy: frozen at the start. done: the last position told or passed over, None before the
    first. done_at: when its step began. next, next_at: what comes, both None when nothing does.
    held: where it goes on once what holds it is over. owed: sign-in names of those whose
    acknowledgement is asked for one by one. because: why `next` comes, when its place in the
    policy does not say it. severity: of the alarm when it started (over).
    """

    id: EscalationId
    tenant: TenantId
    alarm: AlarmId
    occurrence: OccurrenceId
    policy: Policy
    route: RouteId | None
    route_name: str
    state: EscalationState
    why: StopReason | None = None
    why_detail: str = ""
    run: int = 0
    done: Position | None = None
    done_at: datetime | None = None
    next: Position | None = None
    next_at: datetime | None = None
    held: Position | None = None
    owed: tuple[str, ...] = ()
    because: Because | None = None
    because_detail: str = ""
    severity: Severity
    started_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmNow:
    """What an escalation must know of its alarm at present. quiet_by: what keeps it from people,
    as (kind, name). acknowledged_by: sign-in names since it was taken up."""

    alarm: AlarmId
    occurrence: OccurrenceId
    severity: Severity
    is_cleared: bool
    is_acknowledged: bool = False
    operator: str = ""
    quiet_by: tuple[tuple[str, str], ...] = ()
    acknowledged_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """What is to be told now. due_at: when it was due. missed: how many more tellings of this
    step the platform was not there for. because_detail: a name that belongs to the reason."""

    position: Position
    step: PolicyStep
    due_at: datetime
    is_late: bool = False
    missed: int = 0
    because: Because
    because_detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an escalation's log. people: names of those told. due_at: when that differs."""

    escalation: EscalationId
    at: datetime
    verb: Verb
    position: Position | None = None
    due_at: datetime | None = None
    by: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What became of an escalation: as it is now, what is to be told in this order, its log."""

    after: Escalation
    tells: tuple[Tell, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A telling that is to come, if nothing happens."""

    position: Position
    step: PolicyStep
    at: datetime


class UntoldReason(StrEnum):
    """Why an alarm that governance lets through reached nobody."""

    NO_ROUTE = "no_route"
    NOBODY_REACHED = "nobody_reached"
    BELOW_THRESHOLD = "below_threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """That an alarm reached nobody, and why. name: of the route or policy. said_at: when it
    became an alarm on ourselves, or was found to need none; None while it must."""

    id: int = 0
    tenant: TenantId
    alarm: AlarmId
    occurrence: OccurrenceId
    at: datetime
    reason: UntoldReason
    name: str = ""
    said_at: datetime | None = None
    managed_object: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Where an alarm stands on the notification axis. step: counted from 1."""

    state: NotificationState = NotificationState.NONE
    step: int | None = None
    next_at: datetime | None = None
    why: StopReason | None = None
    why_detail: str = ""
