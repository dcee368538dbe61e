"""Rows of routes to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.condition import condition_to_json, parse_condition
from yunwei.base.core.damage import DamagedRule, build_sound
from yunwei.base.core.severity import Severity
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.notify.facts.reaching import Owner
from yunwei.monitor.notify.facts.routes import Route

SQL = load_statements("yunwei.monitor.notify", "routes")


ROUTES = Listing(
    base=SQL["list_routes"],
    filters={
        "id": "id = %(id)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"position": "tenant_id, is_catch_all, position", "name": "lower(name)"},
    default_sort="position",
)


def build_route(row: Mapping[str, Any]) -> Route:
    given = {
        **row,
        "condition": parse_condition(row["condition"]),
        "min_severity": row["min_severity"] or None,
        "duty_role": row["duty_role"] or None,
    }
    return msgspec.convert(given, _RouteRow).fact


class _RouteRow(msgspec.Struct):
    """A route's row, its condition parsed already."""

    id: int
    tenant: int
    position: int
    name: str
    condition: Any
    channels: tuple[int, ...]
    people: tuple[int, ...]
    roles: tuple[str, ...]
    schedules: tuple[int, ...]
    owners: tuple[Owner, ...]
    duty_role: DutyRole | None
    policy: int | None
    on_screen: bool
    tells_clear: bool
    min_severity: Severity | None
    is_catch_all: bool
    goes_on: bool
    is_enabled: bool
    changed_at: datetime

    @property
    def fact(self) -> Route:
        return Route(**msgspec.structs.asdict(self))


def current_routes(conn: Connection) -> tuple[Route, ...]:
    return read_routes(conn)[0]


def read_routes(conn: Connection) -> tuple[tuple[Route, ...], tuple[DamagedRule, ...]]:
    """Return the routes, and those that can not be understood: they lead nowhere."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["current_routes"]).fetchall()
    return build_sound("route", rows, build_route)


def fetch_tenants(conn: Connection) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["provider"]).fetchall()


def lock_route(conn: Connection, route: int, tenants: Sequence[int]) -> Route | None:
    parameters = {"id": route, "tenants": list(tenants)}
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_route"], parameters).fetchone()
    return build_route(row) if row else None


def save_route(conn: Connection, route: Route, *, is_new: bool) -> int:
    parameters = {
        "id": route.id,
        "tenant": route.tenant,
        "name": route.name,
        "condition": to_json(condition_to_json(route.condition)),
        "channels": to_json(route.channels),
        "people": to_json(route.people),
        "roles": to_json(route.roles),
        "schedules": to_json(route.schedules),
        "owners": to_json(route.owners),
        "duty_role": route.duty_role.value if route.duty_role else "",
        "policy": route.policy,
        "min_severity": route.min_severity.value if route.min_severity else "",
        "is_catch_all": route.is_catch_all,
        "on_screen": route.on_screen,
        "tells_clear": route.tells_clear,
        "goes_on": route.goes_on,
        "is_enabled": route.is_enabled,
        "changed_at": route.changed_at,
    }
    with cursor(conn) as opened:
        done = opened.execute(SQL["add_route" if is_new else "change_route"], parameters)
        row = done.fetchone() if is_new else None
    return int(row["id"]) if row else route.id


def remove_route(conn: Connection, route: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_route"], {"id": route, "at": at})


def place_routes(conn: Connection, ids: Sequence[int], tenant: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["place_routes"], {"ids": list(ids), "tenant": tenant, "at": at})


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["routes_signature"]).fetchone()
    return tuple((row or {}).values())
