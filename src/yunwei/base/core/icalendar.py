"""Writes iCalendar (RFC 5545) for calendar programs to subscribe to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

_LINE_BYTES = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """start, end: two days (end not included), or two instants. uid: the same for ever."""

    uid: str
    summary: str
    start: date | datetime
    end: date | datetime
    description: str = ""
    sequence: int = 0


def render_calendar(
    name: str, events: Iterable[Event], *, now: datetime, refresh: str = "PT1H"
) -> str:
    """Return a calendar file. name: how programs list it. refresh: how often they may look."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Yunwei//Yunwei//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escape(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}",
        f"X-PUBLISHED-TTL:{refresh}",
    ]
    for event in events:
        lines += _render_event(event, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def _render_event(event: Event, now: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_escape(event.uid)}",
        f"DTSTAMP:{_instant(now)}",
        f"DTSTART{_time(event.start)}",
        f"DTEND{_time(event.end)}",
        f"SUMMARY:{_escape(event.summary)}",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{_escape(event.description)}")
    return [*lines, f"SEQUENCE:{event.sequence}", "TRANSP:TRANSPARENT", "END:VEVENT"]


def _time(value: date | datetime) -> str:
    if isinstance(value, datetime):
        return f":{_instant(value)}"
    return f";VALUE=DATE:{value:%Y%m%d}"


def _instant(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _fold(line: str) -> str:
    """Break a line after at most 75 bytes, never within a character (RFC 5545 3.1)."""
    parts: list[str] = []
    part, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _LINE_BYTES:
            parts.append(part)
            part, size = "", 1  # the space that continues a line counts
        part += letter
        size += width
    return "\r\n ".join([*parts, part])
