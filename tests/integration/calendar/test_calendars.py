"""Calendars as people and other parts see them: shipped, imported, changed, chosen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.people import Standing, make_people, make_viewer
from yunwei.base.calendar import actions, queries
from yunwei.base.calendar.facts import CalendarFile, DayEntry, YearEntry
from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 6, tzinfo=UTC)
HOLIDAY, MAKEUP = DayKind.STATUTORY_HOLIDAY, DayKind.MAKEUP_WORKDAY
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def standing() -> Standing:
    made = make_people()
    actions.bootstrap(clock=FakeClock(NOW))
    return made


def next_year(*days: DayEntry, country: str = "CN") -> CalendarFile:
    entries = days or (DayEntry(day=NEW_YEAR, kind=HOLIDAY, name="元旦"),)
    return CalendarFile(country=country, years=(YearEntry(year=2027, days=entries),))


def calendar_of(tenant: TenantId) -> Calendar:
    with transaction() as conn:
        return queries.system_calendars(conn).of(tenant)


def test_every_tenant_goes_by_china_until_told_otherwise(standing: Standing) -> None:
    calendar = calendar_of(standing.a.id)
    assert calendar.kind_of(date(2026, 9, 20)) is MAKEUP
    assert calendar.kind_of(date(2026, 10, 1)) is HOLIDAY
    assert calendar.kind_of(NEW_YEAR) is None
    view = queries.fetch_year(standing["olga"], standing.a.id, 2026)
    assert (view.country, len(view.days), view.known is not None) == ("CN", 365, True)
    assert view.known is not None
    assert (view.known.holidays, view.known.makeups) == (33, 6)


def test_an_imported_year_counts_at_once_and_survives_the_next_start(standing: Standing) -> None:
    file = CalendarFile(
        country="CN",
        years=(YearEntry(year=2026, days=(DayEntry(day=date(2026, 1, 1), kind=HOLIDAY),)),),
    )
    with transaction() as conn:
        before = queries.system_signature(conn)
    assert actions.import_years(standing["mia"], file, now=NOW) == (2026,)
    actions.import_years(standing["mia"], next_year(), now=NOW + timedelta(minutes=1))
    actions.bootstrap(clock=FakeClock(NOW))
    calendar = calendar_of(standing.b.id)
    assert calendar.kind_of(date(2026, 10, 1)) is DayKind.WORKDAY
    assert calendar.kind_of(NEW_YEAR) is HOLIDAY
    with transaction() as conn:
        assert queries.system_signature(conn) != before
        assert queries.system_known_years(conn) == {"CN": (2024, 2025, 2026, 2027)}


def test_a_tenants_exception_is_that_tenants_alone(standing: Standing) -> None:
    day = date(2026, 12, 24)
    actions.set_own_day(standing["mia"], standing.a.id, day, HOLIDAY, "厂休", now=NOW)
    assert calendar_of(standing.a.id).kind_of(day) is HOLIDAY
    assert calendar_of(standing.b.id).kind_of(day) is DayKind.WORKDAY
    row = queries.fetch_year(standing["olga"], standing.a.id, 2026).days[357]
    assert (row.day, row.name, row.is_own, row.country_kind) == (
        day,
        "厂休",
        True,
        DayKind.WORKDAY,
    )
    actions.set_own_day(standing["mia"], standing.a.id, day, None, now=NOW)
    assert calendar_of(standing.a.id).kind_of(day) is DayKind.WORKDAY


def test_a_day_of_the_country_is_changed_for_all(standing: Standing) -> None:
    day = date(2026, 10, 8)
    actions.set_country_day(standing["root"], "CN", day, HOLIDAY, "国庆节", now=NOW)
    assert calendar_of(standing.b.id).names[day] == "国庆节"
    actions.set_country_day(standing["root"], "CN", day, DayKind.WORKDAY, now=NOW)
    assert day not in calendar_of(standing.b.id).special
    with pytest.raises(Conflict):
        actions.set_country_day(standing["root"], "CN", NEW_YEAR, HOLIDAY, now=NOW)
    with pytest.raises(Invalid, match="no Saturday or Sunday"):
        actions.set_country_day(standing["root"], "CN", day, MAKEUP, now=NOW)


def test_a_tenant_may_go_by_another_country(standing: Standing) -> None:
    file = next_year(DayEntry(day=date(2027, 10, 4), kind=HOLIDAY), country="DE")
    actions.import_years(standing["root"], file, now=NOW)
    actions.choose_country(standing["mia"], standing.b.id, "DE", now=NOW)
    assert calendar_of(standing.b.id).kind_of(date(2027, 10, 4)) is HOLIDAY
    assert calendar_of(standing.b.id).kind_of(date(2026, 10, 1)) is None
    assert queries.access_calendar(standing["chen"], standing.b.id).years == (2027,)
    with transaction() as conn:
        assert queries.system_known_years(conn)["DE"] == (2027,)
    exported = queries.fetch_file(standing["chen"], "DE", [2027])
    assert exported.years[0].days == file.years[0].days
    with pytest.raises(Refused):
        queries.fetch_file(standing["chen"], "FR")


@pytest.mark.parametrize("name", ["olga", "audrey", "kai", "chen", "una"])
def test_only_service_managers_and_administrators_change_calendars(
    standing: Standing, name: str
) -> None:
    viewer, tenant, day = standing[name], standing.b.id, date(2026, 12, 24)
    for act in (
        lambda: actions.import_years(viewer, next_year(), now=NOW),
        lambda: actions.set_country_day(viewer, "CN", day, HOLIDAY, now=NOW),
        lambda: actions.set_own_day(viewer, tenant, day, HOLIDAY, now=NOW),
        lambda: actions.choose_country(viewer, tenant, "DE", now=NOW),
    ):
        with pytest.raises(Refused):
            act()


def test_who_sees_one_customer_only_does_not_change_everybodys_days(standing: Standing) -> None:
    limited = make_viewer(
        "lin", Role.SERVICE_MANAGER, standing.provider.id, customers=(standing.a.id,)
    )
    with pytest.raises(Refused):
        actions.import_years(limited, next_year(), now=NOW)
    day = date(2026, 12, 24)
    actions.set_own_day(limited, standing.a.id, day, HOLIDAY, now=NOW)
    with pytest.raises(Refused):
        actions.set_own_day(limited, standing.b.id, day, HOLIDAY, now=NOW)
    assert [each.tenant for each in queries.fetch_calendars(limited)] == [standing.a.id]


def test_changes_are_in_the_audit_log(standing: Standing) -> None:
    actions.import_years(standing["mia"], next_year(), now=NOW)
    actions.set_own_day(
        standing["mia"], standing.a.id, date(2026, 12, 24), HOLIDAY, "厂休", now=NOW
    )
    found = people.fetch_audit(standing["root"], {"user": standing["mia"].user_id}, PageRequest())
    assert [entry.verb for entry in found.items] == ["calendar.change_own_day", "calendar.import"]
