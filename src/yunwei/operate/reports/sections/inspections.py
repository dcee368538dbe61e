"""The section of inspections: scores over the time, what the last one found, what changed."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.operate.inspection.facts.inspections import (
    Change,
    Differing,
    Grade,
    Inspection,
    Level,
    Result,
    WholeInspection,
)
from yunwei.operate.inspection.queries import words
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.content import Column, ColumnKind, Figure, Rows, Section
from yunwei.operate.reports.facts import Axis, ChartKind, Formatter, Line, Threshold, Tone
from yunwei.operate.reports.numbers import Numbers
from yunwei.operate.reports.sections.asking import Asking, CellRow, build_rows
from yunwei.operate.reports.work_numbers import InspectionNumbers, WorkNumbers

_NUMBER, _TIME = ColumnKind.NUMBER, ColumnKind.TIME
_WATCH, _AT_RISK = 75.0, 60.0
_SERIES = 6


def inspection_numbers(asking: Asking) -> Numbers:
    """Return the numbers of inspections for findings."""
    found, last = asking.inspections, asking.last_inspection
    if last is None or last.content is None:
        return Numbers(work=WorkNumbers(inspections=InspectionNumbers(inspections=len(found))))
    results = _pressing(last)
    row, changes = last.row, [each.change for each in last.differences]
    return Numbers(
        work=WorkNumbers(
            inspections=InspectionNumbers(
                inspections=len(found),
                # a score of little of it is no score to speak of
                score=None if row.grade is Grade.UNCLEAR else row.score,
                before=last.before.score if last.before else None,
                grade=words.say(words.GRADES, row.grade) if row.grade else "",
                failed=row.failed,
                warned=row.warned,
                unmeasured=row.unmeasured,
                new=sum(each in {Change.NEW, Change.WORSE} for each in changes),
                gone=changes.count(Change.GONE),
                findings=sum(each.total for each in results),
                tickets=_tracked(last),
                coverage=row.coverage,
                worst_check=words.say_said(results[0].check.title) if results else "",
            )
        )
    )


def _pressing(whole: WholeInspection) -> list[Result]:
    """Return the checks that are not well, what weighs most first."""
    results = whole.content.results if whole.content else ()
    found = [each for each in results if each.level.is_found]
    return sorted(found, key=lambda each: (each.level is not Level.FAILED, -each.check.weight))


def _tracked(whole: WholeInspection) -> int:
    """Return how many findings have a ticket: of their own, or of their whole check."""
    count = 0
    for result in _pressing(whole):
        if (result.check.name, "") in whole.follow_ups:
            count += result.total
            continue
        keys = {each.sample.key for each in result.found}
        count += sum((result.check.name, key) in whole.follow_ups for key in keys)
    return count


def inspection_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of inspections."""
    found, last = asking.inspections, asking.last_inspection
    return (
        Figure(
            name="inspections",
            label=_("Inspections"),
            value=float(len(found)),
            before=float(len(asking.inspections_before)) if asking.is_compared else None,
            formatter=Formatter.COUNT,
            definition=_("Inspections that were measured in the time."),
        ),
        _score_figure(last),
        *_check_figures(last),
        Figure(
            name="inspection_tickets",
            label=_("Findings with a ticket"),
            value=float(_tracked(last)) if last else None,
            formatter=Formatter.COUNT,
            definition=_(
                "Findings of the last inspection of which a ticket was made, then or before."
            ),
        ),
    )


def _score_figure(last: WholeInspection | None) -> Figure:
    return Figure(
        name="inspection_score",
        label=_("Health score"),
        value=last.row.score if last else None,
        before=last.before.score if last and last.before else None,
        formatter=Formatter.DECIMAL,
        note=_("of 100"),
        definition=_(
            "Of the last inspection: the weight of what is well, half of what is doubtful, "
            "divided by the weight of what was measured; a failing check of importance holds "
            "it down. Before: the inspection before it."
        ),
    )


def _check_figures(last: WholeInspection | None) -> tuple[Figure, ...]:
    counted = (
        (
            "failed",
            _("Checks not well"),
            _("Checks of the last inspection of which something is beyond its limit."),
        ),
        (
            "warned",
            _("Doubtful checks"),
            _("Checks of the last inspection of which something is near its limit."),
        ),
        (
            "unmeasured",
            _("Checks without data"),
            _("Checks of the last inspection of which no source tells."),
        ),
    )
    before = last.before if last else None
    return tuple(
        Figure(
            name=f"inspection_{name}",
            label=label,
            value=float(getattr(last.row, name)) if last else None,
            before=float(getattr(before, name)) if before else None,
            formatter=Formatter.COUNT,
            definition=definition,
        )
        for name, label, definition in counted
    )


