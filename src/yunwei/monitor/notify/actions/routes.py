"""Routes: the ordered table of who is told of what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.condition import EVERYTHING, condition_to_json, parse_condition
from yunwei.base.core.errors import Conflict, Invalid, Misconfigured, Refused
from yunwei.base.core.ids import RouteId, TenantId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.named_sets.actions import note_uses
from yunwei.base.named_sets.facts import SetUse
from yunwei.base.named_sets.queries import check_sets
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Role, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.actions.targets import check_targets
from yunwei.monitor.notify.facts.routes import Route, RouteDraft
from yunwei.monitor.notify.rules.routing import check_route
from yunwei.monitor.notify.store import policies as policy_store
from yunwei.monitor.notify.store import routes as route_store

CATCH_ALL_NAME = "兜底：其余全部告警 / Catch-all: every other alarm"


def add_route(viewer: Viewer, tenant: TenantId, draft: RouteDraft, *, now: datetime) -> RouteId:
    """Add a route before the catch-all of the tenant's table. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    with transaction() as conn:
        route = _build(conn, RouteId(0), tenant, draft, now)
        id = RouteId(route_store.save_route(conn, route, is_new=True))
        _keep_catch_all(conn, tenant, now)
        _record(conn, viewer, "notify.add_route", None, replace(route, id=id))
    return id


def change_route(viewer: Viewer, route: RouteId, draft: RouteDraft, *, now: datetime) -> None:
    """Change a route; of a catch-all only whom it tells. Raises Refused, Invalid."""
    with transaction() as conn:
        before = _lock(conn, viewer, route)
        if before.is_catch_all:
            after = _build_catch_all(conn, before, draft, now)
        else:
            after = _build(conn, route, before.tenant, draft, now)
        route_store.save_route(conn, after, is_new=False)
        _record(conn, viewer, "notify.change_route", before, after)


def remove_route(viewer: Viewer, route: RouteId, *, now: datetime) -> None:
    """Take a route out of the table; its messages keep its name. Raises Refused; Conflict for a
    catch-all."""
    with transaction() as conn:
        before = _lock(conn, viewer, route)
        if before.is_catch_all:
            raise Conflict("the last route catches what no other does; it can not be removed")
        route_store.remove_route(conn, route, now)
        _record(conn, viewer, "notify.remove_route", before, None)


