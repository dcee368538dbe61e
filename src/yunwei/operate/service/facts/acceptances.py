"""Acceptances as plain data: what is accepted, by which criteria, its papers, seals, signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import AcceptanceId, CaseId, TenantId
from yunwei.operate.service.facts.contracts import ContractSide


class AcceptanceState(StrEnum):
    """asked: the customer is to sign. refused: not so, with reasons. withdrawn: by the provider."""

    ASKED = "asked"
    SIGNED = "signed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CriterionKind(StrEnum):
    SCOPE = "scope"
    RESPONSE = "response"
    RESOLUTION = "resolution"
    TIME = "time"
    DOCUMENTS = "documents"
    SATISFACTION = "satisfaction"
    CHECK = "check"


class Verdict(StrEnum):
    """open: it can only be said later. nothing: there was nothing to measure."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that is judged. good, all: how many of how many; of satisfaction, all is of how
    many answers the mean is. target, measured: a ratio, or a mean of 1 to 5. text: of a check.
    note: what a person said about it."""

    dimension: CriterionKind
    verdict: Verdict
    good: int = 0
    all: int = 0
    target: float | None = None
    measured: float | None = None
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a person found of a check of the plan."""

    text: str
    is_met: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    """A ticket as it is accepted. response, resolution: what its clocks show; seconds of service
    time, "" and None where nothing was owed."""

    code: str
    type: str
    priority: str
    title: str
    reported_at: datetime
    solved_at: datetime | None
    is_done: bool
    minutes: int
    response: str
    response_s: int | None
    resolution: str
    resolution_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    key: str
    planned_on: date | None
    done_on: date | None
    by: str
    note: str

    @property
    def delay_days(self) -> int:
        if self.planned_on is None or self.done_on is None:
            return 0
        return max(0, (self.done_on - self.planned_on).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    name: str
    kind: str
    sha256: str
    size_bytes: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLine:
    """What a survey's answer said. about: the ticket, or the period."""

    about: str
    at: datetime
    csat: int
    nps: int | None
    comment: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """late: a change of staff that was announced later than agreed, and why."""

    side: str
    name: str
    from_at: datetime
    until_at: datetime | None
    is_deputy: bool
    late: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceData:
    """All that the papers of an acceptance are made from, frozen at `as_of`."""

    case: str
    title: str
    need: str
    customer: str
    provider: str
    contract_number: str
    contract_name: str
    terms: int
    terms_sha256: str
    plan: int
    plan_sha256: str
    goal: str
    planned_from: date
    planned_until: date
    began_at: datetime | None
    as_of: datetime
    time_zone: str
    round: int
    people: tuple[PersonLine, ...]
    tickets: tuple[TicketLine, ...]
    tasks: tuple[TaskLine, ...]
    documents: tuple[DocumentLine, ...]
    checks: tuple[CheckResult, ...]
    criteria: tuple[Criterion, ...]
    note: str
    surveys: tuple[SurveyLine, ...] = ()


SCORES = ("speed", "skill", "result", "attitude", "papers", "overall")
"""What the customer's feedback asks for, each 1 to 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    scores: Mapping[str, int]
    text: str = ""

    @property
    def mean(self) -> float | None:
        return sum(self.scores.values()) / len(self.scores) if self.scores else None


class Method(StrEnum):
    """screen: signed here, with one's own password. paper: a scan of what was signed and stamped
    on paper."""

    SCREEN = "screen"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A side's word for a seal. by: who was signed in. name: who signed. remark: conditions. scan:
    SHA-256 of the paper. digest: over all the rest."""

    side: ContractSide
    by: str
    name: str
    at: datetime
    method: Method
    address: str
    seal: str
    remark: str
    feedback: Feedback | None
    scan: str
    digest: str = ""


class PaperKind(StrEnum):
    """The four papers, and what else lies in the package."""

    REPORT = "report"
    TESTS = "tests"
    CONFIRMATION = "confirmation"
    FEEDBACK = "feedback"
    DATA = "data"
    TICKETS = "tickets"
    SCAN = "scan"


PAPERS = (PaperKind.REPORT, PaperKind.TESTS, PaperKind.CONFIRMATION, PaperKind.FEEDBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceFile:
    """A file of an acceptance without its bytes. version: 1 to be signed, 2 with signatures."""

    id: int
    kind: PaperKind
    version: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """seal: over the data and the files of version 1, which is what is signed. signed_seal: over
    all files and signatures, once the customer signed."""

    id: AcceptanceId
    case: CaseId
    tenant: TenantId
    number: int
    language: str
    state: AcceptanceState
    data_sha256: str
    seal: str
    signed_seal: str
    asked_by: str
    asked_at: datetime
    judged_by: str
    judged_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeAcceptance:
    acceptance: Acceptance
    data: AcceptanceData
    files: tuple[AcceptanceFile, ...]
    signatures: tuple[Signature, ...]

    @property
    def feedback(self) -> Feedback | None:
        found = (each.feedback for each in self.signatures if each.feedback is not None)
        return next(found, None)


class Proof(StrEnum):
    """What is looked at when a seal is verified."""

    FILE = "file"
    DATA = "data"
    SOURCE = "source"
    SEAL = "seal"
    SIGNATURE = "signature"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look found. what: the file, the signer, or what of the data. details: which data
    are not what they were."""

    proof: Proof
    is_intact: bool
    what: str = ""
    expected: str = ""
    found: str = ""
    details: tuple[str, ...] = ()
