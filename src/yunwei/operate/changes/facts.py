"""Standard changes as plain data: templates, their runbooks, and what became of each step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import ContractId, RunId, ScriptId, TenantId, TicketId
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.service.facts.clocks import Priority


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Phase(StrEnum):
    """do: what is changed. verify: whether it is as it should be. rollback: what brings back the
    state before; carried out only when a step failed."""

    DO = "do"
    VERIFY = "verify"
    ROLLBACK = "rollback"


class ChangeState(StrEnum):
    """planned: nothing is begun. working: by its steps, in order. halted: a step failed, and a
    person decides. rolling_back. The others are ends: succeeded (all is done and verified),
    rolled_back, failed (it could not be brought back either), cancelled (before it began)."""

    PLANNED = "planned"
    WORKING = "working"
    HALTED = "halted"
    ROLLING_BACK = "rolling_back"
    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in OPEN

    @property
    def is_under_way(self) -> bool:
        return self in (ChangeState.WORKING, ChangeState.HALTED, ChangeState.ROLLING_BACK)


OPEN = frozenset(
    {ChangeState.PLANNED, ChangeState.WORKING, ChangeState.HALTED, ChangeState.ROLLING_BACK}
)


class StepState(StrEnum):
    """skipped: left out, with a reason."""

    PENDING = "pending"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def is_over(self) -> bool:
        return self in (StepState.DONE, StepState.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """One step of a runbook. how: what a person does, or what its script does. script: its name in
    the library, "" for what a person does. values: of the script's parameters."""

    name: str
    title: Said
    how: Said
    phase: Phase
    minutes: int = 5
    script: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """steps: in the order of their phases, and in each as they are written."""

    title: Said
    purpose: Said
    risk: Risk
    steps: tuple[StepSpec, ...]

    def phase(self, phase: Phase) -> tuple[StepSpec, ...]:
        return tuple(each for each in self.steps if each.phase is phase)

    @property
    def minutes(self) -> int:
        """How long it takes when nothing fails."""
        return sum(each.minutes for each in self.steps if each.phase is not Phase.ROLLBACK)

    @property
    def has_scripts(self) -> bool:
        return any(each.script for each in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """A template that is kept. text: as it was written. is_shared: the provider's own, for whose
    change it may be taken whichever customer it is."""

    id: int
    tenant: TenantId
    tenant_name: str
    is_shared: bool
    title: Said
    text: str
    sha256: str
    steps: int
    scripts: int
    risk: Risk
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDraft:
    """A change that is to be carried out by a template. choice: on which desktops its scripts run;
    empty where it has none. values: of parameters, by step; what is not there is as the template
    says."""

    template: int
    starts_at: datetime
    ends_at: datetime
    choice: Choice = field(default_factory=Choice)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What a change's ticket is opened with, where there is none yet. title: "" as the template's,
    in the language that is meant."""

    contract: ContractId
    title: str = ""
    priority: Priority = Priority.P4
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the run of a step, counted when it was over. state: of the run."""

    run: RunId
    state: str
    total: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a change. script_id: as it was found when the change was planned. attempt: how
    often it was begun. result: in the words of who did it. outcome: of its last run."""

    id: int
    change: int
    place: int
    spec: StepSpec
    script_id: ScriptId | None
    state: StepState
    attempt: int
    run: RunId | None
    outcome: Outcome | None
    started_at: datetime | None
    started_by: str
    ended_at: datetime | None
    ended_by: str
    result: str

    @property
    def is_script(self) -> bool:
        return self.script_id is not None

    @property
    def phase(self) -> Phase:
        return self.spec.phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that shows what came of a step."""

    id: int
    step: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    by: str
    at: datetime


class LineKind(StrEnum):
    """What happened to a change; those of a step name it. step_refused: its run could not be
    started. step_accepted: it counts as done though it failed."""

    PLANNED = "planned"
    STARTED = "started"
    STEP_STARTED = "step_started"
    STEP_REFUSED = "step_refused"
    STEP_DONE = "step_done"
    STEP_FAILED = "step_failed"
    STEP_SKIPPED = "step_skipped"
    STEP_ACCEPTED = "step_accepted"
    STEP_AGAIN = "step_again"
    ROLLING_BACK = "rolling_back"
    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled_back"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is kept of one thing that happened, never changed. step: None of the whole change."""

    at: datetime
    by: str
    kind: LineKind
    step: int | None
    run: RunId | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as lists show it. template_sha256: of the text it is carried out by. steps_over: of
    steps that are done or left out, roll-back not counted; steps: of how many."""

    id: int
    tenant: TenantId
    tenant_name: str
    ticket: TicketId
    ticket_title: str
    template: int
    title: Said
    purpose: Said
    risk: Risk
    template_version: int
    template_sha256: str
    choice: Choice
    note: str
    state: ChangeState
    starts_at: datetime
    ends_at: datetime
    planned_at: datetime
    planned_by: str
    started_at: datetime | None
    started_by: str
    ended_at: datetime | None
    ended_by: str
    conclusion: str
    concluded_at: datetime | None
    concluded_by: str
    steps: int
    steps_over: int

    @property
    def code(self) -> str:
        return f"CH-{self.id:05d}"

    @property
    def ticket_code(self) -> str:
        return f"T-{self.ticket:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeChange:
    """A change with its steps in order, the files of each, and all that happened, oldest first."""

    change: Change
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    lines: tuple[Line, ...]

    def phase(self, phase: Phase) -> tuple[Step, ...]:
        return tuple(each for each in self.steps if each.phase is phase)

    def step(self, id: int) -> Step | None:
        return next((each for each in self.steps if each.id == id), None)