def reorder_routes(
    viewer: Viewer, tenant: TenantId, order: Sequence[RouteId], *, now: datetime
) -> None:
    """Give the tenant's routes a new order, all of them named; the catch-all stays the last,
    named or not. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    with transaction() as conn:
        known = {
            route.id: route for route in route_store.current_routes(conn) if route.tenant == tenant
        }
        movable = {id for id, route in known.items() if not route.is_catch_all}
        wanted = [id for id in order if id in movable]
        if movable != set(wanted) or len(wanted) != len(movable) or set(order) - known.keys():
            raise Invalid("order", "name every route of the tenant once")
        route_store.place_routes(conn, wanted, tenant, now)
        record(
            conn,
            viewer,
            "notify.reorder_routes",
            object_kind="route",
            object_id="",
            tenant=tenant,
            after={"order": list(wanted)},
        )
        announce_config("notify")


def bootstrap(*, clock: Clock | None = None) -> None:
    """Give the provider's table its catch-all, which shows every alarm to its operators on screen.

    Idempotent; what people changed or added stays as it is.
    """
    with transaction() as conn:
        provider = next(
            (row["id"] for row in route_store.fetch_tenants(conn) if row["is_provider"]), None
        )
        if provider is None:
            raise Misconfigured("there is no provider yet")
        _keep_catch_all(conn, TenantId(provider), (clock or SystemClock()).now())


def _keep_catch_all(conn: Connection, tenant: TenantId, now: datetime) -> None:
    """Give a table its last row when it has none. The provider's tells its operators; a
    customer's leads nowhere by itself, since the provider's catches it all the same."""
    routes = route_store.current_routes(conn)
    if any(route.tenant == tenant and route.is_catch_all for route in routes):
        return
    is_provider = any(
        row["id"] == tenant and row["is_provider"] for row in route_store.fetch_tenants(conn)
    )
    roles = (Role.PLATFORM_ADMINISTRATOR.value, Role.OPERATOR.value) if is_provider else ()
    route = Route(
        id=RouteId(0),
        tenant=tenant,
        position=0,
        name=CATCH_ALL_NAME,
        condition=EVERYTHING,
        channels=(),
        people=(),
        roles=roles,
        policy=None,
        on_screen=True,
        tells_clear=True,
        goes_on=False,
        is_enabled=True,
        changed_at=now,
        is_catch_all=True,
    )
    route_store.save_route(conn, route, is_new=True)
    announce_config("notify")


def _build(
    conn: Connection, id: RouteId, tenant: TenantId, draft: RouteDraft, now: datetime
) -> Route:
    check_route(draft)
    check_targets(conn, draft.targets, tenant)
    condition = parse_condition(draft.condition)
    check_sets(conn, tenant, condition)
    policy = policy_store.current_policies(conn).get(draft.policy) if draft.policy else None
    if draft.policy is not None and (policy is None or policy.tenant != tenant):
        raise Invalid("policy", "there is no such escalation policy")
    return Route(
        id=id,
        tenant=tenant,
        position=0,
        name=draft.name.strip(),
        condition=condition,
        channels=draft.channels,
        people=draft.people,
        roles=draft.roles,
        schedules=draft.schedules,
        owners=draft.owners,
        duty_role=draft.duty_role,
        policy=draft.policy,
        on_screen=draft.on_screen,
        tells_clear=draft.tells_clear,
        min_severity=draft.min_severity,
        goes_on=draft.goes_on,
        is_enabled=draft.is_enabled,
        changed_at=now,
    )


def _build_catch_all(conn: Connection, before: Route, draft: RouteDraft, now: datetime) -> Route:
    """Return the catch-all with other targets; the provider's may not be left without anybody."""
    kept = replace(draft, name=before.name, condition=condition_to_json(before.condition))
    whom = draft.targets
    leads_nowhere = draft.policy is None and not whom.has_people and not whom.has_ways
    is_provider = any(
        row["id"] == before.tenant and row["is_provider"] for row in route_store.fetch_tenants(conn)
    )
    if leads_nowhere and is_provider:
        raise Invalid("people", "the last route must tell somebody")
    if leads_nowhere:
        return replace(
            before,
            channels=(),
            people=(),
            roles=(),
            schedules=(),
            owners=(),
            duty_role=None,
            policy=None,
            changed_at=now,
        )
    built = _build(conn, before.id, before.tenant, kept, now)
    return replace(built, is_catch_all=True, is_enabled=True, goes_on=False, min_severity=None)


def _lock(conn: Connection, viewer: Viewer, route: RouteId) -> Route:
    require(viewer, Permission.MANAGE_RULES)
    found = route_store.lock_route(conn, route, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _record(
    conn: Connection, viewer: Viewer, verb: str, before: Route | None, after: Route | None
) -> None:
    named = after or before
    record(
        conn,
        viewer,
        verb,
        object_kind="route",
        object_id=str(named.id) if named else "",
        object_name=named.name if named else "",
        tenant=named.tenant if named else None,
        before=_summary(before),
        after=_summary(after),
    )
    if named is not None:
        use = SetUse(kind="route", id=named.id, tenant=named.tenant, name=named.name)
        note_uses(conn, use, (after.condition,) if after else ())
    announce_config("notify")


def _summary(route: Route | None) -> dict[str, Any] | None:
    if route is None:
        return None
    shown = {
        name: getattr(route, name)
        for name in (
            "name",
            "channels",
            "people",
            "roles",
            "schedules",
            "owners",
            "duty_role",
            "policy",
            "on_screen",
            "tells_clear",
            "min_severity",
            "goes_on",
            "is_enabled",
        )
    }
    summary: dict[str, Any] = msgspec.to_builtins(shown)
    return summary | {"condition": condition_to_json(route.condition)}
