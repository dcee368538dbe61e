"""Questions about calendars: a tenant's year, the years that are known, everybody's days."""

from collections.abc import Iterable
from datetime import date, timedelta

from yunwei.base.calendar import store
from yunwei.base.calendar.facts import (
    CalendarFile,
    Calendars,
    DayEntry,
    DayRow,
    KnownYear,
    TenantCalendar,
    YearEntry,
    YearView,
)
from yunwei.base.calendar.rules.checks import check_country, check_year
from yunwei.base.core.calendar import Calendar, DayKind, kind_by_weekday
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require


def fetch_calendars(viewer: Viewer) -> tuple[TenantCalendar, ...]:
    """Return by whose calendar each of the viewer's tenants goes."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        years = _years_by_country(store.fetch_years(conn))
        rows = store.fetch_choices(conn)
    return tuple(
        TenantCalendar(
            tenant=row["tenant"],
            country=row["country"],
            years=years.get(row["country"], ()),
            own_days=row["own_days"],
        )
        for row in rows
        if row["tenant"] in viewer.tenants
    )


def access_calendar(viewer: Viewer, tenant: TenantId) -> TenantCalendar:
    """Return by whose calendar a tenant goes; raises Refused."""
    found = next((each for each in fetch_calendars(viewer) if each.tenant == tenant), None)
    if found is None:
        raise Refused()
    return found


def fetch_known_years(viewer: Viewer) -> tuple[KnownYear, ...]:
    """Return the years that are known, of all countries; they are nobody's secret."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.fetch_years(conn)


def fetch_year(viewer: Viewer, tenant: TenantId, year: int) -> YearView:
    """Return every day of a tenant's year. Raises Refused, Invalid (year)."""
    calendar = access_calendar(viewer, tenant)
    check_year(year)
    with transaction() as conn:
        known = store.fetch_years(conn)
        special = store.fetch_days_of_year(conn, calendar.country, year)
        own = store.fetch_own_days_of_year(conn, tenant, year)
    return YearView(
        tenant=tenant,
        country=calendar.country,
        year=year,
        known=next((e for e in known if (e.country, e.year) == (calendar.country, year)), None),
        days=tuple(
            _day_row(day, special.get(day), own.get(day), is_published=year in calendar.years)
            for day in _days_of(year)
        ),
    )


def _day_row(
    day: date, special: DayEntry | None, own: DayEntry | None, *, is_published: bool
) -> DayRow:
    country_kind = special.kind if special else kind_by_weekday(day)
    shown = own or special
    return DayRow(
        day=day,
        kind=own.kind if own else country_kind,
        name=shown.name if shown else "",
        name_en=shown.name_en if shown else "",
        is_own=own is not None,
        is_known=is_published or own is not None,
        country_kind=country_kind,
    )


def fetch_file(viewer: Viewer, country: str, years: Iterable[int] = ()) -> CalendarFile:
    """Return a country's days for export. years: () all that are known. Raises Invalid, and
    Refused when none of them is known."""
    require(viewer, Permission.SEE_MONITORING)
    check_country(country)
    wanted = frozenset(years)
    with transaction() as conn:
        known = [
            each
            for each in store.fetch_years(conn)
            if each.country == country and (not wanted or each.year in wanted)
        ]
        entries = [
            YearEntry(
                year=each.year,
                days=tuple(store.fetch_days_of_year(conn, country, each.year).values()),
                source=each.source,
                published_on=each.published_on,
            )
            for each in known
        ]
    if not entries:
        raise Refused()
    return CalendarFile(country=country, years=tuple(entries))


def system_calendars(conn: Connection) -> Calendars:
    """Return every tenant's calendar. Cost: four small statements; see `system_signature`."""
    years = _years_by_country(store.fetch_years(conn))
    by_country: dict[str, tuple[dict[date, DayKind], dict[date, str]]] = {}
    for row in store.fetch_days(conn):
        kinds, names = by_country.setdefault(row["country"], ({}, {}))
        kinds[row["day"]], names[row["day"]] = DayKind(row["kind"]), row["name"]
    shared = {
        country: Calendar(special=kinds, names=names, years=frozenset(years.get(country, ())))
        for country, (kinds, names) in by_country.items()
    }
    own: dict[TenantId, tuple[dict[date, DayKind], dict[date, str]]] = {}
    for row in store.fetch_own_days(conn):
        kinds, names = own.setdefault(row["tenant"], ({}, {}))
        kinds[row["day"]], names[row["day"]] = DayKind(row["kind"]), row["name"]
    countries = {row["tenant"]: row["country"] for row in store.fetch_choices(conn)}
    return Calendars(
        by_tenant={
            tenant: shared.get(country, Calendar()).with_exceptions(*own.get(tenant, ({}, {})))
            for tenant, country in countries.items()
        },
        countries=countries,
    )


def system_signature(conn: Connection) -> object:
    """Return something that differs whenever a calendar does. Cost: one small statement."""
    return store.fetch_signature(conn)


def system_known_years(conn: Connection) -> dict[str, tuple[int, ...]]:
    """Return the years that are known of every country by which a tenant goes."""
    years = _years_by_country(store.fetch_years(conn))
    in_use = {row["country"] for row in store.fetch_choices(conn)}
    return {country: years.get(country, ()) for country in sorted(in_use)}


def _years_by_country(years: Iterable[KnownYear]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for each in years:
        found.setdefault(each.country, []).append(each.year)
    return {country: tuple(sorted(listed)) for country, listed in found.items()}


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
