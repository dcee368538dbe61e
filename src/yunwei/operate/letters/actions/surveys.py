"""A customer is sent surveys, or is not."""

from datetime import datetime

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.operate.letters.store import surveys as store

PART = "service"


def choose_surveys(viewer: Viewer, tenant: TenantId, *, sends: bool, now: datetime) -> None:
    """Have a customer's people sent surveys, or not: the customer says so, or whoever manages
    service. Raises Refused."""
    if not may(viewer, Permission.MANAGE_SERVICE, tenant):
        require(viewer, Permission.USE_SERVICE, tenant)
    with transaction() as conn:
        known = {each.tenant: each for each in store.fetch_choices(conn, (tenant,))}.get(tenant)
        if known is None:
            raise Refused()
        store.choose(conn, tenant, sends=sends, by=viewer.name, now=now)
        record(
            conn,
            viewer,
            "letters.choose_surveys",
            object_kind="tenant",
            object_id=tenant,
            object_name=known.tenant_name,
            tenant=tenant,
            before={"sends": known.sends},
            after={"sends": sends},
        )
        announce_live(PART, tenant)
