"""Runs and their targets as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from yunwei.base.core.ids import DesktopId, RunId, ScriptId, SshProfileId, TenantId
from yunwei.operate.runs.facts.watching import Watched


class RunState(StrEnum):
    """asked: waits for another person's approval. running. stopping: nothing more is begun, what
    runs comes to its end. The others are ends: finished, stopped (too much failed), cancelled,
    declined (not approved), lapsed (nobody approved it in time)."""

    ASKED = "asked"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    LAPSED = "lapsed"

    @property
    def is_open(self) -> bool:
        return self in (RunState.ASKED, RunState.RUNNING, RunState.STOPPING)


class TargetState(StrEnum):
    """queued: its turn has not come. waiting: the same, and its agent is not there. sent: given to
    its agent. running: begun there. The others are ends.

    interrupted: it had begun when its agent or machine went down. expired: not begun before the
    deadline. refused: its agent, or its cloud, would not. unknown: sent, and nothing was heard
    again; what an agent says later still counts. skipped: never sent, or left out by its cloud,
    for the reason that stands beside it.
    """

    QUEUED = "queued"
    WAITING = "waiting"
    SENT = "sent"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"

    @property
    def is_open(self) -> bool:
        return self in OPEN


PENDING = frozenset({TargetState.QUEUED, TargetState.WAITING})
"""Not sent yet: nobody can have begun it."""
IN_FLIGHT = frozenset({TargetState.SENT, TargetState.RUNNING})
OPEN = PENDING | IN_FLIGHT
FAILURES = frozenset({TargetState.FAILED, TargetState.TIMED_OUT, TargetState.INTERRUPTED})
"""What a script did wrong; not what could not be reached."""
RETRIED = frozenset(TargetState) - OPEN - {TargetState.SUCCEEDED}


class Reachability(StrEnum):
    """Whether a script can reach a desktop now. here: by its agent. ssh: it has none, and a profile
    tells how it is reached over SSH. winrm: the same, over WinRM. cloud: the same, by its desktop
    cloud. silent: its agent is not heard. off: it is switched off. doubled: its agent's key is on
    two machines. no_agent: nothing reaches it."""

    HERE = "here"
    SSH = "ssh"
    WINRM = "winrm"
    CLOUD = "cloud"
    SILENT = "silent"
    OFF = "off"
    DOUBLED = "doubled"
    NO_AGENT = "no_agent"


class Offline(StrEnum):
    """What is done about desktops whose agent is not there: wait until the deadline, or skip."""

    WAIT = "wait"
    SKIP = "skip"


class Blind(StrEnum):
    """What is done when nothing could be measured on the canary: stop, or go on all the same."""

    STOP = "stop"
    GO_ON = "go_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a run goes about its targets. canary, batch, stop_at: a number (`5`) or a share of all
    targets (`10%`); "" is none, all at once, never.

    canary: so many go first, alone; each has to succeed but canary_failures. pause_s: between
    batches. parallel: so many at once. stop_at: nothing more is begun once more than this have
    failed. skips_active: leave out desktops on which somebody works when their turn comes.
    watch_minutes: so long the canary's experience is watched before the others begin; 0: not.
    watch_worse: by so many percent it must have got worse, beside the others, to stop the run.
    """

    canary: str = "1"
    canary_failures: int = 0
    batch: str = ""
    pause_s: int = 0
    parallel: int = 100
    stop_at: str = "10%"
    offline: Offline = Offline.WAIT
    skips_maintenance: bool = True
    skips_active: bool = False
    watch_minutes: int = 0
    watch_worse: int = 50
    watch_blind: Blind = Blind.STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Targets of a run by how they ended; what is empty, or None, does not matter. digest: of what
    they printed."""

    states: tuple[TargetState, ...] = ()
    exit_codes: tuple[int, ...] = ()
    digest: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """Which desktops of another run are meant."""

    run: RunId
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which desktops are meant, as a person said it: all that one of these names. names: of
    desktops. condition: as text, over what is known of desktops. retry_of: those of another run
    that did not succeed; then the others are empty. follows: those of another run that ended so,
    and nobody else; with desktops, only these of them."""

    names: tuple[str, ...] = ()
    pools: tuple[int, ...] = ()
    condition: str = ""
    desktops: tuple[int, ...] = ()
    retry_of: RunId | None = None
    follows: Follows | None = None


