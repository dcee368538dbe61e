"""The months of a long time beside one another: use, experience, logons, alarms, licences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.metrics import At
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.noise.facts import NoiseFigures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.content import Column, ColumnKind, Figure, Rows, Section
from yunwei.operate.reports.facts import Axis, ChartKind, Emphasis, Formatter, Line
from yunwei.operate.reports.numbers import Numbers
from yunwei.operate.reports.periods import Period
from yunwei.operate.reports.sections.asking import Asking, CellRow, build_rows
from yunwei.operate.reports.work_numbers import MonthNumbers, WorkNumbers
from yunwei.operate.usage.facts.use import Active, Attempts
from yunwei.operate.usage.queries import activity, experience, parts
from yunwei.operate.usage.queries.ground import Ground

_NUMBER, _PERCENT, _DURATION = ColumnKind.NUMBER, Formatter.PERCENT, Formatter.DURATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What one month came to. peak, score: None where nothing was measured."""

    period: Period
    coverage: float | None
    active: Active
    peak: int | None
    attempts: Attempts
    score: float | None
    noise: NoiseFigures

    @property
    def label(self) -> str:
        return f"{self.period.first:%Y-%m}"

    @property
    def is_measured(self) -> bool:
        return bool(self.coverage)


def months_of(asking: Asking) -> tuple[Month, ...]:
    """Return the months of the time that have begun."""
    return _build(asking.months, asking.noise_by_month)


def _months_before(asking: Asking) -> tuple[Month, ...]:
    return _build(asking.months_before, asking.noise_by_month_before)


def _build(
    months: Sequence[tuple[Period, Ground]], noises: Sequence[NoiseFigures]
) -> tuple[Month, ...]:
    return tuple(
        _month(period, ground, noise)
        for (period, ground), noise in zip(months, noises, strict=True)
    )


def _month(period: Period, ground: Ground, noise: NoiseFigures) -> Month:
    top = activity.fetch_concurrency(ground).top
    whole = experience.fetch_whole_experience(ground)
    known = ground.known
    return Month(
        period=period,
        coverage=known.coverage if known.sources else None,
        active=activity.fetch_active(ground),
        peak=top.count if top else None,
        attempts=parts.fetch_all_attempts(ground),
        score=round(whole.score, 1) if whole else None,
        noise=noise,
    )


def year_numbers(asking: Asking) -> Numbers:
    """Return the numbers of all months for findings."""
    return Numbers(
        work=WorkNumbers(
            months=tuple(
                MonthNumbers(
                    label=each.label,
                    coverage=each.coverage,
                    users=each.active.users if each.is_measured else None,
                    peak=each.peak,
                    failed_ratio=each.attempts.failed_ratio,
                    score=each.score,
                    alarms=each.noise.funnel.occurrences,
                )
                for each in months_of(asking)
            )
        )
    )


