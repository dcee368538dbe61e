"""Visits on site are planned, begun, done, signed by the customer. What happens there is written
into the ticket that they belong to."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId, TicketId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.operate.service.actions.contracts import PART
from yunwei.operate.service.actions.tickets import write_within
from yunwei.operate.service.facts.contracts import ServiceType, Terms
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, Ticket, TicketState
from yunwei.operate.service.facts.visits import (
    Position,
    SignDraft,
    SignMethod,
    Visit,
    VisitDraft,
    VisitSignature,
    VisitState,
    WholeVisit,
    Work,
)
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.queries.visits import access_visit, system_visit
from yunwei.operate.service.rules.seals import sha256_of_bytes
from yunwei.operate.service.rules.tickets import contract_year
from yunwei.operate.service.rules.uploads import Upload
from yunwei.operate.service.rules.visits import (
    check_position,
    check_signature,
    check_state,
    check_visit,
    check_work,
    days_of,
    digest_signature,
    draw_signature,
    seal_visit,
)
from yunwei.operate.service.store import visits as store

_WORK = Permission.WORK_REQUESTS
_S = VisitState
_MOST_FILES = 30
_BEFORE_ARRIVAL = {
    TicketState.NEW: (EntryKind.ARRIVED,),
    TicketState.ASSIGNED: (EntryKind.ARRIVED,),
    TicketState.WORKING: (EntryKind.ARRIVED,),
    TicketState.WAITING: (EntryKind.RESUMED, EntryKind.ARRIVED),
}
"""What is written into a ticket when somebody arrives."""


def plan_visit(viewer: Viewer, ticket: TicketId, draft: VisitDraft, *, now: datetime) -> int:
    """Plan a visit for a ticket that is open, and return its number. Raises Refused; Invalid at the
    field, also when the contract gives no more days on site in this year; Conflict."""
    checked = check_visit(draft)
    whole = tickets.access_ticket(viewer, ticket, now=now)
    known = whole.ticket
    require(viewer, _WORK, known.tenant)
    if not known.state.is_open:
        raise Conflict("the ticket is not open")
    with transaction() as conn:
        values = _values(conn, known.tenant, checked, whole.terms)
        told = {**values, "tenant": known.tenant, "about": ticket, "contract": known.contract}
        made = int(store.rows(conn, "add_visit", told | {"now": now, "by": viewer.name})[0]["id"])
        _check_days(conn, known, values, whole.terms)
        _tell(conn, viewer, "service.plan_visit", system_visit(conn, made, (known.tenant,)).visit)
    return made


def change_visit(
    viewer: Viewer, visit: int, draft: VisitDraft, *, version: int, now: datetime
) -> None:
    """Plan a visit otherwise that nobody has begun. Raises Refused, Invalid; Conflict when it is
    begun, or somebody changed it meanwhile."""
    checked = check_visit(draft)
    ticket = access_visit(viewer, visit).visit.ticket
    whole = tickets.access_ticket(viewer, ticket, now=now)
    with transaction() as conn:
        known = _lock(conn, viewer, visit).visit
        check_state(known, _S.PLANNED)
        values = _values(conn, known.tenant, checked, whole.terms)
        if not store.rows(conn, "change_visit", {**values, "id": visit, "version": version}):
            raise Conflict("somebody changed it in the meantime")
        _check_days(conn, whole.ticket, values, whole.terms)
        _tell(conn, viewer, "service.change_visit", known)


def cancel_visit(viewer: Viewer, visit: int, *, note: str, now: datetime) -> None:
    """Let nobody come; its days count no more. Raises Refused, Invalid, Conflict."""
    text = note.strip()
    if not text:
        raise Invalid("note", "say why")
    with transaction() as conn:
        known = _lock(conn, viewer, visit).visit
        check_state(known, _S.PLANNED)
        values = {"id": visit, "now": now, "by": viewer.name, "note": text[:2000]}
        store.run(conn, "note_cancelled", values)
        _tell(conn, viewer, "service.cancel_visit", known, detail=text)


def arrive(viewer: Viewer, visit: int, *, position: Position | None = None, now: datetime) -> None:
    """Note that the engineer is on site, and where their telephone says that is, if it says so. The
    ticket's clock of arrival stops. Raises Refused, Invalid, Conflict."""
    where = check_position(position)
    with transaction() as conn:
        known = _lock(conn, viewer, visit).visit
        check_state(known, _S.PLANNED)
        ticket = tickets.access_ticket(viewer, known.ticket, now=now).ticket
        for kind in _BEFORE_ARRIVAL.get(ticket.state, ()):
            entry = EntryDraft(kind=kind, text=known.code)
            write_within(conn, viewer, ticket.id, entry, now=now)
        nowhere = {"latitude": None, "longitude": None, "accuracy_m": None}
        told = asdict(where) if where is not None else nowhere
        store.run(conn, "note_arrived", {**told, "id": visit, "now": now, "by": viewer.name})
        after = {"has_position": where is not None}
        _tell(conn, viewer, "service.arrive", known, after=after)


