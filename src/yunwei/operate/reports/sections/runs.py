"""The section of script runs: what ran where, how it ended, why not, what was judged."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.content import Column, ColumnKind, Figure, Rows, Section
from yunwei.operate.reports.facts import Axis, ChartKind, Formatter, Line, Tone
from yunwei.operate.reports.numbers import Numbers
from yunwei.operate.reports.periods import days_of
from yunwei.operate.reports.sections.asking import Asking, build_rows
from yunwei.operate.reports.work_numbers import RunNumbers, WorkNumbers
from yunwei.operate.runs.facts.figures import RunCause, RunFigures
from yunwei.operate.runs.facts.runs import RunState, TargetState

_NUMBER, _TIME = ColumnKind.NUMBER, ColumnKind.TIME
_DURATION, _PERCENT = Formatter.DURATION, Formatter.PERCENT


def say_target(state: TargetState) -> str:
    """Return how a desktop's part of a run ended, in words."""
    return {
        TargetState.FAILED: _("Failed"),
        TargetState.TIMED_OUT: _("Timed out"),
        TargetState.INTERRUPTED: _("Interrupted: its outcome is not known"),
        TargetState.EXPIRED: _("Expired: not begun in time"),
        TargetState.CANCELLED: pgettext("run", "Cancelled"),
        TargetState.REFUSED: _("Refused"),
        TargetState.UNKNOWN: _("Unknown: nothing was heard of it any more"),
        TargetState.SKIPPED: _("Left out"),
    }.get(state, state.value)


def say_reason(reason: str) -> str:
    """Return why a desktop was left out; what a cloud says stays as it is."""
    return {
        "no_agent": _("it has no agent"),
        "silent": _("its agent is not heard"),
        "off": _("it is switched off"),
        "doubled": _("its agent's key is on two machines"),
        "maintenance": _("it is in maintenance"),
        "active": _("somebody works on it"),
        "stopped": _("the run was stopped before its turn"),
        "deadline": _("the deadline came first"),
        "declined": _("the run was not approved"),
        "not_approved": _("nobody approved the run in time"),
        "cut_off": _("its agent is cut off"),
    }.get(reason, reason)


def say_cause(cause: RunCause) -> str:
    """Return why desktops had no success, in one line."""
    told = say_target(TargetState(cause.state))
    if cause.exit_code is not None and cause.state == TargetState.FAILED:
        told = _("%(state)s with exit code %(code)s") % {"state": told, "code": cause.exit_code}
    return f"{told}: {say_reason(cause.reason)}" if cause.reason else told


def say_run(state: RunState, reason: str) -> str:
    said = {
        RunState.ASKED: _("Waits for approval"),
        RunState.RUNNING: pgettext("run", "Running"),
        RunState.STOPPING: _("Coming to its end"),
        RunState.FINISHED: _("Finished"),
        RunState.STOPPED: pgettext("run", "Stopped"),
        RunState.CANCELLED: pgettext("run", "Cancelled"),
        RunState.DECLINED: pgettext("run", "Not approved"),
        RunState.LAPSED: _("Not approved in time"),
    }[state]
    why = {
        "dangerous": _("the script can do damage"),
        "many": _("it is meant for very many desktops"),
        "canary": _("the canary did not succeed"),
        "failures": _("more failed than it allows"),
        "harmful": _("it made desktops of the canary worse for their people"),
        "blind": _("nothing could be measured on the canary"),
        "cancelled": _("somebody cancelled it"),
    }.get(reason, reason)
    return f"{said}: {why}" if why else said


def run_numbers(asking: Asking) -> Numbers:
    """Return the numbers of runs for findings."""
    now, before = asking.runs, asking.runs_before
    totals = now.totals
    worst = max(now.scripts, key=lambda each: each.failed, default=None)
    cause = now.causes[0] if now.causes else None
    return Numbers(
        work=WorkNumbers(
            runs=RunNumbers(
                runs=totals.runs,
                targets=totals.targets,
                succeeded=totals.succeeded,
                failed=totals.failed,
                unreached=totals.unreached,
                stopped=totals.stopped,
                guarded=totals.guarded,
                refused=totals.refused,
                success_before=before.totals.success if before else None,
                worst_script=worst.script if worst and worst.failed else "",
                worst_failed=worst.failed if worst else 0,
                cause=f"{cause.script}, {say_cause(cause)}" if cause else "",
                cause_targets=cause.targets if cause else 0,
            )
        )
    )


