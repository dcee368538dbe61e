"""Who is told of an alarm. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from yunwei.base.core.condition import Condition, Row, build_indexes
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RouteId
from yunwei.base.named_sets.rules.settling import settle
from yunwei.monitor.notify.facts.escalation import Policy
from yunwei.monitor.notify.facts.reaching import About
from yunwei.monitor.notify.facts.routes import (
    Asked,
    AskedVerdict,
    Route,
    RouteDraft,
    Routing,
    Snapshot,
    Target,
    Way,
)
from yunwei.monitor.notify.rules.reaching import Reacher

_KNOWN_AT_ONCE = 1000


class Router:
    """Answers for one snapshot. Cost per alarm: a look-up, and the routes that match."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.reacher = Reacher(snapshot)
        self._tables: dict[int, list[Route]] = {}
        for route in sorted(snapshot.routes, key=_order):
            self._tables.setdefault(route.tenant, []).append(route)
        self._by_id = {route.id: route for route in snapshot.routes}
        conditions: dict[int, list[tuple[RouteId, Condition]]] = {
            owner: [
                (route.id, settle(route.condition, route.tenant, snapshot.sets).condition)
                for route in table
                if route.is_enabled
            ]
            for owner, table in self._tables.items()
        }
        self._indexes = build_indexes(conditions)
        self._known: dict[tuple[object, ...], tuple[Target, ...]] = {}

    def __call__(self, about: About, row: Row) -> Routing:
        """Return where the routes lead an alarm; empty when none does, or to nobody."""
        matched: list[Route] = []
        below: list[Route] = []
        for owner in self.owners(about):
            for route, is_grave in self._find(owner, about, row):
                (matched if is_grave else below).append(route)
        routing = Routing(
            targets=self.find_targets(matched, about),
            policies=tuple(self._policies(matched)),
            below=tuple(below),
        )
        if routing.is_empty and matched:
            fallback = self.find_targets(self.find_catch_alls(about), about)
            # what was skipped is told in the log all the same
            targets = tuple(_without_doubles((*fallback, *routing.targets)))
            is_fallback = any(not each.skipped for each in fallback)
            return replace(routing, targets=targets, is_fallback=is_fallback)
        return routing

    def owners(self, about: About) -> Iterable[int]:
        """Return whose tables are asked, each for itself: the customer's, then the provider's."""
        return dict.fromkeys((int(about.tenant), int(self.snapshot.provider)))

    def _match(self, owner: int, row: Row) -> list[Route]:
        """Return the routes of a table that are in use and match, in order."""
        index = self._indexes.get(owner)
        return [self._by_id[id] for id in index.match(row)] if index else []

    def _find(self, owner: int, about: About, row: Row) -> Iterator[tuple[Route, bool]]:
        """Yield the routes of a table that count, and whether the alarm is grave enough."""
        for route in self._match(owner, row):
            yield route, is_grave(route, about)
            if not route.goes_on:
                return

    def ask_all(self, owner: int, about: About, row: Row) -> list[Asked]:
        """Return what each route of a table says, also those that are not asked in the end."""
        counting = {route.id: is_told for route, is_told in self._find(owner, about, row)}
        asked: list[Asked] = []
        is_over = False
        for route in self._tables.get(owner, ()):
            asked.append(Asked(route=route, verdict=_say(route, counting, is_over=is_over)))
            is_over = is_over or (route.id in counting and not route.goes_on)
        return asked

    def find_targets(self, routes: Iterable[Route], about: About) -> tuple[Target, ...]:
        """Return those whom routes tell at once, each once by each way.

        But for owners, they are the same for all alarms of a tenant at an instant, which those of
        a batch share: worked out once.
        """
        asked = tuple(routes)
        if any(route.targets.owners for route in asked):
            return self._find_targets(asked, about)
        key = (about.at, about.tenant, *(route.id for route in asked))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KNOWN_AT_ONCE:
                self._known.clear()
            found = self._known[key] = self._find_targets(asked, about)
        return found

    def _find_targets(self, routes: Iterable[Route], about: About) -> tuple[Target, ...]:
        targets = (target for route in routes for target in self._targets(route, about))
        return tuple(_without_doubles(targets))

    def _targets(self, route: Route, about: About) -> Iterator[Target]:
        ways = self.reacher.find_ways(
            route.targets, about, owner=route.tenant, on_screen=route.on_screen
        )
        for way in ways:
            yield _as_target(route, way)

    def find_catch_alls(self, about: About) -> list[Route]:
        """Return the last rows of the tables that are asked."""
        return [
            route
            for owner in self.owners(about)
            for route in self._tables.get(owner, ())
            if route.is_catch_all
        ]

    def find_fallback(self, about: About) -> tuple[Way, ...]:
        """Return the ways of the catch-alls, for a step that reaches nobody."""
        targets = self.find_targets(self.find_catch_alls(about), about)
        return tuple(
            Way(
                channel=each.channel,
                contact=each.contact,
                meant=each.meant,
                skipped=each.skipped,
            )
            for each in targets
        )

    def _policies(self, matched: Iterable[Route]) -> Iterator[tuple[Route, Policy]]:
        """Two routes that lead to the same policy start it once."""
        seen: set[int] = set()
        for route in matched:
            policy = self.snapshot.policies.get(route.policy) if route.policy else None
            if policy is not None and policy.id not in seen:
                seen.add(policy.id)
                yield route, policy

    def with_first_steps(self, routing: Routing, about: About) -> Routing:
        """Return the same with the first steps of its policies told at once, for what is no
        raise."""
        targets = list(routing.targets)
        for route, policy in routing.policies:
            step = policy.steps[0]
            ways = self.reacher.find_ways(
                step.targets, about, owner=policy.tenant, on_screen=step.on_screen
            )
            targets += [_as_target(route, way) for way in ways]
        return replace(routing, targets=tuple(_without_doubles(targets)))


def build_router(snapshot: Snapshot) -> Router:
    """Return the router for one snapshot."""
    return Router(snapshot)


def _as_target(route: Route, way: Way) -> Target:
    return Target(
        route=route,
        channel=way.channel,
        contact=way.contact,
        meant=way.meant,
        skipped=way.skipped,
    )


def is_grave(route: Route, about: About) -> bool:
    """Say whether an alarm is worth telling by a route that it matches."""
    return route.min_severity is None or about.severity.rank >= route.min_severity.rank


def _say(route: Route, counting: Mapping[RouteId, bool], *, is_over: bool) -> AskedVerdict:
    if route.id in counting:
        return AskedVerdict.MATCHED if counting[route.id] else AskedVerdict.BELOW
    if not route.is_enabled:
        return AskedVerdict.SWITCHED_OFF
    if is_over:
        return AskedVerdict.NOT_ASKED
    return AskedVerdict.NOT_MATCHED


def _order(route: Route) -> tuple[bool, int, int]:
    return route.is_catch_all, route.position, route.id


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
    targets = draft.targets
    if draft.policy is not None:
        if targets.has_people or targets.has_ways:
            raise Invalid("policy", "a route leads to a policy or to people and channels, not both")
        return
    if not targets.has_ways and not draft.on_screen:
        raise Invalid("channels", "a route needs a way: a channel, or the screen")
    if draft.on_screen and not targets.has_people and not targets.has_ways:
        raise Invalid("people", "a route on screen needs people or roles")