def finish_visit(viewer: Viewer, visit: int, work: Work, *, now: datetime) -> None:
    """Write what came of a visit, which the ticket tells the customer; it may solve the ticket.
    Until the customer signs it can be written again. Raises Refused, Invalid, Conflict."""
    checked = check_work(work)
    with transaction() as conn:
        known = _lock(conn, viewer, visit).visit
        check_state(known, _S.ARRIVED, _S.DONE)
        _write_result(conn, viewer, known, checked, now)
        values = {"result": checked.result, "minutes": checked.minutes, "by": viewer.name}
        store.run(conn, "note_done", {**values, "id": visit, "now": now})
        after = {"minutes": checked.minutes, "is_solved": checked.is_solved}
        _tell(conn, viewer, "service.finish_visit", known, after=after)


def add_file(viewer: Viewer, visit: int, upload: Upload, *, now: datetime) -> int:
    """Keep a file that shows what came of a visit, and return its number. Raises Refused; Conflict
    before anybody has arrived, once it is signed, and beyond 30 files."""
    with transaction() as conn:
        whole = _lock(conn, viewer, visit)
        check_state(whole.visit, _S.ARRIVED, _S.DONE)
        if len(whole.files) >= _MOST_FILES:
            raise Conflict("at most 30 files to a visit")
        values = _file_values(upload) | {"id": visit, "by": viewer.name, "now": now}
        made = int(store.rows(conn, "add_visit_file", values)[0]["id"])
        after = {"file": upload.name, "sha256": values["sha256"]}
        _tell(conn, viewer, "service.add_visit_file", whole.visit, after=after)
    return made


def sign_visit(
    viewer: Viewer, visit: int, draft: SignDraft, *, scan: Upload | None = None, now: datetime
) -> None:
    """Put a name of the customer's to a visit that is done: drawn on the screen, or with a scan of
    the signed sheet. Whoever is signed in hands the telephone over, or is of the customer's.
    Raises Refused, Invalid; Conflict unless it is done and was not signed."""
    checked = check_signature(draft)
    image = draw_signature(checked.strokes) if scan is None else scan.data
    with transaction() as conn:
        whole = _lock(conn, viewer, visit, is_customers=True)
        check_state(whole.visit, _S.DONE)
        signature = VisitSignature(
            name=checked.name,
            role=checked.role,
            remark=checked.remark,
            method=SignMethod.SCREEN if scan is None else SignMethod.PAPER,
            at=now,
            by=viewer.name,
            address=viewer.address,
            content_type="image/svg+xml" if scan is None else scan.content_type,
            image_sha256=sha256_of_bytes(image),
            seal=seal_visit(whole.visit, whole.files),
            digest="",
        )
        signature = replace(signature, digest=digest_signature(signature))
        _keep_signature(conn, visit, signature, image)
        after = {"name": checked.name, "method": signature.method, "digest": signature.digest}
        _tell(conn, viewer, "service.sign_visit", whole.visit, after=after)


def note_taken(viewer: Viewer, visit: int, kind: str) -> None:
    """Write into the audit log that somebody took the sheet as a file. Raises Refused."""
    known = access_visit(viewer, visit).visit
    with transaction() as conn:
        _tell(conn, viewer, "service.take_visit", known, after={"file": kind})