def inspection_section(asking: Asking) -> Section:
    """Scores over the time, what the last inspection found, what changed since the one before."""
    found, last = asking.inspections, asking.last_inspection
    tables: tuple[Rows, ...] = (_list(found),)
    if last is not None:
        tables += (_findings(last), _differences(last))
    return Section(
        kind="inspections",
        title=_("Inspections"),
        figures=inspection_figures(asking),
        charts=(_chart(asking),) if len(found) > 1 else (),
        tables=tuple(each for each in tables if each.cells),
        missing="" if found else _("Nothing was inspected in this time."),
    )


def _chart(asking: Asking) -> ChartSpec:
    by_title: dict[str, list[Inspection]] = {}
    for each in reversed(asking.inspections):
        by_title.setdefault(words.say_said(each.title), []).append(each)
    return ChartSpec(
        figure_id="inspection-scores",
        kind=ChartKind.LINE,
        title=_("Health score of each inspection"),
        axis=Axis(
            title=_("Health score"), unit=_("points"), formatter=Formatter.DECIMAL, maximum=100.0
        ),
        lines=tuple(
            Line(
                name=title,
                times=tuple(each.measured_at for each in rows if each.measured_at),
                values=tuple(each.score for each in rows if each.measured_at),
            )
            for title, rows in list(by_title.items())[:_SERIES]
        ),
        x_title=_("Time"),
        time_zone=asking.period.time_zone,
        starts_at=asking.span[0],
        ends_at=asking.span[1],
        thresholds=(
            Threshold(label=_("to be watched"), value=_WATCH),
            Threshold(label=_("at risk"), value=_AT_RISK, tone=Tone.CRITICAL),
        ),
        source=_("Score of each inspection as it was measured; a gap has no score."),
    )


def _list(found: tuple[Inspection, ...]) -> Rows:
    columns = (
        Column(name="code", label=_("Inspection")),
        Column(name="title", label=_("Template")),
        Column(name="at", label=_("Measured"), kind=_TIME),
        Column(name="score", label=_("Score"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="grade", label=_("Grade")),
        Column(name="failed", label=_("Not well"), kind=_NUMBER),
        Column(name="warned", label=_("Doubtful"), kind=_NUMBER),
        Column(name="unmeasured", label=_("No data"), kind=_NUMBER),
        Column(name="sealed", label=_("Sealed by")),
    )
    return build_rows(
        "inspection_list",
        _("Inspections of this time"),
        columns,
        (
            (
                each.code,
                words.say_said(each.title),
                each.measured_at.isoformat() if each.measured_at else None,
                each.score,
                words.say(words.GRADES, each.grade) if each.grade else "",
                each.failed,
                each.warned,
                each.unmeasured,
                each.sealed_by,
            )
            for each in found
        ),
    )


def _findings(last: WholeInspection) -> Rows:
    columns = (
        Column(name="check", label=_("Check")),
        Column(name="domain", label=_("Area")),
        Column(name="gravity", label=_("Importance")),
        Column(name="level", label=_("State")),
        Column(name="total", label=pgettext("inspection", "Findings"), kind=_NUMBER),
        Column(name="worst", label=_("Worst")),
        Column(name="ticket", label=_("Ticket"), kind=_NUMBER),
        Column(name="advice", label=_("What to do")),
    )
    return build_rows(
        "inspection_findings",
        _("What the last inspection (%(code)s) found") % {"code": last.row.code},
        columns,
        (
            (
                words.say_said(each.check.title),
                words.say(words.DOMAINS, each.check.domain),
                words.say(words.GRAVITIES, each.check.gravity),
                words.say(words.LEVELS, each.level),
                each.total,
                f"{each.found[0].sample.name}: {words.say_value(each.worst, each.unit)}"
                if each.found
                else "",
                _ticket(last, each),
                words.say_said(each.check.advice),
            )
            for each in _pressing(last)
        ),
    )


def _ticket(last: WholeInspection, result: Result) -> int | None:
    """Return the newest ticket of a check's findings, None where there is none."""
    keys = ["", *(each.sample.key for each in result.found)]
    told = (last.follow_ups.get((result.check.name, key)) for key in keys)
    return max((each.ticket for each in told if each is not None), default=None)


def _differences(last: WholeInspection) -> Rows:
    columns = (
        Column(name="change", label=_("Since the one before")),
        Column(name="check", label=_("Check")),
        Column(name="thing", label=_("Thing")),
        Column(name="before", label=_("Before")),
        Column(name="after", label=pgettext("beside before", "Now")),
    )
    shown = [each for each in last.differences if each.change is not Change.UNCHANGED]
    code = last.before.code if last.before else ""
    return build_rows(
        "inspection_differences",
        _("What changed since %(code)s") % {"code": code},
        columns,
        _differing(shown),
    )


def _differing(shown: list[Differing]) -> Iterator[CellRow]:
    for each in shown:
        before, after = (
            words.say_value(found.sample.value, each.unit) if found else "–"
            for found in (each.before, each.after)
        )
        yield (
            words.say(words.CHANGES, each.change),
            words.say_said(each.title),
            each.name,
            before,
            after,
        )
