"""Who is told of an alarm. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from yunwei.base.core.condition import Condition, Row, build_indexes
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RouteId
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.escalation import Policy, Targets
from yunwei.monitor.notify.facts.routes import (
    Contact,
    Route,
    RouteDraft,
    Routing,
    Snapshot,
    Target,
    Way,
)

type Router = Callable[[int, Row], Routing]
"""(alarm's tenant, its row) → where the routes lead; empty when none does, or to nobody."""


def build_router(snapshot: Snapshot) -> Router:
    """Return the router for one snapshot. Cost per alarm: a look-up, and the routes that match."""
    by_id = {route.id: route for route in snapshot.routes}
    tables: dict[int, list[tuple[RouteId, Condition]]] = {}
    for route in sorted(snapshot.routes, key=lambda each: (each.position, each.id)):
        if route.is_enabled:
            tables.setdefault(route.tenant, []).append((route.id, route.condition))
    indexes = build_indexes(tables)

    def find_routing(tenant: int, row: Row) -> Routing:
        # the customer's own table, then the provider's: each is asked for itself
        owners = dict.fromkeys((tenant, snapshot.provider))
        matched = [
            route
            for owner in owners
            if owner in indexes
            for route in _first(by_id[id] for id in indexes[owner].match(row))
        ]
        targets = (target for each in matched for target in _targets(each, snapshot, tenant))
        return Routing(
            targets=tuple(_without_doubles(targets)),
            policies=tuple(_policies(matched, snapshot)),
        )

    return find_routing


def _first(matching: Iterable[Route]) -> Iterator[Route]:
    for route in matching:
        yield route
        if not route.goes_on:
            return


def _policies(matched: Iterable[Route], snapshot: Snapshot) -> Iterator[tuple[Route, Policy]]:
    """Two routes that lead to the same policy start it once."""
    seen: set[int] = set()
    for route in matched:
        policy = snapshot.policies.get(route.policy) if route.policy else None
        if policy is not None and policy.id not in seen:
            seen.add(policy.id)
            yield route, policy


def with_first_steps(routing: Routing, snapshot: Snapshot, *, tenant: int) -> Routing:
    """Return the same with the first steps of its policies told at once, for what is no raise."""
    targets = list(routing.targets)
    for route, policy in routing.policies:
        step = policy.steps[0]
        ways = find_ways(
            step.targets, snapshot, owner=policy.tenant, tenant=tenant, on_screen=step.on_screen
        )
        targets += [Target(route=route, channel=way.channel, contact=way.contact) for way in ways]
    return replace(routing, targets=tuple(_without_doubles(targets)))


def _targets(route: Route, snapshot: Snapshot, tenant: int) -> Iterator[Target]:
    whom = Targets(people=route.people, roles=route.roles, channels=route.channels)
    for way in find_ways(
        whom, snapshot, owner=route.tenant, tenant=tenant, on_screen=route.on_screen
    ):
        yield Target(route=route, channel=way.channel, contact=way.contact)


def find_ways(
    whom: Targets, snapshot: Snapshot, *, owner: int, tenant: int, on_screen: bool
) -> Iterator[Way]:
    """Yield the ways to whom a route or a step of `owner` names, for an alarm of `tenant`."""
    people = [
        each
        for each in snapshot.contacts
        if _is_meant(whom, each, owner) and sees_tenant(each, tenant, snapshot)
    ]
    if on_screen:
        for contact in people:
            yield Way(channel=None, contact=contact)
    for id in whom.channels:
        channel = snapshot.channels.get(id)
        if channel is not None and channel.is_enabled:
            yield from _by_channel(channel, people, snapshot)


def _by_channel(channel: Channel, people: Iterable[Contact], snapshot: Snapshot) -> Iterator[Way]:
    kind = snapshot.kinds.get(channel.kind)
    if kind is None:
        return
    if not kind.is_personal:
        yield Way(channel=channel, contact=None)
        return
    for contact in people:
        if contact.email:
            yield Way(channel=channel, contact=contact)


def _is_meant(whom: Targets, contact: Contact, owner: int) -> bool:
    has_role = contact.role in whom.roles and contact.tenant == owner
    return contact.user in whom.people or has_role


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
    if draft.policy is not None:
        if draft.people or draft.roles or draft.channels:
            raise Invalid("policy", "a route leads to a policy or to people and channels, not both")
        return
    if not draft.channels and not draft.on_screen:
        raise Invalid("channels", "a route needs a way: a channel, or the screen")
    if draft.on_screen and not draft.people and not draft.roles and not draft.channels:
        raise Invalid("people", "a route on screen needs people or roles")
