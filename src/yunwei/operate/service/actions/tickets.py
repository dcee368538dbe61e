"""Tickets are opened, and written into: every change is a line of the log, from which their state
and their clocks follow."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.acts import Act, Operation
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AlarmId, TenantId, TicketId
from yunwei.base.core.wall_clock import find_zone, local_day
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.operate.service.actions.contracts import PART
from yunwei.operate.service.actions.surveys import offer_survey
from yunwei.operate.service.facts.contracts import ContractSide, ContractState, ServiceType, Terms
from yunwei.operate.service.facts.tickets import (
    EntryDraft,
    EntryKind,
    Ticket,
    TicketDraft,
    TicketState,
    WaitReason,
)
from yunwei.operate.service.queries import contracts, tickets
from yunwei.operate.service.rules.tickets import (
    check_entry,
    check_quota,
    check_ticket,
    contract_year,
    next_due,
    next_state,
)
from yunwei.operate.service.store import tickets as store
from yunwei.operate.service.store import visits


def open_ticket(viewer: Viewer, draft: TicketDraft, *, now: datetime) -> TicketId:
    """Ask for something by a contract that is in force, and return its number. Raises Refused,
    Invalid at the field, also when the contract gives no more of it in this year; Conflict."""
    whole = contracts.access_contract(viewer, draft.contract, now=now)
    tenant = whole.contract.tenant
    side = _check_may_open(viewer, tenant)
    checked = replace(draft, reported_at=None) if side is ContractSide.CUSTOMER else draft
    if checked.alarm is not None:
        _check_alarm(viewer, checked.alarm, tenant)
    with transaction() as conn:
        return open_within(conn, viewer, checked, whole, by=(viewer.name, side), now=now)


def open_within(
    conn: Connection,
    viewer: Viewer,
    draft: TicketDraft,
    whole: contracts.WholeContract,
    *,
    by: tuple[str, ContractSide],
    now: datetime,
    split_from: TicketId | None = None,
) -> TicketId:
    """Open a ticket in the caller's transaction, as `open_ticket`. by: who asks, and for which
    side; the viewer is who writes it down."""
    if whole.state is not ContractState.IN_FORCE or whole.agreed is None:
        raise Conflict("this contract is not in force")
    checked, tenant = check_ticket(draft, whole.agreed.terms, now=now), whole.contract.tenant
    name, side = by
    _check_left(conn, checked, whole.agreed.terms, now)
    values = {"tenant": tenant, "version": whole.agreed.number, "by": name, "side": side.value}
    made = store.add_ticket(conn, checked, {**values, "split_from": split_from}, now=now)
    opened = EntryDraft(kind=EntryKind.OPENED, priority=checked.priority)
    write_line(conn, made, opened, (checked.reported_at or now, name, side))
    note_due(conn, made, tenant, now)
    tell(conn, viewer, "service.open_ticket", made, tenant, title=checked.title)
    return made


def write_entry(viewer: Viewer, ticket: TicketId, draft: EntryDraft, *, now: datetime) -> None:
    """Write a line into a ticket's log, which may move the ticket: an answer of the customer ends
    waiting for the customer. Raises Refused, Invalid, Conflict."""
    checked = check_entry(draft)
    if checked.kind is EntryKind.STARTED:
        _pass_gate(viewer, ticket, now)
    with transaction() as conn:
        write_within(conn, viewer, ticket, checked, now=now)


def write_within(
    conn: Connection, viewer: Viewer, ticket: TicketId, checked: EntryDraft, *, now: datetime
) -> None:
    """Write a line that was checked, in the caller's transaction, as `write_entry`."""
    require(viewer, Permission.SEE_SERVICE)
    if not store.lock_ticket(conn, ticket, viewer.tenants):
        raise Refused()
    whole = tickets.system_ticket(conn, ticket, viewer.tenants, now=now)
    known = whole.ticket
    side = _side(viewer, known.tenant)
    state = next_state(known.state, checked.kind, side)
    name = _find_name(conn, known, checked)
    write_line(conn, ticket, checked, (now, viewer.name, side), assignee_name=name)
    if _is_awaited(whole.entries[-1::-1], known, checked, side):
        resumed = EntryDraft(kind=EntryKind.RESUMED)
        write_line(conn, ticket, resumed, (now, viewer.name, side))
        state = TicketState.WORKING
    store.move_ticket(conn, ticket, state, checked, now)
    note_due(conn, ticket, known.tenant, now)
    if state is TicketState.CLOSED and known.state is not TicketState.CLOSED:
        offer_survey(conn, (ticket, known.contract, known.tenant), by=viewer.name, now=now)
    verb = "service.write_entry"
    tell(conn, viewer, verb, ticket, known.tenant, title=known.title, kind=checked.kind)


