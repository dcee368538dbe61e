"""What is done with cases: opened, told of, moved forward or back, their tasks and documents."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import CaseId, ContractId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.operate.service.actions.contracts import PART, check_note
from yunwei.operate.service.facts.cases import CaseDraft, CaseStep, DocumentKind, TaskDone
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.queries.cases import WholeCase, system_case
from yunwei.operate.service.rules.cases import (
    check_case,
    check_may_cancel,
    check_task,
    next_step,
    step_back,
)
from yunwei.operate.service.rules.seals import sha256_of_bytes
from yunwei.operate.service.rules.uploads import Upload
from yunwei.operate.service.store import cases as store
from yunwei.operate.service.store import contracts as contract_store

WORKS = (Permission.WORK_REQUESTS, Permission.USE_SERVICE)


def open_case(viewer: Viewer, tenant: TenantId, draft: CaseDraft, *, now: datetime) -> CaseId:
    """Begin a case with an enquiry, for the provider or as the customer, and return its id. Raises
    Refused, Invalid."""
    if not may(viewer, Permission.MANAGE_SERVICE, tenant):
        require(viewer, Permission.USE_SERVICE, tenant)
    checked = check_case(draft)
    with transaction() as conn:
        _check_contract(conn, viewer, tenant, checked.contract)
        made = store.add_case(conn, tenant, checked, by=viewer.name, now=now)
        told = {"step": CaseStep.ENQUIRY, "contract": checked.contract}
        tell(conn, viewer, "service.open_case", (made, tenant, checked.title), after=told)
    return made


def change_case(viewer: Viewer, case: CaseId, draft: CaseDraft, *, now: datetime) -> None:
    """Say otherwise what is needed, or by which contract. Customers say what they need until the
    contract is agreed. Raises Refused, Invalid, Conflict."""
    checked = check_case(draft)
    with transaction() as conn:
        whole, is_manager = lock_either(conn, viewer, case, now)
        known = whole.case
        _check_changeable(whole)
        if not is_manager:
            if known.step is not CaseStep.ENQUIRY:
                raise Conflict("the enquiry is over: ask the provider")
            checked = replace(checked, contract=known.contract)
        if checked.contract != known.contract:
            if known.contract is not None and known.step not in (CaseStep.ENQUIRY, CaseStep.ORDER):
                raise Conflict("the contract of this case was agreed already")
            _check_contract(conn, viewer, known.tenant, checked.contract, case=case)
        store.change_case(conn, case, checked, by=viewer.name, now=now)
        before = {"title": known.title, "need": known.need, "contract": known.contract}
        tell(conn, viewer, "service.change_case", _head(whole), before=before, after=_said(checked))


def finish_task(
    viewer: Viewer, case: CaseId, key: str, *, on: date | None, note: str, now: datetime
) -> None:
    """Say that a task is done. on: which day, None for today. The side that leads it says so; the
    provider may for the customer when it says where their word is kept. Raises Refused, Invalid,
    Conflict."""
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, *WORKS)
        _check_changeable(whole)
        side = side_of(viewer, whole)
        done = TaskDone(
            key=key, on=on or whole.today, by=viewer.name, side=side, at=now, note=note.strip()
        )
        planned = next((each.planned_on for each in whole.tasks if each.row.key == key), None)
        check_task(key, done, planned, today=whole.today, step=whole.case.step)
        store.note_task(conn, case, done)
        store.touch_case(conn, case, by=viewer.name, now=now)
        tell(conn, viewer, "service.finish_task", _head(whole), after=_task(done))


def add_document(
    viewer: Viewer, case: CaseId, upload: Upload, kind: DocumentKind, *, now: datetime
) -> int:
    """Put a file into a case, and return its id. upload: checked. Raises Refused, Conflict."""
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, *WORKS)
        _check_changeable(whole)
        digest = sha256_of_bytes(upload.data)
        values = {
            "step_name": whole.case.step.value,
            "kind": kind.value,
            "sha256": digest,
            "by": viewer.name,
            "side": side_of(viewer, whole).value,
            "now": now,
        }
        made = store.add_document(conn, case, upload, values)
        store.touch_case(conn, case, by=viewer.name, now=now)
        told = {"file": upload.name, "kind": kind, "sha256": digest}
        tell(conn, viewer, "service.add_document", _head(whole), after=told)
    return made


def advance_case(viewer: Viewer, case: CaseId, *, now: datetime) -> CaseStep:
    """Take a case to its next step, and return it. Raises Refused; Conflict while something is
    missing for it."""
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, Permission.MANAGE_SERVICE)
        step = next_step(whole.facts)
        move(conn, viewer, whole, step, now=now)
    return step


def go_back(viewer: Viewer, case: CaseId, to: CaseStep, *, note: str, now: datetime) -> None:
    """Take a case back to an earlier step, whose tasks are to be done again. Raises Refused,
    Invalid without a reason, Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, Permission.MANAGE_SERVICE)
        _check_changeable(whole)
        take_back(conn, viewer, whole, to, note=reason, now=now)


