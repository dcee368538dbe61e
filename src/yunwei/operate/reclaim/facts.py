"""Reclaims as plain data: a desktop that nobody uses is asked back from its users. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import DesktopId, SourceId, TenantId


class ReclaimState(StrEnum):
    """asked: its users are asked. approval: whoever approves for the customer is. taking: it was
    approved; the steps are done, the last of them deletes it.

    The ends. reclaimed: it was deleted. kept: a user keeps it. used: it was used in between.
    stopped: the provider stopped it. undone: it was taken from its users and given to them again.
    declined: the customer said no, or nothing in time. failed: the steps were given up. gone: the
    desktop was not there any more.
    """

    ASKED = "asked"
    APPROVAL = "approval"
    TAKING = "taking"
    RECLAIMED = "reclaimed"
    KEPT = "kept"
    USED = "used"
    STOPPED = "stopped"
    UNDONE = "undone"
    DECLINED = "declined"
    FAILED = "failed"
    GONE = "gone"

    @property
    def is_open(self) -> bool:
        return self in (ReclaimState.ASKED, ReclaimState.APPROVAL, ReclaimState.TAKING)


class Answer(StrEnum):
    """What a user of the desktop said; "" before anybody has said anything."""

    NONE = ""
    KEEP = "keep"
    GIVE_BACK = "give_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """In days: users have grace_days to answer and are reminded remind_days before the end; after
    it was taken from them it is kept for keep_days; who keeps a desktop is not asked again for
    quiet_days."""

    grace_days: int = 14
    remind_days: int = 3
    keep_days: int = 7
    quiet_days: int = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class ReclaimRow:
    """One desktop that is asked back. logins: whose it was when it was asked back. asked: sign-in
    names of those of them who could be asked. unused_days, last_used_at: as known when it began;
    None: no use is known. cpu, memory_mb, disk_gib: of the desktop, None: not told. leaves_as: how
    it ends when what is being done is taken back, "" while it goes on. held_by: why it does not go
    on. given_back_at: when it was deleted, None before."""

    id: int
    tenant: TenantId
    tenant_name: str
    desktop: DesktopId | None
    desktop_name: str
    source: SourceId | None
    native_id: str
    logins: tuple[str, ...]
    asked: tuple[str, ...]
    state: ReclaimState
    started_by: str
    started_at: datetime
    due_at: datetime
    grace_days: int
    remind_days: int
    keep_days: int
    quiet_days: int
    unused_days: int | None
    last_used_at: datetime | None
    cpu: int | None
    memory_mb: int | None
    disk_gib: int | None
    reminded_at: datetime | None
    answer: Answer
    answered_by: str
    answered_at: datetime | None
    note: str
    request: int | None
    leaves_as: str
    held_by: str
    ended_at: datetime | None
    given_back_at: datetime | None

    @property
    def code(self) -> str:
        """How people call it."""
        return f"G-{self.id:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is seen of a desktop when it is looked at. is_known: whether records of its use could be
    read. used_at: its latest use, None: none is known. is_granted: its user was granted more time
    for it, which is not over."""

    is_gone: bool
    is_in_use: bool
    is_known: bool
    used_at: datetime | None
    is_granted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What became of the wish to ask for desktops back. refused: why not, by the desktop's id."""

    begun: tuple[int, ...]
    refused: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What one customer gave back in one month. month: its first day, as text. disk_unknown: of how
    many desktops the disk was not told; they count nothing in disk_gib."""

    month: str
    tenant: TenantId
    tenant_name: str
    desktops: int
    cpu: int
    memory_mb: int
    disk_gib: int
    disk_unknown: int
    first_at: datetime
