"""Rows of tickets and their logs to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import ContractId, TenantId, TicketId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType, Terms
from yunwei.operate.service.facts.tickets import (
    TOLD,
    Entry,
    EntryDraft,
    EntryKind,
    Ticket,
    TicketDraft,
    TicketState,
    WaitReason,
)

SQL = load_statements("yunwei.operate.service", "tickets")

TICKETS = Listing(
    base=SQL["list_tickets"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "contract": "contract = %(contract)s",
        "type": "type = %(type)s",
        "priority": "priority = %(priority)s",
        "state": "state = %(state)s",
        "is_open": "(state IN ('new', 'assigned', 'working', 'waiting')) = %(is_open)s",
        "assignee": "assignee = %(assignee)s",
        "alarm": "alarm = %(alarm)s",
        "ids": "id = ANY(%(ids)s)",
        "merged_into": "merged_into = %(merged_into)s",
        "split_from": "split_from = %(split_from)s",
        "overdue_at": "due_at < %(overdue_at)s AND state IN ('new', 'assigned', 'working')",
        "search": "concat_ws(' ', 'T-' || lpad(id::text, 6, '0'), title, description, opened_by)"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "due_at": "due_at",
        "priority": "priority",
        "opened_at": "opened_at",
        "changed_at": "changed_at",
        "title": "lower(title)",
        "minutes": "minutes",
    },
    default_sort="-opened_at",
)


def build_ticket(row: Mapping[str, Any]) -> Ticket:
    left_out = {"tenant_id", "said", "first_priority"}
    kept = {name: row[name] for name in row if name not in left_out}
    return Ticket(
        **{
            **kept,
            "id": TicketId(row["id"]),
            "tenant": TenantId(row["tenant_id"]),
            "contract": ContractId(row["contract"]),
            "type": ServiceType(row["type"]),
            "priority": Priority(row["priority"]),
            "state": TicketState(row["state"]),
            "opened_side": ContractSide(row["opened_side"]),
        }
    )


def read_terms(row: Mapping[str, Any]) -> tuple[Terms, Priority]:
    """Return the terms by which a listed ticket is measured, and its first priority."""
    return msgspec.convert(row["said"], Terms), Priority(row["first_priority"])


def build_entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        **{
            **row,
            "side": ContractSide(row["side"]),
            "kind": EntryKind(row["kind"]),
            "reason": WaitReason(row["reason"]) if row["reason"] else None,
            "priority": Priority(row["priority"]) if row["priority"] else None,
        }
    )


def lock_ticket(conn: Connection, ticket: TicketId, tenants: Sequence[int]) -> bool:
    return bool(_all(conn, "lock_ticket", {"id": ticket, "tenants": list(tenants)}))


def count_of_type(
    conn: Connection, contract: ContractId, type: ServiceType, year: tuple[date, date]
) -> int:
    values = {"contract": contract, "type": type.value, "since": year[0], "until": year[1]}
    (row,) = _all(conn, "count_of_type", values)
    return int(row["used"])


def add_ticket(
    conn: Connection, draft: TicketDraft, values: Mapping[str, Any], *, now: datetime
) -> TicketId:
    """values: tenant, version, by, side, split_from where it is a part of another."""
    told = {
        **values,
        "contract": draft.contract,
        "type": draft.type.value,
        "priority": draft.priority.value,
        "title": draft.title,
        "description": draft.description,
        "details": to_json(dict(draft.details)),
        "alarm": draft.alarm,
        "split_from": values.get("split_from"),
        "now": now,
        "reported_at": draft.reported_at or now,
    }
    (row,) = _all(conn, "add_ticket", told)
    return TicketId(row["id"])


def move_ticket(
    conn: Connection, ticket: TicketId, state: TicketState, draft: EntryDraft, now: datetime
) -> None:
    values = {
        "id": ticket,
        "state": state.value,
        "priority": draft.priority.value if draft.priority else None,
        "assignee": draft.assignee,
        "minutes": draft.minutes,
        "now": now,
    }
    _run(conn, "move_ticket", values)


def lock_tickets(conn: Connection, ids: Sequence[TicketId], tenants: Sequence[int]) -> bool:
    """Lock some tickets; says whether all of them are there."""
    values = {"ids": list(ids), "tenants": list(tenants)}
    return len(_all(conn, "lock_tickets", values)) == len(ids)


def note_merged(
    conn: Connection,
    ticket: TicketId,
    state: TicketState,
    into: TicketId | None,
    now: datetime,
) -> None:
    values = {"id": ticket, "state": state.value, "into": into, "now": now}
    _run(conn, "note_merged", values)


def has_course(conn: Connection, ticket: TicketId) -> bool:
    (row,) = _all(conn, "has_course", {"id": ticket})
    return bool(row["has_course"])


def merged_into(conn: Connection, ticket: TicketId) -> list[TicketId]:
    return [TicketId(row["id"]) for row in _all(conn, "merged_into", {"id": ticket})]


def fetch_logs(conn: Connection, ids: Sequence[TicketId]) -> dict[int, list[Entry]]:
    logs: dict[int, list[Entry]] = {}
    for row in _all(conn, "entries_of_some", {"ids": list(ids)}):
        logs.setdefault(row.pop("ticket"), []).append(build_entry(row))
    return logs


def note_due(conn: Connection, ticket: TicketId, due_at: datetime | None) -> None:
    _run(conn, "note_due", {"id": ticket, "due_at": due_at})


def add_entry(
    conn: Connection, ticket: TicketId, draft: EntryDraft, values: Mapping[str, Any]
) -> None:
    """values: at, by, side, assignee_name."""
    told = {
        **values,
        "id": ticket,
        "kind": draft.kind.value,
        "text": draft.text,
        "minutes": draft.minutes,
        "reason": draft.reason.value if draft.reason else "",
        "priority": draft.priority.value if draft.priority else None,
        "is_news": draft.kind in TOLD and values["side"] == ContractSide.PROVIDER,
    }
    _run(conn, "add_entry", told)


def entries_to_tell(conn: Connection, limit: int) -> list[dict[str, Any]]:
    return _all(conn, "entries_to_tell", {"limit": limit})


def note_told(conn: Connection, ids: Sequence[int]) -> None:
    _run(conn, "note_entries_told", {"ids": list(ids)})


def asked_for(conn: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    return _all(conn, "asked_for", {"ids": list(ids)})


def fetch_entries(conn: Connection, ticket: TicketId) -> tuple[Entry, ...]:
    return tuple(map(build_entry, _all(conn, "entries_of", {"id": ticket})))


def read_due(
    conn: Connection, until: datetime, limit: int
) -> list[tuple[dict[str, Any], list[Entry]]]:
    """Return open tickets of all tenants that are due until an instant, the first before the
    others, each with its log. Two statements."""
    rows = _all(conn, "due_tickets", {"until": until, "limit": limit})
    logs = fetch_logs(conn, [row["id"] for row in rows])
    return [(row, logs.get(row["id"], [])) for row in rows]


def read_quality(
    conn: Connection, tenant: TenantId, since: datetime, until: datetime
) -> list[tuple[dict[str, Any], list[Entry]]]:
    """Return a tenant's tickets of which something happened in a time, or that are open, each with
    its log until the end of the time. Two statements."""
    values = {"tenant": tenant, "since": since, "until": until}
    logs: dict[int, list[Entry]] = {}
    for row in _all(conn, "quality_entries", values):
        logs.setdefault(row.pop("ticket"), []).append(build_entry(row))
    return [(row, logs.get(row["id"], [])) for row in _all(conn, "quality_tickets", values)]


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
