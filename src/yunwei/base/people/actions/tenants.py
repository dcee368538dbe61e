"""Changes of tenants, and the first one of all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people import store
from yunwei.base.people.actions.audit import changed, record
from yunwei.base.people.facts import SYSTEM, Permission, Tenant, TenantChange, Viewer
from yunwei.base.people.rules import check_tenant, may, require

PROVIDER_SLUG = "provider"


def bootstrap(*, name: str = "服务商", time_zone: str = "Asia/Shanghai") -> Tenant:
    """Return the provider's tenant, made at the first call. Safe to repeat."""
    with transaction() as conn:
        made = store.add_tenant(
            conn, slug=PROVIDER_SLUG, name=name, time_zone=time_zone, is_provider=True
        )
        if made:
            _record(conn, SYSTEM, "people.create_tenant", made, after={"name": name})
        provider = made or store.fetch_provider(conn)
    if provider is None:
        raise Conflict("a customer has the slug of the provider")
    return provider


def create_tenant(
    viewer: Viewer, *, slug: str, name: str, time_zone: str = "Asia/Shanghai"
) -> Tenant:
    """Return the new customer. Raises Refused, Invalid (slug, name, time_zone)."""
    require(viewer, Permission.MANAGE_TENANTS)
    draft = Tenant(
        id=TenantId(0),
        slug=slug,
        name=name.strip(),
        time_zone=time_zone,
        is_provider=False,
        is_active=True,
        created_at=datetime.min.replace(tzinfo=UTC),
    )
    check_tenant(draft)
    with transaction() as conn:
        made = store.add_tenant(
            conn, slug=slug, name=draft.name, time_zone=time_zone, is_provider=False
        )
        if made is None:
            raise Invalid("slug", "another tenant has this slug")
        fields = {"slug": made.slug, "name": made.name, "time_zone": made.time_zone}
        _record(conn, viewer, "people.create_tenant", made, after=fields)
    return made


def change_tenant(viewer: Viewer, tenant: int, change: TenantChange) -> Tenant:
    """Return the tenant as it is now. An inactive tenant's people can not sign in.

    Raises Refused, Invalid, Conflict (the provider stays active).
    """
    with transaction() as conn:
        before = store.lock_tenant(conn, tenant)
        if before is None or not may(viewer, Permission.MANAGE_TENANTS, before.id):
            raise Refused()
        after = replace(
            before,
            name=before.name if change.name is None else change.name.strip(),
            time_zone=change.time_zone or before.time_zone,
            is_active=before.is_active if change.is_active is None else change.is_active,
        )
        check_tenant(after)
        if after.is_provider and not after.is_active:
            raise Conflict("the provider can not be switched off")
        old, new = changed(before, after)
        if new:
            store.save_tenant(conn, after)
            _record(conn, viewer, "people.change_tenant", after, before=old, after=new)
    return after


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    tenant: Tenant,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="tenant",
        object_id=tenant.id,
        object_name=tenant.name,
        tenant=tenant.id,
        before=before,
        after=after,
    )
