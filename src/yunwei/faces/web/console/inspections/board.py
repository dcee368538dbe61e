"""The pages of inspections: their list, one that is asked for, one with all that was found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.inspection.actions import inspections as actions
from yunwei.operate.inspection.facts.inspections import (
    Answer,
    Differing,
    FollowUp,
    Found,
    Inspection,
    InspectionState,
    Result,
    WholeInspection,
)
from yunwei.operate.inspection.facts.templates import ItemSpec
from yunwei.operate.inspection.queries import inspections as queries
from yunwei.operate.inspection.queries import plans
from yunwei.operate.inspection.queries.paper import render_inspection, say_arithmetic
from yunwei.operate.inspection.queries.words import say_said
from yunwei.operate.inspection.rules.sealing import ANSWERS

SEE, WORK = Permission.SEE_SERVICE, Permission.WORK_REQUESTS
BUILT_IN = ""
"""What stands for the built-in template in a form."""

INSPECTIONS = ListSpec[Inspection](
    name="inspections",
    title=_("Inspections"),
    columns=(
        Column(
            name="title",
            label=_("Inspection"),
            value=lambda row: say_said(row.title),
            note=lambda row: row.code,
            link=lambda row: reverse("inspection", args=[row.id]),
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="inspection_state",
        ),
        Column(
            name="score",
            label=_("Health score"),
            value=lambda row: row.score,
            kind="number",
            sort="score",
            phone="label",
        ),
        Column(
            name="grade",
            label=_("Grade"),
            value=lambda row: row.grade,
            kind="word",
            words="inspection_grade",
            phone="label",
        ),
        Column(
            name="failed",
            label=pgettext_lazy("inspection", "Not well"),
            value=lambda row: row.failed,
            kind="number",
            phone="label",
        ),
        Column(
            name="warned",
            label=pgettext_lazy("inspection", "Doubtful"),
            value=lambda row: row.warned,
            kind="number",
            phone="hide",
        ),
        Column(
            name="unmeasured",
            label=pgettext_lazy("inspection", "Not measured"),
            value=lambda row: row.unmeasured,
            kind="number",
            phone="hide",
        ),
        Column(
            name="measured_at",
            label=pgettext_lazy("inspection", "Measured"),
            value=lambda row: row.measured_at,
            kind="time",
            sort="measured_at",
            phone="label",
        ),
        Column(
            name="asked_at",
            label=_("Asked for"),
            value=lambda row: row.asked_at,
            kind="time",
            sort="asked_at",
            is_default=False,
            phone="hide",
        ),
        Column(name="asked_by", label=_("Asked by"), value=lambda row: row.asked_by, phone="hide"),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
    ),
    filters=(
        search_filter(_("Customer, template, person")),
        word_filter("state", _("State: all"), "inspection_state"),
        word_filter("grade", _("Grade: all"), "inspection_grade"),
    ),
    fetch=queries.fetch_inspections,
    row_id=lambda row: row.id,
    default_sort="-asked_at",
    refresh=("inspection",),
    empty_icon="clipboard-list",
    empty_title=_("No inspections"),
    empty_text=_(
        "An inspection holds a customer's desktop cloud against a template of checks, with what "
        "is measured now and what people see on site."
    ),
)


@page(SEE)
def list_inspections(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /inspections"""
    return serve_list(
        request,
        viewer,
        INSPECTIONS,
        "console/inspections/list.html",
        can=may(viewer, WORK),
        **offer(viewer, WORK, "inspection_new", _("Inspect now")),
    )


