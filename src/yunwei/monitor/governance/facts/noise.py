"""Noise rules: what is too short, too restless or too much to be told one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.condition import Matcher
from yunwei.base.core.ids import NoiseRuleId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.monitor.governance.facts.topology import Relation


class NoiseKind(StrEnum):
    """What a noise rule does."""

    HOLD_DOWN = "hold_down"
    FLAPPING = "flapping"
    INHIBITION = "inhibition"
    GROUPING = "grouping"
    STORM = "storm"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDown:
    """How long an alarm must stand before anybody is told, by severity.

    alarm_type: a type, or a pattern with `*` and `?`.
    """

    alarm_type: str = "*"
    critical_s: int = 0
    major_s: int = 0
    minor_s: int = 0
    warning_s: int = 0
    indeterminate_s: int = 0

    def wait_s(self, severity: Severity) -> int:
        wait_s: int = getattr(self, f"{severity.value}_s")
        return wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class FlapRule:
    """When alarms of a type count as flapping.

    The score grows by one with each raise and clear and falls to 1/e within `fade_s`; at `enter`
    an alarm begins to flap, at `leave` it has settled.
    """

    alarm_type: str = "*"
    fade_s: int = 1200
    enter: float = 3.5
    leave: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class InhibitionRule:
    """Alarms that a greater fault explains are attached to it and told to nobody one by one.

    parents, children: conditions as text. relations: how children depend on parents; those of
    inventory's and the written table, followed over `hops` steps, or `beneath` by the path.
    before_s: a child may have been heard of so long before its parent. after_s: and so long
    after; 0 as long as the parent stands. settle_s: a child that still stands so long after its
    last parent cleared is told. wait_s, critical_wait_s: how long a child waits for its parent,
    the latter when it is critical.
    """

    parents: str
    children: str
    relations: tuple[Relation, ...] = (Relation.RUNS_ON,)
    hops: int = 1
    before_s: int = 300
    after_s: int = 0
    settle_s: int = 60
    wait_s: int = 30
    critical_wait_s: int = 5


class GroupKey(StrEnum):
    """What alarms have in common that belong together. subtree: the first two parts of the
    path."""

    SOURCE = "source"
    ALARM_TYPE = "alarm_type"
    SUBTREE = "subtree"
    HOST = "host"
    POOL = "pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule:
    """Alarms that have something in common are told as one situation.

    condition: as text. least: with about so many within `window_s` the situation begins; what
    came before was told one by one. update_s: growth is told again at most so often.
    """

    condition: str
    keys: tuple[GroupKey, ...] = (GroupKey.ALARM_TYPE, GroupKey.POOL)
    window_s: int = 300
    least: int = 8
    update_s: int = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class StormRule:
    """When alarms come so fast that people hear of them in digests only; all are kept.

    per_source: each source has its own storms, else the tenant. enter: so many within about a
    minute begin one. leave: below so many it is over. digest_s: how often people hear of it.
    """

    per_source: bool = True
    enter: int = 100
    leave: int = 20
    digest_s: int = 300


type NoiseContent = HoldDown | FlapRule | InhibitionRule | GroupRule | StormRule

CONTENT_TYPES: dict[NoiseKind, type[NoiseContent]] = {
    NoiseKind.HOLD_DOWN: HoldDown,
    NoiseKind.FLAPPING: FlapRule,
    NoiseKind.INHIBITION: InhibitionRule,
    NoiseKind.GROUPING: GroupRule,
    NoiseKind.STORM: StormRule,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRuleDraft:
    """A noise rule as a person writes it; the type of `content` says its kind."""

    name: str
    content: NoiseContent
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRule:
    """A noise rule. The provider's hold for every tenant that has none of its own for a type.

    version: grows by one with each change. slug: of a rule that came with the platform, else "".
    """

    id: NoiseRuleId
    tenant: TenantId
    kind: NoiseKind
    version: int
    name: str
    content: NoiseContent
    is_enabled: bool
    slug: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRuleRow:
    """A rule with what it did in the last 30 days. hits: occurrences that it kept quiet."""

    rule: NoiseRule
    hits: int
    last_hit_at: datetime | None


type HoldDownOf = Callable[[TenantId, str, Severity], tuple[NoiseRule | None, int]]
"""(tenant, alarm type, severity) → for how many seconds it must stand, by which rule"""

type NoiseRuleOf = Callable[[TenantId, str], NoiseRule | None]
"""(tenant, alarm type) → the rule that holds"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """A rule with its conditions compiled."""

    rule: NoiseRule
    content: InhibitionRule
    is_parent: Matcher
    is_child: Matcher


type InhibitionsOf = Callable[[TenantId, str], tuple[Inhibition, ...]]
"""(tenant, alarm type) → the rules that may concern such an alarm, as parent or as child"""
