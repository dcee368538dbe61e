"""Targets that are reached over SSH or WinRM, as plain data."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import DesktopId, RunId, SshProfileId, TenantId
from yunwei.operate.runs.facts.runs import TargetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A target that a worker has in hand. order: of the ledger of agents, where the script and its
    parameters stand. tries: how often it was taken, with this time."""

    target: int
    profile: SshProfileId
    tries: int
    run: RunId
    desktop: DesktopId | None
    tenant: TenantId
    order: int | None
    deadline_at: datetime
    name: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SshResult:
    """What became of a target. data: what it printed, as far as it is kept."""

    target: int
    state: TargetState
    ended_at: datetime
    reason: str = ""
    exit_code: int | None = None
    size_bytes: int = 0
    digest: str = ""
    is_cut: bool = False
    data: bytes = b""
