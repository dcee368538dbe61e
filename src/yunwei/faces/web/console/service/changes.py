"""The pages of standard changes: their list, and one with its runbook, which is worked by."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.channels import secret_box
from yunwei.faces.web.console.service.cases import read_upload
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    parse_boolean,
    search_filter,
    tenant_options,
    word_filter,
)
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.changes.actions import stepping, working
from yunwei.operate.changes.facts import (
    Change,
    ChangeState,
    Evidence,
    Phase,
    Step,
    StepState,
    WholeChange,
)
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.queries.paper import render_record, say_choice
from yunwei.operate.changes.queries.words import say_said
from yunwei.operate.changes.rules import next_step
from yunwei.operate.runs import queries as runs
from yunwei.operate.runs.facts.runs import Run

SEE, WORK = Permission.SEE_SERVICE, Permission.WORK_REQUESTS

CHANGES = ListSpec[Change](
    name="changes",
    title=_("Standard changes"),
    columns=(
        Column(
            name="title",
            label=pgettext_lazy("standard change", "Change"),
            value=lambda row: say_said(row.title),
            note=lambda row: row.code,
            link=lambda row: reverse("change", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="runbook_state",
        ),
        Column(
            name="steps",
            label=_("Steps"),
            value=lambda row: f"{row.steps_over} / {row.steps}",
            phone="label",
        ),
        Column(
            name="risk",
            label=_("Risk"),
            value=lambda row: row.risk,
            kind="word",
            words="change_risk",
            phone="hide",
        ),
        Column(
            name="starts_at",
            label=_("The window begins"),
            value=lambda row: row.starts_at,
            kind="time",
            sort="starts_at",
            phone="label",
        ),
        Column(
            name="ends_at",
            label=_("The window ends"),
            value=lambda row: row.ends_at,
            kind="time",
            phone="hide",
        ),
        Column(
            name="ticket",
            label=_("Ticket"),
            value=lambda row: row.ticket_title,
            note=lambda row: row.ticket_code,
            link=lambda row: reverse("ticket", args=[row.ticket]),
            phone="hide",
        ),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
    ),
    filters=(
        search_filter(_("Number, change, ticket or customer")),
        word_filter("state", _("State: all"), "runbook_state"),
        word_filter("risk", _("Risk: all"), "change_risk"),
        Filter(
            name="is_open",
            label=_("Open or not: all"),
            options=lambda _viewer: [("yes", _("Still open")), ("no", _("Not open"))],
            parse=parse_boolean,
            kind="choice",
        ),
        Filter(
            name="tenant",
            label=_("Customer: all"),
            options=tenant_options,
            parse=int,
            kind="choice",
        ),
        Filter(name="ticket", label=_("Ticket"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_changes,
    row_id=lambda row: row.id,
    default_sort="-starts_at",
    refresh=("changes",),
    empty_icon="adjustments",
    empty_title=_("No standard changes"),
    empty_text=_(
        "A standard change is carried out by a template, step by step, in a window: what fails "
        "halts it, and is rolled back. Its record belongs to the ticket."
    ),
)


@dataclass(frozen=True, kw_only=True)
class DrawnStep:
    """A step as the template takes it. run: its present one, where the viewer may see it."""

    step: Step
    number: int
    is_turn: bool
    evidence: list[Evidence]
    run: Run | None


@page(SEE)
def list_changes(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /changes"""
    return serve_list(
        request,
        viewer,
        CHANGES,
        "console/service/changes.html",
        can=may(viewer, WORK),
        **offer(viewer, WORK, "change_new", _("Plan a change")),
    )


@page(SEE)
def show_change(request: HttpRequest, viewer: Viewer, change: int) -> HttpResponseBase:
    """GET /changes/N"""
    return _show(request, viewer, change)


def _show(
    request: HttpRequest, viewer: Viewer, change: int, *, error: str = "", typed: str = ""
) -> HttpResponseBase:
    whole = queries.access_change(viewer, change)
    known, now = whole.change, CLOCK.now()
    turn = next_step(whole)
    works = may(viewer, WORK, known.tenant)
    is_in_window = known.starts_at <= now < known.ends_at
    return render(
        request,
        "console/service/change.html",
        parts=("runbook",),
        status=422 if error else 200,
        whole=whole,
        change=known,
        title=say_said(known.title),
        phases=_draw(viewer, whole, turn),
        lines=_lines(whole),
        turn=turn,
        works=works,
        waits=turn is not None and turn.is_script and turn.state is StepState.STARTED,
        is_in_window=is_in_window,
        is_early=now < known.starts_at,
        may_roll_back=works and _may_roll_back(whole),
        may_give_up=works and _may_give_up(whole),
        may_conclude=works and _may_conclude(known),
        desktops=say_choice(known.choice),
        file_kinds=("pdf", "docx"),
        error=error,
        typed=typed,
    )


def _draw(
    viewer: Viewer, whole: WholeChange, turn: Step | None
) -> list[tuple[Phase, list[DrawnStep]]]:
    drawn = []
    for phase in Phase:
        steps = [
            DrawnStep(
                step=each,
                number=number,
                is_turn=turn is not None and turn.id == each.id,
                evidence=[file for file in whole.evidence if file.step == each.id],
                run=_run(viewer, each),
            )
            for number, each in enumerate(whole.phase(phase), start=1)
        ]
        drawn.append((phase, steps))
    return drawn


def _run(viewer: Viewer, step: Step) -> Run | None:
    """Return the run of a step that is not over, for who may see it."""
    if step.run is None or step.outcome is not None or not may(viewer, Permission.SEE_SCRIPTS):
        return None
    return runs.access_run(viewer, step.run)


