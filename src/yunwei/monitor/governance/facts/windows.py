"""Windows: the stretches of time in which mask rules hold, as a calendar shows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.wall_clock import Span
from yunwei.monitor.governance.facts.masks import MaskRule, RuleState


class WindowKind(StrEnum):
    """once: a rule's whole life. recurring: the hours of a rule with times. flexible: within it
    the rule waits for its first alarm, and lasts so long from there."""

    ONCE = "once"
    RECURRING = "recurring"
    FLEXIBLE = "flexible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """span: uncut, so that a window that began before what is shown still says when."""

    rule: MaskRule
    kind: WindowKind
    span: Span

    @property
    def is_planned(self) -> bool:
        """The rule does not keep anything quiet: it is a draft, or only in shadow."""
        return self.rule.state in (RuleState.DRAFT, RuleState.SHADOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two windows of one tenant that meet in time and may be about the same alarms: there the
    stronger effect wins, of equal ones the older rule."""

    winner: Window
    other: Window
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPlan:
    """windows: within what was asked, by beginning. running: what holds now, the next to end
    first. following: what begins next. left_out: rules beyond what one page can show.
    """

    windows: tuple[Window, ...]
    overlaps: tuple[Overlap, ...]
    running: tuple[Window, ...]
    following: tuple[Window, ...]
    left_out: int
    now: datetime
