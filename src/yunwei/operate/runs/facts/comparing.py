"""What became of the desktops of a run beside those of another, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yunwei.base.core.ids import DesktopId
from yunwei.operate.runs.facts.runs import Run, TargetState


class Change(StrEnum):
    """newly_fails: failed now, and not the last time. still_fails. newly_passes: succeeded now,
    and was on the list without that. prints_other: succeeded both times, with other output.
    not_reached: could not be reached or was left out, and was not the last time. appeared, gone:
    was not on the list before, or is not any more. undecided: not over yet. same: the rest."""

    NEWLY_FAILS = "newly_fails"
    STILL_FAILS = "still_fails"
    NEWLY_PASSES = "newly_passes"
    PRINTS_OTHER = "prints_other"
    NOT_REACHED = "not_reached"
    APPEARED = "appeared"
    GONE = "gone"
    UNDECIDED = "undecided"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A desktop's states in two runs; None where it was not a target. differs: what it printed."""

    before: TargetState | None
    after: TargetState | None
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One desktop in both runs. target_before, target: of either run."""

    desktop: DesktopId
    name: str
    change: Change
    before: TargetState | None
    after: TargetState | None
    target_before: int | None
    target: int | None
    exit_before: int | None
    exit_code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run beside an earlier one. counts: desktops by change. rows: of what changed, the first of
    each kind. is_same_script: both are of the same text."""

    run: Run
    before: Run
    counts: Mapping[Change, int]
    rows: tuple[Compared, ...]

    @property
    def is_same_script(self) -> bool:
        return self.run.sha256 == self.before.sha256
