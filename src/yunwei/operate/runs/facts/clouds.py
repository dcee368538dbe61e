"""Orders to desktop clouds: how desktops without an agent are reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import RunId, SourceId, TenantId
from yunwei.operate.runs.facts.runs import TargetState


class OrderState(StrEnum):
    """intended: stands here, the cloud knows nothing yet. asked: the cloud is being told. lost: it
    was told and gave no answer, so that it is looked for there. given: the cloud took it. over."""

    INTENDED = "intended"
    ASKED = "asked"
    LOST = "lost"
    GIVEN = "given"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudOrder:
    """One order of a run to one source. native_id: the cloud's own number of it. canary: so many of
    its desktops go first there; when `fail_threshold` of them fail, the cloud leaves out the others
    although nobody here is looking. reason: what the cloud said against it, or became of it."""

    id: int
    run: RunId
    tenant: TenantId
    source: SourceId
    source_name: str
    batch: int
    state: OrderState
    native_id: str
    reason: str
    targets: int
    canary: int
    fail_threshold: int
    created_at: datetime
    asked_at: datetime | None
    given_at: datetime | None
    ended_at: datetime | None
    is_stop_wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An order that a worker has in hand, with all that the next step takes. desktops: native ids
    in the order of their turns. open: of these, whose end is not known: native id → target.
    records: which of the open were seen begun."""

    id: int
    run: RunId
    tenant: TenantId
    source: SourceId
    order: int
    state: OrderState
    native_id: str
    desktops: tuple[str, ...]
    open: Mapping[str, int]
    begun: frozenset[int]
    canary: int
    fail_threshold: int
    timeout_s: int
    asked_at: datetime | None
    given_at: datetime | None
    tries: int
    is_stop_wanted: bool
    is_stopped: bool
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudResult:
    """What a target is by the word of its cloud. data: what it printed, where that is known."""

    target: int
    state: TargetState
    record: str
    reason: str = ""
    exit_code: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    data: bytes = b""
    size_bytes: int = 0
    is_cut: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptNeeds:
    """What a script asks of the way that it takes to a desktop."""

    language: str
    has_secrets: bool = False
