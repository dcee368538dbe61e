"""What stages know of other alarms: live parents, groups that form, what people attached. It is
given to them with each case and changed between cases only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from yunwei.base.core.condition import Row
from yunwei.base.core.ids import AlarmId, NoiseRuleId, OccurrenceId, SituationId, TenantId
from yunwei.monitor.governance.facts.gathering import Meter
from yunwei.monitor.governance.facts.topology import Dependency, Node, Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveParent:
    """An alarm that may explain others. row: its fields for conditions.

    heard_at, ended_at: our clock; the latter when it cleared a moment ago.
    """

    alarm: AlarmId
    occurrence: OccurrenceId
    tenant: TenantId
    alarm_type: str
    managed_object: str
    row: Row
    heard_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What a person decided about an alarm's place. situation: None when it was taken out."""

    occurrence: OccurrenceId
    situation: SituationId | None
    by: str


class Memory(Protocol):
    """Read by stages. The one that is written is `rules.memory`."""

    @property
    def topology(self) -> Topology: ...

    def has_parents(self, rule: NoiseRuleId) -> bool:
        """Say whether any fault stands that a rule speaks of."""
        ...

    def parents(self, rule: NoiseRuleId, node: Node) -> Collection[LiveParent]:
        """Return every live alarm that a rule takes for a fault of `node`."""
        ...

    def parent(self, alarm: AlarmId) -> LiveParent | None: ...

    def pin(self, alarm: AlarmId) -> Pin | None: ...

    def meter(self, rule: NoiseRuleId, scope: str) -> Meter | None:
        """Return how many came lately that have `scope` in common, by a rule that gathers."""
        ...

    def has_seen(self, rule: NoiseRuleId, scope: str, alarm_type: str) -> bool:
        """Say whether an alarm of a type came lately in the same scope."""
        ...


class _Nothing:
    """A topology that knows nothing."""

    @property
    def maintained(self) -> Mapping[TenantId, frozenset[int]]:
        return {}

    def resolve(self, tenant: TenantId, managed_object: str) -> tuple[Node, ...]:
        return ()

    def name(self, node: Node) -> str:
        return node[2]

    def dependencies(self, node: Node) -> tuple[Dependency, ...]:
        return ()

    def affected(self, nodes: Collection[Node]) -> tuple[str, ...]:
        return ()

    def below(self, nodes: Collection[Node]) -> tuple[str, ...]:
        return ()

    def out_of_service(self, tenant: TenantId, managed_object: str) -> str:
        return ""


NO_TOPOLOGY: Topology = _Nothing()


@dataclass(frozen=True)
class _Blank:
    """A memory of nothing."""

    pins: Mapping[AlarmId, Pin]

    @property
    def topology(self) -> Topology:
        return NO_TOPOLOGY

    def has_parents(self, rule: NoiseRuleId) -> bool:
        return False

    def parents(self, rule: NoiseRuleId, node: Node) -> Collection[LiveParent]:
        return ()

    def parent(self, alarm: AlarmId) -> LiveParent | None:
        return None

    def pin(self, alarm: AlarmId) -> Pin | None:
        return None

    def meter(self, rule: NoiseRuleId, scope: str) -> Meter | None:
        return None

    def has_seen(self, rule: NoiseRuleId, scope: str, alarm_type: str) -> bool:
        return False


NO_MEMORY: Memory = _Blank({})
