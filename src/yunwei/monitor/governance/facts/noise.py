"""Noise rules: what is too short, too restless or too much to be told one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import NoiseRuleId, TenantId
from yunwei.base.core.severity import Severity


class NoiseKind(StrEnum):
    """What a noise rule does."""

    HOLD_DOWN = "hold_down"
    FLAPPING = "flapping"


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


type NoiseContent = HoldDown | FlapRule

CONTENT_TYPES: dict[NoiseKind, type[NoiseContent]] = {
    NoiseKind.HOLD_DOWN: HoldDown,
    NoiseKind.FLAPPING: FlapRule,
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