USUAL_WAIT_MINUTES = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpDraft:
    """A script that is to be run when a run is over, on those of its desktops that ended so.
    values: of its parameters, never secrets. sha256: of the version that was looked at, "" for
    whichever may run now. within_minutes: its run's deadline, from its start."""

    script: ScriptId
    outcome: Outcome
    values: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    within_minutes: int = USUAL_WAIT_MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A desktop as a possible target. why_not: why its cloud does not carry out this script."""

    desktop: DesktopId
    name: str
    native_id: str
    pool: int | None
    agent: int | None
    reachability: Reachability
    is_active: bool
    is_in_maintenance: bool
    why_not: str = ""
    ssh_profile: SshProfileId | None = None
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a choice comes to now. missing: names that no desktop has; doubtful: several have."""

    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()

    @property
    def by_reachability(self) -> dict[Reachability, int]:
        counts = dict.fromkeys(Reachability, 0)
        for each in self.candidates:
            counts[each.reachability] += 1
        return {each: count for each, count in counts.items() if count}

    @property
    def active(self) -> int:
        return sum(each.is_active for each in self.candidates)

    @property
    def in_maintenance(self) -> int:
        return sum(each.is_in_maintenance for each in self.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDraft:
    """What a person wants run. values: of the script's parameters. key: the same is taken once,
    whoever sends it again. sha256: of the version that was looked at, "" for whichever may run.
    then: what is run when it is over, each after the one before."""

    key: str
    tenant: TenantId
    script: ScriptId
    choice: Choice
    plan: Plan
    deadline_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    note: str = ""
    then: tuple[FollowUpDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. parameters: as shown, secrets masked. sha256: of the version; digest: what agents
    sign for. counts: targets by state. batch: the present one, 0 is the canary. reason: why it
    stopped, or waits for an approval. order: of the ledger of agents."""

    id: RunId
    tenant: TenantId
    tenant_name: str
    script: ScriptId
    script_name: str
    version: int
    language: str
    sha256: str
    digest: str
    parameters: Mapping[str, str]
    plan: Plan
    choice: Choice
    note: str
    state: RunState
    reason: str
    total: int
    counts: Mapping[str, int]
    batch: int
    batch_over_at: datetime | None
    order: int | None
    retry_of: RunId | None
    timeout_s: int
    created_at: datetime
    created_by: str
    approve_until: datetime | None
    judged_by: str
    judged_at: datetime | None
    judgement_note: str
    started_at: datetime | None
    ended_at: datetime | None
    cancelled_by: str
    deadline_at: datetime
    watched: Watched | None = None
    follows: RunId | None = None

    def count(self, *states: TargetState) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def open(self) -> int:
        return self.count(*OPEN)

    @property
    def over(self) -> int:
        return self.total - self.open

    @property
    def succeeded(self) -> int:
        return self.count(TargetState.SUCCEEDED)

    @property
    def failed(self) -> int:
        return self.count(*FAILURES)

    @property
    def is_good(self) -> bool:
        """All of it went well."""
        return self.succeeded == self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One desktop of a run. reason: why it was skipped, refused or could not be run. digest:
    targets with the same one printed the same. task: of the ledger of agents; cloud_order: by
    which it went to its cloud instead; ssh_profile: by which it is reached over SSH or WinRM."""

    id: int
    run: RunId
    tenant: TenantId
    place: int
    desktop: DesktopId | None
    desktop_name: str
    agent: int | None
    task: int | None
    cloud_order: int | None
    ssh_profile: int | None
    batch: int | None
    state: TargetState
    reason: str
    sent_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    output_bytes: int
    is_cut: bool
    digest: str

    @property
    def duration_s(self) -> float | None:
        if self.started_at is None or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Targets of a run that ended alike. sample: one of them. output: how its output begins."""

    state: TargetState
    reason: str
    exit_code: int | None
    digest: str
    count: int
    sample: int
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a run goes on. per_minute: ends in a minute, so far. left_s: until all that can be
    reached has ended, at this pace; None when nothing can be said."""

    per_minute: float
    left_s: float | None
