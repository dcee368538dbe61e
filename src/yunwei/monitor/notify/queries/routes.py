"""Questions about routes, and the snapshot that routing goes by."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from yunwei.base.core.damage import DamagedRule
from yunwei.base.core.ids import RouteId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.postgres import Connection
from yunwei.base.named_sets import queries as set_queries
from yunwei.base.named_sets.facts import SetBook, SetUse
from yunwei.base.named_sets.rules.settling import settle, tell_lacking
from yunwei.base.people.facts import AddressKind, Permission, Viewer
from yunwei.base.people.queries import system_people, system_reachable
from yunwei.monitor.duty.facts.shifts import Snapshot as DutySnapshot
from yunwei.monitor.notify.facts.channels import ChannelKind
from yunwei.monitor.notify.facts.routes import Contact, Route, Snapshot
from yunwei.monitor.notify.queries.lists import fetch_list, only
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.monitor.notify.store import owners as owner_store
from yunwei.monitor.notify.store import policies as policy_store
from yunwei.monitor.notify.store import routes as route_store
from yunwei.plugins.sdk.manifest import CHANNELS, manifests

PERSONAL = "person"
"""What a channel's manifest says in `supports` when it writes to persons, each by address."""


def fetch_routes(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Route]:
    """Return a page of routes, in the order in which they are asked."""
    return fetch_list(
        viewer,
        Permission.SEE_RULES,
        route_store.ROUTES,
        lambda row: route_store.build_route(channel_store.with_tenant(row)),
        (filters, page),
    )


def access_route(viewer: Viewer, route: RouteId) -> Route:
    """Return one route; raises Refused when it is not there or not the viewer's."""
    return only(fetch_routes(viewer, filters={"id": route}))


def system_snapshot(
    conn: Connection, *, public_url: str, time_zone: str, duty: DutySnapshot | None = None
) -> Snapshot:
    """Return all that routing needs to know, of all tenants. duty: see `duty.queries.snapshots`,
    fetched apart because it is dearer and changes less."""
    tenants = route_store.fetch_tenants(conn)
    provider = next((row["id"] for row in tenants if row["is_provider"]), 0)
    reachable = system_reachable(conn)
    routes, damaged = route_store.read_routes(conn)
    sets = set_queries.system_book(conn)
    return Snapshot(
        routes=routes,
        damaged=(*damaged, *_find_lacking(routes, sets)),
        sets=sets,
        policies=policy_store.current_policies(conn),
        channels={channel.id: channel for channel in channel_store.current_channels(conn)},
        contacts=tuple(
            Contact(
                user=person.id,
                username=person.username,
                name=person.display_name or person.username,
                email=person.email,
                phone=person.phone,
                tenant=person.tenant,
                role=str(person.role),
                language=str(person.language),
                time_zone=person.time_zone,
                customers=person.customers,
                addresses=reachable(person).addresses,
                quiet=reachable(person).quiet,
            )
            for person in system_people(conn)
        ),
        kinds={
            slug: ChannelKind(
                slug=slug,
                is_personal=PERSONAL in manifest.supports,
                address_kind=manifest.address_kind or AddressKind.EMAIL.value,
            )
            for slug, manifest in manifests(CHANNELS).items()
        },
        provider=TenantId(provider),
        tenant_names={row["id"]: row["name"] for row in tenants},
        public_url=public_url,
        time_zone=time_zone,
        ownerships=owner_store.current_ownerships(conn),
        duty=duty,
    )


def _find_lacking(routes: Iterable[Route], sets: SetBook) -> Iterator[DamagedRule]:
    for route in routes:
        lacking = settle(route.condition, route.tenant, sets).lacking
        if lacking and route.is_enabled:
            use = SetUse(kind="route", id=route.id, tenant=route.tenant, name=route.name)
            yield from tell_lacking(use, lacking)


def system_signature(conn: Connection) -> object:
    """Return something that differs whenever routes, sets or channels do. Cost: two small
    queries."""
    return route_store.fetch_signature(conn), set_queries.system_signature(conn)
