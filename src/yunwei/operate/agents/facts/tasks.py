"""Orders and tasks: one script for many agents, and what became of it on each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import DesktopId, TenantId
from yunwei_wire.commands import Language


class TaskState(StrEnum):
    """waiting: not begun as far as we know. started: it runs. All others are ends.

    interrupted: it had begun when its agent or machine went down. expired: not begun before the
    deadline. refused: the agent would not, or is cut off. unknown: it was handed out, and its agent
    was not heard again; what it says later still counts.
    """

    WAITING = "waiting"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    EXPIRED = "expired"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        return self in (TaskState.WAITING, TaskState.STARTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """What is to be carried out. key: the same key is taken once, whoever says it again.

    parameters: for the script's environment as `YW_PARAM_<NAME>`; never put into its text.
    secrets: names of those that nobody is to see. deadline_at: not begun after it. timeout_s: ended
    by force then. output_limit_bytes: of what it prints so much is kept.
    """

    key: str
    title: str
    language: Language
    body: str
    deadline_at: datetime
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    timeout_s: int = 300
    output_limit_bytes: int = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """digest: of its script, in hex. counts: tasks by state, those of earlier attempts left out."""

    id: int
    tenant: TenantId
    title: str
    language: str
    digest: str
    created_at: datetime
    created_by: str
    deadline_at: datetime
    timeout_s: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """reason: in a word, why it was refused or how it failed to run. output_bytes: printed in all;
    is_cut: not all of it was kept. digest: tasks with the same one printed the same."""

    id: int
    order: int
    tenant: TenantId
    title: str
    agent: int
    agent_name: str
    desktop: DesktopId | None
    desktop_name: str
    attempt: int
    state: TaskState
    created_at: datetime
    rung_at: datetime | None
    is_cancel_wanted: bool
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    reason: str
    output_bytes: int
    is_cut: bool
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGroup:
    """Tasks of an order that ended alike. sample: one of them."""

    state: TaskState
    exit_code: int | None
    digest: str
    count: int
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOrder:
    """An order as commands are made of it, its parameters opened."""

    id: int
    language: Language
    digest: bytes
    body: str
    parameters: Mapping[str, str]
    secrets: tuple[str, ...]
    issued_at: datetime
    deadline_at: datetime
    timeout_s: int
    output_limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """A task to be told to its agent. is_cancel: that it is not wanted any more. is_withdrawal: it
    is only to be let go of where it has not begun. is_new: it was never told before."""

    task: int
    order: int
    agent: int
    is_cancel: bool
    is_withdrawal: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A task that may not be told to its agent now. reason: in a word, such as `gate_frozen`.
    is_new: it was never told before."""

    task: int
    reason: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of an agent's task, as the ledger takes it. started_at: of an end whose beginning is
    told with it."""

    agent: int
    task: int
    at: datetime
    started_at: datetime | None = None
    state: str = ""
    exit_code: int | None = None
    reason: str = ""
    size_bytes: int = 0
    is_cut: bool = False
    digest: str = ""
    place: int = 0
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedOut:
    """Events by what is written for them; at most one beginning or end of each task."""

    started: tuple[Happened, ...]
    output: tuple[Happened, ...]
    ended: tuple[Happened, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundScripts:
    """Scripts by their digest, and which agent has an open task with which of them."""

    scripts: Mapping[bytes, str]
    allowed: frozenset[tuple[int, bytes]]
