"""Changes of calendars: files imported, one day changed, the country chosen."""

from datetime import date, datetime
from importlib.resources import files

from yunwei.base.calendar import store
from yunwei.base.calendar.facts import DEFAULT_COUNTRY, CalendarFile
from yunwei.base.calendar.rules.checks import (
    check_country,
    check_country_day,
    check_file,
    check_name,
    check_year,
)
from yunwei.base.calendar.rules.reading import read_file
from yunwei.base.core.calendar import DayKind, kind_by_weekday
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import SYSTEM, Permission, Viewer
from yunwei.base.people.rules import may, require

_SHIPPED = ("china.json",)


def bootstrap(*, clock: Clock | None = None) -> None:
    """Put in the years that come with this release where nobody knows of them yet. Idempotent;
    what people imported or changed stays as it is."""
    now = (clock or SystemClock()).now()
    with transaction() as conn:
        store.lock_calendars(conn)
        known = {(each.country, each.year) for each in store.fetch_years(conn)}
        for name in _SHIPPED:
            file = read_file(files(__package__).joinpath(name).read_text("utf-8"))
            fresh = tuple(each for each in file.years if (file.country, each.year) not in known)
            if fresh:
                _save(conn, SYSTEM, CalendarFile(country=file.country, years=fresh), now)


def import_years(viewer: Viewer, file: CalendarFile, *, now: datetime) -> tuple[int, ...]:
    """Make years of a country what the file says; returns them. Whole years, for all tenants.

    Raises Refused, Invalid (file, country).
    """
    _require_for_all(viewer)
    check_file(file)
    with transaction() as conn:
        store.lock_calendars(conn)
        _save(conn, viewer, file, now)
    return tuple(each.year for each in file.years)


def set_country_day(
    viewer: Viewer, country: str, day: date, kind: DayKind, name: str = "", *, now: datetime
) -> None:
    """Change one day of a country, for all tenants. Raises Refused, Invalid, Conflict (its year
    is not known: one day does not make it so)."""
    _require_for_all(viewer)
    check_country(country)
    check_year(day.year)
    check_country_day(day, kind, field="kind")
    check_name(name)
    with transaction() as conn:
        store.lock_calendars(conn)
        before = store.fetch_days_of_year(conn, country, day.year).get(day)
        if not store.touch_year(conn, country, day.year, by=viewer.name, now=now):
            raise Conflict("this year is not known yet: import it first")
        if kind is kind_by_weekday(day):
            store.drop_day(conn, country, day)
        else:
            store.save_day(conn, country, day, kind, name.strip())
        record(
            conn,
            viewer,
            "calendar.change_day",
            object_kind="calendar",
            object_id=country,
            object_name=f"{country} {day}",
            before={"kind": before.kind if before else kind_by_weekday(day)},
            after={"kind": kind, "name": name},
        )
        announce_config("calendar")


def set_own_day(
    viewer: Viewer,
    tenant: TenantId,
    day: date,
    kind: DayKind | None,
    name: str = "",
    *,
    now: datetime,
) -> None:
    """Make an exception of one tenant; kind None takes it back. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_DUTY, tenant)
    check_year(day.year)
    check_name(name)
    with transaction() as conn:
        store.lock_calendars(conn)
        before = store.fetch_own_days_of_year(conn, tenant, day.year).get(day)
        if kind is None:
            store.drop_own_day(conn, tenant, day)
        else:
            values = {"day": day, "kind": kind.value, "name": name.strip()}
            store.save_own_day(conn, tenant, values | {"by": viewer.name, "now": now})
        record(
            conn,
            viewer,
            "calendar.change_own_day",
            object_kind="calendar",
            object_id=tenant,
            object_name=str(day),
            tenant=tenant,
            before={"kind": before.kind, "name": before.name} if before else None,
            after={"kind": kind, "name": name} if kind else None,
        )
        announce_config("calendar")


def choose_country(viewer: Viewer, tenant: TenantId, country: str, *, now: datetime) -> None:
    """Let a tenant go by a country's calendar. Raises Refused, Invalid (country)."""
    require(viewer, Permission.MANAGE_DUTY, tenant)
    check_country(country)
    with transaction() as conn:
        store.lock_calendars(conn)
        before = {row["tenant"]: row["country"] for row in store.fetch_choices(conn)}
        store.save_choice(conn, tenant, country, now)
        record(
            conn,
            viewer,
            "calendar.choose_country",
            object_kind="calendar",
            object_id=tenant,
            object_name=country,
            tenant=tenant,
            before={"country": before.get(tenant, DEFAULT_COUNTRY)},
            after={"country": country},
        )
        announce_config("calendar")


def _require_for_all(viewer: Viewer) -> None:
    """A country's days are everybody's: who sees only some customers does not change them."""
    require(viewer, Permission.MANAGE_DUTY)
    if not viewer.is_system and not may(viewer, Permission.MANAGE_DUTY, viewer.tenant):
        raise Refused()


def _save(conn: Connection, viewer: Viewer, file: CalendarFile, now: datetime) -> None:
    store.save_file(conn, file, by=viewer.name, now=now)
    record(
        conn,
        viewer,
        "calendar.import",
        object_kind="calendar",
        object_id=file.country,
        object_name=file.country,
        after={"years": {str(each.year): len(each.days) for each in file.years}},
    )
    announce_config("calendar")
