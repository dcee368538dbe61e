"""Mask rules: which alarms stay quiet, when, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from yunwei.base.core.condition import Condition
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.core.severity import Severity


class Effect(StrEnum):
    """What a mask rule does, strongest first. There is no effect that drops an alarm.

    hide: the alarm moves to the masked list, nobody is told. mute: it stays in the open list,
    nobody is told. digest: it is told in the next digest. downgrade: its effective severity is
    lowered to the rule's.
    """

    HIDE = "hide"
    MUTE = "mute"
    DIGEST = "digest"
    DOWNGRADE = "downgrade"

    @property
    def silences(self) -> bool:
        return self in (Effect.HIDE, Effect.MUTE)

    @property
    def strength(self) -> int:
        """0 for the strongest."""
        return tuple(Effect).index(self)


class EndPolicy(StrEnum):
    """What is told when a rule ends while alarms that it kept quiet still stand.

    digest: one message that names them all. each: one message for each. silent: nothing.
    """

    DIGEST = "digest"
    EACH = "each"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a rule holds, within its life. Days and times are those of `time_zone`.

    weekdays: 0 Monday … 6 Sunday, () every day. from_minute, until_minute: minutes after
    midnight, 0–1440; both 0 is the whole day; until before from runs past midnight and belongs
    to the day on which it began.
    """

    weekdays: tuple[int, ...] = ()
    from_minute: int = 0
    until_minute: int = 0
    time_zone: str = "Asia/Shanghai"

    def holds(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.time_zone))
        minute, start, end = local.hour * 60 + local.minute, self.from_minute, self.until_minute
        if start == end:
            return self._has_day(local.weekday())
        if start < end:
            return start <= minute < end and self._has_day(local.weekday())
        if minute >= start:
            return self._has_day(local.weekday())
        return minute < end and self._has_day((local.weekday() - 1) % 7)

    def _has_day(self, weekday: int) -> bool:
        return not self.weekdays or weekday in self.weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRuleDraft:
    """A mask rule as a person writes it. condition: the JSON form of `base.core.condition`.

    downgrade_to: of the effect downgrade only.
    """

    name: str
    condition: object
    effect: Effect = Effect.HIDE
    downgrade_to: Severity | None = None
    end_policy: EndPolicy = EndPolicy.DIGEST
    window: Window = field(default_factory=Window)
    starts_at: datetime | None = None
    expires_at: datetime
    reason: str
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRule:
    """A mask rule of one tenant. version: grows by one with each change; old ones are kept."""

    id: MaskRuleId
    tenant: TenantId
    version: int
    name: str
    condition: Condition
    effect: Effect
    downgrade_to: Severity | None = None
    end_policy: EndPolicy = EndPolicy.DIGEST
    window: Window
    starts_at: datetime
    expires_at: datetime
    reason: str
    owner: str
    is_enabled: bool
    changed_at: datetime

    def is_active(self, now: datetime) -> bool:
        """Say whether the rule holds at `now`: enabled, within its life and its window."""
        if not self.is_enabled or not self.starts_at <= now < self.expires_at:
            return False
        return self.window.holds(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRuleRow:
    """A rule with what it did. hidden_now: alarms it keeps quiet at present."""

    rule: MaskRule
    hits: int
    hidden_now: int
    last_hit_at: datetime | None
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holding:
    """The mask rules that hold at an instant, by tenant, strongest first."""

    by_tenant: Mapping[TenantId, tuple[MaskRule, ...]]
    versions: frozenset[tuple[int, int]]

    def has(self, rule: int | None, version: int | None) -> bool:
        return (rule, version) in self.versions


type HoldingAt = Callable[[datetime], Holding]
"""Which mask rules hold at an instant."""
