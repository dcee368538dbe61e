"""Questions about cases: lists, and one with all that one wants to see at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import CaseId, ContractId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.wall_clock import find_zone, local_day
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.acceptances import Acceptance, AcceptanceState
from yunwei.operate.service.facts.cases import (
    Case,
    CaseDocument,
    CaseMove,
    CaseStep,
    Missing,
    PlanVersion,
    TaskDone,
)
from yunwei.operate.service.facts.contracts import (
    Contract,
    ContractSide,
    ContractState,
    InterfacePerson,
    TermsState,
    TermsVersion,
)
from yunwei.operate.service.facts.matrix import MATRIX, MatrixRow
from yunwei.operate.service.queries.contracts import is_customer
from yunwei.operate.service.rules.cases import CaseFacts, find_missing, is_late
from yunwei.operate.service.rules.contracts import state_of
from yunwei.operate.service.rules.uploads import Upload
from yunwei.operate.service.store import acceptances as acceptance_store
from yunwei.operate.service.store import cases as store
from yunwei.operate.service.store import contracts as contract_store

ZONE = "Asia/Shanghai"
"""By whose wall a case without a contract goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTask:
    """A task of the matrix in a case. is_current: it belongs to the present step."""

    row: MatrixRow
    planned_on: date | None
    who: str
    done: TaskDone | None
    is_late: bool
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCase:
    """A case with what one wants to see at a glance. plans: the newest first. today: on its wall.
    work: counts of tickets, open_tickets and authorisations."""

    case: Case
    contract: Contract | None
    state: ContractState | None
    terms: TermsVersion | None
    people: tuple[InterfacePerson, ...]
    tasks: tuple[CaseTask, ...]
    documents: tuple[CaseDocument, ...]
    moves: tuple[CaseMove, ...]
    plans: tuple[PlanVersion, ...]
    acceptances: tuple[Acceptance, ...]
    work: Mapping[str, int]
    missing: tuple[Missing, ...]
    facts: CaseFacts
    today: date

    @property
    def plan(self) -> PlanVersion | None:
        """What was confirmed, else what is being talked about."""
        return self.agreed_plan or next(iter(self.plans), None)

    @property
    def agreed_plan(self) -> PlanVersion | None:
        return next((each for each in self.plans if each.state is TermsState.AGREED), None)

    def speakers(self, side: ContractSide, at: datetime) -> list[InterfacePerson]:
        return [each for each in self.people if each.side is side and each.holds(at)]

    def begun_at(self, step: CaseStep) -> datetime | None:
        """Return when a step began last, None when it has not."""
        begun = [each.at for each in self.moves if each.to_step is step]
        if step is CaseStep.ENQUIRY and not begun:
            return self.case.opened_at
        return max(begun, default=None)


def fetch_cases(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Case]:
    """Return cases of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.CASES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_case, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_case(viewer: Viewer, case: CaseId, *, now: datetime) -> WholeCase:
    """Return one case; what the provider is still writing is nothing for customers. Raises
    Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        return system_case(conn, case, viewer.tenants, now=now, with_drafts=not is_customer(viewer))


def fetch_document(viewer: Viewer, case: CaseId, document: int, *, now: datetime) -> Upload:
    """Return a file of a case. Raises Refused."""
    access_case(viewer, case, now=now)
    with transaction() as conn:
        found = store.read_document(conn, case, document)
    if found is None:
        raise Refused()
    return found[0]


def system_case(
    conn: Connection,
    case: CaseId,
    tenants: tuple[TenantId, ...],
    *,
    now: datetime,
    with_drafts: bool = True,
) -> WholeCase:
    """Return one case of some tenants; raises Refused."""
    rows = fetch_page(
        conn, store.CASES, tenants=tenants, filters={"id": case}, request=PageRequest(limit=1)
    ).items
    if not rows:
        raise Refused()
    known = store.build_case(rows[0])
    contract, terms, people = _contract(conn, known.contract, tenants, now)
    plans = store.fetch_plans(conn, case)
    done = store.fetch_tasks(conn, case)
    documents = store.fetch_documents(conn, case)
    acceptances = acceptance_store.fetch_acceptances(conn, case)
    work = store.count_work(conn, known.contract, now)
    state = None if contract is None else state_of(contract, now=now)
    today = local_day(now, find_zone(contract.time_zone if contract else ZONE))
    agreed = next((each for each in plans if each.state is TermsState.AGREED), None)
    facts = CaseFacts(
        step=known.step,
        need=known.need,
        done=frozenset(done),
        documents=frozenset(each.kind for each in documents),
        contract=state,
        persons=frozenset(each.side for each in people if each.holds(now) and not each.is_deputy),
        plan=plans[0].state if plans else None,
        agreed=agreed.plan if agreed else None,
        tickets=work["tickets"],
        open_tickets=work["open_tickets"],
        authorisations=work["authorisations"],
        is_asked=any(each.state is AcceptanceState.ASKED for each in acceptances),
    )
    shown = plans if with_drafts else tuple(p for p in plans if p.state is not TermsState.DRAFT)
    return WholeCase(
        case=known,
        contract=contract,
        state=state,
        terms=terms,
        people=people,
        tasks=_tasks(known, agreed or next(iter(shown), None), done, today),
        documents=documents,
        moves=store.fetch_moves(conn, case),
        plans=shown,
        acceptances=acceptances,
        work=work,
        missing=find_missing(facts),
        facts=facts,
        today=today,
    )


def _contract(
    conn: Connection, contract: ContractId | None, tenants: tuple[TenantId, ...], now: datetime
) -> tuple[Contract | None, TermsVersion | None, tuple[InterfacePerson, ...]]:
    if contract is None:
        return None, None, ()
    rows = fetch_page(
        conn,
        contract_store.CONTRACTS,
        tenants=tenants,
        filters={"id": contract, "now": now},
        request=PageRequest(limit=1),
    ).items
    if not rows:
        return None, None, ()
    versions = contract_store.fetch_versions(conn, contract)
    agreed = next((each for each in versions if each.state is TermsState.AGREED), None)
    people = contract_store.fetch_people(conn, contract)
    return contract_store.build_contract(rows[0]), agreed, people


def _tasks(
    case: Case, plan: PlanVersion | None, done: Mapping[str, TaskDone], today: date
) -> tuple[CaseTask, ...]:
    work = {each.key: each for each in plan.plan.work} if plan else {}
    return tuple(
        CaseTask(
            row=row,
            planned_on=(on := work[row.key].planned_on if row.key in work else None),
            who=work[row.key].who if row.key in work else "",
            done=done.get(row.key),
            is_late=is_late(on, done.get(row.key), today),
            is_current=row.step is case.step,
        )
        for row in MATRIX
    )
