"""The record of who was on duty when; it is never rewritten."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.duty.calendar import SEE
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import parse_local, word_filter
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, page
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.duty.facts.shifts import RecordedShift
from yunwei.monitor.duty.queries import people, plans

_MANY = PageRequest(limit=500)


def _because(row: RecordedShift) -> str:
    return row.because_zh if (get_language() or "zh").startswith("zh") else row.because_en


def _schedules(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    rows = plans.fetch_schedules(viewer, page=_MANY, now=CLOCK.now()).items
    return [(str(row.schedule.id), row.schedule.name) for row in rows]


def _people(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    names = people.fetch_names(viewer)
    return sorted(((str(user), name) for user, name in names.items()), key=lambda pair: pair[1])


RECORD = ListSpec[RecordedShift](
    name="duty-record",
    title=_("Who was on duty"),
    columns=(
        Column(
            name="user_name",
            label=_("Person"),
            value=lambda row: row.user_name,
            sort="user_name",
            is_main=True,
        ),
        Column(
            name="schedule",
            label=_("Schedule"),
            value=lambda row: row.schedule_name,
            link=lambda row: f"{reverse('duty')}?schedule={row.schedule}",
            sort="schedule_name",
        ),
        Column(
            name="role", label=_("Role"), value=lambda row: row.role, kind="word", words="duty_role"
        ),
        Column(
            name="starts_at",
            label=_("From"),
            value=lambda row: row.starts_at,
            kind="day",
            sort="starts_at",
            phone="label",
        ),
        Column(
            name="ends_at",
            label=_("Until"),
            value=lambda row: row.ends_at,
            kind="day",
            phone="label",
        ),
        Column(name="because", label=_("Why"), value=_because, phone="hide"),
    ),
    filters=(
        Filter(
            name="schedule", label=_("Schedule: all"), options=_schedules, parse=int, kind="choice"
        ),
        Filter(name="user", label=_("Person: all"), options=_people, parse=int, kind="choice"),
        word_filter("role", _("Role: all"), "duty_role"),
        Filter(name="at", label=_("At"), parse=parse_local, kind="datetime-local"),
    ),
    fetch=plans.fetch_record,
    row_id=lambda row: row.id,
    default_sort="-starts_at",
    refresh=("duty",),
    empty_icon="history",
    empty_title=_("Nothing so far."),
    empty_text=_("Who is on duty is written down while it happens, and never changed afterwards."),
)


@page(*SEE)
def show_record(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /duty/record"""
    return serve_list(request, viewer, RECORD)


urlpatterns = [path("duty/record", show_record, name="duty_record")]
