"""The section of service levels: each target and what became of it, each clock with its sums."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from statistics import fmean, median

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from yunwei.base.core.calendar_texts import say_times
from yunwei.operate.reports.content import Column, ColumnKind, Figure, Rows, Section
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.numbers import Numbers
from yunwei.operate.reports.sections.asking import Asking, CellRow, build_rows
from yunwei.operate.reports.sections.service_words import say_metric, say_priority, say_reason
from yunwei.operate.reports.service_numbers import MetricNumbers, ServiceNumbers
from yunwei.operate.service.facts.clocks import Metric, Priority
from yunwei.operate.service.facts.quality import ClockLine, Quality

_NUMBER, _TIME = ColumnKind.NUMBER, ColumnKind.TIME
_COUNT, _PERCENT, _DURATION = Formatter.COUNT, Formatter.PERCENT, Formatter.DURATION
_GRAVE = (Priority.P1, Priority.P2)


def service_numbers(asking: Asking) -> Numbers:
    """Return the numbers of service for findings."""
    book, now = asking.service, asking.service.quality
    cause, _many, share = book.causes[0] if book.causes else ("", 0, 0.0)
    return Numbers(
        service=ServiceNumbers(
            opened=len(book.opened),
            solved=_solved(now),
            open=_open(now),
            reopened=sum(each.reopened for each in now.tickets),
            overdue=len({each.code for each in now.clocks if each.is_open}),
            waiting=book.waiting_for_customer,
            response=_metric_numbers(now.of(Metric.RESPONSE)),
            resolution=_metric_numbers(now.of(Metric.RESOLUTION)),
            availability=now.availability,
            agreed=now.agreed,
            down_s=now.down.total_seconds(),
            cause=cause,
            cause_share=share,
            score=book.inspections[0].score if book.inspections else None,
            score_before=book.score_before,
            refused=book.refused[0],
            asked=book.satisfaction.asked,
            answered=book.satisfaction.answered,
            csat=book.satisfaction.csat,
            presumed=now.presumed,
        )
    )


def _metric_numbers(lines: Sequence[ClockLine]) -> MetricNumbers:
    late = [each for each in lines if not each.is_met]
    grave = sum(each.priority in _GRAVE for each in late)
    return MetricNumbers(decided=len(lines), met=len(lines) - len(late), grave=grave)


def service_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of service."""
    now, before = asking.service.quality, asking.service.quality_before

    def figure(
        name: str,
        label: str,
        read: Callable[[Quality], float | None],
        formatter: Formatter = _COUNT,
        definition: str = "",
    ) -> Figure:
        return Figure(
            name=name,
            label=label,
            value=read(now),
            before=read(before) if before and before.tickets else None,
            formatter=formatter,
            definition=definition,
        )

    decided = _(
        "Of the targets that were decided in the time: stopped in time, or past their goal. What "
        "still runs in time counts when it is decided; what was withdrawn never does."
    )
    length = _("Service time by the contract's hours, pauses with a reason left out.")
    response, resolution = Metric.RESPONSE, Metric.RESOLUTION
    return (
        figure("tickets_opened", _("Tickets reported"), _opened),
        figure("tickets_solved", _("Tickets solved"), _solved),
        figure("tickets_open", _("Open at the end"), _open),
        figure("response_in_time", _("Answered in time"), _in_time(response), _PERCENT, decided),
        figure("resolution_in_time", _("Solved in time"), _in_time(resolution), _PERCENT, decided),
        figure("response_median", _("Half answered within"), _half(response), _DURATION, length),
        figure("resolution_p90", _("Nine of ten solved within"), _most, _DURATION, length),
        figure(
            "availability",
            _("Availability"),
            lambda quality: quality.availability,
            _PERCENT,
            _(
                "1 − the time in which everything stood still ÷ all of the time. It stands still "
                "from when a ticket of priority P1 is reported until it is solved; overlaps count "
                "once, changes do not."
            ),
        ),
        *_satisfaction(asking),
    )


