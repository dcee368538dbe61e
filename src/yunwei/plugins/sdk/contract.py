"""What a connector and a channel promise, and what they are promised. Version 1.

A connector reads one source. It never writes to our stores, never sleeps, retries, caches or
schedules, never logs secrets; it yields facts with the source's own times, raises only
`SourceError`s, and can be cancelled at any await. Schedule, time-outs, back-off, watermarks,
health and redaction belong to `monitor.collect`, once.

A channel delivers one message. It raises only `SendError`. Retries, limits and the delivery
log belong to `monitor.notify`, once.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import DesktopState, LoginState, ReadingPage
from yunwei.base.core.severity import Severity

SDK_VERSION = 1


class Read(StrEnum):
    """The kinds of reading a connector may declare in its manifest's `reads`."""

    INVENTORY = "inventory"
    LICENCES = "licences"
    SESSIONS = "sessions"
    METRICS = "metrics"
    ACTIVITY = "activity"
    ALARMS = "alarms"
    TRAPS = "traps"
    PAYLOADS = "payloads"


# what comes by itself, and is not polled
LISTENED = frozenset({Read.TRAPS, Read.PAYLOADS})


class NowClock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """All that a connector is given. settings: the form's fields; secrets among them in plain.

    trap_families: what people imported, for connectors that read traps; JSON form of `sdk.traps`.
    """

    tenant: TenantId
    source: SourceId
    settings: Mapping[str, str]
    clock: NowClock
    timeout_s: float = 20.0
    trap_families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a connection test found. facts: e.g. {"version": "…", "desktops": "2000"}."""

    facts: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the platform wants of a read.

    watermark: as the last stored page gave it, None at the first read.
    history_from: how far back to go at the first read.
    desktops: native ids to measure, for reads that must ask for each.
    """

    watermark: str | None
    history_from: datetime
    desktops: tuple[str, ...] = ()


