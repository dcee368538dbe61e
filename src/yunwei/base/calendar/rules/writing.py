"""Writes calendars into files that `reading` and others read: JSON, CSV, iCalendar. Pure."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from yunwei.base.calendar.facts import CalendarFile, DayEntry
from yunwei.base.core.calendar import DayKind
from yunwei.base.core.icalendar import Event, render_calendar

_MARKS = {DayKind.STATUTORY_HOLIDAY: "休", DayKind.MAKEUP_WORKDAY: "班"}


def write_json(file: CalendarFile) -> str:
    years = [
        {
            "year": year.year,
            "source": year.source,
            "published_on": year.published_on.isoformat() if year.published_on else None,
            "days": [
                {
                    "date": each.day.isoformat(),
                    "kind": each.kind.value,
                    "name": each.name,
                    "name_en": each.name_en,
                }
                for each in year.days
            ],
        }
        for year in file.years
    ]
    text = json.dumps({"country": file.country, "years": years}, ensure_ascii=False, indent=1)
    return f"{text}\n"


def write_csv(file: CalendarFile) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(("date", "kind", "name", "name_en"))
    for each in _days(file):
        writer.writerow((each.day.isoformat(), each.kind.value, each.name, each.name_en))
    return buffer.getvalue()


def write_ics(file: CalendarFile, *, now: datetime) -> str:
    events = [
        Event(
            uid=f"{each.day.isoformat()}.{file.country}.calendar@yunwei",
            summary=f"{each.name}（{_MARKS.get(each.kind, each.kind.value)}）",
            start=each.day,
            end=each.day + timedelta(days=1),
        )
        for each in _days(file)
    ]
    return render_calendar(f"{file.country}", events, now=now)


def _days(file: CalendarFile) -> Iterable[DayEntry]:
    return (each for year in file.years for each in year.days)
