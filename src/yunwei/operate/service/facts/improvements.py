"""The improvement register as plain data: what is to become better, by whom, until when."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import ContractId, EmergencyId, ImprovementId, SurveyId, TenantId, UserId


class ImprovementState(StrEnum):
    """dropped: it is not done, for a reason."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementDraft:
    """What somebody writes. text: what is to become better, and how it will show. due_on: None
    until somebody says."""

    title: str
    text: str = ""
    contract: ContractId | None = None
    owner: UserId | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """survey: the answer that it came from. emergency: in whose post-mortem it was decided. Both
    None when a person wrote it. result: what became of it."""

    id: ImprovementId
    tenant: TenantId
    tenant_name: str
    contract: ContractId | None
    contract_name: str
    survey: SurveyId | None
    emergency: EmergencyId | None
    title: str
    text: str
    owner: UserId | None
    owner_name: str
    due_on: date | None
    state: ImprovementState
    result: str
    opened_by: str
    opened_at: datetime
    ended_by: str
    ended_at: datetime | None
    changed_at: datetime

    @property
    def code(self) -> str:
        """How people call it."""
        return f"I-{self.id:05d}"
