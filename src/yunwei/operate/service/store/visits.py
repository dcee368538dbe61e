"""Rows of visits, their files and signatures to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from yunwei.base.core.ids import ContractId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.service.facts.visits import Visit, VisitFile, VisitSignature

SQL = load_statements("yunwei.operate.service", "visits")

VISITS = Listing(
    base=SQL["list_visits"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "ticket": "ticket = %(ticket)s",
        "tickets": "ticket = ANY(%(tickets)s)",
        "contract": "contract = %(contract)s",
        "engineer": "engineer = %(engineer)s",
        "state": "state = %(state)s",
        "since": "ends_at > %(since)s",
        "until": "starts_at < %(until)s",
        "search": "concat_ws(' ', 'V-' || lpad(id::text, 5, '0'), tenant_name, ticket_title,"
        " engineer_name, address) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "starts_at": "starts_at",
        "engineer": "lower(engineer_name)",
        "tenant": "lower(tenant_name)",
        "title": "lower(ticket_title)",
    },
    default_sort="-starts_at",
)


def build_visit(row: Mapping[str, Any]) -> Visit:
    told = {name: row[name] for name in row if name != "tenant_id"}
    return msgspec.convert(told | {"tenant": row["tenant_id"]}, Visit)


def lock_visit(conn: Connection, visit: int, tenants: Sequence[int]) -> bool:
    return bool(rows(conn, "lock_visit", {"id": visit, "tenants": list(tenants)}))


def fetch_files(conn: Connection, visit: int) -> tuple[VisitFile, ...]:
    found = rows(conn, "visit_files", {"id": visit})
    return tuple(msgspec.convert(row, VisitFile) for row in found)


def fetch_signature(conn: Connection, visit: int) -> tuple[VisitSignature, bytes] | None:
    """Return the signature under a visit, and its picture."""
    found = rows(conn, "visit_signature", {"id": visit})
    if not found:
        return None
    row = dict(found[0])
    image = bytes(row.pop("image"))
    return msgspec.convert(row, VisitSignature), image


def days_used(conn: Connection, contract: ContractId, year: tuple[date, date]) -> int:
    values = {"contract": contract, "since_on": year[0], "until_on": year[1]}
    return int(rows(conn, "days_used", values)[0]["used"])


def rows(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
