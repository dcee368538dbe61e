"""What is done with the improvement register: entries written, owned, dated, done or dropped."""

from datetime import datetime

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import EmergencyId, ImprovementId, TenantId, UserId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.operate.service.actions.contracts import PART
from yunwei.operate.service.facts.improvements import (
    Improvement,
    ImprovementDraft,
    ImprovementState,
)
from yunwei.operate.service.queries import contracts, improvements
from yunwei.operate.service.rules.improvements import check_improvement, check_open, check_result
from yunwei.operate.service.store import improvements as store


def add_improvement(
    viewer: Viewer,
    tenant: TenantId,
    draft: ImprovementDraft,
    *,
    now: datetime,
    emergency: EmergencyId | None = None,
) -> ImprovementId:
    """Write an entry, and return it. emergency: in whose post-mortem it was decided. Raises
    Refused, Invalid."""
    require(viewer, Permission.WORK_REQUESTS, tenant)
    checked = check_improvement(draft)
    _check_contract(viewer, tenant, checked, now)
    with transaction() as conn:
        _check_owner(conn, tenant, checked.owner)
        made = store.add_improvement(
            conn, tenant, checked, by=viewer.name, now=now, emergency=emergency
        )
        if made is None:
            raise Refused()
        _tell(conn, viewer, "service.add_improvement", made)
    return made


def change_improvement(
    viewer: Viewer, improvement: ImprovementId, draft: ImprovementDraft, *, now: datetime
) -> None:
    """Say otherwise what is to become better, by whom, until when. Raises Refused, Invalid;
    Conflict when it has ended."""
    checked = check_improvement(draft)
    known = improvements.access_improvement(viewer, improvement)
    _check_contract(viewer, known.tenant, checked, now)
    with transaction() as conn:
        _lock(conn, viewer, known)
        _check_owner(conn, known.tenant, checked.owner)
        store.change_improvement(conn, improvement, checked, now)
        _tell(conn, viewer, "service.change_improvement", improvement)


def end_improvement(
    viewer: Viewer,
    improvement: ImprovementId,
    state: ImprovementState,
    *,
    result: str,
    now: datetime,
) -> None:
    """Say that an entry is done, or is not going to be, and what became of it. Raises Refused,
    Invalid; Conflict when it has ended."""
    if state is ImprovementState.OPEN:
        raise Invalid("state", "this is not one of the choices")
    text = check_result(result)
    known = improvements.access_improvement(viewer, improvement)
    with transaction() as conn:
        _lock(conn, viewer, known)
        store.end_improvement(conn, improvement, state, text, by=viewer.name, now=now)
        _tell(conn, viewer, "service.end_improvement", improvement)


def _lock(conn: Connection, viewer: Viewer, known: Improvement) -> None:
    require(viewer, Permission.WORK_REQUESTS, known.tenant)
    if not store.lock_improvement(conn, known.id, viewer.tenants):
        raise Refused()
    check_open(store.fetch_improvement(conn, known.id).state)


def _check_contract(
    viewer: Viewer, tenant: TenantId, draft: ImprovementDraft, now: datetime
) -> None:
    if draft.contract is None:
        return
    try:
        known = contracts.access_contract(viewer, draft.contract, now=now)
    except Refused as error:
        raise Invalid("contract", "there is no such contract") from error
    if known.contract.tenant != tenant:
        raise Invalid("contract", "there is no such contract")


def _check_owner(conn: Connection, tenant: TenantId, owner: UserId | None) -> None:
    if owner is not None and all(each.id != owner for each in system_candidates(conn, tenant)):
        raise Invalid("owner", "there is no such person")


def _tell(conn: Connection, viewer: Viewer, verb: str, improvement: ImprovementId) -> None:
    known = store.fetch_improvement(conn, improvement)
    record(
        conn,
        viewer,
        verb,
        object_kind="improvement",
        object_id=improvement,
        object_name=known.title,
        tenant=known.tenant,
    )
    announce_live(PART, known.tenant)
