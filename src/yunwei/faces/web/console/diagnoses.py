"""The pages of diagnoses: ask for one, read it, take it away as paper; the checks there are."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.diagnosis_board import DiagnosisBoard
from yunwei.faces.web.shared.alarm_texts import say_subject
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.change_words import say_changed
from yunwei.faces.web.shared.choices import search_filter, word_filter
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.row_ids import find_row_id
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.operate.diagnosis.actions.diagnosing import make_diagnosis
from yunwei.operate.diagnosis.actions.paper import make_pdf
from yunwei.operate.diagnosis.facts.evidence import SubjectKind
from yunwei.operate.diagnosis.facts.verdicts import DiagnosisRow
from yunwei.operate.diagnosis.queries import diagnoses as queries
from yunwei.operate.diagnosis.rules.markdown import write_markdown

_SEE = Permission.SEE_MONITORING

DIAGNOSES = ListSpec[DiagnosisRow](
    name="diagnoses",
    title=_("Diagnoses"),
    columns=(
        Column(
            name="subject",
            label=_("About"),
            value=say_subject,
            link=lambda row: reverse("diagnosis", args=[row.id]),
            sort="subject",
            is_main=True,
        ),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda row: row.subject_kind,
            kind="word",
            words="diagnosis_subject",
            phone="hide",
        ),
        Column(
            name="cause",
            label=_("Best founded cause"),
            value=lambda row: row.cause,
            kind="word",
            words="diagnosis_cause",
        ),
        Column(
            name="score",
            label=_("Score"),
            value=lambda row: row.score or None,
            kind="number",
            sort="score",
            phone="label",
        ),
        Column(name="at", label=_("When"), value=lambda row: row.at, kind="time", sort="at"),
        Column(name="by", label=_("Asked by"), value=lambda row: row.by, phone="hide"),
        Column(
            name="took_s",
            label=_("Took"),
            value=lambda row: row.took_s,
            kind="duration",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name, asked by")),
        word_filter("cause", _("Cause: all"), "diagnosis_cause", ""),
        word_filter("subject_kind", _("About: all"), "diagnosis_subject"),
        Filter(name="subject_id", label=_("Number"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_diagnoses,
    row_id=lambda row: row.id,
    default_sort="-at",
    empty_icon="activity",
    empty_title=_("No diagnoses yet"),
    empty_text=_("Open a desktop, a desktop user, a pool or an alarm and press Diagnose."),
)


@page(_SEE)
def list_diagnoses(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /diagnoses"""
    return serve_list(request, viewer, DIAGNOSES)


@action(_SEE)
def new_diagnosis(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /diagnoses/new, kind=desktop, id=7"""
    kind, id = _read_subject(request)
    made = make_diagnosis(viewer, kind, id, now=CLOCK.now())
    return done(request, "diagnosis", diagnosis=made)


def _read_subject(request: HttpRequest) -> tuple[SubjectKind, int]:
    try:
        kind = SubjectKind(request.POST.get("kind", ""))
    except ValueError as error:
        raise Invalid("kind", "this is not one of the choices") from error
    id = find_row_id(request.POST.get("id", ""))
    if id is None:
        raise Invalid("id", "this is not a number")
    return kind, id


@page(_SEE)
def show_diagnosis(request: HttpRequest, viewer: Viewer, diagnosis: int) -> HttpResponseBase:
    """GET /diagnoses/N"""
    row = queries.access_diagnosis(viewer, diagnosis)
    assert row.verdict is not None  # noqa: S101  one row has it
    board = DiagnosisBoard(viewer=viewer, row=row, verdict=row.verdict)
    return render(
        request,
        "console/diagnoses/detail.html",
        parts=("acts",),
        board=board,
        row=row,
        verdict=row.verdict,
    )


@page(_SEE)
def export_diagnosis(request: HttpRequest, viewer: Viewer, diagnosis: int) -> HttpResponseBase:
    """GET /diagnoses/N/export.md"""
    row = queries.access_diagnosis(viewer, diagnosis)
    assert row.verdict is not None  # noqa: S101  one row has it
    text = write_markdown(row.verdict, get_language() or "zh", ZoneInfo(viewer.time_zone))
    return send_file(f"diagnosis-{row.id}.md", "text/markdown; charset=utf-8", text.encode())


@page(_SEE)
def print_diagnosis(request: HttpRequest, viewer: Viewer, diagnosis: int) -> HttpResponseBase:
    """GET /diagnoses/N/export.pdf"""
    row = queries.access_diagnosis(viewer, diagnosis)
    assert row.verdict is not None  # noqa: S101  one row has it
    language, zone = get_language() or "zh", ZoneInfo(viewer.time_zone)
    made = make_pdf(row, row.verdict, language, zone, say=say_changed)
    return send_file(f"diagnosis-{row.id}.pdf", "application/pdf", made)


@page(_SEE)
def list_checks(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /diagnoses/checks"""
    return render(request, "console/diagnoses/checks.html", checks=queries.list_checks(viewer))


urlpatterns = [
    path("diagnoses", list_diagnoses, name="diagnoses"),
    path("diagnoses/new", new_diagnosis, name="diagnosis_new"),
    path("diagnoses/checks", list_checks, name="diagnosis_checks"),
    path("diagnoses/<int:diagnosis>", show_diagnosis, name="diagnosis"),
    path("diagnoses/<int:diagnosis>/export.pdf", print_diagnosis, name="diagnosis_print"),
    path("diagnoses/<int:diagnosis>/export.md", export_diagnosis, name="diagnosis_export"),
]