def year_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of the whole time, from those of its months."""
    now, before = months_of(asking), _months_before(asking)
    has_before = any(each.is_measured for each in before)

    def figure(
        name: str,
        label: str,
        tell: Callable[[tuple[Month, ...]], float | None],
        definition: str,
        *,
        formatter: Formatter = Formatter.COUNT,
    ) -> Figure:
        return Figure(
            name=name,
            label=label,
            value=tell(now),
            before=tell(before) if has_before else None,
            formatter=formatter,
            definition=definition,
        )

    return (
        figure(
            "year_users",
            _("Most users in a month"),
            lambda months: _most(each.active.users for each in months if each.is_measured),
            _("Active users of the month that had most."),
        ),
        figure(
            "year_peak",
            _("Most users at once"),
            lambda months: _most(each.peak for each in months),
            _("The highest number of users connected at one instant of the time, exact."),
        ),
        figure(
            "year_hours",
            _("Hours connected"),
            lambda months: round(sum(each.active.connected_s for each in months) / 3600, 1),
            _("Connected time of all users together, overlaps of one user once, all months."),
        ),
        figure(
            "year_failed",
            _("Failed"),
            _failed,
            _("Failed attempts ÷ attempts of all months."),
            formatter=_PERCENT,
        ),
        figure(
            "year_alarms",
            _("Alarms"),
            lambda months: float(sum(each.noise.funnel.occurrences for each in months)),
            _("Stretches from raise to clear that began in the time."),
        ),
        figure(
            "year_told",
            _("People were told of"),
            lambda months: float(sum(each.noise.funnel.told for each in months)),
            _("Of these alarms, those of which a message was written by itself."),
        ),
    )


def _most(values: object) -> float | None:
    known = [float(each) for each in values if each is not None]  # type: ignore[attr-defined]
    return max(known, default=None)


def _failed(months: tuple[Month, ...]) -> float | None:
    whole = sum(each.attempts.attempts for each in months)
    return sum(each.attempts.failures for each in months) / whole if whole else None


def months_section(asking: Asking) -> Section:
    """Each month in one row, with charts of what moves over the year."""
    months = months_of(asking)
    charts = (_use_chart(months), _score_chart(months), _alarm_chart(months))
    tables = (_months(months), _licences(asking, months))
    return Section(
        kind="months",
        title=_("The months beside one another"),
        figures=year_figures(asking),
        charts=tuple(each for each in charts if not each.is_empty),
        tables=tuple(each for each in tables if each.cells),
    )


def _bars(
    figure_id: str,
    title: str,
    months: tuple[Month, ...],
    lines: tuple[Line, ...],
    *,
    unit: str,
    source: str,
    formatter: Formatter = Formatter.COUNT,
    maximum: float | None = None,
) -> ChartSpec:
    is_known = any(value is not None for line in lines for value in line.values)
    return ChartSpec(
        figure_id=figure_id,
        kind=ChartKind.BAR,
        title=title,
        axis=Axis(title=title, unit=unit, formatter=formatter, maximum=maximum),
        lines=lines if is_known else (),
        categories=tuple(each.label for each in months),
        x_title=_("Month"),
        source=source,
    )


def _use_chart(months: tuple[Month, ...]) -> ChartSpec:
    users = tuple(float(each.active.users) if each.is_measured else None for each in months)
    peaks = tuple(None if each.peak is None else float(each.peak) for each in months)
    return _bars(
        "year-users",
        _("Users by month"),
        months,
        (
            Line(name=_("Active users"), values=users),
            Line(name=_("Most users at once"), values=peaks, emphasis=Emphasis.USUAL),
        ),
        unit=_("people"),
        source=_("Exact for each month: from the source's connection records, not from samples."),
    )


def _score_chart(months: tuple[Month, ...]) -> ChartSpec:
    return _bars(
        "year-experience",
        _("Experience score by month"),
        months,
        (Line(name=_("Experience score"), values=tuple(each.score for each in months)),),
        unit=_("points"),
        maximum=100.0,
        formatter=Formatter.DECIMAL,
        source=_("The mean over the users of each month, each once."),
    )


def _alarm_chart(months: tuple[Month, ...]) -> ChartSpec:
    return _bars(
        "year-alarms",
        _("Alarms by month"),
        months,
        (
            Line(
                name=_("Alarms"),
                values=tuple(float(each.noise.funnel.occurrences) for each in months),
            ),
            Line(
                name=_("People were told of"),
                values=tuple(float(each.noise.funnel.told) for each in months),
                emphasis=Emphasis.USUAL,
            ),
        ),
        unit=_("alarms"),
        source=_("Occurrences by when they began; told: a message of it was written."),
    )


def _months(months: tuple[Month, ...]) -> Rows:
    columns = (
        Column(name="month", label=_("Month")),
        Column(name="coverage", label=_("Measured"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="users", label=_("Active users"), kind=_NUMBER),
        Column(name="peak", label=_("Most at once"), kind=_NUMBER),
        Column(name="hours", label=_("Hours"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="attempts", label=_("Attempts"), kind=_NUMBER),
        Column(name="failed", label=_("Failed"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="p95", label=_("Logon, 95 of 100 within"), kind=_NUMBER, formatter=_DURATION),
        Column(name="score", label=_("Score"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="alarms", label=_("Alarms"), kind=_NUMBER),
        Column(name="acknowledged", label=_("Taken up after"), kind=_NUMBER, formatter=_DURATION),
    )
    return build_rows(
        "months",
        _("Month by month"),
        columns,
        (_cells(each) for each in months),
        note=_("What was not measured is left open, and not zero."),
    )


def _cells(month: Month) -> CellRow:
    is_known, attempts = month.is_measured, month.attempts
    return (
        month.label,
        month.coverage,
        month.active.users if is_known else None,
        month.peak,
        round(month.active.connected_s / 3600, 2) if is_known else None,
        attempts.attempts if is_known else None,
        attempts.failed_ratio,
        attempts.p95_s,
        month.score,
        month.noise.funnel.occurrences,
        month.noise.acknowledged.median_s,
    )


def _licences(asking: Asking, months: tuple[Month, ...]) -> Rows:
    """The most that was used of each licence in each month."""
    zone = asking.period.time_zone
    try:
        found = telemetry.highest_by_day(
            asking.viewer, "licence.used", At.LICENCE, *asking.span, time_zone=zone
        )
    except EngineAway:
        found = {}
    rows: list[CellRow] = []
    for licence in asking.licences:
        days = found.get((licence.source, licence.native_id), {})
        if not days:
            continue
        most = [
            max(
                (
                    value
                    for day, value in days.items()
                    if each.period.first <= day <= each.period.last
                ),
                default=None,
            )
            for each in months
        ]
        rows.append((licence.name, licence.total, *most))
    # twelve columns are narrow ones; the year stands on every page
    form = "%m" if len({each.period.first.year for each in months}) == 1 else "%y-%m"
    columns = (
        Column(name="licence", label=_("Licence")),
        Column(name="total", label=_("Owned"), kind=_NUMBER),
        *(
            Column(name=each.label, label=f"{each.period.first:{form}}", kind=_NUMBER)
            for each in months
        ),
    )
    return build_rows(
        "year_licences",
        _("Most used of each licence, by month"),
        columns,
        rows,
        note=_("Owned is of the time when the report is made."),
    )
