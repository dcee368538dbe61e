"""Routes: the ordered table of who is told of what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.condition import condition_to_json, parse_condition
from yunwei.base.core.errors import Invalid, Misconfigured, Refused
from yunwei.base.core.ids import RouteId, TenantId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Role, Viewer
from yunwei.base.people.queries import system_people
from yunwei.base.people.rules import require
from yunwei.monitor.notify.facts.routes import Route, RouteDraft
from yunwei.monitor.notify.rules.routing import check_route
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.monitor.notify.store import policies as policy_store
from yunwei.monitor.notify.store import routes as route_store

CATCH_ALL = {"field": "*", "op": "always"}


def add_route(viewer: Viewer, tenant: TenantId, draft: RouteDraft, *, now: datetime) -> RouteId:
    """Add a route at the end of the tenant's table. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    with transaction() as conn:
        route = _build(conn, RouteId(0), tenant, draft, now)
        id = RouteId(route_store.save_route(conn, route, is_new=True))
        _record(conn, viewer, "notify.add_route", None, replace(route, id=id))
    return id


def change_route(viewer: Viewer, route: RouteId, draft: RouteDraft, *, now: datetime) -> None:
    """Change a route. Raises Refused, Invalid."""
    with transaction() as conn:
        before = _lock(conn, viewer, route)
        after = _build(conn, route, before.tenant, draft, now)
        route_store.save_route(conn, after, is_new=False)
        _record(conn, viewer, "notify.change_route", before, after)


def remove_route(viewer: Viewer, route: RouteId, *, now: datetime) -> None:
    """Take a route out of the table; its messages keep its name. Raises Refused."""
    with transaction() as conn:
        before = _lock(conn, viewer, route)
        route_store.remove_route(conn, route, now)
        _record(conn, viewer, "notify.remove_route", before, None)


def reorder_routes(
    viewer: Viewer, tenant: TenantId, order: Sequence[RouteId], *, now: datetime
) -> None:
    """Give the tenant's routes a new order, all of them named. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    with transaction() as conn:
        known = {route.id for route in route_store.current_routes(conn) if route.tenant == tenant}
        if known != set(order) or len(order) != len(known):
            raise Invalid("order", "name every route of the tenant once")
        route_store.place_routes(conn, order, tenant, now)
        record(
            conn,
            viewer,
            "notify.reorder_routes",
            object_kind="route",
            object_id="",
            tenant=tenant,
            after={"order": list(order)},
        )
        announce_config("notify")


def bootstrap(*, clock: Clock | None = None) -> None:
    """Give a provider without routes one that shows every alarm to its operators on screen.

    Idempotent; a route that people changed or added stays as it is.
    """
    with transaction() as conn:
        provider = next(
            (row["id"] for row in route_store.fetch_tenants(conn) if row["is_provider"]), None
        )
        if provider is None:
            raise Misconfigured("there is no provider yet")
        if any(route.tenant == provider for route in route_store.current_routes(conn)):
            return
        draft = RouteDraft(
            name="全部告警 / All alarms",
            condition=CATCH_ALL,
            roles=(Role.PLATFORM_ADMINISTRATOR.value, Role.OPERATOR.value),
        )
        now = (clock or SystemClock()).now()
        route = _build(conn, RouteId(0), TenantId(provider), draft, now)
        route_store.save_route(conn, route, is_new=True)
        announce_config("notify")


def _build(
    conn: Connection, id: RouteId, tenant: TenantId, draft: RouteDraft, now: datetime
) -> Route:
    check_route(draft)
    channels = {each.id for each in channel_store.current_channels(conn) if each.tenant == tenant}
    if not channels.issuperset(draft.channels):
        raise Invalid("channels", "there is no such channel")
    people = {each.id for each in system_people(conn) if each.tenant == tenant}
    if not people.issuperset(draft.people):
        raise Invalid("people", "there is no such person")
    if not {role.value for role in Role}.issuperset(draft.roles):
        raise Invalid("roles", "there is no such role")
    policy = policy_store.current_policies(conn).get(draft.policy) if draft.policy else None
    if draft.policy is not None and (policy is None or policy.tenant != tenant):
        raise Invalid("policy", "there is no such escalation policy")
    return Route(
        id=id,
        tenant=tenant,
        position=0,
        name=draft.name.strip(),
        condition=parse_condition(draft.condition),
        channels=draft.channels,
        people=draft.people,
        roles=draft.roles,
        policy=draft.policy,
        on_screen=draft.on_screen,
        tells_clear=draft.tells_clear,
        goes_on=draft.goes_on,
        is_enabled=draft.is_enabled,
        changed_at=now,
    )


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
            "policy",
            "on_screen",
            "tells_clear",
            "goes_on",
            "is_enabled",
        )
    }
    summary: dict[str, Any] = msgspec.to_builtins(shown)
    return summary | {"condition": condition_to_json(route.condition)}
