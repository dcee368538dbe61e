"""Tickets that are about the same become one, and two again; a part of one becomes another."""

from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TicketId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.actions.tickets import note_due, open_within, tell, write_line
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.tickets import (
    Entry,
    EntryDraft,
    EntryKind,
    SplitDraft,
    Ticket,
    TicketDraft,
    TicketState,
)
from yunwei.operate.service.queries import contracts, tickets
from yunwei.operate.service.rules.merging import check_merge, check_merge_note, check_split
from yunwei.operate.service.store import tickets as store

_MERGE = (EntryKind.MERGED, EntryKind.TOOK_IN)
_PART = (EntryKind.PARTED, EntryKind.LET_GO)


def merge_ticket(
    viewer: Viewer, ticket: TicketId, into: TicketId, *, note: str = "", now: datetime
) -> None:
    """Let a ticket go on in another of the same customer: its clocks stand, the other's go on.
    Raises Refused; Invalid at the field; Conflict where it is not open, or a visit or an emergency
    of it goes on."""
    said = check_merge_note(note)
    with transaction() as conn:
        known = _access(conn, viewer, ticket, now)
        try:
            other = known if into == ticket else _access(conn, viewer, into, now)
        except Refused as error:
            raise Invalid("into", "there is no such ticket of this customer") from error
        store.lock_tickets(conn, (ticket, into), viewer.tenants)
        known, other = _access(conn, viewer, ticket, now), _access(conn, viewer, into, now)
        check_merge(known, other)
        if store.has_course(conn, ticket):
            raise Conflict("a visit or an emergency of this ticket goes on: end it first")
        store.note_merged(conn, ticket, TicketState.MERGED, into, now)
        _write_both(conn, viewer, (known, other), _MERGE, (said, now))
        tell(conn, viewer, "service.merge_ticket", ticket, known.tenant, title=_pair(known, other))


def part_ticket(viewer: Viewer, ticket: TicketId, *, note: str = "", now: datetime) -> None:
    """Let a ticket that went on in another go on by itself again; its clocks go on where they
    stood. Raises Refused, Invalid; Conflict unless it did."""
    said = check_merge_note(note)
    with transaction() as conn:
        known = _access(conn, viewer, ticket, now)
        if known.merged_into is None:
            raise Conflict("this ticket does not go on in another one")
        store.lock_tickets(conn, (ticket, known.merged_into), viewer.tenants)
        known = _access(conn, viewer, ticket, now)
        if known.merged_into is None:
            raise Conflict("this ticket does not go on in another one")
        other = _access(conn, viewer, known.merged_into, now)
        store.note_merged(conn, ticket, TicketState.WORKING, None, now)
        _write_both(conn, viewer, (known, other), _PART, (said, now))
        tell(conn, viewer, "service.part_ticket", ticket, known.tenant, title=_pair(known, other))


def split_ticket(viewer: Viewer, ticket: TicketId, draft: SplitDraft, *, now: datetime) -> TicketId:
    """Make another ticket of a part of one, and return its number. What the customer wrote counts
    from when they wrote it. Raises Refused, Invalid, Conflict as opening a ticket does."""
    with transaction() as conn:
        known = _access(conn, viewer, ticket, now)
        check_split(known, draft)
        whole = contracts.access_contract(viewer, known.contract, now=now)
        store.lock_tickets(conn, (ticket,), viewer.tenants)
        entry = _find_entry(conn, viewer, known, draft.entry)
        is_theirs = entry is not None and entry.side is ContractSide.CUSTOMER
        asked = TicketDraft(
            contract=known.contract,
            type=draft.type or known.type,
            priority=draft.priority or known.priority,
            title=draft.title,
            description=draft.description.strip() or (entry.text if entry else ""),
            details={**known.details, **draft.details},
            reported_at=entry.at if entry and is_theirs else now,
        )
        by = (known.opened_by, known.opened_side)
        made = open_within(conn, viewer, asked, whole, by=by, now=now, split_from=ticket)
        fresh = _access(conn, viewer, made, now)
        text = EntryDraft(kind=EntryKind.SPLIT, text=f"{fresh.code} {fresh.title}")
        write_line(conn, ticket, text, (now, viewer.name, ContractSide.PROVIDER))
        tell(conn, viewer, "service.split_ticket", ticket, known.tenant, title=_pair(known, fresh))
    return made


def _access(conn: Connection, viewer: Viewer, ticket: TicketId, now: datetime) -> Ticket:
    """Return a ticket that a viewer works on for the provider; raises Refused."""
    known = tickets.system_ticket(conn, ticket, viewer.tenants, now=now).ticket
    require(viewer, Permission.WORK_REQUESTS, known.tenant)
    return known


def _find_entry(
    conn: Connection, viewer: Viewer, ticket: Ticket, entry: int | None
) -> Entry | None:
    if entry is None:
        return None
    side = tickets.side_of(viewer, ticket.tenant)
    for each in store.fetch_entries(conn, ticket.id):
        if each.id == entry and (each.is_public or each.side is side):
            return each
    raise Invalid("entry", "there is no such line in its log")


def _write_both(
    conn: Connection,
    viewer: Viewer,
    about: tuple[Ticket, Ticket],
    kinds: tuple[EntryKind, EntryKind],
    what: tuple[str, datetime],
) -> None:
    """Write into either log which the other ticket is. what: words besides, and when."""
    said, now = what
    who = (now, viewer.name, ContractSide.PROVIDER)
    for ticket, other, kind in zip(about, reversed(about), kinds, strict=True):
        text = f"{other.code} {other.title}" + (f"\n{said}" if said else "")
        write_line(conn, ticket.id, EntryDraft(kind=kind, text=text), who)
        note_due(conn, ticket.id, ticket.tenant, now)


def _pair(ticket: Ticket, other: Ticket) -> str:
    return f"{ticket.code} {ticket.title} · {other.code}"