def _pass_gate(viewer: Viewer, ticket: TicketId, now: datetime) -> None:
    """Raise Conflict where work on a change is begun that the customer has not authorised now, or
    while changes are frozen."""
    known = tickets.access_ticket(viewer, ticket, now=now).ticket
    if known.type is ServiceType.CHANGE:
        act = Act(
            operation=Operation.CONFIGURE,
            tenant=known.tenant,
            title=f"{known.code} {known.title}",
            is_customers=viewer.tenant == known.tenant,
        )
        pass_gate(act, by=viewer.name, now=now)


def _check_may_open(viewer: Viewer, tenant: TenantId) -> ContractSide:
    if not may(viewer, Permission.WORK_REQUESTS, tenant):
        require(viewer, Permission.USE_SERVICE, tenant)
    return tickets.side_of(viewer, tenant)


def _side(viewer: Viewer, tenant: TenantId) -> ContractSide:
    """Return for whom a viewer writes; raises Refused for whoever only looks."""
    return _check_may_open(viewer, tenant)


def _check_alarm(viewer: Viewer, alarm: int, tenant: TenantId) -> None:
    try:
        known = alarms.access_alarm(viewer, AlarmId(alarm))
    except Refused as error:
        raise Invalid("alarm", "there is no such alarm") from error
    if known.alarm.tenant != tenant:
        raise Invalid("alarm", "there is no such alarm")


def _check_left(conn: Connection, draft: TicketDraft, terms: Terms, now: datetime) -> None:
    day = local_day(draft.reported_at or now, find_zone(terms.time_zone))
    year = contract_year(terms, day)
    if draft.type is ServiceType.ON_SITE:
        used = visits.days_used(conn, draft.contract, year)
    else:
        used = store.count_of_type(conn, draft.contract, draft.type, year)
    check_quota(terms, draft.type, used)


def _find_name(conn: Connection, ticket: Ticket, draft: EntryDraft) -> str:
    if draft.assignee is None:
        return ""
    for person in system_candidates(conn, ticket.tenant):
        if person.id == draft.assignee:
            return person.display_name or person.username
    raise Invalid("assignee", "there is no such person")


def _is_awaited(
    newest_first: tuple[Any, ...], ticket: Ticket, draft: EntryDraft, side: ContractSide
) -> bool:
    """Say whether an entry is the customer's answer that a ticket waits for."""
    if ticket.state is not TicketState.WAITING or side is not ContractSide.CUSTOMER:
        return False
    if draft.kind is not EntryKind.REPLIED:
        return False
    waits = (each for each in newest_first if each.kind is EntryKind.WAITED)
    last = next(waits, None)
    return last is not None and last.reason is WaitReason.CUSTOMER


def write_line(
    conn: Connection,
    ticket: TicketId,
    draft: EntryDraft,
    who: tuple[datetime, str, ContractSide],
    *,
    assignee_name: str = "",
) -> None:
    at, by, side = who
    values: Mapping[str, Any] = {"at": at, "by": by, "side": side.value}
    store.add_entry(conn, ticket, draft, {**values, "assignee_name": assignee_name})


def note_due(conn: Connection, ticket: TicketId, tenant: TenantId, now: datetime) -> None:
    whole = tickets.system_ticket(conn, ticket, (tenant,), now=now)
    store.note_due(conn, ticket, next_due(whole.clocks))


def tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    ticket: TicketId,
    tenant: TenantId,
    *,
    title: str,
    kind: EntryKind | None = None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="ticket",
        object_id=ticket,
        object_name=title,
        tenant=tenant,
        after=None if kind is None else {"kind": kind},
    )
    announce_live(PART, tenant)
