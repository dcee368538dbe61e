"""What a line of the table of relations would mean: what depends on what by it. Pure."""

from collections.abc import Iterable

from yunwei.base.core.ids import TenantId
from yunwei.monitor.governance.facts.topology import (
    LineMatch,
    Node,
    StoredRelation,
    WrittenRelation,
)
from yunwei.monitor.governance.rules.topology import BuiltTopology, build_topology
from yunwei.monitor.inventory.facts import Placed


def preview_line(
    tenant: TenantId,
    things: Iterable[Placed],
    line: WrittenRelation,
    others: Iterable[StoredRelation] = (),
) -> LineMatch:
    """Return what a line matches, found by the very topology that governance asks.

    things, others: of any tenants; only this one's count. Cost: linear in the things.
    """
    alone = build_topology(
        (each for each in things if each.tenant == tenant),
        [StoredRelation(id=0, tenant=tenant, line=line)],
    )
    parents = alone.parents_of(tenant, line)
    children = [node for node in alone.nodes() if any(alone.needs_by_lines(node))]
    stands_in = sorted(
        {
            each.line.parent
            for each in others
            if each.tenant == tenant and _is_same_group(each.line, line)
        }
    )
    return LineMatch(
        parents=tuple(sorted(_name(alone, node, line.parent) for node in parents)),
        is_parent_known=any(node in alone.things for node in parents),
        children=tuple(sorted((node[1], _name(alone, node, line.child)) for node in children)),
        is_child_known=any(_is_known(alone, node) for node in children),
        stands_in=tuple(stands_in),
    )


def _name(topology: BuiltTopology, node: Node, written: str) -> str:
    """What only the table knows is called as it is written there."""
    return topology.name(node) if _is_known(topology, node) else written


def _is_known(topology: BuiltTopology, node: Node) -> bool:
    return node in topology.things


def _is_same_group(one: WrittenRelation, two: WrittenRelation) -> bool:
    if not two.redundancy or one.redundancy != two.redundancy or one.relation is not two.relation:
        return False
    return (one.parent_kind, one.parent.casefold()) != (two.parent_kind, two.parent.casefold())
