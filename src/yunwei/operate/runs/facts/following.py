"""What is to be run when a run is over, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import RunId, ScriptId, TenantId
from yunwei.operate.runs.facts.runs import Outcome, RunState


class FollowState(StrEnum):
    """waiting: the run before it is not over, or not there yet. The others are ends: started,
    refused (its run could not be started, or was not allowed), skipped (there was nothing to do,
    or a person wanted no more of it)."""

    WAITING = "waiting"
    STARTED = "started"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One script of a chain. first: the run with which a person said it. place: 1 is run after
    that one, 2 after the run of 1. after: the run whose end it waits for; None while that is not
    there. sha256: of the version that was looked at. by: in whose name. reason: why there is no
    run."""

    id: int
    tenant: TenantId
    first: RunId
    place: int
    after: RunId | None
    script: ScriptId
    script_name: str
    version: int
    sha256: str
    values: Mapping[str, str]
    outcome: Outcome
    within_minutes: int
    by: str
    state: FollowState
    reason: str
    noted_at: datetime
    run: RunId | None
    run_state: RunState | None
    run_reason: str
    total: int | None
