"""Figures of noise over a stretch of time. Ratios are 0 to 1; None where there was nothing."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import AlarmId
from yunwei.base.core.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """From what was reported to what reached people.

    reports: raises as sources said them. occurrences: stretches from raise to clear that they
    are. late, late_reports: of both, what was over when it was first heard of, such as the past
    that a new source tells: nobody could have been told, and no rule kept it quiet. told: of
    the occurrences, the ones that somebody was told of by themselves. situations: what was told
    as a whole. messages: what was sent by channels; on_screen: what stood on screens.
    """

    reports: int
    occurrences: int
    late_reports: int
    late: int
    told: int
    situations: int
    messages: int
    on_screen: int

    @property
    def noise_reduction(self) -> float | None:
        """How much of what was reported in time did not become something that people are told
        of: 1 - (told + situations) / (reports - late reports)."""
        in_time = self.reports - self.late_reports
        if in_time <= 0:
            return None
        return max(0.0, 1 - (self.told + self.situations) / in_time)

    @property
    def in_time(self) -> int:
        """Occurrences of which people could be told."""
        return self.occurrences - self.late

    @property
    def repeats_ratio(self) -> float | None:
        """How much of what was reported was the same again."""
        return None if not self.reports else max(0.0, 1 - self.occurrences / self.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quieted:
    """What one stage, or one rule, kept quiet. kind: of the suppression. ratio: of the
    occurrences of which people could be told."""

    kind: str
    occurrences: int
    rule: int | None = None
    rule_name: str = ""
    ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """How long something took. severity: None for all."""

    severity: Severity | None
    count: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """How often one person was told. by_channel: by a channel; asleep: of all, between 22 and 7
    o'clock in the viewer's zone."""

    name: str
    by_channel: int
    on_screen: int
    asleep: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Talker:
    """An alarm that came often."""

    alarm: AlarmId
    text: str
    managed_object: str
    alarm_type: str
    occurrences: int
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alarm that has stood for more than a day."""

    alarm: AlarmId
    text: str
    managed_object: str
    alarm_type: str
    severity: Severity
    raised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A type that no definition knows."""

    alarm_type: str
    alarms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseStep:
    """One hour or day: what began in it, what of it was told, and what was over when it was heard
    of."""

    at: datetime
    occurrences: int
    told: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFigures:
    """All figures of a stretch of time. standing_total: of all that `standing` begins with."""

    funnel: Funnel
    by_stage: tuple[Quieted, ...]
    by_rule: tuple[Quieted, ...]
    acknowledged: Lasting
    cleared: tuple[Lasting, ...]
    people: tuple[Interrupted, ...]
    talkers: tuple[Talker, ...]
    standing: tuple[Standing, ...]
    standing_total: int
    unmapped: tuple[Unmapped, ...]
