"""Requests of desktop users as plain data: what is asked, who agreed, what was done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from yunwei.base.core.ids import DesktopId, SourceId, TenantId

KEEP_DAYS = "keep_days"
"""The detail that says for how many days a step of the kind `wait` lasts."""
UNTIL = "until"
"""The detail that says until the end of which day a desktop is left to its user."""


class RequestKind(StrEnum):
    """What can be asked for. share_desktop, unshare_desktop: a colleague may use a desktop of
    one's own, or may not any more. unlock: the asker's account in the desktop cloud. change_pool:
    the asker may use the desktops of another pool. extra_time: a desktop is not asked back before
    a day, however little it is used. reclaim: the provider asks the customer for a desktop that
    nobody uses; nobody asks for it in the portal.
    """

    NEW_DESKTOP = "new_desktop"
    RETURN_DESKTOP = "return_desktop"
    SHARE_DESKTOP = "share_desktop"
    UNSHARE_DESKTOP = "unshare_desktop"
    REBUILD = "rebuild"
    SNAPSHOT = "snapshot"
    RESTORE = "restore"
    MORE_POWER = "more_power"
    MORE_DISK = "more_disk"
    SOFTWARE = "software"
    OTHER = "other"
    UNLOCK = "unlock"
    CHANGE_POOL = "change_pool"
    EXTRA_TIME = "extra_time"
    RECLAIM = "reclaim"


class RequestState(StrEnum):
    """line: waits for whoever approves first. provider: waits for the provider. approved: will be
    begun. fulfilling: steps are done. stuck: a step went wrong, and a person decides. The others
    are ends."""

    LINE = "line"
    PROVIDER = "provider"
    APPROVED = "approved"
    FULFILLING = "fulfilling"
    STUCK = "stuck"
    FULFILLED = "fulfilled"
    FAILED = "failed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_open(self) -> bool:
        return self in _OPEN

    @property
    def awaits_approval(self) -> bool:
        return self in (RequestState.LINE, RequestState.PROVIDER)


_OPEN = (
    RequestState.LINE,
    RequestState.PROVIDER,
    RequestState.APPROVED,
    RequestState.FULFILLING,
    RequestState.STUCK,
)


class StepKind(StrEnum):
    """change: a desktop is made, given back, given to somebody. act: something is done to one.
    manual: a person does it and says so. wait: nothing is done for the days that the request
    names. own: the platform itself does it, by knowing that the request is fulfilled."""

    CHANGE = "change"
    ACT = "act"
    MANUAL = "manual"
    WAIT = "wait"
    OWN = "own"


class StepState(StrEnum):
    """As of acts: `sending` is never sent again by itself. The ends: done, failed, refused,
    unknown; dropped: it is not to be done any more."""

    TODO = "todo"
    SENDING = "sending"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DROPPED = "dropped"

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do about it."""
        return self in (StepState.DONE, StepState.DROPPED)

    @property
    def is_wrong(self) -> bool:
        return self in (StepState.FAILED, StepState.REFUSED, StepState.UNKNOWN)


class EventKind(StrEnum):
    """What happened to a request."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    BEGUN = "begun"
    HELD = "held"
    STEP_DONE = "step_done"
    STEP_FAILED = "step_failed"
    TRIED_AGAIN = "tried_again"
    DONE_BY_HAND = "done_by_hand"
    WITHDRAWN = "withdrawn"
    FULFILLED = "fulfilled"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What fulfilling a request costs: each month from then on, and once. currency: of ISO 4217,
    "" where nothing is said of the cost. note: what it is reckoned by, in words."""

    monthly: Decimal = Decimal()
    once: Decimal = Decimal()
    currency: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What requests that were agreed to cost together, in one currency."""

    currency: str
    requests: int
    monthly: Decimal
    once: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentBefore:
    """What whoever decides is to know: what they have agreed to themselves within 30 days, and what
    was agreed to for the asker's department. department: "" where it is not known."""

    by_approver: tuple[Spent, ...]
    department: str
    by_department: tuple[Spent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaUse:
    """How much of a kind was asked for: by a person, open now and within 30 days, and by all of
    their tenant within 30 days. Limits of 0 are none."""

    open_now: int
    most_open: int
    within: int
    most_within: int
    of_tenant: int
    most_of_tenant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRule:
    """How one kind of request goes for one tenant. approvers: sign-in names of those of whom one
    approves first; () when nobody need. needs_provider: the provider approves, too. most_open,
    most_within: of one person, open at a time and asked within 30 days; most_of_tenant: of all,
    within 30 days; 0: without limit. frozen: times in which nothing is begun, as text of times.
    expires_days: so long it waits for approvals. like: name of the desktop that new ones are made
    like, "": the asker's own. cost: of each."""

    kind: RequestKind
    is_offered: bool = True
    approvers: tuple[str, ...] = ()
    needs_provider: bool = True
    most_open: int = 1
    most_within: int = 5
    most_of_tenant: int = 0
    frozen: str = ""
    expires_days: int = 14
    like: str = ""
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDraft:
    """What somebody asks for. details: the further fields of its kind."""

    kind: RequestKind
    desktop: DesktopId | None = None
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to be done about a request. what: the change or act, or of a manual one what stands
    on its list. desktop: the native id it is about; of a made one, once it is known, its own; of
    who may use a pool, that of the pool."""

    id: int
    place: int
    kind: StepKind
    what: str
    state: StepState
    source: SourceId | None
    desktop: str
    name: str
    login: str
    number: str
    reason: str
    act: int | None
    sending_at: datetime | None
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDraft:
    """A step before there is a row of it."""

    kind: StepKind
    what: str
    source: SourceId | None = None
    desktop: str = ""
    name: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """One line of a request's story, never changed. by: a sign-in name, "" for the platform."""

    at: datetime
    by: str
    kind: EventKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request. login: the desktop user it is for. held_by: why it is not begun yet. approvers,
    cost: as its rule had them when it was asked. department: of the desktop user, then."""

    id: int
    tenant: TenantId
    tenant_name: str
    kind: RequestKind
    state: RequestState
    desktop: DesktopId | None
    desktop_name: str
    asked_by: str
    login: str
    reason: str
    details: Mapping[str, str]
    approvers: tuple[str, ...]
    needs_provider: bool
    asked_at: datetime
    expires_at: datetime
    held_by: str
    ended_at: datetime | None
    end_note: str
    cost: Cost = field(default_factory=Cost)
    department: str = ""

    @property
    def code(self) -> str:
        """How people call it."""
        return f"R-{self.id:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRequest:
    """A request with its steps and its story."""

    request: RequestRow
    steps: tuple[Step, ...]
    events: tuple[RequestEvent, ...]
