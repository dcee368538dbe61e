"""The section of alarms: how many, how fast taken up, which came most, what still stands."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from yunwei.base.core.severity import Severity
from yunwei.operate.noise.facts import NoiseFigures
from yunwei.operate.reports import figures as chart_figures
from yunwei.operate.reports.alarm_words import say_alarm
from yunwei.operate.reports.content import Column, ColumnKind, Figure, Rows, Section
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.reports.numbers import Numbers
from yunwei.operate.reports.sections.asking import Asking, build_rows

_NUMBER, _DURATION = ColumnKind.NUMBER, Formatter.DURATION


def say_severity(severity: Severity) -> str:
    return {
        Severity.CRITICAL: _("Critical"),
        Severity.MAJOR: _("Major"),
        Severity.MINOR: _("Minor"),
        Severity.WARNING: pgettext("severity", "Warning"),
        Severity.INDETERMINATE: _("Indeterminate"),
    }[severity]


def alarm_numbers(asking: Asking) -> Numbers:
    """Return the numbers of alarms for findings."""
    now, before = asking.noise, asking.noise_before
    first = now.talkers[0] if now.talkers else None
    whole = now.funnel.occurrences
    return Numbers(
        occurrences=whole,
        occurrences_before=before.funnel.occurrences if before else None,
        told=now.funnel.told,
        noise_reduction=now.funnel.noise_reduction,
        acknowledged=now.acknowledged.count,
        acknowledged_s=now.acknowledged.median_s,
        acknowledged_before_s=before.acknowledged.median_s if before else None,
        standing=now.standing_total,
        talker=say_alarm(first) if first else "",
        talker_share=first.occurrences / whole if first and whole else None,
    )


def alarm_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of alarms."""
    return (*_told_figures(asking), *_lasting_figures(asking))


def _told_figures(asking: Asking) -> tuple[Figure, ...]:
    now, before = asking.noise, asking.noise_before
    return (
        Figure(
            name="reports",
            label=_("Reported"),
            value=float(now.funnel.reports),
            before=float(before.funnel.reports) if before else None,
            formatter=Formatter.COUNT,
            definition=_("Raises as the sources said them, repeats included."),
        ),
        Figure(
            name="occurrences",
            label=_("Alarms"),
            value=float(now.funnel.occurrences),
            before=float(before.funnel.occurrences) if before else None,
            formatter=Formatter.COUNT,
            definition=_("Stretches from raise to clear that began in the time."),
        ),
        Figure(
            name="told",
            label=_("People were told of"),
            value=float(now.funnel.told),
            before=float(before.funnel.told) if before else None,
            formatter=Formatter.COUNT,
            definition=_("Of these alarms, those of which a message was written by itself."),
        ),
        Figure(
            name="noise_reduction",
            label=_("Noise reduction"),
            value=now.funnel.noise_reduction,
            before=before.funnel.noise_reduction if before else None,
            formatter=Formatter.PERCENT,
            definition=_(
                "1 − (alarms told by themselves + situations told as a whole) ÷ reports heard in "
                "time."
            ),
        ),
    )


def _lasting_figures(asking: Asking) -> tuple[Figure, ...]:
    now, before = asking.noise, asking.noise_before
    return (
        Figure(
            name="mtta",
            label=_("Taken up after"),
            value=now.acknowledged.median_s,
            before=before.acknowledged.median_s if before else None,
            formatter=_DURATION,
            note=ngettext(
                "%(count)s alarm was taken up",
                "%(count)s alarms were taken up",
                now.acknowledged.count,
            )
            % {"count": format_value(Formatter.COUNT, now.acknowledged.count)},
            definition=_("Median from raise to being taken up by somebody, of those that were."),
        ),
        Figure(
            name="mttr",
            label=_("Cleared after"),
            value=_cleared(now),
            before=_cleared(before) if before else None,
            formatter=_DURATION,
            definition=_(
                "Median from raise to clear by the source's clock, weighted by severities; what "
                "was kept quiet is left out."
            ),
        ),
        Figure(
            name="standing",
            label=_("Standing for more than a day"),
            value=float(now.standing_total),
            formatter=Formatter.COUNT,
            definition=_("Alarms that stand when the report is made, raised over a day before."),
        ),
    )


def _cleared(found: NoiseFigures) -> float | None:
    """Return the mean of the severities' medians, by how many each has."""
    known = [each for each in found.cleared if each.median_s is not None and each.count]
    whole = sum(each.count for each in known)
    if not whole:
        return None
    return sum((each.median_s or 0.0) * each.count for each in known) / whole


def alarms_section(asking: Asking) -> Section:
    """Alarms over time, by severity, and those that came most."""
    now = asking.noise
    chart = chart_figures.told_and_quiet(
        asking.noise_steps, period=asking.span, time_zone=asking.period.time_zone
    )
    tables = (_by_severity(now), _talkers(now), _standing(now), _rules(now))
    return Section(
        kind="alarms",
        title=_("Alarms"),
        figures=alarm_figures(asking),
        charts=(chart,) if now.funnel.occurrences else (),
        tables=tuple(each for each in tables if each.cells),
        missing="" if now.funnel.occurrences or now.standing else _("There was no alarm."),
    )


def _by_severity(now: NoiseFigures) -> Rows:
    columns = (
        Column(name="severity", label=_("Severity")),
        Column(name="count", label=_("Cleared"), kind=_NUMBER),
        Column(name="median", label=_("Median"), kind=_NUMBER, formatter=_DURATION),
        Column(name="p90", label=_("Nine of ten within"), kind=_NUMBER, formatter=_DURATION),
    )
    return build_rows(
        "cleared",
        _("How long alarms lasted"),
        columns,
        (
            (
                say_severity(each.severity) if each.severity else _("All"),
                each.count,
                each.median_s,
                each.p90_s,
            )
            for each in now.cleared
        ),
    )


def _talkers(now: NoiseFigures) -> Rows:
    columns = (
        Column(name="text", label=_("Alarm")),
        Column(name="object", label=_("Object")),
        Column(name="count", label=_("Alarms"), kind=_NUMBER),
        Column(name="reports", label=_("Reports"), kind=_NUMBER),
    )
    return build_rows(
        "talkers",
        _("What came most often"),
        columns,
        (
            (say_alarm(each), each.managed_object, each.occurrences, each.reports)
            for each in now.talkers
        ),
    )


def _standing(now: NoiseFigures) -> Rows:
    columns = (
        Column(name="severity", label=_("Severity")),
        Column(name="text", label=_("Alarm")),
        Column(name="object", label=_("Object")),
        Column(name="since", label=_("Since"), kind=ColumnKind.TIME),
    )
    return build_rows(
        "standing",
        _("Standing for more than a day"),
        columns,
        (
            (
                say_severity(each.severity),
                say_alarm(each),
                each.managed_object,
                each.raised_at.isoformat(),
            )
            for each in now.standing
        ),
        total=now.standing_total,
    )


def _rules(now: NoiseFigures) -> Rows:
    columns = (
        Column(name="rule", label=_("Rule")),
        Column(name="count", label=_("Alarms"), kind=_NUMBER),
        Column(name="share", label=_("Of all"), kind=_NUMBER, formatter=Formatter.PERCENT),
    )
    return build_rows(
        "rules",
        _("What kept alarms quiet"),
        columns,
        ((each.rule_name, each.occurrences, each.ratio) for each in now.by_rule),
    )
