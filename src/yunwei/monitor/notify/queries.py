"""Questions about channels, routes and messages that others may ask."""

from collections.abc import Callable, Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import AlarmId, ChannelId, MessageId, RouteId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import Listing, fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import system_people
from yunwei.base.people.rules import require
from yunwei.monitor.notify import store
from yunwei.monitor.notify.facts import (
    Channel,
    ChannelKind,
    Contact,
    Delivery,
    MessageRow,
    Route,
    Snapshot,
)
from yunwei.plugins.sdk.manifest import CHANNELS, manifests

MESSAGE_FILTERS = ("alarm", "channel", "state", "kind", "search")
PERSONAL = "person"
"""What a channel's manifest says in `supports` when it writes to persons, each by address."""


def fetch_channels(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Channel]:
    """Return a page of channels; never a secret."""
    return _fetch(
        viewer,
        Permission.SEE_RULES,
        store.CHANNELS,
        lambda row: store.build_channel(store.with_tenant(row)),
        (filters, page),
    )


def access_channel(viewer: Viewer, channel: ChannelId) -> Channel:
    """Return one channel; raises Refused when it is not there or not the viewer's."""
    return _only(fetch_channels(viewer, filters={"id": channel}))


def fetch_routes(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Route]:
    """Return a page of routes, in the order in which they are asked."""
    return _fetch(
        viewer,
        Permission.SEE_RULES,
        store.ROUTES,
        lambda row: store.build_route(store.with_tenant(row)),
        (filters, page),
    )


def access_route(viewer: Viewer, route: RouteId) -> Route:
    """Return one route; raises Refused when it is not there or not the viewer's."""
    return _only(fetch_routes(viewer, filters={"id": route}))


def fetch_messages(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[MessageRow]:
    """Return a page of messages, newest first, with what became of each."""
    return _fetch(
        viewer, Permission.SEE_MONITORING, store.MESSAGES, store.build_message, (filters, page)
    )


def access_message(viewer: Viewer, message: MessageId) -> MessageRow:
    """Return one message; raises Refused when it is not there or not the viewer's."""
    return _only(fetch_messages(viewer, filters={"id": message}))


def fetch_messages_of(viewer: Viewer, alarm: AlarmId) -> tuple[MessageRow, ...]:
    """Return every message about an alarm, newest first (the latest 200)."""
    return fetch_messages(viewer, filters={"alarm": alarm}, page=PageRequest(limit=200)).items


def fetch_my_messages(
    viewer: Viewer, *, only_unread: bool = False, page: PageRequest | None = None
) -> Page[MessageRow]:
    """Return what the viewer was told on screen, newest first."""
    if viewer.user_id is None:
        raise Refused()
    filters: dict[str, Any] = {"user": viewer.user_id, "on_screen": True}
    if only_unread:
        filters["is_unread"] = True
    return fetch_messages(viewer, filters=filters, page=page)


def count_unread(viewer: Viewer) -> int:
    """Return how many messages on screen the viewer has not read."""
    if viewer.user_id is None:
        return 0
    with transaction() as conn:
        return store.count_unread(conn, viewer.user_id)


def fetch_deliveries(viewer: Viewer, message: MessageId) -> tuple[Delivery, ...]:
    """Return every attempt to deliver a message, oldest first."""
    access_message(viewer, message)
    with transaction() as conn:
        return store.deliveries_of_message(conn, message)


def system_snapshot(conn: Connection, *, public_url: str, time_zone: str) -> Snapshot:
    """Return all that routing needs to know, of all tenants."""
    tenants = store.fetch_tenants(conn)
    provider = next((row["id"] for row in tenants if row["is_provider"]), 0)
    return Snapshot(
        routes=store.current_routes(conn),
        channels={channel.id: channel for channel in store.current_channels(conn)},
        contacts=tuple(
            Contact(
                user=person.id,
                name=person.display_name or person.username,
                email=person.email,
                phone=person.phone,
                tenant=person.tenant,
                role=str(person.role),
                language=str(person.language),
                time_zone=person.time_zone,
                customers=person.customers,
            )
            for person in system_people(conn)
        ),
        kinds={
            slug: ChannelKind(slug=slug, is_personal=PERSONAL in manifest.supports)
            for slug, manifest in manifests(CHANNELS).items()
        },
        provider=TenantId(provider),
        tenant_names={row["id"]: row["name"] for row in tenants},
        public_url=public_url,
        time_zone=time_zone,
    )


def system_signature(conn: Connection) -> object:
    """Return something that differs whenever routes or channels do. Cost: one small query."""
    return store.fetch_signature(conn)


def _fetch[T](
    viewer: Viewer,
    permission: Permission,
    listing: Listing,
    build: Callable[[dict[str, Any]], T],
    asked: tuple[Mapping[str, Any] | None, PageRequest | None],
) -> Page[T]:
    require(viewer, permission)
    filters, page = asked
    with transaction() as conn:
        found = fetch_page(
            conn,
            listing,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    return Page(items=tuple(map(build, found.items)), next=found.next, total=found.total)


def _only[T](page: Page[T]) -> T:
    if not page.items:
        raise Refused()
    return page.items[0]
