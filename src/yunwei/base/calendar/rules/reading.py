"""Reads files of holidays: our JSON, holiday-cn's JSON, CSV, iCalendar. Pure.

holiday-cn is the form in which most Chinese tools publish the State Council's arrangement:
`{"year": 2026, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}, …]}`.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from yunwei.base.calendar.facts import DEFAULT_COUNTRY, CalendarFile, DayEntry, YearEntry
from yunwei.base.calendar.rules.checks import check_file, only_special
from yunwei.base.core.calendar import DayKind
from yunwei.base.core.errors import Invalid

LONGEST_TEXT = 512 * 1024
_MOST_DAYS = 5000
_WORDS = {
    **{kind.value: kind for kind in DayKind},
    "工作日": DayKind.WORKDAY,
    "周末": DayKind.WEEKEND,
    "法定节假日": DayKind.STATUTORY_HOLIDAY,
    "休": DayKind.STATUTORY_HOLIDAY,
    "班": DayKind.MAKEUP_WORKDAY,
    "调休上班": DayKind.MAKEUP_WORKDAY,
    "holiday": DayKind.STATUTORY_HOLIDAY,
}
_WORKED = re.compile(r"班|make-?up|workday|补工", re.IGNORECASE)
_MARKS = re.compile(r"[（(\[【]?\s*(休|班|补班|上班|假期|放假|调休)\s*[）)\]】]?|第\d+天.*$")


def decode_file(data: bytes) -> str:
    """Return a file's text: UTF-8, else GB 18030, in which spreadsheets in China save CSV."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("file", "this is not a text")


def read_file(text: str, *, country: str = DEFAULT_COUNTRY) -> CalendarFile:
    """Return what a file of any of the four forms brings; raises Invalid at "file".

    country: of a file that names none.
    """
    if len(text) > LONGEST_TEXT:
        raise Invalid("file", "the file is too long")
    body = text.lstrip("\ufeff \t\r\n")
    if body.startswith(("{", "[")):
        file = _read_json(body, country)
    elif body.upper().startswith("BEGIN:VCALENDAR"):
        file = CalendarFile(country=country, years=_by_year(_read_ics(body)))
    else:
        file = CalendarFile(country=country, years=_by_year(_read_csv(body)))
    return check_file(file)


def _read_json(text: str, country: str) -> CalendarFile:
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Invalid("file", "this is not JSON") from error
    if not isinstance(data, dict):
        raise _shape()
    listed = data.get("years", [data])
    if not isinstance(listed, list):
        raise _shape()
    years = tuple(_read_year(each) for each in listed)
    return CalendarFile(country=str(data.get("country", country)), years=years)


def _read_year(data: object) -> YearEntry:
    if not isinstance(data, Mapping):
        raise _shape()
    days, year, papers = data.get("days"), data.get("year"), data.get("papers")
    if not isinstance(days, list) or not isinstance(year, int) or isinstance(year, bool):
        raise _shape()
    source = str(data.get("source") or (papers[0] if isinstance(papers, list) and papers else ""))
    published = data.get("published_on")
    return YearEntry(
        year=year,
        # holiday-cn's files also hold days of the year before that belong to its notice
        days=only_special(each for each in map(_read_day, days) if each.day.year == year),
        source=source[:200],
        published_on=_read_date(str(published)) if published else None,
    )


def _read_day(data: object) -> DayEntry:
    if not isinstance(data, Mapping):
        raise _shape()
    name, name_en = str(data.get("name", "")), str(data.get("name_en", ""))
    if isinstance(data.get("isOffDay"), bool):
        kind = DayKind.STATUTORY_HOLIDAY if data["isOffDay"] else DayKind.MAKEUP_WORKDAY
    else:
        kind = _read_kind(str(data.get("kind", "")))
    return DayEntry(
        day=_read_date(str(data.get("date", ""))), kind=kind, name=name, name_en=name_en
    )


def _read_csv(text: str) -> list[DayEntry]:
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or [cell.strip().lower() for cell in rows[0][:2]] != ["date", "kind"]:
        raise Invalid("file", "the first line of a CSV names its columns: date,kind,name,name_en")
    entries: list[DayEntry] = []
    for row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        cells = [cell.strip() for cell in [*row, "", "", "", ""]]
        entries.append(
            DayEntry(
                day=_read_date(cells[0]),
                kind=_read_kind(cells[1]),
                name=cells[2],
                name_en=cells[3],
            )
        )
    return entries


def _read_ics(text: str) -> list[DayEntry]:
    entries: dict[date, DayEntry] = {}
    for event in _events(text):
        if "DTSTART" not in event:
            continue
        start = _read_ics_date(event["DTSTART"])
        end = _read_ics_date(event["DTEND"]) if "DTEND" in event else start + timedelta(days=1)
        summary = event.get("SUMMARY", "")
        is_worked = bool(_WORKED.search(summary))
        kind = DayKind.MAKEUP_WORKDAY if is_worked else DayKind.STATUTORY_HOLIDAY
        name = _MARKS.sub("", summary).strip(" -—:：")
        for number in range(max(1, (end - start).days)):
            day = start + timedelta(days=number)
            entries[day] = DayEntry(day=day, kind=kind, name=name)
            if len(entries) > _MOST_DAYS:
                raise Invalid("file", "the file is too long")
    return list(entries.values())


def _events(text: str) -> Iterator[dict[str, str]]:
    """Yield the properties of each event: lines unfolded, parameters dropped (RFC 5545 3.1)."""
    event: dict[str, str] | None = None
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        head, _colon, value = line.partition(":")
        name = head.partition(";")[0].upper()
        if name == "BEGIN" and value.strip().upper() == "VEVENT":
            event = {}
        elif name == "END" and value.strip().upper() == "VEVENT" and event is not None:
            yield event
            event = None
        elif event is not None:
            event[name] = re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " "))


def _read_ics_date(value: str) -> date:
    return _read_date(value.strip()[:8])


def _by_year(entries: Iterable[DayEntry]) -> tuple[YearEntry, ...]:
    years: dict[int, list[DayEntry]] = {}
    for entry in entries:
        years.setdefault(entry.day.year, []).append(entry)
    return tuple(
        YearEntry(year=year, days=only_special(days)) for year, days in sorted(years.items())
    )


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("file", f"this is not a day: {text[:40]}") from error


def _read_kind(text: str) -> DayKind:
    kind = _WORDS.get(text.strip().lower())
    if kind is None:
        raise Invalid("file", f"there is no such kind of day: {text[:40]}")
    return kind


def _shape() -> Invalid:
    return Invalid("file", "expected year and days, or a list of years")
