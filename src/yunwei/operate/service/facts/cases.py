"""Cases as plain data: one service for a customer on its six steps, from enquiry to acceptance."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import CaseId, ContractId, TenantId
from yunwei.operate.service.facts.contracts import ContractSide, TermsState


class CaseStep(StrEnum):
    """The six steps, and the two ends."""

    ENQUIRY = "enquiry"
    ORDER = "order"
    PLAN = "plan"
    REQUEST = "request"
    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self not in (CaseStep.DONE, CaseStep.CANCELLED)


STEPS: tuple[CaseStep, ...] = tuple(each for each in CaseStep if each.is_open)
ENDED = 7
"""The place of a case that is done: behind the sixth step."""


def place_of(step: CaseStep) -> int:
    """Return which step it is, 1 to 6; 7 once it is done, 0 when it was cancelled."""
    if step is CaseStep.CANCELLED:
        return 0
    return ENDED if step is CaseStep.DONE else STEPS.index(step) + 1


class DocumentKind(StrEnum):
    """What somebody put into a case. minutes: of what was talked about. record: of what was done.
    test: what was tested."""

    MINUTES = "minutes"
    RECORD = "record"
    TEST = "test"
    DESIGN = "design"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """What a customer needs. contract: the one that it is done by, as soon as there is one."""

    title: str
    need: str
    contract: ContractId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: CaseId
    tenant: TenantId
    tenant_name: str
    contract: ContractId | None
    contract_name: str
    title: str
    need: str
    step: CaseStep
    opened_by: str
    opened_at: datetime
    since: datetime
    changed_at: datetime
    changed_by: str

    @property
    def code(self) -> str:
        """How people call it."""
        return f"S-{self.id:05d}"

    @property
    def place(self) -> int:
        return place_of(self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone:
    """That a task of the matrix is done. note: why later than planned, or where the proof is."""

    key: str
    on: date
    by: str
    side: ContractSide
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDocument:
    """A file that was put into a case, without its bytes."""

    id: int
    case: CaseId
    step: CaseStep
    kind: DocumentKind
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    by: str
    side: ContractSide
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMove:
    """A step forward, or back with a reason. Never changed."""

    at: datetime
    by: str
    from_step: CaseStep
    to_step: CaseStep
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTask:
    """When a task of the matrix is to be done, and by whom."""

    key: str
    planned_on: date
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """When it is accepted. timely_ratio: of answers and solutions in time, 0 to 1. satisfaction:
    the least mean of 1 to 5, None when nobody is asked. documents: what must be in the case.
    checks: what people judge, one a line."""

    timely_ratio: float = 0.95
    satisfaction: float | None = None
    documents: tuple[DocumentKind, ...] = (DocumentKind.RECORD,)
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a service is delivered, and when it is accepted. communication: how and how often the
    customer is told."""

    goal: str
    starts_on: date
    ends_on: date
    work: tuple[PlanTask, ...]
    criteria: Criteria
    risks: str = ""
    communication: str = ""

    def planned_on(self, key: str) -> date | None:
        return next((each.planned_on for each in self.work if each.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """A version of a plan and what became of it, as of terms. sha256: what was confirmed. paper:
    where it was confirmed, when not here. note: why it was returned."""

    case: CaseId
    number: int
    plan: Plan
    sha256: str
    state: TermsState
    by: str
    at: datetime
    offered_by: str
    offered_at: datetime | None
    judged_by: str
    judged_at: datetime | None
    paper: str
    note: str


class Lack(StrEnum):
    """What can be missing for the next step."""

    NEED = "need"
    TASK = "task"
    DOCUMENT = "document"
    CONTRACT = "contract"
    AGREEMENT = "agreement"
    PROVIDER_PERSON = "provider_person"
    CUSTOMER_PERSON = "customer_person"
    PLAN = "plan"
    CONFIRMATION = "confirmation"
    TICKET = "ticket"
    IN_FORCE = "in_force"
    AUTHORISATION = "authorisation"
    OPEN_TICKETS = "open_tickets"
    ACCEPTANCE = "acceptance"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that the next step waits for. side: whose turn it is. what: which task or document.
    count: how many."""

    lack: Lack
    side: ContractSide
    what: str = ""
    count: int = 0
