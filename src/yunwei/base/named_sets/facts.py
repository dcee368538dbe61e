"""Named sets, who uses them, and all of them together as rules are read by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.condition import Condition
from yunwei.base.core.ids import TenantId


class SetKind(StrEnum):
    """What the values of a set are. objects: paths; each also means all below it. sources: their
    names or numbers. addresses: of devices, or networks. texts: whatever else."""

    OBJECTS = "objects"
    ALARM_TYPES = "alarm_types"
    SOURCES = "sources"
    ADDRESSES = "addresses"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSetDraft:
    """A set as a person writes it. is_shared: customers' rules may name it, and customers see
    what is in it; only the provider's may be so."""

    name: str
    kind: SetKind
    values: tuple[str, ...]
    note: str = ""
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSet:
    """A set of one tenant. version: grows by one with each change."""

    id: int
    tenant: TenantId
    name: str
    kind: SetKind
    values: tuple[str, ...]
    note: str
    is_shared: bool
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSetRow:
    """A set as pages show it. named_set: its values are read for one set only, not for a list.
    size: how many it has. uses: the viewer's rules that name it. may_change: it is one of the
    viewer's tenants', not only shared with them. may_be_shared: it is the provider's."""

    named_set: NamedSet
    tenant_name: str
    size: int
    uses: int
    may_change: bool
    may_be_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUse:
    """A rule that names sets. kind: `mask_rule`, `noise_rule`, `route`."""

    kind: str
    id: int
    tenant: TenantId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rules need of a set. id, version: change whenever it means something else."""

    id: int
    version: int
    kind: SetKind
    values: tuple[str, ...]


type Mark = tuple[str, int, int]
"""(name, id, version) of a set that a rule was read by; (name, 0, 0) of one that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBook:
    """All sets. shared: the provider's that every tenant's rules may name. Swapped whole."""

    by_tenant: Mapping[TenantId, Mapping[str, Known]] = field(default_factory=dict)
    shared: Mapping[str, Known] = field(default_factory=dict)

    def find(self, tenant: TenantId, name: str) -> Known | None:
        """Return the set that a tenant's rule means by a name: its own before a shared one."""
        return self.by_tenant.get(tenant, {}).get(name) or self.shared.get(name)


NO_SETS = SetBook()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A condition with plain terms in place of its sets. lacking: the sets that are not there, or
    hold nothing fit: what names them matches nothing. marks: by which sets it was read."""

    condition: Condition
    lacking: tuple[str, ...] = ()
    marks: frozenset[Mark] = frozenset()
