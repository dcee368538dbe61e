"""What customers authorise, and the gate that holds every act to it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import AuthorisationId, ContractId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import SYSTEM, Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.operate.service.actions.contracts import (
    PART,
    check_note,
    check_paper,
    check_speaks_for,
    lock,
)
from yunwei.operate.service.facts.authorisations import AuthorisationDraft, AuthorisationState
from yunwei.operate.service.facts.contracts import TermsVersion
from yunwei.operate.service.queries.authorisations import system_gate_book
from yunwei.operate.service.rules.authorisations import check_draft
from yunwei.operate.service.rules.gate import decide
from yunwei.operate.service.store import authorisations as store

_UNLIMITED = frozenset({PermitReason.NO_CONTRACT_KEPT, PermitReason.OWN})


def ask_authorisation(
    viewer: Viewer, contract: ContractId, draft: AuthorisationDraft, *, now: datetime
) -> AuthorisationId:
    """Ask the customer to authorise something, and return its id. Whoever speaks for the customer
    grants it thereby. Raises Refused, Invalid, Conflict."""
    with transaction() as conn:
        head, version = lock(conn, viewer, contract, Permission.SEE_SERVICE)
        tenant = TenantId(head["tenant"])
        is_manager = may(viewer, Permission.MANAGE_SERVICE, tenant)
        if not is_manager:
            check_speaks_for(viewer, tenant)
        checked = check_draft(draft, _zone(version), now=now)
        made = store.add_authorisation(conn, tenant, contract, checked, by=viewer.name, now=now)
        known = {"id": made, "tenant": tenant, "name": head["name"]}
        after = {"contract": contract, "draft": checked}
        _tell(conn, viewer, "service.ask_authorisation", known, after=after)
        if not is_manager:
            _note(conn, viewer, known, AuthorisationState.GRANTED, {"now": now})
    return made


def grant_authorisation(
    viewer: Viewer, authorisation: AuthorisationId, *, now: datetime, paper: str = ""
) -> None:
    """Authorise for the customer. paper: where the signed paper is; then whoever manages service
    may say so. Raises Refused, Conflict, Invalid."""
    kept = check_paper(paper) if paper else ""
    with transaction() as conn:
        known = _lock(conn, viewer, authorisation, is_on_paper=bool(kept))
        _check_asked(known)
        values = {"now": now, "paper": kept}
        _note(conn, viewer, known, AuthorisationState.GRANTED, values)


def decline_authorisation(
    viewer: Viewer, authorisation: AuthorisationId, *, now: datetime, note: str
) -> None:
    """Do not authorise it, for the customer, and say why. Raises Refused, Invalid, Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        known = _lock(conn, viewer, authorisation, is_on_paper=False)
        _check_asked(known)
        values = {"now": now, "note": reason}
        _note(conn, viewer, known, AuthorisationState.DECLINED, values)


def revoke_authorisation(viewer: Viewer, authorisation: AuthorisationId, *, now: datetime) -> None:
    """Let an authorisation hold no more, from this moment: the customer any of theirs, a manager as
    well. Raises Refused, Conflict."""
    with transaction() as conn:
        is_manager = may(viewer, Permission.MANAGE_SERVICE)
        known = _lock(conn, viewer, authorisation, is_on_paper=is_manager)
        if known["state"] not in (AuthorisationState.ASKED, AuthorisationState.GRANTED):
            raise Conflict("it holds no more already")
        store.revoke(conn, authorisation, by=viewer.name, now=now)
        _tell(conn, viewer, "service.revoke_authorisation", known)


def system_decide(act: Act, by: str, now: datetime, held: Permit | None = None) -> Permit:
    """Say whether an act may be, and write it down; a refusal is audited. What is asked again is
    written down only when it is refused, and then once an hour. held: what stops it whatever is
    authorised. Must not be called within a transaction that a refusal takes back."""
    with transaction() as conn:
        permit = held or decide(act, system_gate_book(conn, act.tenant), now=now)
        if permit.reason in _UNLIMITED:
            return permit
        if act.is_again and (permit.is_allowed or store.is_told(conn, act, permit, by=by, now=now)):
            return permit
        store.add_act(conn, act, permit, by=by, now=now)
        if not permit.is_allowed:
            _tell_refusal(conn, act, permit, by)
    return permit


def _tell_refusal(conn: Connection, act: Act, permit: Permit, by: str) -> None:
    record(
        conn,
        replace(SYSTEM, name=by),
        "service.refuse_act",
        object_kind="act",
        object_name=act.title,
        tenant=act.tenant,
        after={
            "operation": act.operation,
            "reason": permit.reason,
            "count": len(act.things),
            "outside": permit.outside[:50],
            "authorisation": permit.authorisation,
            "note": permit.note,
        },
    )
    announce_live(PART, act.tenant)


def _lock(
    conn: Connection, viewer: Viewer, authorisation: AuthorisationId, *, is_on_paper: bool
) -> dict[str, Any]:
    require(viewer, Permission.MANAGE_SERVICE if is_on_paper else Permission.USE_SERVICE)
    known = store.lock_authorisation(conn, authorisation, viewer.tenants)
    if known is None:
        raise Refused()
    if not is_on_paper:
        check_speaks_for(viewer, TenantId(known["tenant"]))
    return {**known, "name": ""}


def _check_asked(known: dict[str, Any]) -> None:
    if known["state"] != AuthorisationState.ASKED:
        raise Conflict("this was answered already")


def _note(
    conn: Connection,
    viewer: Viewer,
    known: dict[str, Any],
    state: AuthorisationState,
    values: dict[str, Any],
) -> None:
    whole = {"by": viewer.name, "paper": "", "note": "", **values}
    store.note_judged(conn, known["id"], state, whole)
    is_granted = state is AuthorisationState.GRANTED
    verb = "service.grant_authorisation" if is_granted else "service.decline_authorisation"
    after = {"paper": whole["paper"]} if whole["paper"] else None
    _tell(conn, viewer, verb, known, after=after, detail=whole["note"])


def _zone(version: TermsVersion) -> str:
    return version.terms.time_zone


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    known: dict[str, Any],
    *,
    after: dict[str, Any] | None = None,
    detail: str = "",
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="authorisation",
        object_id=known["id"],
        object_name=known["name"],
        tenant=known["tenant"],
        after=after,
        detail=detail,
    )
    announce_live(PART, known["tenant"])
