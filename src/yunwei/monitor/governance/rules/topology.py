"""What depends on what, found quickly: from inventory and the table of relations. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.monitor.governance.facts.topology import (
    Dependency,
    Node,
    Relation,
    StoredRelation,
    WrittenRelation,
)
from yunwei.monitor.inventory.facts import Placed

_DEEPEST = 4


@dataclass
class BuiltTopology:
    """Built once for a state of inventory and relations; answers are remembered.

    Cost: linear in the things to build, a few look-ups for each answer after the first.
    """

    things: dict[Node, Placed]
    names: dict[tuple[TenantId, str], tuple[Node, ...]]
    placed: dict[tuple[SourceId, str, str], Node]
    lines: dict[TenantId, dict[tuple[str, str], list[StoredRelation]]]
    maintained: dict[TenantId, frozenset[int]]
    _needs: dict[Node, tuple[Dependency, ...]] = field(default_factory=dict)
    _below: dict[Node, list[tuple[Node, bool]]] | None = None

    def resolve(self, tenant: TenantId, managed_object: str) -> tuple[Node, ...]:
        """The deepest part of the path that is a name of something; its kind, where the path
        tells one that we know, decides between namesakes."""
        parts = managed_object.split("/")[1:]
        for position in range(len(parts) - 1, -1, -1):
            found = self.names.get((tenant, parts[position].casefold()))
            if found:
                kind = parts[position - 1] if position else ""
                same = tuple(node for node in found if node[1] == kind)
                return same or found
        return ()

    def nodes(self) -> tuple[Node, ...]:
        """Return all that is known, each once."""
        return tuple(dict.fromkeys(node for nodes in self.names.values() for node in nodes))

    def name(self, node: Node) -> str:
        return self.things[node].name if node in self.things else node[2]

    def dependencies(self, node: Node) -> tuple[Dependency, ...]:
        known = self._needs.get(node)
        if known is None:
            known = self._needs[node] = (*self._by_inventory(node), *self.needs_by_lines(node))
        return known

    def affected(self, nodes: Collection[Node]) -> tuple[str, ...]:
        """What has something that stands in for the node is not lost."""
        found = self._walk_down(nodes, only_lost=True)
        return tuple(sorted(self.things[each].name for each in found if each[1] == "desktop"))

    def below(self, nodes: Collection[Node]) -> tuple[str, ...]:
        found = self._walk_down(nodes, only_lost=False)
        names = (self.name(each) for each in found if each not in nodes)
        return tuple(sorted(names))

    def _walk_down(self, nodes: Collection[Node], *, only_lost: bool) -> set[Node]:
        seen: set[Node] = set(nodes)
        edge = list(nodes)
        below = self._children()
        for _ in range(_DEEPEST):
            reached = {
                child
                for node in edge
                for child, is_lost in below.get(node, ())
                if is_lost or not only_lost
            }
            edge = [*(reached - seen)]
            seen |= reached
        return seen

    def out_of_service(self, tenant: TenantId, managed_object: str) -> str:
        for node in self.resolve(tenant, managed_object):
            thing = self.things.get(node)
            if thing is not None and thing.is_in_maintenance:
                return thing.name
        return ""

    def _by_inventory(self, node: Node) -> Iterator[Dependency]:
        thing = self.things.get(node)
        if thing is None:
            return
        for relation, kind, native_id in (
            (Relation.RUNS_ON, "host", thing.host),
            (Relation.IN_POOL, "pool", thing.pool),
        ):
            parent = self.placed.get((thing.source, kind, native_id))
            if parent is not None:
                yield Dependency(relation=relation, members=(parent,))

    def needs_by_lines(self, node: Node) -> Iterator[Dependency]:
        """Yield what a node needs by the table of relations."""
        by_child = self.lines.get(node[0])
        if not by_child:
            return
        groups: dict[tuple[Relation, str], list[Node]] = {}
        for scope in self._scopes(node):
            for stored in by_child.get(scope, ()):
                line = stored.line
                group = (line.relation, line.redundancy or f"\0{stored.id}")
                for parent in self.parents_of(node[0], line):
                    if parent != node:
                        groups.setdefault(group, []).append(parent)
        for (relation, name), members in groups.items():
            redundancy = "" if name.startswith("\0") else name
            unique = tuple(dict.fromkeys(members))
            yield Dependency(relation=relation, members=unique, redundancy=redundancy)

    def _scopes(self, node: Node) -> Iterator[tuple[str, str]]:
        """Yield under which (kind, name) the lines about a node stand."""
        _tenant, kind, identity = node
        thing = self.things.get(node)
        name = thing.name.casefold() if thing else identity
        yield kind, name
        yield kind, "*"
        if thing is not None and kind == "desktop":
            pool = self.placed.get((thing.source, "pool", thing.pool))
            if pool is not None:
                yield "pool", self.things[pool].name.casefold()
                yield "pool", "*"
            if thing.site:
                yield "site", thing.site.casefold()
                yield "site", "*"
        if kind in {"desktop", "pool"}:
            yield "tenant", "*"

    def parents_of(self, tenant: TenantId, line: WrittenRelation) -> tuple[Node, ...]:
        """Return the nodes that a line calls its parent."""
        found = self.names.get((tenant, line.parent.casefold()), ())
        return tuple(node for node in found if node[1] == line.parent_kind)

    def _children(self) -> dict[Node, list[tuple[Node, bool]]]:
        """What depends on each node, and whether it is lost without it: nothing stands in."""
        if self._below is None:
            below: dict[Node, list[tuple[Node, bool]]] = {}
            for node in self.nodes():
                for need in self.dependencies(node):
                    if need.relation is not Relation.IN_POOL:
                        for member in need.members:
                            below.setdefault(member, []).append((node, len(need.members) == 1))
            self._below = below
        return self._below


def build_topology(
    things: Iterable[Placed], relations: Iterable[StoredRelation] = ()
) -> BuiltTopology:
    """Return the topology of a moment."""
    nodes: dict[Node, Placed] = {}
    placed: dict[tuple[SourceId, str, str], Node] = {}
    names: dict[tuple[TenantId, str], dict[Node, None]] = {}
    for thing in things:
        node: Node = (thing.tenant, thing.kind, str(thing.id))
        nodes[node] = thing
        placed[thing.source, thing.kind, thing.native_id] = node
        for name in (thing.name, thing.native_id, thing.ip):
            if name:
                names.setdefault((thing.tenant, name.casefold()), {})[node] = None
    lines: dict[TenantId, dict[tuple[str, str], list[StoredRelation]]] = {}
    for stored in relations:
        line = stored.line
        child = line.child.casefold()
        of_tenant = lines.setdefault(stored.tenant, {})
        of_tenant.setdefault((line.child_kind, child), []).append(stored)
        for kind, name in ((line.parent_kind, line.parent), (line.child_kind, child)):
            _add_written(names, stored.tenant, kind, name.casefold())
    return BuiltTopology(
        things=nodes,
        names={key: tuple(found) for key, found in names.items()},
        placed=placed,
        lines=lines,
        maintained=_list_maintained(nodes.values()),
    )


def _list_maintained(things: Iterable[Placed]) -> dict[TenantId, frozenset[int]]:
    found: dict[TenantId, set[int]] = {}
    for thing in things:
        if thing.is_in_maintenance:
            found.setdefault(thing.tenant, set()).add(thing.id)
    return {tenant: frozenset(ids) for tenant, ids in found.items()}


def _add_written(
    names: dict[tuple[TenantId, str], dict[Node, None]], tenant: TenantId, kind: str, name: str
) -> None:
    """Make a node of what only the table of relations knows."""
    known = names.setdefault((tenant, name), {})
    is_scope = name == "*" or kind in {"site", "tenant", "pool", "desktop"}
    if not is_scope and not any(node[1] == kind for node in known):
        known[tenant, kind, name] = None
    if not known:
        del names[tenant, name]
