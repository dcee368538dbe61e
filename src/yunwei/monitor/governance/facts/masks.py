"""Mask rules: which alarms stay quiet, when, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.condition import All, Condition, Not, Op, Term
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.monitor.governance.facts.hygiene import Flag


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


class RuleState(StrEnum):
    """draft: does nothing yet. shadow: judges live and only notes what it would do. active: holds
    within its life. expired: its life is over. archived: kept for the record."""

    DRAFT = "draft"
    SHADOW = "shadow"
    ACTIVE = "active"
    EXPIRED = "expired"
    ARCHIVED = "archived"


class Missing(StrEnum):
    """What a rule still needs before it may become active."""

    SIMULATION = "simulation"
    APPROVAL = "approval"


class Risk(StrEnum):
    """Why a second person has to approve. everything: it matches whatever comes. critical: it
    also quiets Critical alarms. long: it lives longer than 90 days."""

    EVERYTHING = "everything"
    CRITICAL = "critical"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRuleDraft:
    """A mask rule as a person writes it. condition: the JSON form of `base.core.condition`.

    downgrade_to: of the effect downgrade only. hides_critical: alarms reported as Critical are
    meant, too; without it they are spared. times: within its life it holds only then.
    lasts_minutes: it begins with the first alarm that matches and lasts so long, within that.
    owner: "" is whoever makes it.
    """

    name: str
    condition: object
    effect: Effect = Effect.HIDE
    downgrade_to: Severity | None = None
    hides_critical: bool = False
    end_policy: EndPolicy = EndPolicy.DIGEST
    times: CalendarTimes | None = None
    lasts_minutes: int | None = None
    starts_at: datetime | None = None
    expires_at: datetime
    reason: str
    ticket: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRule:
    """A mask rule of one tenant. version: of what is said here; old ones are kept.

    flexible_since: when a rule with lasts_minutes began for the last time.
    """

    id: MaskRuleId
    tenant: TenantId
    version: int
    state: RuleState = RuleState.ACTIVE
    name: str
    condition: Condition
    effect: Effect
    downgrade_to: Severity | None = None
    hides_critical: bool = False
    end_policy: EndPolicy = EndPolicy.DIGEST
    times: CalendarTimes | None = None
    lasts_minutes: int | None = None
    flexible_since: datetime | None = None
    starts_at: datetime
    expires_at: datetime
    reason: str
    ticket: str = ""
    owner: str
    changed_at: datetime

    @property
    def matched(self) -> Condition:
        """What it matches: its condition, and no Critical alarm unless it says so."""
        return self.condition if self.hides_critical else All(parts=(self.condition, NOT_CRITICAL))

    def state_at(self, now: datetime) -> RuleState:
        is_over = self.state in LIVE and now >= self.expires_at
        return RuleState.EXPIRED if is_over else self.state


LIVE = frozenset({RuleState.ACTIVE, RuleState.SHADOW})
NOT_CRITICAL = Not(part=Term(field="reported_severity", op=Op.EQ, value="critical"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRuleVersion:
    """What a rule said at a version, and what was done about that version. Times and names are
    None and "" where it was not done. content: as `store` describes a rule.

    fingerprint: the same for versions that match and do the same, so that what was simulated and
    approved of one holds for the other. simulated_at, asked_…: of approval. note: of a rejection.
    """

    version: int
    content: dict[str, Any]
    fingerprint: str
    by: str
    at: datetime
    simulated_at: datetime | None = None
    simulated_by: str = ""
    asked_at: datetime | None = None
    asked_by: str = ""
    approved_at: datetime | None = None
    approved_by: str = ""
    rejected_at: datetime | None = None
    rejected_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What would become active next of a rule. rule: as that version says it. is_pending: an
    older version holds meanwhile."""

    rule: MaskRule
    version: MaskRuleVersion
    is_pending: bool
    missing: tuple[Missing, ...]
    risks: tuple[Risk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRuleRow:
    """A rule with what it did. hidden_now: alarms it treats at present; would_hide: what it noted
    in shadow. is_active: it holds at this moment. pending: a newer version that waits. flags: of
    its checkup, where that was asked for.
    """

    rule: MaskRule
    hits: int
    hidden_now: int
    last_hit_at: datetime | None
    unique_objects: int = 0
    would_hide: int = 0
    is_active: bool
    pending: int | None = None
    asked_by: str = ""
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holding:
    """The mask rules that hold at an instant, by tenant, strongest first; those in shadow apart.

    versions: of those that are active. shadow: the rules in shadow. changes_at: until then
    nothing begins or ends to hold.
    """

    by_tenant: Mapping[TenantId, tuple[MaskRule, ...]]
    shadow_by_tenant: Mapping[TenantId, tuple[MaskRule, ...]]
    versions: frozenset[tuple[int, int]]
    shadow: frozenset[MaskRuleId]
    changes_at: datetime

    def has(self, rule: int | None, version: int | None) -> bool:
        return (rule, version) in self.versions


type HoldingAt = Callable[[datetime], Holding]
"""Which mask rules hold at an instant."""
