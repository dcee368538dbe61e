"""Triggers and their firings as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import DesktopId, RunId, ScriptId, TenantId, TriggerId


class Occasion(StrEnum):
    """What happened to a desktop. appeared: its source has it for the first time, or again.
    rebuilt: its image is another one, or its agent enrolled from another machine than before.
    started: it runs again after it was off. assigned: to a user to whom it was not. enrolled: its
    agent did."""

    APPEARED = "appeared"
    REBUILT = "rebuilt"
    STARTED = "started"
    ASSIGNED = "assigned"
    ENROLLED = "enrolled"


class FiringState(StrEnum):
    """waiting: its turn has not come, or nothing reaches the desktop yet. starting: its run is
    being started. running: its run goes on. The others are ends: done (the script succeeded),
    failed (it did not), refused (no run could be started), held_back (the desktop is left alone for
    a while after the one before), lapsed (its time was over before its turn came)."""

    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    HELD_BACK = "held_back"
    LAPSED = "lapsed"

    @property
    def is_open(self) -> bool:
        return self in (FiringState.WAITING, FiringState.STARTING, FiringState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerDraft:
    """What a person wants a trigger to be. condition: as text, over what conditions on desktops may
    name; "" is every desktop. values: of the script's parameters; never secrets. off_s: of
    `started`, so long must the desktop have been off. wait_s: so long after the occasion the run is
    started. within_s: until when it must have begun, counted from the occasion. per_hour: at most
    so many in any hour, the others wait. cool_down_s: so long is a desktop left alone after one.
    breaker_after: so many in a row that fail, and it stops."""

    name: str
    occasion: Occasion
    script: ScriptId
    condition: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    off_s: int = 0
    wait_s: int = 60
    within_s: int = 86_400
    per_hour: int = 100
    cool_down_s: int = 3600
    breaker_after: int = 5
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger. acts_for: in whose name its runs are started, who saved it last. misses: firings
    in a row that failed. broken_at: since when the breaker holds it, None while it does not. fired,
    done: so many of its firings that are kept were started, and succeeded."""

    id: TriggerId
    tenant: TenantId
    tenant_name: str
    name: str
    occasion: Occasion
    condition: str
    script: ScriptId
    script_name: str
    values: Mapping[str, str]
    off_s: int
    wait_s: int
    within_s: int
    per_hour: int
    cool_down_s: int
    breaker_after: int
    is_enabled: bool
    acts_for: str
    misses: int
    broken_at: datetime | None
    changed_at: datetime
    fired: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened to a desktop. off_s: of `started`, so long had it been off."""

    occasion: Occasion
    tenant: TenantId
    desktop: DesktopId
    at: datetime
    before: str = ""
    after: str = ""
    off_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFiring:
    """A firing as it is written down. until_at: it must have begun before."""

    desktop: DesktopId
    name: str
    before: str
    after: str
    happened_at: datetime
    due_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A trigger set off by one desktop. before, after: of what happened, such as the image. reason:
    why it was refused or held back, or how its run ended on the desktop. batch: it is started with
    others of the same number, in one run."""

    id: int
    trigger: TriggerId
    trigger_name: str
    tenant: TenantId
    desktop: DesktopId
    desktop_name: str
    before: str
    after: str
    happened_at: datetime
    due_at: datetime
    until_at: datetime
    state: FiringState
    reason: str
    batch: int | None
    run: RunId | None
    started_at: datetime | None
    ended_at: datetime | None
