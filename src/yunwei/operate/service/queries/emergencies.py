"""Questions about emergencies: lists, one, its time line, and what is to be told of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import AlarmId, ContractId, EmergencyId, TenantId, TicketId, UserId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.emergencies import Emergency, Line, LineKind, Update
from yunwei.operate.service.facts.tickets import EntryKind
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.queries.timelines import fetch_grave, write_acts, write_alarms
from yunwei.operate.service.rules.emergencies import (
    BEFORE,
    Reminder,
    find_reminders,
    merge_lines,
    visible,
)
from yunwei.operate.service.store import contracts as contract_store
from yunwei.operate.service.store import emergencies as store

_ONE = PageRequest(limit=1)


def fetch_emergencies(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Emergency]:
    """Return emergencies of the viewer's tenants; what was found is left out of those that a side
    may not read. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        found = _fetch(conn, viewer.tenants, filters or {}, page or PageRequest())
    items = tuple(_as_read(viewer, each) for each in found.items)
    return Page(items=items, next=found.next, total=found.total)


def _as_read(viewer: Viewer, known: Emergency) -> Emergency:
    if known.released_at is not None or is_providers(viewer, known.tenant):
        return known
    telling = replace(known.telling, people=(), outside=())
    return replace(known, postmortem=None, timeline=None, telling=telling)


def access_emergency(viewer: Viewer, emergency: EmergencyId) -> Emergency:
    """Return one emergency; raises Refused."""
    found = fetch_emergencies(viewer, {"id": emergency}, _ONE).items
    if not found:
        raise Refused()
    return found[0]


def find_emergency_of(viewer: Viewer, ticket: TicketId) -> Emergency | None:
    """Return what a ticket was declared to be, if it was. Raises Refused."""
    return next(iter(fetch_emergencies(viewer, {"ticket": ticket}, _ONE).items), None)


def is_providers(viewer: Viewer, tenant: TenantId) -> bool:
    return tickets.side_of(viewer, tenant) is ContractSide.PROVIDER


def look_at_timeline(viewer: Viewer, known: Emergency, *, now: datetime) -> tuple[Line, ...]:
    """Return what a viewer reads of an emergency's time line, the oldest first: what people wrote,
    and what the platform knows of its time. Cost: six statements while it has not ended, one
    after. Raises Refused."""
    if known.timeline is not None:
        lines = known.timeline
    elif known.ended_at is not None:
        # the customer's, before it is released: their part of what was kept
        with transaction() as conn:
            lines = system_emergency(conn, known.id, known.tenant).timeline or ()
    else:
        lines = collect_lines(viewer, known, now=now)
    is_provider = is_providers(viewer, known.tenant)
    return visible(lines, is_provider=is_provider, state=known.state)


def collect_lines(viewer: Viewer, known: Emergency, *, now: datetime) -> tuple[Line, ...]:
    """Return the whole time line until now, from all that is known. Raises Refused."""
    with transaction() as conn:
        written = store.fetch_lines(conn, known.id)
    mine = replace(viewer, tenants=(known.tenant,))
    since = known.reported_at - BEFORE
    return merge_lines(
        write_alarms(_alarm_rows(mine, known, since, now), now),
        write_acts(mine, known.tenant, since, now),
        _ticket_lines(mine, known, written, now),
        written,
    )


def _alarm_rows(
    viewer: Viewer, known: Emergency, since: datetime, until: datetime
) -> Iterable[AlarmRow]:
    """Return grave alarms that were raised in the time, and the ticket's own."""
    rows = {row.alarm.id: row for row in fetch_grave(viewer, since, until)}
    about = tickets.access_ticket(viewer, known.ticket, now=until).ticket.alarm
    if about is not None and about not in rows and may(viewer, Permission.SEE_MONITORING):
        rows |= _find_alarm(viewer, AlarmId(about))
    return rows.values()


def _find_alarm(viewer: Viewer, alarm: AlarmId) -> dict[AlarmId, AlarmRow]:
    try:
        return {alarm: alarms.access_alarm(viewer, alarm)}
    except Refused:
        return {}


def _ticket_lines(
    viewer: Viewer, known: Emergency, written: tuple[Line, ...], now: datetime
) -> Iterator[Line]:
    """Yield the log of the ticket but for notes of one side; an update stands once."""
    told = {(line.at, line.text) for line in written if line.kind is LineKind.TOLD}
    for entry in tickets.access_ticket(viewer, known.ticket, now=now).entries:
        if entry.kind is EntryKind.NOTED:
            continue
        if entry.kind is EntryKind.REPLIED and (entry.at, entry.text) in told:
            continue
        text = entry.assignee_name or entry.text
        yield Line(at=entry.at, kind=LineKind.TICKET, by=entry.by, text=text, detail=entry.kind)


def system_emergency(conn: Connection, emergency: EmergencyId, tenant: TenantId) -> Emergency:
    """Return one emergency of a tenant; raises Refused."""
    found = _fetch(conn, (tenant,), {"id": emergency}, _ONE).items
    if not found:
        raise Refused()
    return found[0]


def system_updates(conn: Connection, *, now: datetime) -> tuple[Update, ...]:
    """Return updates that nobody was told of yet, which are the caller's for its transaction, with
    those who speak for the customer."""
    found: list[Update] = []
    for row in store.lock_lines_to_tell(conn):
        known = system_emergency(conn, EmergencyId(row["emergency"]), TenantId(row["tenant"]))
        users, mails = _speakers(conn, ContractId(row["contract"]), now)
        found.append(
            Update(
                line=row["id"],
                kind=LineKind(row["kind"]),
                emergency=known,
                text=row["text"],
                speakers=users,
                mails=mails,
            )
        )
    return tuple(found)


def _speakers(
    conn: Connection, contract: ContractId, now: datetime
) -> tuple[tuple[UserId, ...], tuple[str, ...]]:
    """Return who speaks for the customer now: who can sign in, and mail addresses of others."""
    people = [
        each
        for each in contract_store.fetch_people(conn, contract)
        if each.side is ContractSide.CUSTOMER
        and each.from_at <= now
        and (each.until_at is None or now < each.until_at)
    ]
    users = tuple(each.user for each in people if each.user is not None)
    return users, tuple(each.email for each in people if each.user is None and each.email)


def system_reminders(conn: Connection, *, time_zone: str, now: datetime) -> tuple[Reminder, ...]:
    """Return what is to be told of updates of all tenants that are due, or soon."""
    due = store.due_emergencies(conn, now + timedelta(minutes=10))
    return tuple(
        reminder
        for emergency, tenant in due
        for reminder in find_reminders(
            system_emergency(conn, emergency, tenant), time_zone=time_zone, now=now
        )
    )


def _fetch(
    conn: Connection,
    tenants: tuple[TenantId, ...],
    filters: Mapping[str, Any],
    page: PageRequest,
) -> Page[Emergency]:
    found = fetch_page(conn, store.EMERGENCIES, tenants=tenants, filters=filters, request=page)
    items = tuple(map(store.build_emergency, found.items))
    return Page(items=items, next=found.next, total=found.total)
