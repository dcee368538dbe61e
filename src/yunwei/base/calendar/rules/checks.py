"""What a calendar may hold, and which years are missing. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from yunwei.base.calendar.facts import CalendarFile, DayEntry, YearEntry
from yunwei.base.core.calendar import DayKind
from yunwei.base.core.errors import Invalid

FIRST_YEAR, LAST_YEAR = 2000, 2100
_LONGEST_NAME = 100
_COUNTRY = re.compile(r"[A-Z]{2}")
_SAID_FROM = (12, 1)
"""A year that is missing is told from 1 December of the year before: by then it is published."""


def check_country(country: str) -> str:
    """Return a country's code of two capital letters; raises Invalid."""
    if not _COUNTRY.fullmatch(country):
        raise Invalid("country", "a country is two capital letters, such as CN")
    return country


def check_year(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid("year", f"between {FIRST_YEAR} and {LAST_YEAR}")
    return year


def check_name(name: str) -> str:
    """Return a day's name; raises Invalid."""
    if len(name) > _LONGEST_NAME:
        raise Invalid("name", f"at most {_LONGEST_NAME} characters")
    if not name.isprintable():
        raise Invalid("name", "no line breaks or control characters")
    return name


def check_file(file: CalendarFile) -> CalendarFile:
    """Return what a file brings when it can be so; raises Invalid at "file"."""
    check_country(file.country)
    if not file.years:
        raise Invalid("file", "the file names no day")
    for year in file.years:
        check_year(year.year)
        _check_year_entry(year)
    return file


def _check_year_entry(year: YearEntry) -> None:
    if not any(entry.kind is DayKind.STATUTORY_HOLIDAY for entry in year.days):
        raise Invalid("file", f"{year.year} has no holiday: this is not a whole year")
    for entry in year.days:
        check_country_day(entry.day, entry.kind, field="file")
        check_name(entry.name)
        check_name(entry.name_en)
        if entry.day.year != year.year:
            raise Invalid("file", f"{entry.day} does not belong to {year.year}")
    for one, other in pairwise(sorted(year.days, key=lambda entry: entry.day)):
        if one.day == other.day:
            raise Invalid("file", f"{one.day} stands there twice")


def check_country_day(day: date, kind: DayKind, *, field: str) -> None:
    """Raise Invalid when a country's day can not be of this kind."""
    is_weekend = day.weekday() >= 5
    if kind is DayKind.MAKEUP_WORKDAY and not is_weekend:
        raise Invalid(field, f"{day} is no Saturday or Sunday: nobody makes up for it")
    if (kind is DayKind.WORKDAY and is_weekend) or (kind is DayKind.WEEKEND and not is_weekend):
        raise Invalid(field, f"{day} is of another weekday")


def only_special(entries: Iterable[DayEntry]) -> tuple[DayEntry, ...]:
    """Return the days that are not what their weekday says, in order."""
    usual = (DayKind.WORKDAY, DayKind.WEEKEND)
    return tuple(sorted((each for each in entries if each.kind not in usual), key=_day))


def _day(entry: DayEntry) -> date:
    return entry.day


def missing_year(today: date, known: Iterable[int]) -> int | None:
    """Return the year that somebody must import now: this one, or from 1 December the next."""
    years = set(known)
    if today.year not in years:
        return today.year
    if (today.month, today.day) >= _SAID_FROM and today.year + 1 not in years:
        return today.year + 1
    return None
