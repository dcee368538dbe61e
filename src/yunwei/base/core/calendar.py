"""Days and their kinds: workday, weekend, statutory holiday, make-up workday. Pure.

Where the days come from is `base.calendar`; hours on such days are `base.core.calendar_times`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum


class DayKind(StrEnum):
    """What a day is by a country's published arrangement, or by a tenant's own exception.

    workday: Monday to Friday as usual. weekend: Saturday and Sunday as usual.
    statutory_holiday: a day off by the published arrangement, whatever its weekday.
    makeup_workday: a Saturday or Sunday on which people work for a holiday (调休).
    """

    WORKDAY = "workday"
    WEEKEND = "weekend"
    STATUTORY_HOLIDAY = "statutory_holiday"
    MAKEUP_WORKDAY = "makeup_workday"


WORKING = frozenset({DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY})
RESTING = frozenset({DayKind.WEEKEND, DayKind.STATUTORY_HOLIDAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days of one country, or of one tenant: with its own exceptions.

    special: days that are not what their weekday says. years: those whose arrangement is known.
    names: of special days, for people. is_filled: other years go by weekdays; see `filled`.
    """

    special: Mapping[date, DayKind] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    names: Mapping[date, str] = field(default_factory=dict)
    is_filled: bool = False

    def kind_of(self, day: date) -> DayKind | None:
        """Return what a day is; None when its year is not published, and nobody said it of this
        day alone. Callers fail closed."""
        known = self.special.get(day)
        if known is not None:
            return known
        return kind_by_weekday(day) if self.is_filled or day.year in self.years else None

    def is_rest_day(self, day: date) -> bool | None:
        """Say whether people are off; None when that is not known."""
        kind = self.kind_of(day)
        return None if kind is None else kind in RESTING

    def is_known(self, day: date) -> bool:
        return day in self.special or day.year in self.years

    def filled(self) -> "Calendar":
        """Return this calendar with weekdays instead of nothing for years not published: for
        schedules, which must name somebody all the same, and say so (`is_known`)."""
        return replace(self, is_filled=True)

    def with_exceptions(
        self, days: Mapping[date, DayKind], names: Mapping[date, str] | None = None
    ) -> "Calendar":
        """Return this calendar with some days of one's own."""
        if not days:
            return self
        return replace(
            self, special={**self.special, **days}, names={**self.names, **(names or {})}
        )


def kind_by_weekday(day: date) -> DayKind:
    """Return what a day is where nothing was arranged."""
    return DayKind.WORKDAY if day.weekday() < 5 else DayKind.WEEKEND


def unknown_years(calendar: Calendar, days: Iterable[date]) -> tuple[int, ...]:
    """Return the years of these days whose arrangement is not known, in order."""
    return tuple(sorted({day.year for day in days if not calendar.is_known(day)}))


NOTHING_KNOWN = Calendar()
"""The calendar of a country that nobody has published: every day is unknown."""
