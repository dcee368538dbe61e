"""Rows of calendars to facts and back. The only SQL on these tables."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from yunwei.base.calendar.facts import (
    DEFAULT_COUNTRY,
    CalendarFile,
    DayEntry,
    KnownYear,
    YearEntry,
)
from yunwei.base.core.calendar import DayKind
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json

SQL = load_statements("yunwei.base.calendar")


def fetch_years(conn: Connection) -> tuple[KnownYear, ...]:
    return tuple(msgspec.convert(row, KnownYear) for row in _all(conn, "years", {}))


def fetch_days(conn: Connection) -> list[dict[str, Any]]:
    return _all(conn, "days", {})


def fetch_own_days(conn: Connection) -> list[dict[str, Any]]:
    return _all(conn, "own_days", {})


def fetch_choices(conn: Connection) -> list[dict[str, Any]]:
    """Return tenant, country and own_days of every tenant there is."""
    return _all(conn, "choices", {"fallback": DEFAULT_COUNTRY})


def fetch_days_of_year(conn: Connection, country: str, year: int) -> dict[date, DayEntry]:
    rows = _all(conn, "days_of_year", {"country": country, **_bounds(year)})
    return {row["day"]: msgspec.convert(row, DayEntry) for row in rows}


def fetch_own_days_of_year(conn: Connection, tenant: TenantId, year: int) -> dict[date, DayEntry]:
    rows = _all(conn, "own_days_of_year", {"tenant": tenant, **_bounds(year)})
    return {row["day"]: msgspec.convert(row, DayEntry) for row in rows}


def lock_calendars(conn: Connection) -> None:
    _all(conn, "lock_calendars", {})


def save_file(conn: Connection, file: CalendarFile, *, by: str, now: datetime) -> None:
    for year in file.years:
        _run(conn, "drop_days", {"country": file.country, **_bounds(year.year)})
        _run(conn, "add_days", {"country": file.country, "rows": to_json(year.days)})
        _save_year(conn, file.country, year, by, now)


def _save_year(conn: Connection, country: str, year: YearEntry, by: str, now: datetime) -> None:
    values = {
        "country": country,
        "year": year.year,
        "source": year.source,
        "published_on": year.published_on,
        "by": by,
        "now": now,
    }
    _run(conn, "save_year", values)


def touch_year(conn: Connection, country: str, year: int, *, by: str, now: datetime) -> bool:
    values = {"country": country, "year": year, "by": by, "now": now}
    return bool(_all(conn, "touch_year", values))


def save_day(conn: Connection, country: str, day: date, kind: DayKind, name: str) -> None:
    values = {"country": country, "day": day, "kind": kind.value, "name": name}
    _run(conn, "save_day", values)


def drop_day(conn: Connection, country: str, day: date) -> None:
    _run(conn, "drop_day", {"country": country, "day": day})


def save_own_day(conn: Connection, tenant: TenantId, values: Mapping[str, Any]) -> None:
    _run(conn, "save_own_day", {"tenant": tenant, **values})


def drop_own_day(conn: Connection, tenant: TenantId, day: date) -> bool:
    return bool(_all(conn, "drop_own_day", {"tenant": tenant, "day": day}))


def save_choice(conn: Connection, tenant: TenantId, country: str, now: datetime) -> None:
    _run(conn, "save_choice", {"tenant": tenant, "country": country, "now": now})


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    (row,) = _all(conn, "signature", {})
    return tuple(row.values())


def _bounds(year: int) -> dict[str, date]:
    return {"first": date(year, 1, 1), "last": date(year + 1, 1, 1)}


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
