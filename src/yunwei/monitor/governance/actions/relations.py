"""The table of relations: what depends on what, where inventory does not know it."""

from collections.abc import Sequence
from datetime import datetime

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.topology import WrittenRelation
from yunwei.monitor.governance.rules.relation_lines import check_lines
from yunwei.monitor.governance.store import relations as store


def replace_relations(
    viewer: Viewer, tenant: TenantId, lines: Sequence[WrittenRelation], *, now: datetime
) -> int:
    """Put lines in the place of a tenant's whole table; returns how many there are now.

    They hold within ten seconds. Raises Refused, Invalid("lines", why).
    """
    require(viewer, Permission.MANAGE_RULES, tenant)
    unique = list(dict.fromkeys(lines))
    check_lines(unique)
    with transaction() as conn:
        before = [each for each in store.current_relations(conn) if each.tenant == tenant]
        store.drop_relations(conn, tenant)
        store.add_relations(conn, tenant, unique)
        record(
            conn,
            viewer,
            "governance.replace_relations",
            object_kind="relations",
            object_id=str(tenant),
            tenant=tenant,
            before={"lines": len(before)},
            after={"lines": len(unique)},
        )
        announce_live("relations", tenant)
    return len(unique)
