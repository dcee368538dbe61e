"""Visits on site as plain data: planned, arrived at, done, signed by the customer."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import ContractId, TenantId, TicketId, UserId


class VisitState(StrEnum):
    """planned: nobody is there yet. arrived: the engineer is on site. done: with a result. signed:
    the customer has put their name to it. cancelled: before anybody came."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    DONE = "done"
    SIGNED = "signed"
    CANCELLED = "cancelled"


class SignMethod(StrEnum):
    """screen: drawn on a screen. paper: a scan of the signed sheet."""

    SCREEN = "screen"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDraft:
    """What is planned. contact: whom to ask for. bring: what the engineer takes along."""

    starts_at: datetime
    ends_at: datetime
    engineer: UserId
    address: str
    contact: str = ""
    bring: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a telephone says that it is, in degrees; accuracy in metres."""

    latitude: float
    longitude: float
    accuracy_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What came of a visit. minutes: of work, which count at the ticket. is_solved: the ticket is
    solved by it."""

    result: str
    minutes: int = 0
    is_solved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignDraft:
    """Somebody of the customer's puts their name to a visit. role: what they are there. strokes:
    as drawn, `x,y x,y` with `;` between them, in a box of 1000 by 400; "" of one on paper."""

    name: str
    role: str = ""
    remark: str = ""
    strokes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """days: that it counts of what the contract gives, from first_on. minutes: of work."""

    id: int
    tenant: TenantId
    tenant_name: str
    ticket: TicketId
    ticket_title: str
    contract: ContractId
    contract_name: str
    time_zone: str
    state: VisitState
    version: int
    starts_at: datetime
    ends_at: datetime
    first_on: date
    days: int
    engineer: UserId
    engineer_name: str
    address: str
    contact: str
    bring: str
    note: str
    planned_at: datetime
    planned_by: str
    arrived_at: datetime | None
    arrived_by: str
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    result: str
    minutes: int
    done_at: datetime | None
    done_by: str
    cancelled_at: datetime | None
    cancelled_by: str
    cancel_note: str

    @property
    def code(self) -> str:
        return f"V-{self.id:05d}"

    @property
    def ticket_code(self) -> str:
        return f"T-{self.ticket:06d}"

    @property
    def position(self) -> Position | None:
        if self.latitude is None or self.longitude is None:
            return None
        accuracy_m = self.accuracy_m or 0.0
        return Position(latitude=self.latitude, longitude=self.longitude, accuracy_m=accuracy_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFile:
    """A file that shows what came of a visit."""

    id: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSignature:
    """A customer's name under a visit. by: whose sign-in it was given in. image_sha256: of the
    drawing or the scan. seal: over the visit as it was signed; digest: over all of this."""

    name: str
    role: str
    remark: str
    method: SignMethod
    at: datetime
    by: str
    address: str
    content_type: str
    image_sha256: str
    seal: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeVisit:
    """image: of the signature. is_intact: what stands here is what was signed, None of one that was
    not signed. quota: days that the contract gives in a year, None: as many as are asked; used: of
    them, in the visit's year of the contract."""

    visit: Visit
    files: tuple[VisitFile, ...]
    signature: VisitSignature | None
    image: bytes
    is_intact: bool | None
    quota: int | None
    used: int
