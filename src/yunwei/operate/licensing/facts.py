"""The words of holding licences: accounts with what they hold, and refused logons. No I/O."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import SourceId, TenantId


class GivingBack(StrEnum):
    """Why somebody could give back what they hold. UNUSED, NEVER_USED: no connection for as many
    days as are asked; NEVER_USED: none since the account is known."""

    DISABLED = "disabled"
    NEVER_USED = "never_used"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A desktop user's account, as its source says it. desktops: assigned to it; own_desktops: of
    these, those assigned to nobody else. sessions: live ones, connected or not."""

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    login: str
    name: str
    department: str
    is_locked: bool
    is_disabled: bool
    first_seen_at: datetime
    desktops: int
    own_desktops: int
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An account with its use. last_at: until when a connection is known, None: none is.
    unused_days: whole days since then, or since the account or its source's records are known.
    reason: why it could give back, None: it could not, or too little is known to say so."""

    account: Account
    last_at: datetime | None
    unused_days: int | None
    is_judged: bool
    reason: GivingBack | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderCounts:
    """Sums over accounts. holders: that hold a desktop or a session. desktops: that those who
    could give back hold alone. not_judged: accounts of whose past too little is known."""

    accounts: int
    holders: int
    connected: int
    could_return: int
    desktops: int
    by_reason: dict[GivingBack, int]
    not_judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Logons that failed on one local day for a reason in the source's own words."""

    day: date
    source: SourceId
    source_name: str
    reason: str
    attempts: int
    users: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLogons:
    """Logons that failed for want of a licence. rows: by day, the newest first. failed: failed
    attempts for whatever reason in the same time."""

    rows: tuple[Refused, ...]
    attempts: int
    failed: int
    last_at: datetime | None
