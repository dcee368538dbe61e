"""What depends on what: nodes, relations between them, and the questions asked of them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from yunwei.base.core.ids import TenantId

type Node = tuple[TenantId, str, str]
"""(tenant, kind, identity): of what inventory knows `host`, `12`; else `gateway`, its name; of a
path `path`, the managed object itself."""


class Relation(StrEnum):
    """How a thing depends on another. beneath: by the path of the managed object."""

    RUNS_ON = "runs_on"
    IN_POOL = "in_pool"
    STORED_ON = "stored_on"
    CONNECTED_TO = "connected_to"
    SERVED_BY = "served_by"
    BENEATH = "beneath"


WRITTEN_RELATIONS = (
    Relation.RUNS_ON,
    Relation.STORED_ON,
    Relation.CONNECTED_TO,
    Relation.SERVED_BY,
)
"""Those that people may write where inventory does not know them."""

PARENT_KINDS = (
    "host",
    "datastore",
    "switch",
    "gateway",
    "broker",
    "directory",
    "dhcp",
    "dns",
    "licence_server",
    "profile_store",
)
CHILD_KINDS = ("desktop", "pool", "host", "site", "tenant", *PARENT_KINDS[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRelation:
    """One line of the table of relations: `child` depends on `parent`.

    child: a name, or `*` for all of its kind. redundancy: a name shared by parents of which one
    is enough; "" when this parent stands alone.
    """

    relation: Relation
    parent_kind: str
    parent: str
    child_kind: str
    child: str = "*"
    redundancy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRelation:
    """A line of the table with its tenant."""

    id: int
    tenant: TenantId
    line: WrittenRelation


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMatch:
    """What a line means. parents: names. children: kinds and names. is_…_known: inventory knows
    one of them; else it is known by this table alone. stands_in: the parents of the same
    redundancy, of which one is enough.
    """

    parents: tuple[str, ...]
    is_parent_known: bool
    children: tuple[tuple[str, str], ...]
    is_child_known: bool
    stands_in: tuple[str, ...]

    def kinds(self) -> dict[str, int]:
        """Return how many children there are of each kind."""
        return dict(Counter(kind for kind, _name in self.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """What a node needs: any of `members` is enough."""

    relation: Relation
    members: tuple[Node, ...]
    redundancy: str = ""


class Topology(Protocol):
    """What is known of dependencies at a moment. Never changed; a newer one takes its place."""

    @property
    def maintained(self) -> Mapping[TenantId, frozenset[int]]:
        """Return the ids of the desktops in maintenance, by tenant."""
        ...

    def resolve(self, tenant: TenantId, managed_object: str) -> tuple[Node, ...]:
        """Return the nodes that a managed object is; () when it is not known."""
        ...

    def name(self, node: Node) -> str:
        """Return what people call a node."""
        ...

    def dependencies(self, node: Node) -> tuple[Dependency, ...]:
        """Return what a node needs by itself."""
        ...

    def affected(self, nodes: Collection[Node]) -> tuple[str, ...]:
        """Return the names of the desktops that are lost without `nodes`, in order."""
        ...

    def below(self, nodes: Collection[Node]) -> tuple[str, ...]:
        """Return the names of all that depends on `nodes`, on them alone or not."""
        ...

    def out_of_service(self, tenant: TenantId, managed_object: str) -> str:
        """Return what of the object is in maintenance, by name; "" when nothing is."""
        ...