def _satisfaction(asking: Asking) -> Iterator[Figure]:
    """What customers answered, where they were asked."""
    now, before = asking.service.satisfaction, asking.service.satisfaction_before
    if not now.asked and not (before and before.asked):
        return
    yield Figure(
        name="satisfaction",
        label=_("Satisfaction, 1 to 5"),
        value=now.csat,
        before=before.csat if before else None,
        formatter=Formatter.DECIMAL,
        definition=_("The mean of the answers to surveys that were sent in the time."),
    )
    yield Figure(
        name="surveys_answered",
        label=_("Surveys answered"),
        value=now.answered,
        before=before.answered if before and before.asked else None,
        formatter=_COUNT,
        definition=_("Of the surveys that were sent in the time; %(count)s were.")
        % {"count": now.asked},
    )


def _opened(quality: Quality) -> float:
    return sum(each.opened_in for each in quality.tickets)


def _solved(quality: Quality) -> int:
    return sum(each.solved_in for each in quality.tickets)


def _open(quality: Quality) -> int:
    return sum(each.is_open for each in quality.tickets)


def _in_time(metric: Metric) -> Callable[[Quality], float | None]:
    def read(quality: Quality) -> float | None:
        lines = quality.of(metric)
        return sum(each.is_met for each in lines) / len(lines) if lines else None

    return read


def _half(metric: Metric) -> Callable[[Quality], float | None]:
    def read(quality: Quality) -> float | None:
        lengths = _lengths(quality.of(metric))
        return median(lengths) if lengths else None

    return read


def _most(quality: Quality) -> float | None:
    return nine_of_ten(_lengths(quality.of(Metric.RESOLUTION)))


def _lengths(lines: Iterable[ClockLine]) -> list[float]:
    """Return how long clocks ran that are stopped."""
    return sorted(_seconds(each.elapsed) for each in lines if not each.is_open)


def nine_of_ten(lengths: Sequence[float]) -> float | None:
    """Return within what nine of ten are. lengths: in order."""
    return lengths[math.ceil(len(lengths) * 0.9) - 1] if lengths else None


def _seconds(length: timedelta) -> float:
    return length.total_seconds()


def levels_section(asking: Asking) -> Section:
    """Targets, what was too late and why, outages, and each clock's arithmetic."""
    now = asking.service.quality
    tables = (_targets(now), _hours(now), _late(now), _outages(now), _sums(now))
    return Section(
        kind="service_levels",
        title=_("Service levels"),
        figures=service_figures(asking),
        tables=tuple(each for each in tables if each.cells),
        missing="" if now.tickets else _("No ticket was opened or worked on."),
    )