def _lines(whole: WholeChange) -> list[tuple[object, str]]:
    titles = {each.id: say_said(each.spec.title) for each in whole.steps}
    return [(line, titles.get(line.step or 0, "")) for line in reversed(whole.lines)]


def _may_roll_back(whole: WholeChange) -> bool:
    state = whole.change.state
    is_busy = any(each.state is StepState.STARTED for each in whole.steps)
    return state in (ChangeState.WORKING, ChangeState.HALTED) and not is_busy


def _may_give_up(whole: WholeChange) -> bool:
    is_stuck = any(each.state is StepState.FAILED for each in whole.phase(Phase.ROLLBACK))
    return whole.change.state is ChangeState.ROLLING_BACK and is_stuck


def _may_conclude(change: Change) -> bool:
    is_over = not change.state.is_open and change.state is not ChangeState.CANCELLED
    return is_over and change.concluded_at is None


@action(WORK)
def act_on_change(request: HttpRequest, viewer: Viewer, change: int) -> HttpResponseBase:
    """POST /changes/N/act: act (start, roll_back, give_up, cancel, conclude), text"""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Refused()
    text = request.POST.get("text", "")
    try:
        said = act(viewer, change, text)
    except (Conflict, Invalid) as error:
        return _show(request, viewer, change, error=say_error(error), typed=text)
    return done(request, "change", said, change=change)


def _start(viewer: Viewer, change: int, _text: str) -> Text:
    working.start_change(viewer, change, now=CLOCK.now())
    return _("The change has begun: step by step, from the first.")


def _roll_back(viewer: Viewer, change: int, text: str) -> Text:
    working.roll_back(viewer, change, reason=text, now=CLOCK.now())
    return _("It is rolled back: the steps that bring back the state before come next.")


def _give_up(viewer: Viewer, change: int, text: str) -> Text:
    working.give_up(viewer, change, reason=text, now=CLOCK.now())
    return _("The change has failed. Say so to the customer.")


def _cancel(viewer: Viewer, change: int, text: str) -> Text:
    working.cancel_change(viewer, change, reason=text, now=CLOCK.now())
    return _("Given up.")


def _conclude(viewer: Viewer, change: int, text: str) -> Text:
    working.conclude(viewer, change, text=text, now=CLOCK.now())
    return _("Concluded; the ticket says so.")


_ACTS: dict[str, Callable[[Viewer, int, str], Text]] = {
    "start": _start,
    "roll_back": _roll_back,
    "give_up": _give_up,
    "cancel": _cancel,
    "conclude": _conclude,
}


@action(WORK)
def act_on_step(request: HttpRequest, viewer: Viewer, change: int, step: int) -> HttpResponseBase:
    """POST /changes/N/steps/M: act (start, done, failed, skip, accept, again, attach), text,
    file"""
    asked, text = request.POST.get("act", ""), request.POST.get("text", "")
    stepping.access_step(viewer, change, step)
    try:
        is_sent = request.FILES.get("file") is not None or asked == "attach"
        upload = read_upload(request) if is_sent else None
        said = _act(viewer, (change, step), asked, text)
        if upload is not None:
            stepping.add_evidence(viewer, change, step, upload, now=CLOCK.now())
    except (Conflict, Invalid) as error:
        return _show(request, viewer, change, error=say_error(error), typed=text)
    return done(request, "change", said, change=change)


def _act(viewer: Viewer, at: tuple[int, int], asked: str, text: str) -> Text:
    now = CLOCK.now()
    match asked:
        case "start":
            stepping.start_step(viewer, *at, box=secret_box(), now=now)
            return _("The step has begun.")
        case "done" | "failed":
            stepping.finish_step(viewer, *at, is_done=asked == "done", result=text, now=now)
            return _("Noted.")
        case "skip":
            stepping.skip_step(viewer, *at, reason=text, now=now)
            return _("Left out.")
        case "accept":
            stepping.accept_step(viewer, *at, reason=text, now=now)
            return _("It counts as done.")
        case "again":
            stepping.try_again(viewer, *at, box=secret_box(), now=now)
            return _("The step has begun.")
        case "attach":
            return _("The file is kept.")
    raise Refused()


@page(SEE)
def take_evidence(
    request: HttpRequest, viewer: Viewer, change: int, evidence: int
) -> HttpResponseBase:
    """GET /changes/N/evidence/M"""
    found = queries.fetch_evidence(viewer, change, evidence)
    return send_file(found.name, found.content_type, found.data)


@page(SEE)
def download_record(
    request: HttpRequest, viewer: Viewer, change: int, kind: str
) -> HttpResponseBase:
    """GET /changes/N/file/pdf (docx)"""
    whole = queries.access_change(viewer, change)
    if kind not in {"pdf", "docx"}:
        raise Refused()
    language = get_language() or viewer.language.value
    content_type, data = render_record(whole, kind, language=language, time_zone=viewer.time_zone)
    working.note_taken(viewer, change, kind)
    return send_file(f"{whole.change.code}-{language[:2]}.{kind}", content_type, data)


urlpatterns = [
    path("changes", list_changes, name="changes"),
    path("changes/<int:change>", show_change, name="change"),
    path("changes/<int:change>/act", act_on_change, name="change_act"),
    path("changes/<int:change>/steps/<int:step>", act_on_step, name="change_step"),
    path("changes/<int:change>/evidence/<int:evidence>", take_evidence, name="change_evidence"),
    path("changes/<int:change>/file/<str:kind>", download_record, name="change_file"),
]
