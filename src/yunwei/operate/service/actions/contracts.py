"""Changes of contracts: written, offered, agreed or returned, ended. What both sides agreed to is
never changed: other terms are another version, which holds once it is agreed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    TermsState,
    TermsVersion,
)
from yunwei.operate.service.rules.contracts import (
    check_contract,
    check_may_judge,
    check_may_offer,
    hash_terms,
)
from yunwei.operate.service.store import contracts as store

PART = "service"
_LONGEST_NOTE = 1000


def add_contract(
    viewer: Viewer, tenant: TenantId, draft: ContractDraft, *, now: datetime
) -> ContractId:
    """Write a contract, as a draft, and return its id. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_SERVICE, tenant)
    with transaction() as conn:
        checked = check_contract(draft, calendar_of(conn, tenant), now=now)
        by = viewer.name
        made = store.add_contract(conn, tenant, checked.number, checked.name, by=by, now=now)
        if made is None:
            raise _taken()
        said = checked.terms, hash_terms(checked.number, checked.name, checked.terms)
        store.add_terms(conn, made, 1, said, by=by, now=now)
        head = {"id": made, "tenant": tenant, "name": checked.name}
        tell(conn, viewer, "service.add_contract", head, after=_describe(checked, 1, said[1]))
    return made


def change_contract(
    viewer: Viewer, contract: ContractId, draft: ContractDraft, *, now: datetime, latest: int = 0
) -> int:
    """Write other terms, and return the number of their version: the draft that is there, else a
    new one. latest: the version that was looked at, 0 for whichever.

    Raises Refused, Invalid; Conflict when it ended, while the customer is asked, or when somebody
    wrote another version meanwhile.
    """
    with transaction() as conn:
        head, version = lock(conn, viewer, contract, Permission.MANAGE_SERVICE)
        if latest not in (0, version.number):
            raise Conflict("somebody changed it in the meantime")
        if version.state is TermsState.OFFERED:
            raise Conflict("the customer is being asked about it")
        checked = check_contract(draft, calendar_of(conn, TenantId(head["tenant"])), now=now)
        if store.is_taken(conn, TenantId(head["tenant"]), checked.number, but=contract):
            raise _taken()
        said = checked.terms, hash_terms(checked.number, checked.name, checked.terms)
        is_draft = version.state is TermsState.DRAFT
        number = version.number if is_draft else version.number + 1
        write = store.change_terms if is_draft else store.add_terms
        write(conn, contract, number, said, by=viewer.name, now=now)
        told = {"contract_number": checked.number, "name": checked.name, "latest": number}
        store.change_contract(conn, contract, {**told, "by": viewer.name, "now": now})
        tell(
            conn,
            viewer,
            "service.change_contract",
            {**head, "name": checked.name},
            before={"version": version.number, "sha256": version.sha256},
            after=_describe(checked, number, said[1]),
        )
    return number


def offer_terms(viewer: Viewer, contract: ContractId, *, now: datetime) -> None:
    """Ask the customer to agree to the newest terms. Raises Refused, Conflict."""
    with transaction() as conn:
        head, version = lock(conn, viewer, contract, Permission.MANAGE_SERVICE)
        check_may_offer(version.state)
        store.note_offered(conn, contract, version.number, by=viewer.name, now=now)
        store.touch_contract(conn, contract, by=viewer.name, now=now)
        tell(conn, viewer, "service.offer_contract", head, after=_said(version))


def agree_to_terms(
    viewer: Viewer, contract: ContractId, *, now: datetime, sha256: str = "", paper: str = ""
) -> None:
    """Agree for the customer; from now on these terms hold. sha256: of what was read.

    paper: where the signed and sealed paper is; then whoever manages service for the provider may
    say so, of terms that were offered. Raises Refused, Conflict; Invalid without the paper's place.
    """
    with transaction() as conn:
        head, version = _lock_for_customer(conn, viewer, contract, paper)
        check_may_judge(version.state, version.sha256, sha256)
        values = {"by": viewer.name, "now": now, "paper": paper.strip(), "note": ""}
        store.note_judged(conn, contract, version.number, TermsState.AGREED, values)
        store.touch_contract(conn, contract, by=viewer.name, now=now)
        after = {**_said(version), "paper": paper.strip()}
        tell(conn, viewer, "service.agree_contract", head, after=after)