def _targets(now: Quality) -> Rows:
    columns = (
        Column(name="priority", label=_("Priority")),
        Column(name="target", label=_("Target")),
        Column(name="goal", label=_("Agreed"), kind=_NUMBER, formatter=_DURATION),
        Column(name="count", label=_("Decided"), kind=_NUMBER),
        Column(name="met", label=_("In time"), kind=_NUMBER),
        Column(name="share", label=_("Share in time"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="mean", label=_("Mean"), kind=_NUMBER, formatter=_DURATION),
        Column(name="p90", label=_("Nine of ten within"), kind=_NUMBER, formatter=_DURATION),
        Column(name="longest", label=_("Longest"), kind=_NUMBER, formatter=_DURATION),
    )
    return build_rows("targets", _("Targets"), columns, _target_rows(now))


def _target_rows(now: Quality) -> Iterator[CellRow]:
    groups: dict[tuple[Priority, Metric, timedelta], list[ClockLine]] = {}
    for each in now.clocks:
        groups.setdefault((each.priority, each.metric, each.goal), []).append(each)
    order = list(Metric)
    for (priority, metric, goal), lines in sorted(
        groups.items(), key=lambda each: (each[0][0], order.index(each[0][1]), each[0][2])
    ):
        lengths, met = _lengths(lines), sum(each.is_met for each in lines)
        yield (
            say_priority(priority),
            say_metric(metric),
            _seconds(goal),
            len(lines),
            met,
            met / len(lines),
            fmean(lengths) if lengths else None,
            nine_of_ten(lengths),
            lengths[-1] if lengths else None,
        )


def _hours(now: Quality) -> Rows:
    columns = (
        Column(name="priority", label=_("Priority")),
        Column(name="hours", label=_("Service hours")),
    )
    language = get_language() or ""
    found = {(each.priority, say_times(each.hours, language)) for each in now.clocks}
    rows = ((say_priority(priority), hours) for priority, hours in sorted(found))
    return build_rows("hours", _("When service is owed"), columns, rows)


def _late(now: Quality) -> Rows:
    columns = (
        Column(name="ticket", label=_("Ticket")),
        Column(name="title", label=_("Title")),
        Column(name="priority", label=_("Priority")),
        Column(name="target", label=_("Target")),
        Column(name="goal", label=_("Agreed"), kind=_NUMBER, formatter=_DURATION),
        Column(name="elapsed", label=_("Took"), kind=_NUMBER, formatter=_DURATION),
        Column(name="over", label=_("Too late by"), kind=_NUMBER, formatter=_DURATION),
        Column(name="reasons", label=_("Had to wait")),
        Column(name="said", label=_("Last word")),
    )
    late = sorted(
        (each for each in now.clocks if not each.is_met), key=lambda each: each.decided_at
    )
    return build_rows(
        "late",
        _("What was too late"),
        columns,
        (
            (
                each.code,
                each.title,
                say_priority(each.priority),
                say_metric(each.metric),
                _seconds(each.goal),
                _seconds(each.elapsed),
                _seconds(each.elapsed - each.goal),
                " · ".join(map(say_reason, each.reasons)) or "–",
                each.said or "–",
            )
            for each in late
        ),
    )


def _outages(now: Quality) -> Rows:
    columns = (
        Column(name="ticket", label=_("Ticket")),
        Column(name="title", label=_("Title")),
        Column(name="from", label=_("From"), kind=_TIME),
        Column(name="to", label=_("Until"), kind=_TIME),
        Column(name="length", label=_("Stood still for"), kind=_NUMBER, formatter=_DURATION),
    )
    return build_rows(
        "outages",
        _("When everything stood still"),
        columns,
        (
            (
                each.code,
                each.title,
                each.from_at.isoformat(),
                each.to_at.isoformat(),
                _seconds(each.length),
            )
            for each in now.outages
        ),
    )


def _sums(now: Quality) -> Rows:
    columns = (
        Column(name="ticket", label=_("Ticket")),
        Column(name="priority", label=_("Priority")),
        Column(name="target", label=_("Target")),
        Column(name="from", label=_("Reported"), kind=_TIME),
        Column(name="wall", label=_("Passed"), kind=_NUMBER, formatter=_DURATION),
        Column(name="not_owed", label=_("− outside hours"), kind=_NUMBER, formatter=_DURATION),
        Column(name="waited", label=_("− paused"), kind=_NUMBER, formatter=_DURATION),
        Column(name="elapsed", label=_("Counted"), kind=_NUMBER, formatter=_DURATION),
        Column(name="goal", label=_("Agreed"), kind=_NUMBER, formatter=_DURATION),
        Column(name="is_met", label=_("Result")),
    )
    return build_rows(
        "sums",
        _("How each target was worked out"),
        columns,
        (
            (
                each.code,
                say_priority(each.priority),
                say_metric(each.metric),
                each.started_at.isoformat(),
                _seconds(each.wall),
                _seconds(each.not_owed),
                _seconds(each.waited),
                _seconds(each.elapsed),
                _seconds(each.goal),
                _say_result(each),
            )
            for each in now.clocks
        ),
    )


def _say_result(line: ClockLine) -> str:
    if line.is_met:
        return pgettext("service target", "in time")
    if line.is_open:
        return pgettext("service target", "too late, still open")
    return pgettext("service target", "too late")
