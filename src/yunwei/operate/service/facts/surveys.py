"""Surveys as plain data: whether a customer was satisfied, with one ticket or in a period."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import ContractId, SurveyId, TenantId, TicketId


class SurveyKind(StrEnum):
    """ticket: offered when one is closed. period: of a contract, when somebody asks."""

    TICKET = "ticket"
    PERIOD = "period"


class SurveyState(StrEnum):
    """open: its link can be answered. expired: it was not answered in time."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodDraft:
    """What a period's survey is about. first_on, last_on: days, both in it."""

    contract: ContractId
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was said. csat: 1 to 5. nps: 0 to 10, how likely they would recommend the service; None
    where it was not asked for. name: who says so, if they tell."""

    csat: int
    nps: int | None = None
    comment: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """nonce: what makes its link one that nobody can guess. address: where the answer came from."""

    id: SurveyId
    tenant: TenantId
    tenant_name: str
    contract: ContractId
    contract_name: str
    kind: SurveyKind
    state: SurveyState
    ticket: TicketId | None
    ticket_title: str
    first_on: date | None
    last_on: date | None
    nonce: int
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answer: Answer | None
    address: str

    @property
    def code(self) -> str:
        """What it is about, in short."""
        if self.ticket is not None:
            return f"T-{self.ticket:06d}"
        return f"{self.first_on} – {self.last_on}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLink:
    """What a link stands for."""

    survey: SurveyId
    nonce: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """What many answers come to. csat: the mean, None without an answer. promoters gave 9 or 10,
    detractors 0 to 6."""

    asked: int = 0
    answered: int = 0
    csat: float | None = None
    satisfied: int = 0
    nps_answers: int = 0
    promoters: int = 0
    detractors: int = 0

    @property
    def nps(self) -> float | None:
        """Percent of promoters less percent of detractors, -100 to 100."""
        if not self.nps_answers:
            return None
        return 100 * (self.promoters - self.detractors) / self.nps_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthScore:
    """The answers that came in a month. first_on: its first day."""

    first_on: date
    answers: int
    csat: float
