"""The pages of runs: their list, one run as it goes on, one target with what it printed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import RunId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.scripts.following import ask_group, describe_chain
from yunwei.faces.web.console.scripts.guard import say_findings
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text, word
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import following, judging
from yunwei.operate.runs.facts.runs import RETRIED, Run, Target, TargetState
from yunwei.operate.runs.rules.machine import measure_pace
from yunwei.operate.runs.rules.output import read_output
from yunwei.operate.timetables import queries as timetables

_SEE = (Permission.SEE_SCRIPTS, Permission.MANAGE_SCRIPTS)


def _progress(run: Run) -> str:
    return str(_("%(over)s of %(total)s") % {"over": run.over, "total": run.total})


RUNS = ListSpec[Run](
    name="runs",
    title=_("Runs"),
    columns=(
        Column(
            name="script",
            label=_("Script"),
            value=lambda run: run.script_name,
            note=lambda run: run.note,
            link=lambda run: reverse("run", args=[run.id]),
            sort="script",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda run: run.state,
            kind="word",
            words="run_state",
            sort="state",
        ),
        Column(name="progress", label=pgettext_lazy("run", "Over"), value=_progress, phone="label"),
        Column(
            name="succeeded",
            label=_("Succeeded"),
            value=lambda run: run.succeeded,
            kind="number",
            phone="label",
        ),
        Column(
            name="failed",
            label=_("Failed"),
            value=lambda run: run.failed or None,
            kind="number",
            phone="label",
        ),
        Column(
            name="total",
            label=_("Desktops"),
            value=lambda run: run.total,
            kind="number",
            sort="total",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="created_at",
            label=_("Started"),
            value=lambda run: run.created_at,
            kind="time",
            sort="created_at",
        ),
        Column(
            name="created_by",
            label=_("Started by"),
            value=lambda run: run.created_by,
            phone="label",
        ),
        Column(
            name="ended_at",
            label=pgettext_lazy("run", "Over"),
            value=lambda run: run.ended_at,
            kind="time",
            sort="ended_at",
            is_default=False,
            phone="hide",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda run: run.tenant_name, phone="hide"),
    ),
    filters=(
        search_filter(_("Script, purpose or person")),
        word_filter("state", _("State: all"), "run_state"),
        yes_filter("is_open", _("Over: all"), _("Not over yet"), pgettext_lazy("run", "Over")),
    ),
    fetch=queries.fetch_runs,
    row_id=lambda run: run.id,
    default_sort="-created_at",
    refresh=("runs",),
    empty_icon="player-play",
    empty_title=_("No runs"),
    empty_text=_(
        "A run is one carrying out of an approved script on desktops that you choose. Begin with "
        "a script of the library."
    ),
)


def _reason(target: Target) -> str:
    return str(word("target_reason", target.reason).label) if target.reason else ""


TARGETS = ListSpec[Target](
    name="targets",
    title=_("Desktops of the run"),
    columns=(
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name,
            link=lambda row: reverse("run_target", args=[row.run, row.id]),
            sort="desktop",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="target_state",
            sort="state",
        ),
        Column(name="reason", label=_("Why"), value=_reason, phone="label"),
        Column(
            name="exit_code",
            label=_("Exit code"),
            value=lambda row: row.exit_code,
            kind="number",
            sort="exit_code",
            phone="label",
        ),
        Column(
            name="started_at",
            label=_("Begun"),
            value=lambda row: row.started_at,
            kind="time",
            sort="started_at",
            phone="hide",
        ),
        Column(
            name="duration_s",
            label=_("Took"),
            value=lambda row: row.duration_s,
            kind="duration",
            sort="duration_s",
            phone="label",
        ),
        Column(
            name="output_bytes",
            label=_("Output"),
            value=lambda row: row.output_bytes or None,
            kind="bytes",
            phone="hide",
        ),
        Column(
            name="batch",
            label=_("Batch"),
            value=lambda row: None if row.batch is None else _batch(row.batch),
            sort="batch",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Desktop")),
        word_filter("state", _("State: all"), "target_state"),
        Filter(name="digest", label=_("Output"), is_main=False),
        Filter(name="exit_code", label=_("Exit code"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_targets,
    row_id=lambda row: row.id,
    default_sort="state",
    refresh=("runs",),
    empty_icon="search",
    empty_title=_("No desktop of the run matches"),
)


def _batch(number: int) -> str:
    return str(_("Canary")) if number == 0 else str(number)


@page(*_SEE)
def list_runs(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /runs"""
    return serve_list(request, viewer, RUNS, "console/runs/list.html")


@page(*_SEE)
def show_run(request: HttpRequest, viewer: Viewer, run: int) -> HttpResponseBase:
    """GET /runs/N: how it goes, what came out of it, its desktops"""
    known = queries.access_run(viewer, RunId(run))
    start = timetables.start_of_run(viewer, known.id)
    own = replace(
        TARGETS,
        fetch=lambda viewer, filters, asked: queries.fetch_targets(
            viewer, {**filters, "run": known.id}, asked
        ),
    )
    return serve_list(
        request, viewer, own, "console/runs/run.html", start=start, **_describe(viewer, known)
    )


@page(*_SEE)
def show_progress(request: HttpRequest, viewer: Viewer, run: int) -> HttpResponseBase:
    """GET /runs/N/progress: the part of its page that goes on"""
    known = queries.access_run(viewer, RunId(run))
    return render(request, "console/runs/_progress.html", **_describe(viewer, known))


