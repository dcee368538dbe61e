"""What the auditor found: work on alarms and messages that is overdue."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Overdue(StrEnum):
    """escalation: a step was not told in time. message: one waits longer than it may. raise: an
    alarm that nothing was decided about. intake: reports are not applied."""

    ESCALATION = "escalation"
    MESSAGE = "message"
    RAISE = "raise"
    INTAKE = "intake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """oldest_at: since when the oldest of them is overdue. example: id of it, "" for the intake."""

    kind: Overdue
    count: int
    oldest_at: datetime
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The last round. intake_end: the newest report in the intake then. heartbeat_error: why the
    outside monitor heard nothing, "" when it did or none is set. heartbeat_host: where it goes by
    what people set, "" for nowhere; the address itself is a secret."""

    at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    duration_s: float = 0.0
    intake_end: int | None = None
    heartbeat_at: datetime | None = None
    heartbeat_error: str = ""
    heartbeat_host: str = ""
