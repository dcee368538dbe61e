"""Agents, the tokens by which they enrol, and what they say of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from yunwei.base.core.ids import DesktopId, SourceId, TenantId


class AgentState(StrEnum):
    """online: heard lately. silent: not any more. never: enrolled, not heard yet. doubled: another
    machine speaks with its key, so that it is given nothing. revoked: cut off for good."""

    ONLINE = "online"
    SILENT = "silent"
    NEVER = "never"
    DOUBLED = "doubled"
    REVOKED = "revoked"


class TokenState(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDraft:
    """What a person wants of an enrolment token. desktop: the one it is for; None: the agent is
    given to the tenant's desktop of its name. uses: how many agents may enrol by it."""

    name: str
    expires_at: datetime
    desktop: DesktopId | None = None
    uses: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """An enrolment token, without its secret. prefix: its first letters."""

    id: int
    tenant: TenantId
    tenant_name: str
    name: str
    prefix: str
    desktop: DesktopId | None
    desktop_name: str
    uses: int
    uses_left: int
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    state: TokenState


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """An agent as pages show it. name: what its machine calls itself. public_key: NATS's form.
    seen_at: its last sign of life. told: what it says of its machine. sample: its last figures."""

    id: int
    tenant: TenantId
    tenant_name: str
    name: str
    desktop: DesktopId | None
    desktop_name: str
    public_key: str
    state: AgentState
    version: str
    system: str
    enrolled_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str
    token_name: str
    told: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a machine sends to become an agent. machine: a digest of what tells it from others,
    clones included. public_key: of a key that it has just made, and keeps."""

    token: str
    name: str
    public_key: str
    machine: str
    system: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenEnrolment:
    """An agent that enrolled and has a desktop. machine_before: of the agent that the desktop had
    before it, "" for none; another one than `machine` is a desktop that was made anew."""

    agent: int
    tenant: TenantId
    desktop: DesktopId
    at: datetime
    machine: str
    machine_before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """The agent that a machine has become."""

    id: int
    tenant: TenantId
    public_key: str
    desktop: DesktopId | None

    @property
    def name(self) -> str:
        """By which the agents' NATS knows it; in its subjects."""
        return agent_name(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What `dispatch` has to know of an agent. machine: of which it must speak."""

    id: int
    tenant: TenantId
    public_key: str
    machine: str
    is_revoked: bool
    source: SourceId | None
    native_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A sign of life. boot: differs after each start of the machine. told: facts of the machine,
    {} when it did not repeat them. sample: figures of now."""

    agent: int
    at: datetime
    machine: str
    version: str
    boot: str
    is_doubled: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)


def agent_name(id: int) -> str:
    return f"a{id}"


def agent_id(name: str) -> int | None:
    """Return the number of an agent's name, None when it is no such name."""
    number = name[1:]
    is_name = name[:1] == "a" and number.isascii() and number.isdigit() and len(number) < 19
    return int(number) if is_name else None
