"""The numbers of service from which findings are worked out. No I/O."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricNumbers:
    """Of the clocks of one target that were decided: how many, how many in time. grave: of those
    too late, how many were of the two highest priorities."""

    decided: int = 0
    met: int = 0
    grave: int = 0

    @property
    def late(self) -> int:
        return self.decided - self.met


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNumbers:
    """overdue: tickets that are open and past a goal. waiting: that wait for the customer. scores:
    of the last inspection in the time and of the one before. refused: acts outside what the
    customer authorised, or while they were frozen; none of them was done. asked, answered, csat: of
    surveys that were sent in the time, and the mean of their answers, 1 to 5."""

    opened: int = 0
    solved: int = 0
    open: int = 0
    reopened: int = 0
    overdue: int = 0
    waiting: int = 0
    response: MetricNumbers = MetricNumbers()
    resolution: MetricNumbers = MetricNumbers()
    availability: float | None = None
    agreed: float | None = None
    down_s: float = 0.0
    cause: str = ""
    cause_share: float = 0.0
    score: float | None = None
    score_before: float | None = None
    refused: int = 0
    asked: int = 0
    answered: int = 0
    csat: float | None = None
    presumed: tuple[int, ...] = ()
