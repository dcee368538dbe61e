"""The pages of calendars: a year with its kinds of days, one day changed, files in and out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.dates import MONTHS
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.calendar import actions, queries
from yunwei.base.calendar.facts import CalendarFile, DayRow, TenantCalendar, YearView
from yunwei.base.calendar.rules.checks import FIRST_YEAR, LAST_YEAR
from yunwei.base.calendar.rules.reading import LONGEST_TEXT, decode_file, read_file
from yunwei.base.calendar.rules.writing import write_csv, write_ics, write_json
from yunwei.base.core.calendar import DayKind
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.words import Text, options

_SEE = (Permission.SEE_MONITORING,)
_AS_THE_COUNTRY = "country"
_FORMATS = {
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class MonthView:
    """name: in the viewer's language. weeks: Monday first, None outside the month."""

    number: int
    name: Text
    weeks: tuple[tuple[DayRow | None, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Days in a row that are the same for the same reason."""

    first: DayRow
    last: DayRow

    @property
    def count(self) -> int:
        return (self.last.day - self.first.day).days + 1

    def goes_on_with(self, day: DayRow) -> bool:
        same = ("kind", "name", "is_own")
        is_next = (day.day - self.last.day).days == 1
        return is_next and all(getattr(self.last, name) == getattr(day, name) for name in same)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Whose calendar and which year the address asks for."""

    calendar: TenantCalendar
    year: int
    today: date

    def url(self, year: int) -> str:
        return f"{reverse('calendar')}?tenant={self.calendar.tenant}&year={year}"

    @property
    def before_url(self) -> str:
        return self.url(self.year - 1) if self.year > FIRST_YEAR else ""

    @property
    def after_url(self) -> str:
        return self.url(self.year + 1) if self.year < LAST_YEAR else ""


def _choose(request: HttpRequest, viewer: Viewer) -> Chosen:
    today = CLOCK.now().astimezone(ZoneInfo(viewer.time_zone)).date()
    calendars = {each.tenant: each for each in queries.fetch_calendars(viewer)}
    home = calendars.get(viewer.tenant) or next(iter(calendars.values()), None)
    asked = request.GET.get("tenant", "")
    chosen = calendars.get(TenantId(int(asked))) if asked.isdecimal() else home
    if chosen is None:
        raise Refused()
    year = request.GET.get("year", "") or str(today.year)
    if not year.isdecimal() or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise Invalid("year", "this is not one of the choices")
    return Chosen(calendar=chosen, year=int(year), today=today)


@page(*_SEE)
def show_calendar(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /calendar?tenant=N&year=N"""
    chosen = _choose(request, viewer)
    view = queries.fetch_year(viewer, chosen.calendar.tenant, chosen.year)
    countries = sorted({each.country for each in queries.fetch_known_years(viewer)})
    return render(
        request,
        "console/calendar/year.html",
        parts=("year",),
        chosen=chosen,
        view=view,
        months=build_months(view),
        counts={kind: sum(day.kind is kind for day in view.days) for kind in DayKind},
        special=build_runs(day for day in view.days if day.is_own or day.name),
        tenants=tenant_options(viewer),
        countries=[] if len(countries) < 2 else countries,
    )


def build_months(view: YearView) -> list[MonthView]:
    """Return the year as twelve sheets."""
    by_month: dict[int, list[DayRow]] = {}
    for day in view.days:
        by_month.setdefault(day.day.month, []).append(day)
    return [
        MonthView(number=number, name=MONTHS[number], weeks=_weeks(days))
        for number, days in by_month.items()
    ]


def _weeks(days: list[DayRow]) -> tuple[tuple[DayRow | None, ...], ...]:
    cells: list[DayRow | None] = [*([None] * days[0].day.weekday()), *days]
    cells += [None] * (-len(cells) % 7)
    return tuple(tuple(cells[start : start + 7]) for start in range(0, len(cells), 7))


def build_runs(days: Iterable[DayRow]) -> list[Run]:
    """Return days in a row as one, in order."""
    runs: list[Run] = []
    for day in days:
        if runs and runs[-1].goes_on_with(day):
            runs[-1] = Run(first=runs[-1].first, last=day)
        else:
            runs.append(Run(first=day, last=day))
    return runs


def _day_fields(row: DayRow) -> tuple[FormField, ...]:
    scopes: list[tuple[str, Text]] = [
        ("own", _("This tenant only")),
        ("country", _("The country's calendar, for all tenants")),
    ]
    kinds = options("day_kind")
    if row.is_own:
        kinds = [(_AS_THE_COUNTRY, _("As the country has it")), *kinds]
    return (
        FormField(key="scope", label=_("Whose day"), kind="choice", options=scopes, default="own"),
        FormField(key="kind", label=_("Kind of day"), kind="choice", options=kinds),
        FormField(
            key="name",
            label=_("Name"),
            is_required=False,
            help=_("Why it is so, for those who look at the calendar."),
        ),
    )


@form_page(Permission.MANAGE_DUTY)
def change_day(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /calendar/day?tenant=N&day=YYYY-MM-DD"""
    day = _read_day(request)
    asked = request.GET.get("tenant", "")
    tenant = TenantId(int(asked)) if asked.isdecimal() else viewer.tenant
    view = queries.fetch_year(viewer, tenant, day.year)
    row = view.days[(day - date(day.year, 1, 1)).days]
    first = {"kind": row.kind.value, "name": row.name, "scope": "own"}
    form = open_form(request, _day_fields(row), first)
    saved = form.attempt(lambda sent: _save_day(viewer, view, row, sent))
    here = f"{reverse('calendar')}?tenant={tenant}&year={day.year}"
    if saved is not None:
        return done(request, here, _("Saved."))
    return render(
        request,
        "console/calendar/day.html",
        status=422 if form.is_sent else 200,
        form=form,
        row=row,
        view=view,
        back_url=here,
    )


def _read_day(request: HttpRequest) -> date:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError as error:
        raise Invalid("day", "this is not a day") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid("day", "this is not a day")
    return day


def _save_day(viewer: Viewer, view: YearView, row: DayRow, form: Form) -> bool:
    kind = None if form.text("kind") == _AS_THE_COUNTRY else _read_kind(form)
    name, now = form.text("name"), CLOCK.now()
    if form.text("scope") == "own" or kind is None:
        actions.set_own_day(viewer, view.tenant, row.day, kind, name, now=now)
    else:
        actions.set_country_day(viewer, view.country, row.day, kind, name, now=now)
    return True


def _read_kind(form: Form) -> DayKind:
    try:
        return DayKind(form.text("kind"))
    except ValueError as error:
        raise Invalid("kind", "this is not one of the choices") from error


_IMPORT = (
    FormField(
        key="country",
        label=_("Country"),
        default="CN",
        help=_("Two letters; taken where the file names none."),
    ),
    FormField(
        key="file",
        label=_("File"),
        kind="file",
        is_required=False,
        help=_("JSON (ours or holiday-cn's), CSV (date,kind,name,name_en) or iCalendar (.ics)."),
    ),
    FormField(key="text", label=_("Or its text"), kind="area", is_required=False),
)


@form_page(Permission.MANAGE_DUTY)
def import_calendar(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /calendar/import"""
    form = open_form(request, _IMPORT)
    file = form.attempt(lambda sent: _import(request, viewer, sent))
    if file is not None:
        last = file.years[-1].year
        return done(request, f"{reverse('calendar')}?year={last}", _say_import(file))
    return render(
        request,
        "console/calendar/import.html",
        status=422 if form.is_sent else 200,
        form=form,
        known=queries.fetch_known_years(viewer),
    )


def _import(request: HttpRequest, viewer: Viewer, form: Form) -> CalendarFile:
    sent = request.FILES.get("file")
    if sent is not None and (sent.size or 0) > LONGEST_TEXT:
        raise Invalid("file", "the file is too long")
    text = decode_file(sent.read()) if sent is not None else form.text("text")
    if not text.strip():
        raise Invalid("file", "choose a file, or paste its text")
    file = read_file(text, country=form.text("country").upper())
    actions.import_years(viewer, file, now=CLOCK.now())
    return file


def _say_import(file: CalendarFile) -> str:
    days = [each for year in file.years for each in year.days]
    holidays = sum(each.kind is DayKind.STATUTORY_HOLIDAY for each in days)
    return ngettext(
        "Imported %(years)s: %(holidays)s holiday, %(makeups)s make-up workdays.",
        "Imported %(years)s: %(holidays)s holidays, %(makeups)s make-up workdays.",
        holidays,
    ) % {
        "years": ", ".join(str(year.year) for year in file.years),
        "holidays": holidays,
        "makeups": len(days) - holidays,
    }


@page(*_SEE)
def export_calendar(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /calendar/export?country=CN&year=N&format=json|csv|ics; without a year, all of them"""
    kind = request.GET.get("format", "json")
    year = request.GET.get("year", "")
    if kind not in _FORMATS or (year and not year.isdecimal()):
        raise Invalid("format", "this is not one of the choices")
    country = request.GET.get("country", "CN")
    file = queries.fetch_file(viewer, country, [int(year)] if year else ())
    name = f"calendar-{country}-{year or 'all'}.{kind}"
    return HttpResponse(
        write_export(file, kind, now=CLOCK.now()),
        content_type=_FORMATS[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def write_export(file: CalendarFile, kind: str, *, now: datetime) -> str:
    if kind == "json":
        return write_json(file)
    # the mark at the start tells Excel that this is UTF-8
    return f"\ufeff{write_csv(file)}" if kind == "csv" else write_ics(file, now=now)


@action(Permission.MANAGE_DUTY)
def choose_country(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /calendar/country with `tenant` and `country`"""
    asked = request.POST.get("tenant", "")
    tenant = TenantId(int(asked)) if asked.isdecimal() else viewer.tenant
    actions.choose_country(viewer, tenant, request.POST.get("country", ""), now=CLOCK.now())
    return done(request, f"{reverse('calendar')}?tenant={tenant}", _("Saved."))


def say_name(row: DayRow) -> str:
    """Return a day's name in the viewer's language."""
    is_english = not (get_language() or "zh").startswith("zh")
    return (row.name_en if is_english else "") or row.name


def say_day(row: DayRow) -> str:
    """Return what a day's cell says to those who do not see its colour."""
    kind = dict(options("day_kind"))[row.kind.value]
    unknown = "" if row.is_known else gettext("not published")
    own = gettext("exception") if row.is_own else ""
    parts = (row.day.isoformat(), say_name(row), str(kind), unknown, own)
    return " · ".join(part for part in parts if part)


urlpatterns = [
    path("calendar", show_calendar, name="calendar"),
    path("calendar/day", change_day, name="calendar_day"),
    path("calendar/import", import_calendar, name="calendar_import"),
    path("calendar/export", export_calendar, name="calendar_export"),
    path("calendar/country", choose_country, name="calendar_country"),
]