def access_work(viewer: Viewer, visit: int) -> WholeVisit:
    """Return a visit that a viewer may work on; raises Refused."""
    whole = access_visit(viewer, visit)
    require(viewer, _WORK, whole.visit.tenant)
    return whole


def access_signing(viewer: Viewer, visit: int) -> WholeVisit:
    """Return a visit that may be signed in a viewer's session; raises Refused."""
    whole = access_visit(viewer, visit)
    if not may(viewer, _WORK, whole.visit.tenant):
        _check_customer(viewer, whole.visit.tenant)
    return whole


def _check_customer(viewer: Viewer, tenant: TenantId) -> None:
    require(viewer, Permission.USE_SERVICE, tenant)
    if viewer.tenant != tenant:
        raise Refused()


def _lock(
    conn: Connection, viewer: Viewer, visit: int, *, is_customers: bool = False
) -> WholeVisit:
    require(viewer, Permission.SEE_SERVICE)
    if not store.lock_visit(conn, visit, viewer.tenants):
        raise Refused()
    whole = system_visit(conn, visit, viewer.tenants)
    tenant = whole.visit.tenant
    if is_customers and not may(viewer, _WORK, tenant):
        _check_customer(viewer, tenant)
    else:
        require(viewer, _WORK, tenant)
    return whole


def _values(conn: Connection, tenant: TenantId, draft: VisitDraft, terms: Terms) -> dict[str, Any]:
    people = {each.id: each for each in system_candidates(conn, tenant)}
    if draft.engineer not in people:
        raise Invalid("engineer", "there is no such person")
    person = people[draft.engineer]
    zone = ZoneInfo(terms.time_zone)
    return {
        **asdict(draft),
        "engineer_name": person.display_name or person.username,
        "first_on": draft.starts_at.astimezone(zone).date(),
        "days": days_of(draft, terms.time_zone),
    }


def _check_days(conn: Connection, ticket: Ticket, values: dict[str, Any], terms: Terms) -> None:
    """Raise Invalid when more days on site are used and planned than the contract gives."""
    item = terms.service(ServiceType.ON_SITE)
    if item is None or item.quota is None:
        return
    used = store.days_used(conn, ticket.contract, contract_year(terms, values["first_on"]))
    if used > item.quota:
        raise Invalid("starts_at", "the contract gives no more days on site in this year")


def _write_result(
    conn: Connection, viewer: Viewer, visit: Visit, work: Work, now: datetime
) -> None:
    """Tell the ticket what came of a visit; one that is over stays as it is. What was written
    before stands there already: only the minutes that came to it are counted."""
    ticket = tickets.access_ticket(viewer, visit.ticket, now=now).ticket
    if not ticket.state.is_open:
        return
    kind = EntryKind.RESOLVED if work.is_solved else EntryKind.REPLIED
    minutes = max(0, work.minutes - visit.minutes)
    entry = EntryDraft(kind=kind, text=f"{visit.code}: {work.result}"[:8000], minutes=minutes)
    write_within(conn, viewer, ticket.id, entry, now=now)


def _file_values(upload: Upload) -> dict[str, Any]:
    return {
        "name": upload.name,
        "content_type": upload.content_type,
        "data": upload.data,
        "sha256": sha256_of_bytes(upload.data),
    }


def _keep_signature(conn: Connection, visit: int, signature: VisitSignature, image: bytes) -> None:
    values = {
        **asdict(signature),
        "id": visit,
        "method": signature.method.value,
        "now": signature.at,
        "data": image,
        "sha256": signature.image_sha256,
    }
    store.run(conn, "add_visit_signature", values)
    store.run(conn, "note_signed", {"id": visit})


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    visit: Visit,
    *,
    after: dict[str, Any] | None = None,
    detail: str = "",
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="visit",
        object_id=visit.id,
        object_name=f"{visit.code} {visit.ticket_title}",
        tenant=visit.tenant,
        after=after,
        detail=detail,
    )
    announce_live(PART, visit.tenant)
