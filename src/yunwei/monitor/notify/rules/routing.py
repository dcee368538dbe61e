"""Who is told of an alarm. Pure."""

from collections.abc import Callable, Iterable, Iterator

from yunwei.base.core.condition import Matcher, Row, compile_condition
from yunwei.base.core.errors import Invalid
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.routes import Contact, Route, RouteDraft, Snapshot, Target

type Router = Callable[[int, Row], tuple[Target, ...]]
"""(alarm's tenant, its row) → the targets; () when no route matches or none has anybody."""


def build_router(snapshot: Snapshot) -> Router:
    """Return the router for one snapshot. Cost per alarm: linear in the routes asked."""
    tables: dict[int, list[tuple[Route, Matcher]]] = {}
    for route in sorted(snapshot.routes, key=lambda each: (each.position, each.id)):
        if route.is_enabled:
            compiled = (route, compile_condition(route.condition))
            tables.setdefault(route.tenant, []).append(compiled)

    def find_targets(tenant: int, row: Row) -> tuple[Target, ...]:
        # the customer's own table, then the provider's: each is asked for itself
        owners = dict.fromkeys((tenant, snapshot.provider))
        matched = [each for owner in owners for each in _first(tables.get(owner, ()), row)]
        targets = (target for each in matched for target in _targets(each, snapshot, tenant))
        return tuple(_without_doubles(targets))

    return find_targets


def _first(table: Iterable[tuple[Route, Matcher]], row: Row) -> Iterator[Route]:
    for route, matches in table:
        if matches(row):
            yield route
            if not route.goes_on:
                return


def _targets(route: Route, snapshot: Snapshot, tenant: int) -> Iterator[Target]:
    people = [
        each
        for each in snapshot.contacts
        if _is_meant(route, each) and sees_tenant(each, tenant, snapshot)
    ]
    if route.on_screen:
        for contact in people:
            yield Target(route=route, channel=None, contact=contact)
    for id in route.channels:
        channel = snapshot.channels.get(id)
        if channel is not None and channel.is_enabled:
            yield from _by_channel(route, channel, people, snapshot)


def _by_channel(
    route: Route, channel: Channel, people: Iterable[Contact], snapshot: Snapshot
) -> Iterator[Target]:
    kind = snapshot.kinds.get(channel.kind)
    if kind is None:
        return
    if not kind.is_personal:
        yield Target(route=route, channel=channel, contact=None)
        return
    for contact in people:
        if contact.email:
            yield Target(route=route, channel=channel, contact=contact)


def _is_meant(route: Route, contact: Contact) -> bool:
    has_role = contact.role in route.roles and contact.tenant == route.tenant
    return contact.user in route.people or has_role


def sees_tenant(contact: Contact, tenant: int, snapshot: Snapshot) -> bool:
    """Say whether a person may be told of a tenant's things: their own; all others' only when
    they are the provider's and not limited to some customers."""
    if contact.tenant == tenant:
        return True
    is_limited = bool(contact.customers) and tenant not in contact.customers
    return contact.tenant == snapshot.provider and not is_limited


def _without_doubles(targets: Iterable[Target]) -> Iterator[Target]:
    """Two routes that lead to the same person by the same way make one message."""
    seen: set[tuple[int | None, int | None]] = set()
    for target in targets:
        way = (
            target.channel.id if target.channel else None,
            target.contact.user if target.contact else None,
        )
        if way not in seen:
            seen.add(way)
            yield target


def check_route(draft: RouteDraft) -> None:
    """Raise Invalid naming the first field that is wrong."""
    if not draft.name.strip():
        raise Invalid("name", "a route needs a name")
    if not draft.channels and not draft.on_screen:
        raise Invalid("channels", "a route needs a way: a channel, or the screen")
    if draft.on_screen and not draft.people and not draft.roles and not draft.channels:
        raise Invalid("people", "a route on screen needs people or roles")
