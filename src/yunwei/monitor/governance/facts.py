"""Mask rules, and decisions about alarms with their reasons."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from yunwei.base.core.condition import Condition
from yunwei.base.core.ids import AlarmId, MaskRuleId, OccurrenceId, TenantId
from yunwei.monitor.alarms.facts import Alarm, Suppression, Verdict


class Effect(StrEnum):
    """What a mask rule does. There is no effect that drops an alarm.

    mute: the alarm stays in the open list, nobody is told. hide: it moves to the masked list.
    """

    MUTE = "mute"
    HIDE = "hide"


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
    """A mask rule as a person writes it. condition: the JSON form of `base.core.condition`."""

    name: str
    condition: object
    effect: Effect = Effect.HIDE
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


class Outcome(StrEnum):
    """What a stage says of an alarm."""

    PASS = "pass"  # noqa: S105  a word, not a password
    SUPPRESS = "suppress"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one stage said and why. reason: a code with a text in both languages (`rules`)."""

    stage: str
    outcome: Outcome
    reason: str
    rule_id: int | None = None
    rule_version: int | None = None
    rule_name: str = ""
    effect: str = ""
    until: datetime | None = None


class Occasion(StrEnum):
    """Why a decision was made."""

    RAISED = "raised"
    WORSENED = "worsened"
    CLEARED = "cleared"
    NOTICED = "noticed"
    RECONSIDERED = "reconsidered"


OCCASIONS: dict[Verdict, Occasion] = {
    Verdict.RAISED: Occasion.RAISED,
    Verdict.WORSENED: Occasion.WORSENED,
    Verdict.CLEARED: Occasion.CLEARED,
    Verdict.NOTICED: Occasion.NOTICED,
}
"""The verdicts that are worth a decision. The others add to a count and change nobody's day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the stages look at. is_over: it was raised and cleared before anybody could look."""

    alarm: Alarm
    occasion: Occasion
    source_name: str
    now: datetime
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the pipeline says of one case: every stage's decision and what follows.

    suppressed_by: the reasons for silence that hold now. is_to_be_told: routing goes on.
    """

    case: Case
    decisions: tuple[Decision, ...]
    suppressed_by: tuple[Suppression, ...]
    is_to_be_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementRow:
    """A stored judgement, for "why was I told, or not?"."""

    alarm: AlarmId
    occurrence: OccurrenceId
    at: datetime
    occasion: Occasion
    is_to_be_told: bool
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that the stages need to know besides the case. Swapped whole, never edited."""

    mask_rules: tuple[MaskRule, ...]
    source_names: dict[int, str]


type Pipeline = Callable[[Case], Judgement]
"""All stages in their order, for one snapshot."""
