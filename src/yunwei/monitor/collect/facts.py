"""The words of collect: sources, their health, one poll. No I/O, no tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import SourceId, TenantId, TrapFamilyId
from yunwei.base.core.metrics import At
from yunwei.base.core.readings import Observation, ReadingPage
from yunwei.plugins.sdk.contract import Read
from yunwei.plugins.sdk.snmp.usm_keys import AuthProtocol, PrivacyProtocol

# Announced when a source was added, changed or removed; carries nothing.
SOURCES_CHANGED = "yunwei.config.collect"
# The platform's own voice: a source that every installation has, for alarms on ourselves.
INTERNAL_CONNECTOR = "yunwei"
TRAP_CONNECTOR = "snmp_trap"


class SourceState(StrEnum):
    """How it stands with a source. The order of `_WORST` says which of its reads speaks for it."""

    NEW = "new"
    OK = "ok"
    THROTTLED = "throttled"
    BABBLING = "babbling"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    DISABLED = "disabled"

    @property
    def rank(self) -> int:
        """Higher is worse; a source is as bad as the worst of its reads."""
        return _WORST.index(self)

    @property
    def is_trouble(self) -> bool:
        return self in (SourceState.BABBLING, SourceState.UNREACHABLE, SourceState.REFUSED)


_WORST = tuple(SourceState)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHealth:
    """How one read of a source goes.

    failures: in a row. next_at: when it is polled next, None while nobody runs it.
    last_duration_s, last_items: of the last poll that succeeded.
    """

    read: str
    state: SourceState
    text: str
    last_started_at: datetime | None
    last_ok_at: datetime | None
    next_at: datetime | None
    last_duration_s: float | None
    last_items: int | None
    failures: int
    every_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source as people see it; never a secret.

    settings: the fields that are not secret. secrets_set: keys of secrets that hold a value.
    state_text: one line about the state, "" when there is nothing to say.
    dead_letters: how many wait for a person.
    issued: secrets that were made for it by the very act that returns this row; they can not be
    asked for again.
    """

    id: SourceId
    tenant: TenantId
    tenant_name: str
    connector: str
    name: str
    is_enabled: bool
    is_internal: bool
    state: SourceState
    state_since: datetime
    state_text: str
    last_ok_at: datetime | None
    created_at: datetime
    history_days: int
    dead_letters: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets_set: tuple[str, ...] = ()
    reads: tuple[ReadHealth, ...] = ()
    issued: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStateChange:
    """One step of a source's health, for its time line."""

    at: datetime
    before: SourceState
    after: SourceState
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """What a person typed to add a source. settings: every field, secrets among them."""

    tenant: TenantId
    connector: str
    name: str
    settings: Mapping[str, str]
    history_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEdit:
    """What a person typed to change a source. A secret left empty stays as it is.

    forgotten: keys of secrets that shall hold nothing any more.
    """

    name: str
    settings: Mapping[str, str]
    history_days: int = 30
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAnswer:
    """What a connection test found. facts: what the source says of itself, in the source's words.

    state: ok, or which trouble; text: one line to a person, "" when ok.
    """

    state: SourceState
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        return self.state is SourceState.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """A source as engine processes need it. settings: secrets among them, in plain: never print.

    revision: grows with every change, so that a runner sees that its copy is old.
    """

    id: SourceId
    tenant: TenantId
    connector: str
    name: str
    settings: Mapping[str, str] = field(repr=False)
    history_days: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapUser:
    """A user of SNMP v3. auth: None takes messages that prove nothing. Passwords: never print."""

    name: str
    auth: AuthProtocol | None = None
    privacy: PrivacyProtocol | None = None
    auth_password: str = field(default="", repr=False)
    privacy_password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapSource:
    """Whose traps a receiver takes. communities: never print. networks: CIDR, () means any."""

    source: SourceId
    tenant: TenantId
    communities: tuple[str, ...] = field(repr=False)
    networks: tuple[str, ...]
    users: tuple[TrapUser, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadSource:
    """Whose posts are taken. token, signature_secret ("" for none): never print."""

    source: SourceId
    tenant: TenantId
    token: str = field(repr=False)
    signature_secret: str = field(default="", repr=False)
    signature_header: str = ""
    per_minute: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardEngine:
    """The clock of a sender's SNMP engine when it was last heard, and how long ago that was.

    boots: how often it has started. time_s: seconds since, as it says itself.
    """

    source: SourceId
    engine_id: bytes
    address: str
    user: str
    boots: int
    time_s: int
    ago_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpEngine:
    """A sender's SNMP engine, for people. engine_id: in hex."""

    engine_id: str
    address: str
    user: str
    boots: int
    time_s: int
    heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """How much of one kind came of a source in one hour.

    kind: `received` (traps, payloads, reports), `refused.<reason>`, `buried` (dead letters).
    """

    hour: datetime
    kind: str
    count: int


class LetterKind(StrEnum):
    """What a dead letter holds.

    datagram: of a known source. payload: what another system posted. report: an alarm that was
    read and could not be applied. batch: a message of the bus. refused: a sample of what a
    stranger sent, which was never accepted.
    """

    DATAGRAM = "datagram"
    PAYLOAD = "payload"
    REPORT = "report"
    BATCH = "batch"
    REFUSED = "refused"

    @property
    def can_be_replayed(self) -> bool:
        return self is not LetterKind.REFUSED


class LetterState(StrEnum):
    """open: waits for a person. replaying: on its way through the intake. done: understood in
    the end. discarded: a person said that it is not needed."""

    OPEN = "open"
    REPLAYING = "replaying"
    DONE = "done"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A dead letter to be kept. intake_id: its item's place in the intake."""

    intake_id: str
    tenant: TenantId
    source: SourceId | None
    received_at: datetime
    address: str
    kind: LetterKind
    error: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What could not be understood. error: of the last try. attempts: how often it was replayed.

    original: as it came, None while nobody has changed it. note: why it was discarded.
    """

    id: int
    tenant: TenantId
    tenant_name: str
    source: SourceId | None
    source_name: str
    kind: LetterKind
    state: LetterState
    received_at: datetime
    address: str
    error: str
    data: bytes
    original: bytes | None
    attempts: int
    note: str
    closed_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterRow:
    """A dead letter in a list. beginning: the first 200 bytes of what it holds.

    is_repaired: somebody changed what it holds.
    """

    id: int
    tenant: TenantId
    tenant_name: str
    source: SourceId | None
    source_name: str
    kind: LetterKind
    state: LetterState
    received_at: datetime
    address: str
    error: str
    beginning: bytes
    size_bytes: int
    is_repaired: bool
    attempts: int
    note: str
    closed_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAlarm:
    """One alarm that something became, as far as people who set a source up want to see it."""

    act: str
    severity: str
    alarm_type: str
    managed_object: str
    qualifier: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What something became. errors: why parts of it, or all, became nothing."""

    alarms: tuple[SampleAlarm, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSample:
    """Something that came, to be kept for a while. shape: a trap's OID, "" of payloads."""

    source: SourceId
    shape: str
    received_at: datetime
    address: str
    data: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Something that came of a source lately, and what it became."""

    id: int
    shape: str
    received_at: datetime
    address: str
    data: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialHeard:
    """The running number of an alarm that a source raised. at: our clock."""

    source: SourceId
    serial: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """How the last comparison of a source with its own list of current alarms went.

    at: None before the first. listed: alarms in the list. raised, cleared: healed by it, and ever
    (total). waiting: differences that the next list has to say, too. wanted_at: somebody, or a gap
    in the sequence, asks for one. error: why the last try failed, "" when it did not.
    """

    source: SourceId
    at: datetime | None = None
    tried_at: datetime | None = None
    is_complete: bool = True
    listed: int = 0
    raised: int = 0
    cleared: int = 0
    raised_total: int = 0
    cleared_total: int = 0
    waiting: int = 0
    wanted_at: datetime | None = None
    error: str = ""
    every_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard of sources since it was asked last. counts: by source and kind.

    reads: what it was that came by itself; traps, where nothing is said. serials: running numbers
    of raised alarms, in the order of their arrival.
    """

    at: Mapping[SourceId, datetime]
    counts: Mapping[tuple[SourceId, str], int]
    samples: tuple[NewSample, ...] = ()
    reads: Mapping[SourceId, Read] = field(default_factory=dict)
    serials: tuple[SerialHeard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The state of a source at one moment. changes: how often it changed, this one included."""

    source: SourceId
    tenant: TenantId
    name: str
    is_enabled: bool
    state: SourceState
    text: str
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecord:
    """What is remembered of one read between its polls. failures: in a row."""

    read: str
    state: SourceState = SourceState.NEW
    text: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One run of one read of one source.

    given: metrics that this poll's earlier pages already gave for the source itself.
    """

    source: SourceId
    tenant: TenantId
    source_name: str
    connector: str
    read: Read
    started_at: datetime
    given: frozenset[str] = frozenset()

    def gives(self, page: ReadingPage) -> frozenset[str]:
        """Return `given` and what this page adds to it."""
        return self.given | {
            reading.metric
            for reading in page.readings
            if isinstance(reading, Observation) and reading.object_kind == At.SOURCE
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapFamily:
    """Trap definitions that people imported or wrote. content: the JSON form of `sdk.traps`.

    A family of the provider serves every tenant's sources, another one its own tenant's.
    """

    id: TrapFamilyId
    tenant: TenantId
    tenant_name: str
    name: str
    content: str
    traps: int
    origin: str
    is_enabled: bool
    version: int
    changed_by: str
    changed_at: datetime
