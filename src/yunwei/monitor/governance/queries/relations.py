"""Questions about the table of relations: its lines, its file, what a line would mean."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import RelationId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.topology import LineMatch, StoredRelation, WrittenRelation
from yunwei.monitor.governance.rules.relation_lines import check_line, write_csv
from yunwei.monitor.governance.rules.relation_preview import preview_line
from yunwei.monitor.governance.store import relations as store
from yunwei.monitor.inventory import queries as inventory

FILTERS = tuple(name for name in store.RELATIONS.filters if name != "id")


def fetch_relations(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[StoredRelation]:
    """Return a page of lines. Raises Refused, Invalid for an unknown filter."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.RELATIONS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    rows = tuple(store.build_relation({**row, "tenant": row["tenant_id"]}) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_relation(viewer: Viewer, relation: RelationId) -> StoredRelation:
    """Return one line; raises Refused when it is not there or not the viewer's."""
    found = fetch_relations(viewer, {"id": relation}).items
    if not found:
        raise Refused()
    return found[0]


def write_file(viewer: Viewer, tenant: TenantId) -> str:
    """Return a tenant's whole table as the CSV that an import reads. Raises Refused."""
    require(viewer, Permission.SEE_RULES, tenant)
    with transaction() as conn:
        lines = [each.line for each in store.relations_of(conn, tenant)]
    return write_csv(lines)


def preview(viewer: Viewer, tenant: TenantId, line: WrittenRelation) -> LineMatch:
    """Return what depends on what by a line, were it written. Raises Refused, Invalid.
    Cost: linear in the desktops."""
    require(viewer, Permission.SEE_RULES, tenant)
    checked = check_line(line)
    with transaction() as conn:
        return preview_line(
            tenant, inventory.system_placed(conn), checked, store.relations_of(conn, tenant)
        )
