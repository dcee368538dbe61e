"""Decisions about alarms with their reasons, and what they are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.damage import DamagedRule
from yunwei.base.core.ids import AlarmId, OccurrenceId, TenantId
from yunwei.base.named_sets.facts import NO_SETS, Mark, SetBook
from yunwei.monitor.alarms.facts import Alarm, Suppression, Verdict
from yunwei.monitor.governance.facts.masks import MaskRule
from yunwei.monitor.governance.facts.memory import NO_MEMORY, Memory
from yunwei.monitor.governance.facts.noise import NoiseRule


class Outcome(StrEnum):
    """What a stage says of an alarm. soften: it is told, but later or as less severe. announce:
    told this once, and quiet from now on."""

    PASS = "pass"  # noqa: S105  a word, not a password
    SOFTEN = "soften"
    SUPPRESS = "suppress"
    ANNOUNCE = "announce"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one stage said and why. reason: a code with a text in both languages (`rules`).

    severity: what a downgrade lowers the alarm's to. on_end: the rule's end policy. begins: this
    is the match with which a flexible rule begins. cause: the alarm that explains this one. scope:
    what it has in common with those that it is gathered with.
    """

    stage: str
    outcome: Outcome
    reason: str
    rule_id: int | None = None
    rule_version: int | None = None
    rule_name: str = ""
    effect: str = ""
    severity: str = ""
    on_end: str = ""
    begins: bool = False
    until: datetime | None = None
    cause: AlarmId | None = None
    scope: str = ""


class Occasion(StrEnum):
    """Why a decision was made, and as what people are told.

    flapping: it came and went too often; only told as, never a case's own. settled: it is over
    and no longer flaps.
    """

    RAISED = "raised"
    WORSENED = "worsened"
    CLEARED = "cleared"
    NOTICED = "noticed"
    RECONSIDERED = "reconsidered"
    FLAPPING = "flapping"
    SETTLED = "settled"


OCCASIONS: dict[Verdict, Occasion] = {
    Verdict.RAISED: Occasion.RAISED,
    Verdict.WORSENED: Occasion.WORSENED,
    Verdict.CLEARED: Occasion.CLEARED,
    Verdict.NOTICED: Occasion.NOTICED,
}
"""The verdicts that are worth a decision. The others add to a count and change nobody's day."""


TIMED_STAGES = frozenset({"hold_down", "flapping", "inhibition"})
"""Stages whose silence ends by itself, at the instant that their decision names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the stages look at.

    is_over: it was raised and cleared before anybody could look. begins_flapping: this is the
    move by which it began to flap. flapped_since: of what has settled, since when it flapped.
    memory: what is known of other alarms.
    """

    alarm: Alarm
    occasion: Occasion
    source_name: str
    now: datetime
    is_over: bool = False
    begins_flapping: bool = False
    flapped_since: datetime | None = None
    memory: Memory = NO_MEMORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the pipeline says of one case: every stage's decision and what follows.

    case: its alarm has the effective severity. suppressed_by: the reasons for silence that hold
    now; softened_by: the rules that soften. is_to_be_told: routing goes on. is_digested: tell it
    in the next digest instead of at once.
    """

    case: Case
    decisions: tuple[Decision, ...]
    suppressed_by: tuple[Suppression, ...]
    softened_by: tuple[Suppression, ...] = ()
    is_to_be_told: bool
    is_digested: bool = False

    @property
    def telling(self) -> Occasion:
        """As what people are told of it."""
        is_announced = any(each.outcome is Outcome.ANNOUNCE for each in self.decisions)
        return Occasion.FLAPPING if is_announced else self.case.occasion

    @property
    def due_at(self) -> datetime | None:
        """When to look again by itself: the first instant at which one of its waits is over."""
        waits = [
            each.until
            for each in self.decisions
            if each.until is not None and each.stage in TIMED_STAGES
        ]
        return min(waits, default=None)


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
    """All that the stages need to know besides the case. Swapped whole, never edited.

    provider: the tenant whose noise rules hold for all. damaged: what is left out. sets: by which
    noise rules are read; mask rules have plain terms already. mask_marks, noise_marks: the sets
    that the rules went by.
    """

    mask_rules: tuple[MaskRule, ...]
    source_names: dict[int, str]
    noise_rules: tuple[NoiseRule, ...]
    provider: TenantId
    calendars: Calendars = field(default_factory=Calendars)
    damaged: tuple[DamagedRule, ...] = ()
    sets: SetBook = NO_SETS
    mask_marks: Mapping[TenantId, frozenset[Mark]] = field(default_factory=dict)
    noise_marks: frozenset[Mark] = frozenset()


type Pipeline = Callable[[Case], Judgement]
"""All stages in their order, for one snapshot."""
