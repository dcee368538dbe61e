"""The pages of trials: what a threshold rule would have done, while it is found out and after."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import ThresholdRuleId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.monitor.thresholds.actions import trials as actions
from yunwei.monitor.thresholds.facts import Trial, TrialRecord, TrialState
from yunwei.monitor.thresholds.jobs import shared_runner
from yunwei.monitor.thresholds.queries.trials import SPANS, access_trial
from yunwei.operate.reports import trial_figures

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_WAIT_S = 1.0
_LISTED = 50


def read_days(typed: str) -> int:
    """Return how far back to look. Raises Invalid."""
    if not typed.isdecimal():
        raise Invalid("days", "this is not a number")
    return int(typed)


def run_trial(viewer: Viewer, begun: int) -> TrialRecord:
    """Let a trial run, and return it as it stands in a moment: a quick one is over by then."""
    shared_runner().submit(viewer, begun)
    shared_runner().wait(begun, _WAIT_S)
    return access_trial(viewer, begun)


def draw_trial(viewer: Viewer, record: TrialRecord | None) -> dict[str, Any]:
    """Return what the templates of a trial show."""
    if record is None:
        return {}
    drawn: dict[str, Any] = {
        "record": record,
        "is_running": record.state is TrialState.RUNNING,
        "trial_url": reverse("threshold_trial", args=[record.id]),
    }
    if record.trial is not None:
        trial = record.trial
        drawn |= {
            "trial": trial,
            "figure": trial_figures.tried_by_day(trial.by_day, time_zone=viewer.time_zone),
            "listed": trial.alarms[:_LISTED],
        }
    return drawn


@action(*_SEE)
def try_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /threshold-rules/N/trial with `days`"""
    id = ThresholdRuleId(rule)
    try:
        days = read_days(request.POST.get("days", ""))
        begun = actions.start_trial_of_rule(viewer, id, days=days, now=CLOCK.now())
    except Invalid as error:
        return done(request, "threshold_rule", say_error(error), tone="critical", rule=rule)
    run_trial(viewer, begun)
    return done(request, "threshold_trial", trial=begun)


@page(*_SEE)
def show_trial(request: HttpRequest, viewer: Viewer, trial: int) -> HttpResponseBase:
    """GET /threshold-trials/N, ?export=csv; asks again every second while it runs"""
    record = access_trial(viewer, trial)
    kind = request.GET.get("export", "")
    if kind:
        check_kind(kind)
        name, asked = f"threshold-trial-{trial}", {"days": str(record.days)}
        rows = _sheet(record.trial)
        return serve_sheet(viewer, kind, name, record.name or name, rows, asked=asked)
    context = draw_trial(viewer, record)
    template = "console/thresholds/trial.html"
    return render(request, template, parts=("trial",), spans=SPANS, **context)


@action(*_SEE)
def cancel_trial(request: HttpRequest, viewer: Viewer, trial: int) -> HttpResponseBase:
    """POST /threshold-trials/N/cancel"""
    try:
        actions.cancel_trial(viewer, trial, now=CLOCK.now())
    except Conflict as error:
        return done(request, "threshold_trial", say_error(error), tone="critical", trial=trial)
    return done(request, "threshold_trial", _("Given up."), trial=trial)


def _sheet(trial: Trial | None) -> Iterator[list[Plain]]:
    yield [
        gettext("Object"),
        gettext("Severity"),
        gettext("Raised"),
        gettext("Cleared"),
        gettext("Value"),
        gettext("No measurements"),
    ]
    for each in trial.alarms if trial else ():
        severity, value = each.worst.value, each.value
        missing = "yes" if each.is_missing else ""
        yield [each.managed_object, severity, each.raised_at, each.cleared_at, value, missing]


urlpatterns = [
    path("threshold-rules/<int:rule>/trial", try_rule, name="threshold_rule_trial"),
    path("threshold-trials/<int:trial>", show_trial, name="threshold_trial"),
    path("threshold-trials/<int:trial>/cancel", cancel_trial, name="threshold_trial_cancel"),
]
