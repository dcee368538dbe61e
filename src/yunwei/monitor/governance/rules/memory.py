"""The memory between alarms, changed with each of them. No I/O: `actions.memory` fills it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from yunwei.base.core.ids import AlarmId, NoiseRuleId
from yunwei.monitor.governance.facts.gathering import Gathering, GatheringsOf, Meter
from yunwei.monitor.governance.facts.memory import NO_TOPOLOGY, LiveParent, Pin
from yunwei.monitor.governance.facts.noise import Inhibition, InhibitionsOf
from yunwei.monitor.governance.facts.topology import Node, Relation, Topology
from yunwei.monitor.governance.rules.gathering import (
    begin_again,
    calm_at,
    count_one,
    faded,
    is_on,
)

LONGEST_SETTLE = timedelta(hours=1)
_MOST_TYPES = 1000
_FAINT = 0.1

type Place = tuple[NoiseRuleId, Node]
type Scope = tuple[NoiseRuleId, str]


@dataclass
class WorkingMemory:
    """A set of live parents for each rule and node: never one slot, so that the end of one fault
    does not free the children of another.

    `fork` gives a copy to change; the original stands when that is thrown away.
    """

    inhibitions_of: InhibitionsOf
    gatherings_of: GatheringsOf = lambda tenant: ()
    topology: Topology = NO_TOPOLOGY
    pins: dict[AlarmId, Pin] = field(default_factory=dict)
    _live: dict[NoiseRuleId, dict[Node, dict[AlarmId, LiveParent]]] = field(default_factory=dict)
    _known: dict[AlarmId, tuple[LiveParent, tuple[Place, ...]]] = field(default_factory=dict)
    _meters: dict[Scope, tuple[Meter, Gathering]] = field(default_factory=dict)
    _seen: dict[Scope, frozenset[str]] = field(default_factory=dict)

    def fork(self) -> "WorkingMemory":
        """Return a copy. Cost: linear in the live parents, of which there are few."""
        return replace(
            self,
            pins=dict(self.pins),
            _live={
                rule: {node: dict(found) for node, found in nodes.items()}
                for rule, nodes in self._live.items()
            },
            _known=dict(self._known),
            _meters=dict(self._meters),
            _seen=dict(self._seen),
        )

    def has_parents(self, rule: NoiseRuleId) -> bool:
        return rule in self._live

    def parents(self, rule: NoiseRuleId, node: Node) -> Collection[LiveParent]:
        return self._live.get(rule, {}).get(node, {}).values()

    def parent(self, alarm: AlarmId) -> LiveParent | None:
        known = self._known.get(alarm)
        return known[0] if known else None

    def pin(self, alarm: AlarmId) -> Pin | None:
        return self.pins.get(alarm)

    def meter(self, rule: NoiseRuleId, scope: str) -> Meter | None:
        known = self._meters.get((rule, scope))
        return known[0] if known else None

    def has_seen(self, rule: NoiseRuleId, scope: str, alarm_type: str) -> bool:
        return alarm_type in self._seen.get((rule, scope), ())

    def count(self, gathering: Gathering, scope: str, alarm_type: str, now: datetime) -> None:
        """Take in one more alarm that people hear of, or would but for the gathering."""
        key = (gathering.rule.id, scope)
        self._meters[key] = (count_one(self.meter(*key), gathering.limits, now), gathering)
        seen = self._seen.get(key, frozenset())
        if gathering.has_exceptions and alarm_type not in seen and len(seen) < _MOST_TYPES:
            self._seen[key] = seen | {alarm_type}

    def gather_again(
        self, gathering: Gathering, scope: str, since: datetime, now: datetime
    ) -> None:
        """Go on with what was on before this memory began."""
        key = (gathering.rule.id, scope)
        again = begin_again(self.meter(*key), gathering.limits, since, now)
        self._meters[key] = (again, gathering)

    def forget_counts(self) -> None:
        self._meters, self._seen = {}, {}

    def calm_at(self, rule: NoiseRuleId, scope: str, now: datetime) -> datetime | None:
        """Return when what is gathered now is over if nothing more comes; None when it is over."""
        known = self._meters.get((rule, scope))
        if known is None or not is_on(known[0], known[1].limits, now):
            return None
        return calm_at(known[0], known[1].limits)

    def note(self, parent: LiveParent, *, is_cleared: bool, now: datetime) -> bool:
        """Take in what became of an alarm; says whether it is news as a parent: it stands, and
        did not before."""
        known, places = self._known.get(parent.alarm, (None, ()))
        if is_cleared:
            if known is not None and known.ended_at is None:
                self._put(replace(known, ended_at=now))
            return False
        is_same = known is not None and known.occurrence == parent.occurrence
        if is_same and places and known is not None and known.ended_at is None:
            return False
        return self._put(parent)

    def restore(self, parents: Iterable[LiveParent]) -> None:
        """Begin anew with what the database holds."""
        self._live, self._known = {}, {}
        for each in parents:
            self._put(each)

    def look_again(self, topology: Topology) -> None:
        """Take a newer topology; parents may be other nodes in it."""
        self.topology = topology
        self.restore([parent for parent, _ in self._known.values()])

    def forget_ended(self, now: datetime) -> None:
        """Drop what ended so long ago that it explains nothing any more."""
        for each, _ in [*self._known.values()]:
            if each.ended_at is not None and each.ended_at + LONGEST_SETTLE < now:
                self._drop(each.alarm)
        for key, (meter, gathering) in [*self._meters.items()]:
            limits = gathering.limits
            if not is_on(meter, limits, now) and faded(meter, limits, now) < _FAINT:
                del self._meters[key]
                self._seen.pop(key, None)

    def nodes_of(self, alarm: AlarmId) -> tuple[Node, ...]:
        """Return the nodes whose fault an alarm is, for any rule."""
        _, places = self._known.get(alarm, (None, ()))
        return tuple(dict.fromkeys(node for _, node in places))

    def _put(self, parent: LiveParent) -> bool:
        places = tuple(self._places(parent))
        self._drop(parent.alarm)
        for rule, node in places:
            self._live.setdefault(rule, {}).setdefault(node, {})[parent.alarm] = parent
        # what is not in the topology yet may be in the next one
        if places or any(each.is_parent(parent.row) for each in self._rules_of(parent)):
            self._known[parent.alarm] = (parent, places)
        return bool(places)

    def _rules_of(self, parent: LiveParent) -> Iterable[Inhibition]:
        return self.inhibitions_of(parent.tenant, parent.alarm_type)

    def _drop(self, alarm: AlarmId) -> None:
        _, places = self._known.pop(alarm, (None, ()))
        for rule, node in places:
            nodes = self._live[rule]
            del nodes[node][alarm]
            if not nodes[node]:
                del nodes[node]
            if not nodes:
                del self._live[rule]

    def _places(self, parent: LiveParent) -> Iterator[Place]:
        for each in self._rules_of(parent):
            if not each.is_parent(parent.row):
                continue
            if Relation.BENEATH in each.content.relations:
                yield each.rule.id, (parent.tenant, "path", parent.managed_object)
            for node in self.topology.resolve(parent.tenant, parent.managed_object):
                yield each.rule.id, node