@page(*_SEE)
def compare_run(request: HttpRequest, viewer: Viewer, run: int) -> HttpResponseBase:
    """GET /runs/N/compare: beside the last run of its timetable, else of its script"""
    known = queries.access_run(viewer, RunId(run))
    before = timetables.run_before(viewer, known.id) or queries.run_before(viewer, known.id)
    found = queries.compare_runs(viewer, known.id, before) if before is not None else None
    counts = list(found.counts.items()) if found is not None else []
    return render(request, "console/runs/compare.html", run=known, found=found, counts=counts)


def _describe(viewer: Viewer, run: Run) -> dict[str, Any]:
    can = may(viewer, Permission.RUN_SCRIPTS, run.tenant)
    counts = [(state, run.count(state)) for state in TargetState if run.count(state)]
    return {
        "run": run,
        "now_counts": counts,
        "pace": measure_pace(run, CLOCK.now()),
        "guard": say_findings(run.watched),
        "results": [(each, ask_group(each)) for each in queries.fetch_groups(viewer, run.id)],
        **describe_chain(viewer, run),
        "parameters": list(run.parameters.items()),
        "cloud_orders": queries.fetch_cloud_orders(viewer, run.id),
        "can": can,
        "can_judge": can and viewer.name != run.created_by,
        "can_retry": can and not run.state.is_open and run.count(*RETRIED) > 0,
    }


@action(Permission.RUN_SCRIPTS)
def act_on_run(request: HttpRequest, viewer: Viewer, run: int) -> HttpResponseBase:
    """POST /runs/N/act: act (approve, decline, cancel, drop), note"""
    act, note = request.POST.get("act", ""), request.POST.get("note", "")
    try:
        text = _ACTS[act](viewer, RunId(run), note)
    except KeyError as error:
        raise Refused() from error
    except (Conflict, Invalid) as error:
        return done(request, "run", say_error(error), tone="critical", run=run)
    return done(request, "run", text, run=run)


def _approve(viewer: Viewer, run: RunId, note: str) -> Text:
    judging.approve_run(viewer, run, now=CLOCK.now(), note=note)
    return _("Approved: it begins now.")


def _decline(viewer: Viewer, run: RunId, note: str) -> Text:
    judging.decline_run(viewer, run, now=CLOCK.now(), note=note)
    return _("Not approved: it does not begin.")


def _cancel(viewer: Viewer, run: RunId, note: str) -> Text:
    judging.cancel_run(viewer, run, now=CLOCK.now())
    return _("Nothing more is begun, and what runs is ended.")


def _drop(viewer: Viewer, run: RunId, note: str) -> Text:
    following.drop_follow_ups(viewer, run, now=CLOCK.now())
    return _("Nothing more follows this run.")


_ACTS: dict[str, Callable[[Viewer, RunId, str], Text]] = {
    "approve": _approve,
    "decline": _decline,
    "cancel": _cancel,
    "drop": _drop,
}


@page(*_SEE)
def show_target(request: HttpRequest, viewer: Viewer, run: int, target: int) -> HttpResponseBase:
    """GET /runs/N/targets/M"""
    known = queries.access_run(viewer, RunId(run))
    row = queries.access_target(viewer, known.id, target)
    return render(
        request,
        "console/runs/target.html",
        parts=("state",),
        run=known,
        row=row,
        output=read_output(queries.fetch_output(viewer, known.id, target)),
        can_see_agent=may(viewer, Permission.SEE_MONITORING),
    )


@page(*_SEE)
def download_output(request: HttpRequest, viewer: Viewer, run: int) -> HttpResponseBase:
    """GET /runs/N/output: what all desktops printed, as one text"""
    known = queries.access_run(viewer, RunId(run))
    answer = StreamingHttpResponse(
        _all_output(viewer, known), content_type="text/plain; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="run-{known.id}.txt"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _all_output(viewer: Viewer, run: Run) -> Iterator[bytes]:
    yield f"{run.script_name} v{run.version}  sha256 {run.sha256}\n".encode()
    for target, data in queries.fetch_all_output(viewer, run.id):
        code = "" if target.exit_code is None else f"  exit {target.exit_code}"
        why = f"  {target.reason}" if target.reason else ""
        yield f"\n=== {target.desktop_name}  {target.state.value}{code}{why}\n".encode()
        text = read_output(data)
        yield (text if text.endswith("\n") or not text else f"{text}\n").encode()


@page(*_SEE)
def download_target(
    request: HttpRequest, viewer: Viewer, run: int, target: int
) -> HttpResponseBase:
    """GET /runs/N/targets/M/output: the very bytes that it printed, as far as they were kept"""
    data = queries.fetch_output(viewer, RunId(run), target)
    answer = HttpResponse(data, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="run-{run}-{target}.txt"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


urlpatterns = [
    path("runs", list_runs, name="runs"),
    path("runs/<int:run>", show_run, name="run"),
    path("runs/<int:run>/progress", show_progress, name="run_progress"),
    path("runs/<int:run>/compare", compare_run, name="run_compare"),
    path("runs/<int:run>/act", act_on_run, name="run_act"),
    path("runs/<int:run>/output", download_output, name="run_output"),
    path("runs/<int:run>/targets/<int:target>", show_target, name="run_target"),
    path("runs/<int:run>/targets/<int:target>/output", download_target, name="run_target_output"),
]
