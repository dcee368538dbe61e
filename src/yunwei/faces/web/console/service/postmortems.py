"""The pages of post-mortems: what was found, what is to become better, the paper."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import EmergencyId, TenantId, UserId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.cases import read_day
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, none_option, open_form
from yunwei.faces.web.shared.page import CLOCK, done, form_page, page, render
from yunwei.faces.web.shared.words import Text
from yunwei.operate.service.actions import emergencies as actions
from yunwei.operate.service.facts.emergencies import NEEDED, Emergency, Postmortem
from yunwei.operate.service.facts.improvements import ImprovementDraft
from yunwei.operate.service.queries import emergencies as queries
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.queries.emergency_paper import look_back, render_postmortem
from yunwei.operate.service.queries.emergency_words import FINDINGS

_WORK = Permission.WORK_REQUESTS


@form_page(_WORK)
def write_postmortem(request: HttpRequest, viewer: Viewer, emergency: int) -> HttpResponseBase:
    """GET, POST /emergencies/N/postmortem"""
    known = _of_workers(viewer, emergency)
    said = known.postmortem or Postmortem()
    fields = (
        FormField(key="version", label="", kind="hidden", is_required=False),
        *(
            FormField(key=name, label=text, kind="area", rows=5, is_required=name in NEEDED)
            for name, text in FINDINGS.items()
        ),
    )
    first = {name: getattr(said, name) for name in FINDINGS} | {"version": str(known.version)}
    form = open_form(request, fields, first)

    def write(sent: Form) -> bool:
        found = Postmortem(**{name: sent.text(name) for name in FINDINGS})
        version = sent.number("version")
        actions.write_postmortem(viewer, known.id, found, version=version, now=CLOCK.now())
        return True

    if form.attempt(write):
        return done(request, "emergency", _("Saved."), emergency=emergency)
    return _render_form(request, form, known, _("Post-mortem"))


@form_page(_WORK)
def add_action(request: HttpRequest, viewer: Viewer, emergency: int) -> HttpResponseBase:
    """GET, POST /emergencies/N/actions/new"""
    known = _of_workers(viewer, emergency)
    fields = (
        FormField(key="title", label=_("What is to become better, in a line")),
        FormField(
            key="text",
            label=_("Why, and how it will show"),
            kind="area",
            rows=4,
            is_required=False,
        ),
        FormField(
            key="owner",
            label=_("Owner"),
            kind="choice",
            options=[none_option(), *_people(viewer, known.tenant)],
        ),
        FormField(key="due_on", label=_("To be done by"), kind="day"),
    )
    form = open_form(request, fields)

    def add(sent: Form) -> int:
        draft = ImprovementDraft(
            title=sent.text("title"),
            text=sent.text("text"),
            owner=UserId(sent.number("owner")),
            due_on=read_day(sent.text("due_on"), "due_on"),
        )
        return actions.add_action(viewer, known.id, draft, now=CLOCK.now())

    if form.attempt(add):
        return done(request, "emergency", _("Noted."), emergency=emergency)
    return _render_form(request, form, known, _("What is to become better"))


def _people(viewer: Viewer, tenant: TenantId) -> Iterable[tuple[str, str]]:
    for each in tickets.fetch_workers(viewer, tenant):
        yield str(each.id), each.display_name or each.username


def _of_workers(viewer: Viewer, emergency: int) -> Emergency:
    known = queries.access_emergency(viewer, EmergencyId(emergency))
    if not may(viewer, _WORK, known.tenant):
        raise Refused()
    return known


def _render_form(
    request: HttpRequest, form: Form, known: Emergency, title: Text
) -> HttpResponseBase:
    return render(
        request,
        "console/service/emergency_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        title=title,
        back_url=reverse("emergency", args=[known.id]),
        back_label=known.ticket_title,
    )


@page(*SEE)
def download_postmortem(
    request: HttpRequest, viewer: Viewer, emergency: int, kind: str
) -> HttpResponseBase:
    """GET /emergencies/N/file/pdf (docx)"""
    known = queries.access_emergency(viewer, EmergencyId(emergency))
    if kind not in {"pdf", "docx"}:
        raise Refused()
    told = look_back(viewer, known, now=CLOCK.now())
    language = get_language() or viewer.language.value
    content_type, data = render_postmortem(
        told, kind, language=language, time_zone=viewer.time_zone
    )
    actions.note_taken(viewer, known.id, kind)
    return send_file(f"{known.code}-{language[:2]}.{kind}", content_type, data)


urlpatterns = [
    path("emergencies/<int:emergency>/postmortem", write_postmortem, name="emergency_postmortem"),
    path("emergencies/<int:emergency>/actions/new", add_action, name="emergency_action_new"),
    path("emergencies/<int:emergency>/file/<str:kind>", download_postmortem, name="emergency_file"),
]