def return_terms(
    viewer: Viewer, contract: ContractId, *, now: datetime, note: str, sha256: str = ""
) -> None:
    """Do not agree for the customer, and say why. Raises Refused, Invalid, Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        head, version = _lock_for_customer(conn, viewer, contract, "")
        check_may_judge(version.state, version.sha256, sha256)
        values = {"by": viewer.name, "now": now, "paper": "", "note": reason}
        store.note_judged(conn, contract, version.number, TermsState.RETURNED, values)
        store.touch_contract(conn, contract, by=viewer.name, now=now)
        tell(conn, viewer, "service.return_contract", head, after=_said(version), detail=reason)


def end_contract(viewer: Viewer, contract: ContractId, *, now: datetime, note: str) -> None:
    """End a contract before its last day; what it authorised ends with it. Raises Refused, Invalid,
    Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        head, _version = lock(conn, viewer, contract, Permission.MANAGE_SERVICE)
        store.end_contract(conn, contract, by=viewer.name, note=reason, now=now)
        tell(conn, viewer, "service.end_contract", head, detail=reason)


def lock(
    conn: Connection, viewer: Viewer, contract: ContractId, permission: Permission
) -> tuple[dict[str, Any], TermsVersion]:
    """Return a contract's head and newest terms, locked. Raises Refused; Conflict once it ended."""
    require(viewer, permission)
    head = store.lock_contract(conn, contract, viewer.tenants)
    if head is None:
        raise Refused()
    if head["ended_at"] is not None:
        raise Conflict("this contract has ended")
    return head, store.fetch_versions(conn, contract)[0]


def _lock_for_customer(
    conn: Connection, viewer: Viewer, contract: ContractId, paper: str
) -> tuple[dict[str, Any], TermsVersion]:
    if paper:
        check_paper(paper)
        return lock(conn, viewer, contract, Permission.MANAGE_SERVICE)
    head, version = lock(conn, viewer, contract, Permission.USE_SERVICE)
    check_speaks_for(viewer, TenantId(head["tenant"]))
    return head, version


def check_speaks_for(viewer: Viewer, tenant: TenantId) -> None:
    """Raise Refused unless the viewer is one of the customer's own people: nobody of the provider
    agrees, authorises or accepts in their name."""
    require(viewer, Permission.USE_SERVICE, tenant)
    if viewer.tenant != tenant:
        raise Refused()


def check_note(note: str, *, is_needed: bool = False) -> str:
    text = note.strip()
    if is_needed and not text:
        raise Invalid("note", "say why")
    if len(text) > _LONGEST_NOTE:
        raise Invalid("note", "at most 1000 characters")
    return text


def check_paper(paper: str) -> str:
    text = paper.strip()
    if not text:
        raise Invalid("paper", "say where the signed paper is kept")
    if len(text) > _LONGEST_NOTE:
        raise Invalid("paper", "at most 1000 characters")
    return text


def calendar_of(conn: Connection, tenant: TenantId) -> Calendar:
    return system_calendars(conn).of(tenant)


def tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    head: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: str = "",
) -> None:
    """Note a change of a contract in the audit log, and let open pages know. head: id, tenant,
    name."""
    record(
        conn,
        viewer,
        verb,
        object_kind="contract",
        object_id=head["id"],
        object_name=head["name"],
        tenant=head["tenant"],
        before=before,
        after=after,
        detail=detail,
    )
    announce_live(PART, head["tenant"])


def _describe(draft: ContractDraft, version: int, sha256: str) -> dict[str, Any]:
    terms = replace(draft.terms, prices="", payment="")
    return {"number": draft.number, "version": version, "sha256": sha256, "terms": terms}


def _said(version: TermsVersion) -> dict[str, Any]:
    return {"version": version.number, "sha256": version.sha256}


def _taken() -> Invalid:
    return Invalid("number", "there is a contract of this number")
