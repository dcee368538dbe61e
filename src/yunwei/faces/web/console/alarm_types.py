"""The pages of alarm types: what each means, what to do about it, and what one's team knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, yes_filter
from yunwei.faces.web.shared.forms import FormField, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, done, form_page, page, render, way_back
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import say_label
from yunwei.monitor.alarms import actions
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmTypeRow, TypeNote
from yunwei.operate.knowledge.facts.articles import Article
from yunwei.operate.knowledge.queries import articles as knowledge
from yunwei.operate.reports import figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.plugins.sdk.alarm_texts import AlarmText, alarm_texts

_DAYS_SHOWN = 30


def title_of(alarm_type: str) -> str:
    """Return what an alarm type is called, itself when nothing tells."""
    text = alarm_texts().get(alarm_type)
    return say_label(text.title) if text else alarm_type


def _url(row: AlarmTypeRow) -> str:
    return reverse("alarm_type", args=[row.alarm_type])


def _tags(row: AlarmTypeRow) -> tuple[str, ...]:
    return ((str(_("unmapped")),) if row.is_unmapped else ()) + (
        (str(_("team note")),) if row.notes else ()
    )


ALARM_TYPES = ListSpec[AlarmTypeRow](
    name="alarm-types",
    title=_("Alarm types"),
    columns=(
        Column(
            name="alarm_type",
            label=_("Alarm type"),
            value=lambda row: title_of(row.alarm_type),
            note=lambda row: row.alarm_type,
            link=_url,
            sort="alarm_type",
            is_main=True,
        ),
        Column(name="tags", label=_("Remarks"), value=_tags, kind="tags"),
        Column(
            name="open",
            label=_("Standing now"),
            value=lambda row: row.open,
            kind="number",
            sort="open",
            phone="label",
        ),
        Column(
            name="alarms",
            label=_("Objects concerned"),
            value=lambda row: row.alarms,
            kind="number",
            sort="alarms",
            phone="label",
        ),
        Column(
            name="reports",
            label=_("Reports"),
            value=lambda row: row.reports,
            kind="number",
            sort="reports",
            phone="hide",
        ),
        Column(
            name="last_raised_at",
            label=_("Last reported"),
            value=lambda row: row.last_raised_at,
            kind="time",
            sort="last_raised_at",
        ),
    ),
    filters=(
        search_filter(_("Name or type")),
        yes_filter("is_open", _("Standing now: all"), _("standing now"), _("not now")),
        yes_filter("is_unmapped", _("Unmapped: all"), _("unmapped"), _("mapped")),
        yes_filter("has_note", _("Team note: all"), _("with a note"), _("without")),
    ),
    fetch=alarms.fetch_alarm_types,
    row_id=lambda row: 0,
    default_sort="-open",
    refresh=("alarms",),
    empty_icon="bell",
    empty_title=_("No alarm was heard of yet"),
    empty_text=_("Every type of alarm stands here from its first report on."),
)


@dataclass
class TypeBoard:
    """What an alarm type's page, and the card on an alarm's page, may show. said: what the alarm
    says, for articles when none is about its type."""

    viewer: Viewer
    alarm_type: str
    now: datetime
    said: str = ""

    @cached_property
    def row(self) -> AlarmTypeRow:
        return alarms.access_alarm_type(self.viewer, self.alarm_type)

    @property
    def title(self) -> str:
        return title_of(self.alarm_type)

    @property
    def text(self) -> AlarmText | None:
        return alarm_texts().get(self.alarm_type)

    @cached_property
    def notes(self) -> tuple[TypeNote, ...]:
        return alarms.fetch_type_notes(self.viewer, self.alarm_type)

    @property
    def own_note(self) -> str:
        """What the viewer's own people wrote."""
        return next((each.note for each in self.notes if each.tenant == self.viewer.tenant), "")

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """What is known about it."""
        return knowledge.fetch_for_alarm(self.viewer, self.alarm_type, self.said or self.title)

    @cached_property
    def spec(self) -> ChartSpec:
        since = self.now - timedelta(days=_DAYS_SHOWN)
        time_zone = self.viewer.time_zone
        counts = alarms.count_raised_by_day(
            self.viewer, self.alarm_type, since=since, time_zone=time_zone
        )
        return figures.raised_by_day(counts, period=(since, self.now), time_zone=time_zone)


@page(Permission.SEE_MONITORING)
def list_alarm_types(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /alarm-types"""
    return serve_list(request, viewer, ALARM_TYPES)


@page(Permission.SEE_MONITORING)
def show_alarm_type(request: HttpRequest, viewer: Viewer, alarm_type: str) -> HttpResponseBase:
    """GET /alarm-types/NAME"""
    board = TypeBoard(viewer=viewer, alarm_type=alarm_type, now=CLOCK.now())
    return render(request, "console/alarm_types/detail.html", board=board, row=board.row)


@form_page(Permission.OPERATE_ALARMS)
def write_note(request: HttpRequest, viewer: Viewer, alarm_type: str) -> HttpResponseBase:
    """GET, POST /alarm-types/NAME/note"""
    board = TypeBoard(viewer=viewer, alarm_type=alarm_type, now=CLOCK.now())
    row = board.row
    form = open_form(request, (_NOTE,), {"note": board.own_note})

    def write() -> bool:
        actions.write_type_note(viewer, alarm_type, form.text("note"), now=CLOCK.now())
        return True

    back = way_back(request, _url(row))
    if form.attempt(lambda _form: write()):
        return done(request, back, _("Saved."))
    context: dict[str, Any] = {"board": board, "row": row, "form": form, "back": back}
    status = 422 if form.is_sent else 200
    return render(request, "console/alarm_types/note.html", status=status, **context)


_NOTE = FormField(
    key="note",
    label=_("What your team knows"),
    kind="area",
    is_required=False,
    help=_("Shown with every alarm of this type. Leave it empty to remove it."),
)

urlpatterns = [
    path("alarm-types", list_alarm_types, name="alarm_types"),
    path("alarm-types/<path:alarm_type>/note", write_note, name="alarm_type_note"),
    path("alarm-types/<path:alarm_type>", show_alarm_type, name="alarm_type"),
]
