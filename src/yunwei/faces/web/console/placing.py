"""Putting alarms into situations by hand, and taking them out again."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import AlarmId, SituationId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.alarm_acts import read_chosen, say_batch
from yunwei.faces.web.shared.alarm_texts import say_title
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, render, way_back
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.actions import operate_on_many
from yunwei.monitor.alarms.facts import Alarm, AlarmRow
from yunwei.monitor.governance.actions import situations as actions
from yunwei.monitor.governance.facts.situations import Situation, SituationState
from yunwei.monitor.governance.queries import situations as queries

_NOTE = FormField(key="note", label=_("Why"), is_required=False)
_MANY = PageRequest(limit=100)


def _open_situations(viewer: Viewer, tenant: TenantId) -> list[Situation]:
    filters = {"state": SituationState.OPEN.value}
    found = queries.fetch_situations(viewer, filters, PageRequest(limit=200)).items
    return [each for each in found if each.tenant == tenant]


@form_page(Permission.OPERATE_ALARMS)
def place_alarm(request: HttpRequest, viewer: Viewer, alarm: int) -> HttpResponseBase:
    """GET, POST /alarms/N/situation: choose one that is open"""
    row = alarms.access_alarm(viewer, AlarmId(alarm))
    others = [
        each
        for each in _open_situations(viewer, row.alarm.tenant)
        if each.id != row.alarm.situation
    ]
    choice = FormField(
        key="situation",
        label=_("Situation"),
        kind="choice",
        options=[(str(each.id), say_title(each)) for each in others],
    )
    form = open_form(request, (choice, _NOTE))

    def attach(sent: Form) -> Alarm:
        situation = SituationId(sent.number("situation"))
        note = sent.text("note")
        return actions.attach_alarm(viewer, row.alarm.id, situation, now=CLOCK.now(), note=note)

    if form.attempt(attach):
        return done(request, reverse("alarm", args=[alarm]), _("The alarm was attached."))
    return render(
        request,
        "console/situations/place.html",
        status=422 if form.is_sent else 200,
        form=form,
        row=row,
        has_choice=bool(others),
    )


@action(Permission.OPERATE_ALARMS)
def leave_situation(request: HttpRequest, viewer: Viewer, alarm: int) -> HttpResponseBase:
    """POST /alarms/N/situation/leave"""
    back = way_back(request, reverse("alarm", args=[alarm]))
    note = request.POST.get("note", "").strip()
    actions.detach_alarm(viewer, AlarmId(alarm), now=CLOCK.now(), note=note)
    text = _("The alarm was taken out. It is judged by itself now.")
    return done(request, back, text, refresh=("situations", "alarms"))


@form_page(Permission.OPERATE_ALARMS)
def attach_to_situation(request: HttpRequest, viewer: Viewer, situation: int) -> HttpResponseBase:
    """GET, POST /situations/N/attach?search=…: choose among the tenant's standing alarms"""
    row = queries.access_situation(viewer, SituationId(situation))
    if row.state is not SituationState.OPEN:
        raise Conflict("the situation is over")
    form = open_form(request, (_NOTE,))
    batch = form.attempt(
        lambda sent: operate_on_many(
            read_chosen(request),
            lambda alarm: actions.attach_alarm(
                viewer, alarm, row.id, now=CLOCK.now(), note=sent.text("note")
            ),
        )
    )
    if batch is not None:
        text, tone = say_batch(batch)
        return done(request, reverse("situation", args=[situation]), text, tone=tone)
    search = request.GET.get("search", "").strip()
    return render(
        request,
        "console/situations/attach.html",
        status=422 if form.is_sent else 200,
        form=form,
        situation=row,
        search=search,
        rows=_standing(viewer, row, search),
    )


def _standing(viewer: Viewer, situation: Situation, search: str) -> list[AlarmRow]:
    """The alarms that could be attached, the latest first; those of other situations as well."""
    if len(search) > 200:
        raise Invalid("search", "this text is too long")
    filters = {"is_cleared": False, "search": search}
    found = alarms.fetch_alarms(viewer, view=None, filters=filters, page=_MANY).items
    return [
        each
        for each in found
        if each.alarm.tenant == situation.tenant and each.alarm.situation != situation.id
    ]


urlpatterns = [
    path("alarms/<int:alarm>/situation", place_alarm, name="alarm_place"),
    path("alarms/<int:alarm>/situation/leave", leave_situation, name="alarm_leave"),
    path("situations/<int:situation>/attach", attach_to_situation, name="situation_attach"),
]