def cancel_case(viewer: Viewer, case: CaseId, *, note: str, now: datetime) -> None:
    """End a case before work has begun. Raises Refused, Invalid without a reason, Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, Permission.MANAGE_SERVICE)
        check_may_cancel(whole.case.step)
        move(conn, viewer, whole, CaseStep.CANCELLED, note=reason, now=now)


def lock(
    conn: Connection, viewer: Viewer, case: CaseId, now: datetime, *permissions: Permission
) -> WholeCase:
    """Return a case, locked; raises Refused."""
    if not any(may(viewer, each) for each in permissions):
        raise Refused()
    if not store.lock_case(conn, case, viewer.tenants):
        raise Refused()
    whole = system_case(conn, case, viewer.tenants, now=now)
    if not any(may(viewer, each, whole.case.tenant) for each in permissions):
        raise Refused()
    return whole


def lock_either(
    conn: Connection, viewer: Viewer, case: CaseId, now: datetime
) -> tuple[WholeCase, bool]:
    """Return a case, locked, and whether the viewer manages it, for whom else speaks for it."""
    allowed = (Permission.MANAGE_SERVICE, Permission.USE_SERVICE)
    whole = lock(conn, viewer, case, now, *allowed)
    return whole, may(viewer, Permission.MANAGE_SERVICE, whole.case.tenant)


def side_of(viewer: Viewer, whole: WholeCase) -> ContractSide:
    is_provider = may(viewer, Permission.WORK_REQUESTS, whole.case.tenant)
    return ContractSide.PROVIDER if is_provider else ContractSide.CUSTOMER


def move(
    conn: Connection,
    viewer: Viewer,
    whole: WholeCase,
    to: CaseStep,
    *,
    note: str = "",
    now: datetime,
) -> None:
    values = {"by": viewer.name, "now": now, "note": note}
    store.move_case(conn, whole.case.id, (whole.case.step, to), values)
    tell(
        conn,
        viewer,
        "service.move_case",
        _head(whole),
        before={"step": whole.case.step},
        after={"step": to},
        detail=note,
    )


def take_back(
    conn: Connection, viewer: Viewer, whole: WholeCase, to: CaseStep, *, note: str, now: datetime
) -> None:
    keys = step_back(whole.case.step, to)
    store.undo_tasks(conn, whole.case.id, keys)
    move(conn, viewer, whole, to, note=note, now=now)


def _check_changeable(whole: WholeCase) -> None:
    if not whole.case.step.is_open:
        raise Conflict("this case has ended")
    if whole.facts.is_asked:
        raise Conflict("the customer is asked to accept: take that back first")


def _check_contract(
    conn: Connection,
    viewer: Viewer,
    tenant: TenantId,
    contract: ContractId | None,
    *,
    case: CaseId | None = None,
) -> None:
    if contract is None:
        return
    head = contract_store.lock_contract(conn, contract, viewer.tenants)
    if (
        head is None
        or head["tenant"] != tenant
        or not may(viewer, Permission.MANAGE_SERVICE, tenant)
    ):
        raise Invalid("contract", "there is no such contract")
    if head["ended_at"] is not None:
        raise Invalid("contract", "this contract has ended")
    if store.is_taken(conn, contract, but=case or 0):
        raise Invalid("contract", "this contract has a case already")


def tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    head: tuple[int, TenantId, str],
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: str = "",
) -> None:
    """Note a change of a case in the audit log, and let open pages know. head: its id, tenant,
    title."""
    record(
        conn,
        viewer,
        verb,
        object_kind="case",
        object_id=head[0],
        object_name=head[2],
        tenant=head[1],
        before=before,
        after=after,
        detail=detail,
    )
    announce_live(PART, head[1])


def _head(whole: WholeCase) -> tuple[int, TenantId, str]:
    return whole.case.id, whole.case.tenant, whole.case.title


def _said(draft: CaseDraft) -> dict[str, Any]:
    return {"title": draft.title, "need": draft.need, "contract": draft.contract}


def _task(done: TaskDone) -> dict[str, Any]:
    return {"task": done.key, "on": done.on.isoformat(), "note": done.note}
