"""The numbers of scripts and inspections that findings are worked out from. No I/O."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNumbers:
    """Of runs that were asked for in a time. failed, succeeded: desktops on which it came to an
    end. unreached: on which it never began. refused: runs that were not approved. worst_…: of the
    script on which most failed. cause: why most did not succeed, in the reader's words."""

    runs: int
    targets: int
    succeeded: int
    failed: int
    unreached: int
    stopped: int
    guarded: int
    refused: int
    success_before: float | None = None
    worst_script: str = ""
    worst_failed: int = 0
    cause: str = ""
    cause_targets: int = 0

    @property
    def success(self) -> float | None:
        ended = self.succeeded + self.failed
        return self.succeeded / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionNumbers:
    """Of inspections that were measured in a time; all but `inspections` of the last one. before:
    the score of the one before it. new, gone: findings since then. tickets: of its findings, those
    of which one was made. capped: the score is held down by what fails."""

    inspections: int
    score: float | None = None
    before: float | None = None
    grade: str = ""
    failed: int = 0
    warned: int = 0
    unmeasured: int = 0
    new: int = 0
    gone: int = 0
    findings: int = 0
    tickets: int = 0
    coverage: float | None = None
    worst_check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNumbers:
    """One month of a year. label: as people write it."""

    label: str
    coverage: float | None
    users: int | None = None
    peak: int | None = None
    failed_ratio: float | None = None
    score: float | None = None
    alarms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkNumbers:
    """None and (): it was not read."""

    runs: RunNumbers | None = None
    inspections: InspectionNumbers | None = None
    months: tuple[MonthNumbers, ...] = ()

    def merged(self, other: "WorkNumbers") -> "WorkNumbers":
        """Return both together; what `other` says goes before."""
        return WorkNumbers(
            runs=other.runs or self.runs,
            inspections=other.inspections or self.inspections,
            months=other.months or self.months,
        )