class Connector(Protocol):
    """`Connector` in a connector's package. Built with a SourceContext, closed when done."""

    def __init__(self, context: SourceContext) -> None: ...

    async def probe(self) -> ProbeResult: ...

    def read(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentAlarms:
    """What stands at a source now, by its own list.

    alarms: raises, each alarm once. undecided: of which the list says neither yes nor no.
    speaks_of: how the alarm types begin that the list tells of; of others it says nothing.
    covers_since: alarms that began earlier (source's clock) may be missing from it; None: from
    none. is_complete: read to the end, so that absence means something.
    """

    alarms: tuple[RawAlarm, ...]
    undecided: tuple[RawAlarm, ...] = ()
    speaks_of: tuple[str, ...]
    covers_since: datetime | None = None
    is_complete: bool = True


class ListsAlarms(Protocol):
    """What a connector also has whose manifest says `reconcile_every_s`."""

    async def list_current_alarms(self) -> CurrentAlarms:
        """Return what stands at the source now. Raises SourceError."""
        ...


class Act(StrEnum):
    """What a connector may declare in its manifest's `acts`."""

    RUN_SCRIPT = "run_script"
    CONTROL_DESKTOPS = "control_desktops"
    CHANGE_DESKTOPS = "change_desktops"


class DesktopAct(StrEnum):
    """What can be done to a desktop from outside. force_restart: as if the power went. rebuild: its
    system disk is made anew from its image. snapshot: of its system disk; restore: the newest of
    these."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    FORCE_RESTART = "force_restart"
    LOG_OFF = "log_off"
    REBUILD = "rebuild"
    SNAPSHOT = "snapshot"
    RESTORE = "restore"


class FarState(StrEnum):
    """What became of a script on a desktop, by the word of the desktop cloud. skipped: not begun,
    and will not be. unknown: a word that we do not know yet; its own stands in `said`."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    UNKNOWN = "unknown"

    @property
    def is_over(self) -> bool:
        return self not in (FarState.WAITING, FarState.RUNNING, FarState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOrder:
    """A script for desktops of one source. language: powershell, batch, shell or python.

    desktops: native ids. environment: plain values by their whole names, `YW_PARAM_…`; no secrets,
    since a cloud keeps what it is told. canary: of the desktops, those that go first; when
    fail_threshold of them fail (0: never), the others are skipped.
    """

    language: str
    body: str
    desktops: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: int = 300
    canary: tuple[str, ...] = ()
    fail_threshold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FarRecord:
    """What became of an order on one desktop. native_id: by which its output is asked for. said:
    the source's own word for the state. exit_code: None where the source tells none."""

    native_id: str
    desktop: str
    state: FarState
    said: str
    is_canary: bool = False
    exit_code: int | None = None
    reason: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None


class RunsScripts(Protocol):
    """What a connector with the act `run_script` also has. All raise SourceError; `start_script`
    also Invalid, before anything is sent, for what the source can not carry out.

    A source promises no more than that it will try: who starts an order whose answer was lost must
    look for it (`find_script_orders`) and not start another. Outputs cost a request each.
    """

    async def start_script(self, order: ScriptOrder) -> str:
        """Return the source's own number of the order. Of the errors only Invalid, SourceRefused,
        SourceThrottled, AnswerNotFound and AnswerRejected say that it was not taken."""
        ...

    async def find_script_orders(
        self, desktops: tuple[str, ...], canary: tuple[str, ...], since: datetime
    ) -> tuple[str, ...]:
        """Return the numbers of orders on exactly these desktops with this canary, whoever gave
        them, that began at the source after `since` (our clock)."""
        ...

    def read_script_records(self, order_id: str) -> AsyncIterator[tuple[FarRecord, ...]]:
        """Yield the records of an order page by page."""
        ...

    async def read_script_output(self, record_id: str) -> str: ...

    async def stop_script(self, order_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FarAct:
    """How an act stands, by the word of the desktop cloud. said: its own word for the state."""

    state: FarState
    said: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarDesktop:
    """A desktop as its desktop cloud tells of it now."""

    state: DesktopState
    login_state: LoginState


class ControlsDesktops(Protocol):
    """What a connector with the act `control_desktops` also has. All raise SourceError.

    A source promises no more than that it will try. `begin_act` sends once and never again; whoever
    lost its answer asks `find_act` whether the source has begun it before doing anything else.
    """

    async def begin_act(self, act: DesktopAct, desktop: str) -> str:
        """Ask for an act on a desktop (its native id); return the source's number for it, "" where
        the source gives none. Raises also Refused when the source will not."""
        ...

    async def find_act(self, act: DesktopAct, desktop: str, since: datetime) -> str | None:
        """Return the number of such an act that was begun since then, None when there is none."""
        ...

    async def read_act(self, act: DesktopAct, desktop: str, number: str) -> FarAct:
        """Return how it stands. Where the source gave no number, by the desktop itself."""
        ...

    async def read_desktop(self, desktop: str) -> FarDesktop:
        """Return how the desktop is now, whatever was done to it."""
        ...


class DesktopChange(StrEnum):
    """What can be changed about which desktops there are, what they are made of, whose they are,
    and whom they let in. unlock: the account of a user, which was locked. resize: processors and
    memory; the desktop is shut down for it. expand_disk: a disk grows, and never shrinks.
    join_pool, leave_pool: a user may use the desktops of a pool, or may not any more."""

    CREATE = "create"
    DELETE = "delete"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    UNLOCK = "unlock"
    RESIZE = "resize"
    EXPAND_DISK = "expand_disk"
    JOIN_POOL = "join_pool"
    LEAVE_POOL = "leave_pool"

    @property
    def ends_work(self) -> bool:
        """Whether whoever works on the desktop would lose what is not saved."""
        return self is DesktopChange.RESIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder:
    """One change. desktop: its native id; of one to create, that of the desktop it is made like; of
    a change of who may use a pool, that of the pool. name: what a created one is called, and
    nothing else ever is. user: the login that is given it, from whom it is taken, or that is
    unlocked. cpu, memory_gib: at least so much after a resize. disk_gib: all disks of the desktop
    together after an expansion. disk: the one that grows, system or data."""

    change: DesktopChange
    desktop: str
    name: str = ""
    user: str = ""
    cpu: int = 0
    memory_gib: int = 0
    disk_gib: int = 0
    disk: str = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class FarOutcome:
    """Whether the source is as a change wants it. desktop: the native id of the desktop that it is
    about, "" when there is none. is_in_use: somebody is signed in to it at this moment,
    connected or not."""

    is_so: bool
    desktop: str = ""
    is_in_use: bool = False


class ChangesDesktops(Protocol):
    """What a connector with the act `change_desktops` also has. All raise SourceError.

    `begin_change` sends once and never again. Whoever lost its answer asks `look_up_change`: each
    change can be told from how things are, so that none is ever made twice.
    """

    async def begin_change(self, order: ChangeOrder) -> str:
        """Ask for a change; return the source's number for it, "" where the source gives none.
        Raises also Refused when the source will not."""
        ...

    async def read_change(self, order: ChangeOrder, number: str) -> FarAct:
        """Return how it stands by its number; unknown where there is none."""
        ...

    async def look_up_change(self, order: ChangeOrder) -> FarOutcome:
        """Return whether things are as the change wants them, whoever made them so."""
        ...


class ChecksSettings(Protocol):
    """What a connector also has whose fields depend on each other."""

    @staticmethod
    def check_settings(settings: Mapping[str, str]) -> None:
        """Raise Invalid naming the field. settings: all of them, secrets in plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VarBind:
    """One variable of a trap. oid: dotted, no leading dot. value: as text, see `snmp.text`."""

    oid: str
    kind: str
    value: str
    octets: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """A decoded notification. v1 traps carry their RFC 3584 OID and the agent's address.

    user, engine_id (in hex): of v3, "" in the others, as community is "" in v3.
    """

    version: str
    community: str
    oid: str
    address: str
    uptime_ticks: int | None
    varbinds: tuple[VarBind, ...]
    is_inform: bool = False
    enterprise: str = ""
    user: str = ""
    engine_id: str = ""


class TrapConnector(Protocol):
    """What a connector with `traps` among its reads also has. Pure: no network, no clock."""

    def parse_trap(
        self, trap: Trap, *, native_id: str, received_at: datetime
    ) -> tuple[RawAlarm, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What another system posted. address: the sender's IP."""

    body: bytes
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPart:
    """A part of a payload that could not be read, in a form in which it can be posted again."""

    data: bytes
    why: str


class PayloadConnector(Protocol):
    """What a connector with `payloads` among its reads also has. Pure: no network, no clock.

    Raises Invalid when the payload as a whole can not be read.
    """

    def parse_payload(
        self, payload: Payload, *, native_id: str, received_at: datetime
    ) -> tuple[RawAlarm | BadPart, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who a message is for. address: in the channel's own form ("" for a group channel)."""

    name: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message, whole. content_type: of two words, `application/pdf`."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message, already in the recipient's language.

    key: the same for every try of the same message, for receivers that can deduplicate.
    body: plain text. facts: label and value pairs, in order. data: for machines. may_be_repeat: an
    earlier try may have got through. receipt_url: where a receiver may report what became of it.
    acknowledge_link: opens a page on which this reader acknowledges the alarm without signing in;
    "" when there is none. To be kept from everybody else. attachments: only for channels whose
    manifest supports `attachments`. thread: what the conversation is about, for receivers that hold
    messages about the same together. reply_to: the mail address to which an answer goes, "" to the
    sender's.
    """

    key: str
    subject: str
    body: str
    severity: Severity | None = None
    is_clear: bool = False
    link: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    acknowledge_link: str = ""
    acknowledge_label: str = "确认告警 / Acknowledge"
    may_be_repeat: bool = False
    receipt_url: str = ""
    attachments: tuple[Attachment, ...] = ()
    thread: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receiver's answer, for the delivery log. Never holds a secret.

    native_id: by which the receiver tells later what became of the message, see `sdk.receipts`.
    """

    detail: str = ""
    native_id: str = ""


class Channel(Protocol):
    """`Channel` in a channel's package. Built from its settings, closed when done."""

    def __init__(self, settings: Mapping[str, str], *, timeout_s: float = 15.0) -> None: ...

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt: ...

    async def close(self) -> None: ...
