"""What is done in an emergency: it is declared, led, told of, ended, and looked back on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import EmergencyId, ImprovementId, TenantId, TicketId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.operate.service.actions import improvements
from yunwei.operate.service.actions.contracts import PART
from yunwei.operate.service.actions.tickets import write_within
from yunwei.operate.service.facts.emergencies import (
    Emergency,
    Line,
    LineKind,
    Postmortem,
    Telling,
    UpdateDraft,
)
from yunwei.operate.service.facts.improvements import ImprovementDraft
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind
from yunwei.operate.service.queries import emergencies as queries
from yunwei.operate.service.queries import improvements as register
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.rules import emergencies as rules
from yunwei.operate.service.rules.seals import sha256_of
from yunwei.operate.service.store import emergencies as store

_WORK, _MANAGE = Permission.WORK_REQUESTS, Permission.MANAGE_SERVICE


def declare_emergency(
    viewer: Viewer, ticket: TicketId, telling: Telling, *, reason: str, now: datetime
) -> EmergencyId:
    """Declare a ticket an emergency: who leads, who tells. The first update is due after its usual
    time. Raises Refused, Invalid; Conflict when it is one already, or is no such ticket."""
    known = tickets.access_ticket(viewer, ticket, now=now).ticket
    require(viewer, _MANAGE, known.tenant)
    rules.check_ticket(known)
    checked, said = rules.check_telling(telling), rules.check_text("reason", reason)
    with transaction() as conn:
        _check_people(conn, known.tenant, checked)
        due_at = rules.next_update_at(checked, None, now=now)
        values = {"by": viewer.name, "now": now, "reason": said, "due_at": due_at}
        made = store.add_emergency(conn, (known.tenant, ticket), checked, values)
        if made is None:
            raise Conflict("this ticket is an emergency already")
        line = Line(at=now, kind=LineKind.DECLARED, by=viewer.name, text=said)
        store.add_line(conn, made, line, now=now)
        declared = queries.system_emergency(conn, made, known.tenant)
        _tell(conn, viewer, "service.declare_emergency", declared, after=_leads(declared))
    return made


def write_line(
    viewer: Viewer,
    emergency: EmergencyId,
    kind: LineKind,
    text: str,
    *,
    at: datetime | None = None,
    now: datetime,
) -> None:
    """Write on the time line what was seen, thought, decided or done. at: when that was, None: now.
    Raises Refused, Invalid; Conflict when it has ended."""
    with transaction() as conn:
        known = _lock(conn, viewer, emergency)
        rules.check_declared(known)
        line = rules.check_line(kind, text, at, known, now=now)
        store.add_line(conn, emergency, replace(line, by=viewer.name), now=now)
        _tell(conn, viewer, "service.write_line", known, after={"kind": kind})


def lead_emergency(
    viewer: Viewer, emergency: EmergencyId, telling: Telling, *, now: datetime
) -> None:
    """Say who leads and who tells from now on, how often, and whom. By the commander or a manager.
    Raises Refused, Invalid; Conflict when it has ended."""
    checked = rules.check_telling(telling)
    with transaction() as conn:
        known = _lock(conn, viewer, emergency)
        _check_leads(viewer, known)
        rules.check_declared(known)
        _check_people(conn, known.tenant, checked)
        due_at = known.update_due_at
        if checked.update_minutes != known.telling.update_minutes:
            due_at = rules.next_update_at(checked, None, now=now)
        store.lead_emergency(conn, emergency, checked, due_at)
        after = queries.system_emergency(conn, emergency, known.tenant)
        if _leads(after) != _leads(known):
            said = f"{after.commander_name} · {after.teller_name}"
            line = Line(at=now, kind=LineKind.LED, by=viewer.name, text=said)
            store.add_line(conn, emergency, line, now=now)
        _tell(conn, viewer, "service.lead_emergency", known, after=_leads(after))


def send_update(
    viewer: Viewer, emergency: EmergencyId, draft: UpdateDraft, *, now: datetime
) -> None:
    """Tell the customer's people and those who were chosen how it stands; it is a message in the
    ticket's log as well. By who tells, who leads, or a manager. Raises Refused, Invalid; Conflict
    when it has ended."""
    checked = rules.check_update(draft)
    with transaction() as conn:
        known = _lock(conn, viewer, emergency)
        is_manager = may(viewer, _MANAGE, known.tenant)
        if not rules.may_tell(known.telling, viewer.user_id, is_manager=is_manager):
            raise Refused()
        rules.check_declared(known)
        line = Line(at=now, kind=LineKind.TOLD, by=viewer.name, text=checked.text)
        store.add_line(conn, emergency, line, now=now)
        due_at = rules.next_update_at(known.telling, checked, now=now)
        store.note_update_due(conn, emergency, due_at)
        entry = EntryDraft(kind=EntryKind.REPLIED, text=checked.text)
        write_within(conn, viewer, known.ticket, entry, now=now)
        _tell(conn, viewer, "service.send_update", known)


def end_emergency(
    viewer: Viewer, emergency: EmergencyId, *, resolution: str, now: datetime
) -> None:
    """End an emergency with how it was resolved: all are told, its ticket is solved, its time line
    is kept as it is. By who leads or a manager. Raises Refused, Invalid, Conflict."""
    said = rules.check_text("resolution", resolution)
    with transaction() as conn:
        known = _lock(conn, viewer, emergency)
        _check_leads(viewer, known)
        rules.check_declared(known)
        line = Line(at=now, kind=LineKind.ENDED, by=viewer.name, text=said)
        store.add_line(conn, emergency, line, now=now)
        ticket = tickets.system_ticket(conn, known.ticket, viewer.tenants, now=now).ticket
        if ticket.state.is_open:
            entry = EntryDraft(kind=EntryKind.RESOLVED, text=said)
            write_within(conn, viewer, known.ticket, entry, now=now)
        timeline = queries.collect_lines(viewer, known, now=now)
        values = {"by": viewer.name, "now": now, "resolution": said}
        store.end_emergency(conn, emergency, timeline, values)
        _tell(conn, viewer, "service.end_emergency", known)


def write_postmortem(
    viewer: Viewer, emergency: EmergencyId, said: Postmortem, *, version: int, now: datetime
) -> None:
    """Write down what was found when looking back. Raises Refused, Invalid; Conflict before it has
    ended, once it is released, and when somebody wrote in the meantime."""
    checked = rules.check_postmortem(said)
    with transaction() as conn:
        known = _lock(conn, viewer, emergency)
        rules.check_ended(known)
        if not store.write_postmortem(
            conn, emergency, checked, version=version, by=viewer.name, now=now
        ):
            raise Conflict("somebody changed it in the meantime")
        _tell(conn, viewer, "service.write_postmortem", known)


def add_action(
    viewer: Viewer, emergency: EmergencyId, draft: ImprovementDraft, *, now: datetime
) -> ImprovementId:
    """Let something become better, by somebody, until a day: an entry of the improvement register.
    Raises Refused, Invalid; Conflict before it has ended and once it is released."""
    if draft.owner is None:
        raise Invalid("owner", "this is required")
    if draft.due_on is None:
        raise Invalid("due_on", "this is required")
    with transaction() as conn:
        known = _lock(conn, viewer, emergency)
        rules.check_ended(known)
        about = replace(draft, contract=known.contract)
        return improvements.add_improvement(
            viewer, known.tenant, about, now=now, emergency=emergency
        )


def release_postmortem(viewer: Viewer, emergency: EmergencyId, *, now: datetime) -> None:
    """Let the customer read what was found, which is never changed afterwards. By a manager. Raises
    Refused; Invalid at what it does not say; Conflict where nothing is to become better."""
    with transaction() as conn:
        known = _lock(conn, viewer, emergency)
        require(viewer, _MANAGE, known.tenant)
        rules.check_ended(known)
        entries = register.fetch_improvements(viewer, {"emergency": emergency}).items
        owned = [each for each in entries if each.owner is not None and each.due_on is not None]
        said = rules.check_release(known.postmortem, actions=len(owned))
        kept = {
            "postmortem": msgspec.to_builtins(said),
            "timeline": msgspec.to_builtins(known.timeline),
            "resolution": known.resolution,
        }
        sha256 = sha256_of(kept)
        store.release_postmortem(conn, emergency, sha256, by=viewer.name, now=now)
        _tell(conn, viewer, "service.release_postmortem", known, after={"sha256": sha256})


def note_taken(viewer: Viewer, emergency: EmergencyId, kind: str) -> None:
    """Write into the audit log that somebody took the paper. Raises Refused."""
    known = queries.access_emergency(viewer, emergency)
    with transaction() as conn:
        _note(conn, viewer, "service.take_postmortem", known, after={"file": kind})


def _lock(conn: Connection, viewer: Viewer, emergency: EmergencyId) -> Emergency:
    known = queries.access_emergency(viewer, emergency)
    require(viewer, _WORK, known.tenant)
    if not store.lock_emergency(conn, emergency, viewer.tenants):
        raise Refused()
    return queries.system_emergency(conn, emergency, known.tenant)


def _check_leads(viewer: Viewer, known: Emergency) -> None:
    is_manager = may(viewer, _MANAGE, known.tenant)
    if not rules.may_lead(known.telling, viewer.user_id, is_manager=is_manager):
        raise Refused()


def _check_people(conn: Connection, tenant: TenantId, telling: Telling) -> None:
    able = {each.id for each in system_candidates(conn, tenant)}
    named = (("commander", (telling.commander,)), ("teller", (telling.teller,)))
    for field, people in (*named, ("people", telling.people)):
        if not able.issuperset(people):
            raise Invalid(field, "there is no such person")


def _leads(known: Emergency) -> dict[str, Any]:
    return {"commander": known.telling.commander, "teller": known.telling.teller}


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    known: Emergency,
    *,
    after: Mapping[str, Any] | None = None,
) -> None:
    _note(conn, viewer, verb, known, after=after)
    announce_live(PART, known.tenant)


def _note(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    known: Emergency,
    *,
    after: Mapping[str, Any] | None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="emergency",
        object_id=known.id,
        object_name=f"{known.code} {known.ticket_title}",
        tenant=known.tenant,
        after=after,
    )
