"""REST of calendars: what each day is for a tenant, exceptions, and years of holidays imported."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.calendar import actions, queries
from yunwei.base.calendar.rules.reading import read_file
from yunwei.base.core.calendar import DayKind
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request

router = Router()
_clock = SystemClock()


class CalendarOut(Schema):
    tenant: int
    country: str = Field(description="Two letters: whose calendar the tenant goes by.")
    years: list[int] = Field(description="Years of that country that are known.")
    own_days: int = Field(description="How many exceptions the tenant has.")


class KnownYearOut(Schema):
    country: str
    year: int
    source: str
    published_on: date | None
    by: str
    changed_at: datetime
    holidays: int
    makeups: int


class DayOut(Schema):
    day: date
    kind: DayKind
    name: str
    name_en: str
    is_own: bool = Field(description="An exception of the tenant.")
    is_known: bool = Field(description="false: only what its weekday says.")
    country_kind: DayKind = Field(description="What it is without the exception.")


class YearOut(Schema):
    tenant: int
    country: str
    year: int
    known: KnownYearOut | None = Field(description="null: nobody has imported this year.")
    days: list[DayOut]


class YearQuery(Schema):
    year: int


class CountryIn(Body):
    country: str


class DayIn(Body):
    day: date
    kind: DayKind | None = Field(description="null: no exception any more.")
    name: str = ""
    is_for_all: bool = Field(False, description="Change the country's day, for all tenants.")


class ImportIn(Body):
    text: str = Field(description="JSON (ours or holiday-cn's), CSV or iCalendar.")
    country: str = Field("CN", description="Of a text that names none.")


@router.get("", response=Listed[CalendarOut], summary="List the calendars of tenants")
def list_calendars(request: HttpRequest) -> Any:
    found = queries.fetch_calendars(viewer_of_request(request))
    return as_listed(Page(items=found, next=None, total=len(found)))


@router.get("/years", response=Listed[KnownYearOut], summary="List the years that are known")
def list_years(request: HttpRequest) -> Any:
    found = queries.fetch_known_years(viewer_of_request(request))
    return as_listed(Page(items=found, next=None, total=len(found)))


@router.post("/import", response=Listed[KnownYearOut], summary="Import years of a country")
def import_years(request: HttpRequest, data: ImportIn) -> Any:
    viewer = viewer_of_request(request)
    file = read_file(data.text, country=data.country)
    years = actions.import_years(viewer, file, now=_clock.now())
    found = tuple(
        each
        for each in queries.fetch_known_years(viewer)
        if each.country == file.country and each.year in years
    )
    return as_listed(Page(items=found, next=None, total=len(found)))


@router.get("/{int:tenant_id}", response=CalendarOut, summary="Get a tenant's calendar")
def get_calendar(request: HttpRequest, tenant_id: int) -> Any:
    return queries.access_calendar(viewer_of_request(request), TenantId(tenant_id))


@router.put("/{int:tenant_id}", response=CalendarOut, summary="Choose a tenant's country")
def choose_country(request: HttpRequest, tenant_id: int, data: CountryIn) -> Any:
    viewer, tenant = viewer_of_request(request), TenantId(tenant_id)
    actions.choose_country(viewer, tenant, data.country, now=_clock.now())
    return queries.access_calendar(viewer, tenant)


@router.get("/{int:tenant_id}/days", response=YearOut, summary="List the days of a year")
def list_days(request: HttpRequest, tenant_id: int, query: Query[YearQuery]) -> Any:
    check_parameters(request, query)
    return queries.fetch_year(viewer_of_request(request), TenantId(tenant_id), query.year)


@router.post("/{int:tenant_id}/days", response={204: None}, summary="Change one day")
def set_day(request: HttpRequest, tenant_id: int, data: DayIn) -> Any:
    viewer, tenant, now = viewer_of_request(request), TenantId(tenant_id), _clock.now()
    if data.is_for_all and data.kind is not None:
        country = queries.access_calendar(viewer, tenant).country
        actions.set_country_day(viewer, country, data.day, data.kind, data.name, now=now)
    else:
        actions.set_own_day(viewer, tenant, data.day, data.kind, data.name, now=now)
    return Status(204, None)
