"""Acts on desktops and messages to support, as plain data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.plugins.sdk.contract import DesktopAct


class ActState(StrEnum):
    """asked: not sent yet. sending: it is being sent, or was when a process died; it is never sent
    again. sent: the cloud has begun it. checking: the cloud says that it is done; whether the
    desktop is as it should be is being looked at. The others are ends. unknown: sent, and nothing
    tells what became of it."""

    ASKED = "asked"
    SENDING = "sending"
    SENT = "sent"
    CHECKING = "checking"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        return self in (ActState.ASKED, ActState.SENDING, ActState.SENT, ActState.CHECKING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """An act that somebody asked for. number: the source's own, "" before it told one. reason: why
    it failed, in the source's words. is_repair: a desktop user asked for it in the portal. done_at:
    since when the cloud says that it is done. seen_state, seen_login: the desktop as it was read
    after that, "" before."""

    id: int
    tenant: TenantId
    tenant_name: str
    desktop: DesktopId
    desktop_name: str
    native_id: str
    source: SourceId
    act: DesktopAct
    state: ActState
    asked_by: str
    asked_at: datetime
    note: str
    is_repair: bool
    diagnosis: int | None
    number: str
    reason: str
    sending_at: datetime | None
    done_at: datetime | None
    seen_state: str
    seen_login: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportMessage:
    """What a desktop user wrote to support, with the evidence. is_automatic: written for them when
    a repair did not succeed. closed_by: "" while it is open."""

    id: int
    tenant: TenantId
    tenant_name: str
    desktop: DesktopId
    desktop_name: str
    by: str
    text: str
    is_automatic: bool
    diagnosis: int | None
    act: int | None
    at: datetime
    closed_at: datetime | None
    closed_by: str
