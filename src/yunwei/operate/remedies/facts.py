"""Remedies and their attempts as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import AlarmId, OccurrenceId, RemedyId, RunId, ScriptId, TenantId


class Mode(StrEnum):
    """proposed: a person applies it, from the alarm's page. automatic: it applies itself."""

    PROPOSED = "proposed"
    AUTOMATIC = "automatic"


class AttemptState(StrEnum):
    """intended: written down, its run is not started yet. running: its run goes on. verifying: the
    script succeeded, and the alarm is watched. The others are ends: healed (the alarm cleared),
    not_healed (the script succeeded and the alarm still stands), failed (the run did not succeed),
    refused (no run could be started)."""

    INTENDED = "intended"
    RUNNING = "running"
    VERIFYING = "verifying"
    HEALED = "healed"
    NOT_HEALED = "not_healed"
    FAILED = "failed"
    REFUSED = "refused"

    @property
    def is_open(self) -> bool:
        return self in (AttemptState.INTENDED, AttemptState.RUNNING, AttemptState.VERIFYING)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyDraft:
    """What a person wants a remedy to be. condition: as text, over what conditions on alarms may
    name. values: of the script's parameters; never secrets. per_hour: at most so many attempts in
    any hour. cool_down_s: so long is a desktop left alone after an attempt. breaker_after: so many
    attempts in a row that heal nothing, and it stops. verify_s: so long may an alarm take to clear
    once the script succeeded. wait_s: so long must an alarm stand before it applies itself."""

    name: str
    condition: str
    script: ScriptId
    values: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.PROPOSED
    per_hour: int = 10
    cool_down_s: int = 1800
    breaker_after: int = 3
    verify_s: int = 900
    wait_s: int = 30
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A remedy. acts_for: in whose name its runs are started, who saved it last. misses: attempts
    in a row that healed nothing. broken_at: since when the breaker keeps it from applying itself,
    None while it does not."""

    id: RemedyId
    tenant: TenantId
    tenant_name: str
    name: str
    condition: str
    script: ScriptId
    script_name: str
    values: Mapping[str, str]
    mode: Mode
    per_hour: int
    cool_down_s: int
    breaker_after: int
    verify_s: int
    wait_s: int
    is_enabled: bool
    acts_for: str
    misses: int
    broken_at: datetime | None
    changed_at: datetime
    attempts: int
    healed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A remedy applied to an occurrence of an alarm. by: who applied it. reason: why it was
    refused, or how its run ended."""

    id: int
    remedy: RemedyId
    remedy_name: str
    tenant: TenantId
    alarm: AlarmId
    occurrence: OccurrenceId
    managed_object: str
    run: RunId | None
    state: AttemptState
    reason: str
    is_automatic: bool
    by: str
    started_at: datetime
    verify_until: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a remedy did of late. on_object_at: its latest attempt on the desktop in question."""

    in_last_hour: int
    on_object_at: datetime | None
    open_on_object: int = 0
