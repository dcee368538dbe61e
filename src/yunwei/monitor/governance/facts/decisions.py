"""Decisions about alarms with their reasons, and what they are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.monitor.alarms.facts import Alarm, Suppression, Verdict
from yunwei.monitor.governance.facts.masks import MaskRule


class Outcome(StrEnum):
    """What a stage says of an alarm. soften: it is told, but later or as less severe."""

    PASS = "pass"  # noqa: S105  a word, not a password
    SOFTEN = "soften"
    SUPPRESS = "suppress"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one stage said and why. reason: a code with a text in both languages (`rules`).

    severity: what a downgrade lowers the alarm's to. on_end: the rule's end policy.
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
