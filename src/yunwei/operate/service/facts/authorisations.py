"""What a customer lets the provider do: on which desktops, at which times; and what was asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.acts import Operation, PermitReason
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.ids import AuthorisationId, ContractId, TenantId
from yunwei.operate.service.facts.contracts import Terms


class AuthorisationState(StrEnum):
    """asked: the customer is to say. granted. declined. revoked: granted once, not any more."""

    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationDraft:
    """desktops: which, , as a condition; "" all that the contract covers. hours: a calendar
    expression; "" always. From `starts_at` until before `ends_at`."""

    operations: tuple[Operation, ...]
    starts_at: datetime
    ends_at: datetime
    desktops: str = ""
    hours: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """judged_by: who granted or declined it. paper: where the signed paper is, when it was granted
    on paper. uses: acts that it allowed."""

    id: AuthorisationId
    tenant: TenantId
    tenant_name: str
    contract: ContractId
    contract_name: str
    operations: tuple[Operation, ...]
    desktops: str
    hours: str
    starts_at: datetime
    ends_at: datetime
    note: str
    state: AuthorisationState
    asked_by: str
    asked_at: datetime
    judged_by: str
    judged_at: datetime | None
    paper: str
    judgement_note: str
    revoked_by: str
    revoked_at: datetime | None
    uses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GateContract:
    """A contract as the gate needs it: the terms that are agreed."""

    id: ContractId
    terms: Terms
    is_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateBook:
    """All that decides on acts upon a tenant's things. contracts: that were ever agreed."""

    contracts: tuple[GateContract, ...]
    authorisations: tuple[Authorisation, ...]
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAct:
    """An act as the gate was asked, and what it said. count: of things that it was about; outside:
    of those in the way, some names."""

    id: int
    tenant: TenantId
    tenant_name: str
    at: datetime
    by: str
    operation: Operation
    title: str
    count: int
    is_allowed: bool
    reason: PermitReason
    outside: tuple[str, ...]
    authorisation: AuthorisationId | None
