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
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets_set: tuple[str, ...] = ()
    reads: tuple[ReadHealth, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard of sources since it was asked last. counts: by source and kind."""

    at: Mapping[SourceId, datetime]
    counts: Mapping[tuple[SourceId, str], int]


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