def run_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of runs."""
    return (*_ended_figures(asking), *_judged_figures(asking))


def _ended_figures(asking: Asking) -> tuple[Figure, ...]:
    now = asking.runs.totals
    then = asking.runs_before.totals if asking.runs_before else None
    return (
        Figure(
            name="runs",
            label=_("Runs"),
            value=float(now.runs),
            before=float(then.runs) if then else None,
            formatter=Formatter.COUNT,
            definition=_(
                "Runs of scripts that were asked for in the time, whatever became of them."
            ),
        ),
        Figure(
            name="run_targets",
            label=_("Desktops meant"),
            value=float(now.targets),
            before=float(then.targets) if then else None,
            formatter=Formatter.COUNT,
            definition=_("Desktops of all these runs; one that several runs meant counts in each."),
        ),
        Figure(
            name="run_success",
            label=_("Succeeded"),
            value=now.success,
            before=then.success if then else None,
            formatter=_PERCENT,
            definition=_(
                "Succeeded ÷ (succeeded + failed, timed out or interrupted). Desktops that were "
                "never reached are not among them."
            ),
        ),
        Figure(
            name="run_failed",
            label=_("Failed"),
            value=float(now.failed),
            before=float(then.failed) if then else None,
            formatter=Formatter.COUNT,
            definition=_("Desktops on which a script failed, took too long or was interrupted."),
        ),
        Figure(
            name="run_unreached",
            label=_("Not reached"),
            value=float(now.unreached),
            before=float(then.unreached) if then else None,
            formatter=Formatter.COUNT,
            definition=_("Desktops on which a script never began: left out, expired, refused."),
        ),
    )


def _judged_figures(asking: Asking) -> tuple[Figure, ...]:
    now = asking.runs.totals
    told = (
        (
            "run_waited",
            _("Approvals asked"),
            now.waited,
            _("Runs that another person had to approve before they began."),
        ),
        (
            "run_refused",
            pgettext("runs", "Not approved"),
            now.refused,
            _("Of these, those that were declined or that nobody approved in time."),
        ),
        (
            "run_stopped",
            _("Stopped early"),
            now.stopped,
            _("Runs that were stopped by their own limits of failures, or by the guard."),
        ),
        (
            "run_guarded",
            _("Stopped by the guard"),
            now.guarded,
            _("Of these, those that made the canary's desktops worse, or could not be measured."),
        ),
    )
    return tuple(
        Figure(
            name=name,
            label=label,
            value=float(value),
            formatter=Formatter.COUNT,
            definition=definition,
        )
        for name, label, value, definition in told
    )


def runs_section(asking: Asking) -> Section:
    """Runs over time, by script, by pool, their failures, the slowest, and what was judged."""
    now = asking.runs
    tables = (_scripts(now), _pools(now), _causes(now), _slowest(now), _judged(now))
    return Section(
        kind="runs",
        title=_("Script runs"),
        figures=run_figures(asking),
        charts=(_chart(asking),) if now.days else (),
        tables=tuple(each for each in tables if each.cells),
        missing="" if now.totals.runs else _("No script was run in this time."),
    )


def _chart(asking: Asking) -> ChartSpec:
    zone = ZoneInfo(asking.period.time_zone)
    told = {each.at.astimezone(zone).date(): each for each in asking.runs.days}
    # a run that was asked for on the last day may end on the one after
    days = sorted({*days_of(asking.period), *told})
    times = tuple(
        datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in days
    )
    found = [told.get(day) for day in days]
    return ChartSpec(
        figure_id="runs-by-day",
        kind=ChartKind.BAR,
        title=_("Desktops on which scripts came to an end"),
        axis=Axis(title=_("Desktops"), unit=_("desktops")),
        lines=(
            Line(
                name=_("Succeeded"),
                times=times,
                values=tuple(float(each.succeeded) if each else 0.0 for each in found),
                tone=Tone.GOOD,
            ),
            Line(
                name=_("Failed"),
                times=times,
                values=tuple(float(each.failed) if each else 0.0 for each in found),
                tone=Tone.CRITICAL,
            ),
        ),
        x_title=_("Day"),
        time_zone=asking.period.time_zone,
        starts_at=times[0],
        ends_at=max(asking.period.to_at, times[-1]),
        is_stacked=True,
        source=_("By the day on which a script ended on a desktop, of runs asked for in the time."),
    )


def _scripts(now: RunFigures) -> Rows:
    columns = (
        Column(name="script", label=_("Script")),
        Column(name="runs", label=_("Runs"), kind=_NUMBER),
        Column(name="desktops", label=_("Different desktops"), kind=_NUMBER),
        Column(name="succeeded", label=_("Succeeded"), kind=_NUMBER),
        Column(name="failed", label=_("Failed"), kind=_NUMBER),
        Column(name="unreached", label=_("Not reached"), kind=_NUMBER),
        Column(name="success", label=_("Success"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="median", label=_("Median"), kind=_NUMBER, formatter=_DURATION),
        Column(name="p95", label=_("95 of 100 within"), kind=_NUMBER, formatter=_DURATION),
    )
    return build_rows(
        "scripts",
        _("By script"),
        columns,
        (
            (
                each.script,
                each.runs,
                each.desktops,
                each.succeeded,
                each.failed,
                each.unreached,
                each.success,
                each.median_s,
                each.p95_s,
            )
            for each in now.scripts
        ),
    )


def _pools(now: RunFigures) -> Rows:
    columns = (
        Column(name="pool", label=_("Pool")),
        Column(name="desktops", label=_("Different desktops"), kind=_NUMBER),
        Column(name="targets", label=_("Desktops meant"), kind=_NUMBER),
        Column(name="succeeded", label=_("Succeeded"), kind=_NUMBER),
        Column(name="failed", label=_("Failed"), kind=_NUMBER),
    )
    return build_rows(
        "run_pools",
        _("Where scripts ran"),
        columns,
        (
            (each.pool or _("in no pool"), each.desktops, each.targets, each.succeeded, each.failed)
            for each in now.pools
        ),
        note=_("By the pool in which a desktop is now."),
    )


def _causes(now: RunFigures) -> Rows:
    columns = (
        Column(name="cause", label=_("Why without success")),
        Column(name="script", label=_("Script")),
        Column(name="targets", label=_("Desktops"), kind=_NUMBER),
        Column(name="last", label=_("Last"), kind=_TIME),
    )
    return build_rows(
        "run_causes",
        _("Desktops without success, by cause"),
        columns,
        (
            (
                say_cause(each),
                each.script,
                each.targets,
                each.last_at.isoformat() if each.last_at else None,
            )
            for each in now.causes
        ),
    )


def _slowest(now: RunFigures) -> Rows:
    columns = (
        Column(name="script", label=_("Script")),
        Column(name="desktop", label=_("Desktop")),
        Column(name="took", label=_("Took"), kind=_NUMBER, formatter=_DURATION),
        Column(name="ended", label=pgettext("run", "Ended"), kind=_TIME),
        Column(name="run", label=_("Run"), kind=_NUMBER),
    )
    return build_rows(
        "run_slowest",
        _("What took longest"),
        columns,
        (
            (each.script, each.desktop, each.seconds, each.ended_at.isoformat(), each.run)
            for each in now.slowest
        ),
    )


def _judged(now: RunFigures) -> Rows:
    columns = (
        Column(name="run", label=_("Run"), kind=_NUMBER),
        Column(name="script", label=_("Script")),
        Column(name="state", label=_("State")),
        Column(name="total", label=_("Desktops"), kind=_NUMBER),
        Column(name="by", label=_("Asked for by")),
        Column(name="judged_by", label=_("Judged by")),
        Column(name="at", label=_("Asked for"), kind=_TIME),
    )
    return build_rows(
        "run_judged",
        _("Approvals and stops"),
        columns,
        (
            (
                each.run,
                each.script,
                say_run(RunState(each.state), each.reason),
                each.total,
                each.created_by,
                each.judged_by,
                each.created_at.isoformat(),
            )
            for each in now.judged
        ),
    )