@form_page(WORK)
def new_inspection(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /inspections/new"""
    form = open_form(request, choose_fields(viewer))
    made = form.attempt(lambda sent: _ask(viewer, sent))
    if made is not None:
        return done(request, "inspection", _("The inspection is being made."), inspection=made)
    return render(
        request,
        "console/inspections/new.html",
        status=422 if form.is_sent else 200,
        form=form,
    )


def choose_fields(viewer: Viewer) -> tuple[FormField, ...]:
    """Which customer is inspected by which template."""
    tenants = tenant_options(viewer)
    own = plans.fetch_templates(viewer).items
    templates = [(str(each.id), f"{say_said(each.title)} · {each.tenant_name}") for each in own]
    return (
        FormField(
            key="tenant",
            label=_("Customer"),
            kind="choice",
            options=tenants,
            default=tenants[-1][0] if tenants else "",
        ),
        FormField(
            key="template",
            label=_("Template"),
            kind="choice",
            is_required=False,
            options=[(BUILT_IN, say_said(plans.built_in().title)), *templates],
            default=BUILT_IN,
        ),
    )


def read_choice(viewer: Viewer, form: Form) -> tuple[TenantId, int | None]:
    """Return the customer and template that were chosen; raises Invalid."""
    tenant, template = form.text("tenant"), form.text("template")
    if not tenant.isdecimal() or int(tenant) not in viewer.tenants:
        raise Invalid("tenant", "this is not one of the choices")
    if template and not template.isdecimal():
        raise Invalid("template", "this is not one of the choices")
    return TenantId(int(tenant)), int(template) if template else None


def _ask(viewer: Viewer, form: Form) -> int:
    tenant, template = read_choice(viewer, form)
    return actions.ask_inspection(viewer, tenant, template, now=CLOCK.now())


@dataclass(frozen=True, kw_only=True)
class DrawnFound:
    """A finding as the page takes it. change: since the inspection before."""

    result: Result
    found: Found
    change: str
    ticket: FollowUp | None


@dataclass(frozen=True, kw_only=True)
class DrawnItem:
    """level, note: as they are, or as they were typed and refused."""

    item: ItemSpec
    answer: Answer | None
    level: str
    note: str
    error: str
    ticket: FollowUp | None


@dataclass(kw_only=True)
class Board:
    """What the page of one inspection shows. typed: what was sent and refused, by field."""

    whole: WholeInspection
    typed: dict[str, str]
    error: Invalid | None = None

    @property
    def findings(self) -> Iterator[tuple[Result, list[DrawnFound]]]:
        content = self.whole.content
        changes = {(each.check, each.key): each.change.value for each in self.whole.differences}
        for result in content.results if content else ():
            if result.level.is_found:
                name = result.check.name
                yield (
                    result,
                    [
                        DrawnFound(
                            result=result,
                            found=each,
                            change=changes.get((name, each.sample.key), ""),
                            ticket=self.whole.follow_ups.get((name, each.sample.key)),
                        )
                        for each in result.found
                    ],
                )

    @property
    def items(self) -> list[DrawnItem]:
        content = self.whole.content
        return [self._draw(each) for each in content.items] if content else []

    def _draw(self, item: ItemSpec) -> DrawnItem:
        answer = self.whole.answers.get(item.name)
        level, note = f"level.{item.name}", f"note.{item.name}"
        fields = (item.name, f"{item.name}.note")
        is_wrong = self.error is not None and self.error.field in fields
        return DrawnItem(
            item=item,
            answer=answer,
            level=self.typed.get(level, answer.level.value if answer else ""),
            note=self.typed.get(note, answer.note if answer else ""),
            error=say_error(self.error) if is_wrong and self.error else "",
            ticket=self.whole.follow_ups.get((item.name, "")),
        )

    @property
    def is_answered(self) -> bool:
        content = self.whole.content
        return content is not None and all(
            each.name in self.whole.answers for each in content.items
        )

    @property
    def news(self) -> list[Differing]:
        """What is different at all."""
        return [each for each in self.whole.differences if each.change.value != "unchanged"]

    @property
    def arithmetic(self) -> str:
        return say_arithmetic(self.whole.score) if self.whole.score else ""


@page(SEE)
def show_inspection(request: HttpRequest, viewer: Viewer, inspection: int) -> HttpResponseBase:
    """GET /inspections/N"""
    return _show(request, viewer, Board(whole=_whole(viewer, inspection), typed={}))


def _whole(viewer: Viewer, inspection: int) -> WholeInspection:
    return queries.access_inspection(viewer, inspection)


def _show(
    request: HttpRequest, viewer: Viewer, board: Board, *, status: int = 200
) -> HttpResponseBase:
    row = board.whole.row
    works = may(viewer, WORK, row.tenant)
    return render(
        request,
        "console/inspections/inspection.html",
        parts=("inspection",),
        status=status,
        board=board,
        whole=board.whole,
        row=row,
        works=works,
        can_answer=works and row.state is InspectionState.MEASURED,
        can_remove=may(viewer, Permission.MANAGE_SERVICE, row.tenant)
        and row.state is not InspectionState.SEALED,
        answers=[each.value for each in ANSWERS],
        file_kinds=("pdf", "docx"),
    )


@action(WORK)
def answer_items(request: HttpRequest, viewer: Viewer, inspection: int) -> HttpResponseBase:
    """POST /inspections/N/answers: level.ITEM, note.ITEM"""
    whole = _whole(viewer, inspection)
    typed = {name: str(value) for name, value in request.POST.items()}
    said = {
        name.removeprefix("level."): (level, typed.get(f"note.{name.removeprefix('level.')}", ""))
        for name, level in typed.items()
        if name.startswith("level.") and level
    }
    try:
        actions.answer_items(viewer, inspection, said, now=CLOCK.now())
    except Invalid as error:
        return _show(request, viewer, Board(whole=whole, typed=typed, error=error), status=422)
    except Conflict as error:
        return done(request, "inspection", say_error(error), tone="critical", inspection=inspection)
    return done(request, "inspection", _("Answers are kept."), inspection=inspection)


@action(WORK)
def act_on_inspection(request: HttpRequest, viewer: Viewer, inspection: int) -> HttpResponseBase:
    """POST /inspections/N/act: act (seal, ticket with check and key, remove)"""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Refused()
    try:
        to, text = act(request, viewer, inspection)
    except (Conflict, Invalid) as error:
        return done(request, "inspection", say_error(error), tone="critical", inspection=inspection)
    return done(request, to, text)


def _seal(_request: HttpRequest, viewer: Viewer, inspection: int) -> tuple[str, Text]:
    actions.seal_inspection(viewer, inspection, now=CLOCK.now())
    return reverse("inspection", args=[inspection]), _("Sealed: nothing of it changes any more.")


def _ticket(request: HttpRequest, viewer: Viewer, inspection: int) -> tuple[str, Text]:
    about = request.POST.get("check", ""), request.POST.get("key", "")
    actions.make_ticket(viewer, inspection, about, now=CLOCK.now())
    return reverse("inspection", args=[inspection]), _("A ticket was opened.")


def _remove(_request: HttpRequest, viewer: Viewer, inspection: int) -> tuple[str, Text]:
    actions.remove_inspection(viewer, inspection)
    return reverse("inspections"), _("Removed.")


_ACTS: dict[str, Callable[[HttpRequest, Viewer, int], tuple[str, Text]]] = {
    "seal": _seal,
    "ticket": _ticket,
    "remove": _remove,
}


@page(SEE)
def download_inspection(
    request: HttpRequest, viewer: Viewer, inspection: int, kind: str
) -> HttpResponseBase:
    """GET /inspections/N/file/pdf (docx)"""
    if kind not in {"pdf", "docx"}:
        raise Refused()
    whole = _whole(viewer, inspection)
    language = get_language() or viewer.language.value
    content_type, data = render_inspection(
        whole, kind, language=language, time_zone=viewer.time_zone
    )
    actions.note_taken(viewer, inspection, kind)
    name = f"{whole.row.code}-{language[:2]}.{kind}"
    return send_file(name, content_type, data)


urlpatterns = [
    path("inspections", list_inspections, name="inspections"),
    path("inspections/new", new_inspection, name="inspection_new"),
    path("inspections/<int:inspection>", show_inspection, name="inspection"),
    path("inspections/<int:inspection>/answers", answer_items, name="inspection_answers"),
    path("inspections/<int:inspection>/act", act_on_inspection, name="inspection_act"),
    path(
        "inspections/<int:inspection>/file/<str:kind>",
        download_inspection,
        name="inspection_file",
    ),
]
