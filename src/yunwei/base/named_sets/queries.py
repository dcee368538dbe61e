"""Questions about named sets: for pages, and for those who read rules by them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from yunwei.base.core.condition import ALARM_FIELDS, Condition, FieldSet, names_of_sets
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.named_sets import store
from yunwei.base.named_sets.facts import NamedSetRow, SetBook, SetUse
from yunwei.base.named_sets.rules.settling import check_names, settle
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require

FILTERS = tuple(name for name in store.SETS.filters if name not in {"id", "reach"})
SORTS = tuple(store.SETS.sorts)


def fetch_sets(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[NamedSetRow]:
    """Return a page of the sets of the viewer's tenants, and those that the provider shares."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        provider = store.fetch_provider(conn)
        seen = viewer.tenants if provider is None else (*viewer.tenants, TenantId(provider))
        found = fetch_page(
            conn,
            store.SETS,
            tenants=seen,
            filters={**(filters or {}), "reach": list(viewer.tenants)},
            request=page or PageRequest(),
        )
    rows = tuple(store.build_row(row, viewer.tenants) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_set(viewer: Viewer, named_set: int) -> NamedSetRow:
    """Return one set with its values; raises Refused when it is not there, or neither the
    viewer's nor shared."""
    found = fetch_sets(viewer, filters={"id": named_set}, page=PageRequest(limit=1))
    if not found.items:
        raise Refused()
    row = found.items[0]
    with transaction() as conn:
        values = store.fetch_values(conn, named_set)
    return replace(row, named_set=replace(row.named_set, values=values))


def fetch_uses(viewer: Viewer, named_set: int) -> tuple[SetUse, ...]:
    """Return the viewer's rules that name a set. Raises Refused."""
    access_set(viewer, named_set)
    with transaction() as conn:
        uses = store.uses_of_set(conn, named_set)
    return tuple(use for use in uses if use.tenant in viewer.tenants)


def find_lacking(viewer: Viewer, tenant: TenantId, condition: Condition) -> tuple[str, ...]:
    """Return the sets that a tenant's condition names and that are not there, or empty. Raises
    Refused."""
    require(viewer, Permission.SEE_RULES, tenant)
    if not names_of_sets(condition):
        return ()
    with transaction() as conn:
        return settle(condition, tenant, store.fetch_book(conn)).lacking


def check_sets(
    conn: Connection,
    tenant: TenantId,
    condition: Condition,
    *,
    field: str = "condition",
    fields: FieldSet = ALARM_FIELDS,
) -> None:
    """Raise Invalid when a tenant's condition names a set that is not there, or that holds what
    its field is not asked for. Cost: nothing for a condition that names none."""
    names = names_of_sets(condition)
    if names:
        kinds = store.kinds_of(conn, tenant, names)
        check_names(condition, kinds.get, field=field, fields=fields)


def system_book(conn: Connection) -> SetBook:
    """Return all sets, of all tenants. Cost: one statement; see `system_signature`."""
    return store.fetch_book(conn)


def system_signature(conn: Connection) -> object:
    """Return something that differs whenever a set does. Cost: one small statement."""
    return store.fetch_signature(conn)
