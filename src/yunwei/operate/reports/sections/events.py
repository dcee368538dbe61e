"""The section of what struck most: the greatest situations, and the days on which most failed."""

from django.utils.translation import gettext as _

from yunwei.base.core.page import PageRequest
from yunwei.monitor.governance.facts.situations import Situation
from yunwei.monitor.governance.queries import situations
from yunwei.operate.reports.alarm_words import say_title
from yunwei.operate.reports.content import Column, ColumnKind, Rows, Section
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.sections.alarms import say_severity
from yunwei.operate.reports.sections.asking import Asking, build_rows
from yunwei.operate.usage.facts.use import Dimension, Measure, Question
from yunwei.operate.usage.queries import exploring

_NUMBER, _TIME = ColumnKind.NUMBER, ColumnKind.TIME
_SHOWN, _LOOKED_AT = 15, 200


def events_section(asking: Asking) -> Section:
    """What struck most desktops, and when most attempts failed."""
    tables = (_situations(asking), _days(asking))
    return Section(
        kind="events",
        title=_("The biggest events"),
        tables=tuple(each for each in tables if each.cells),
        missing="" if any(each.cells for each in tables) else _("Nothing of note happened."),
    )


def _greatest(asking: Asking) -> list[Situation]:
    since, until = asking.span
    found: dict[int, Situation] = {}
    for sort in ("-affected", "-members"):
        page = PageRequest(limit=_LOOKED_AT, sort=sort)
        for each in situations.fetch_situations(asking.viewer, {"opened_since": since}, page).items:
            if each.opened_at < until:
                found[each.id] = each
    ranked = sorted(found.values(), key=lambda each: (-each.affected, -each.members, each.id))
    return ranked[:_SHOWN]


def _situations(asking: Asking) -> Rows:
    columns = (
        Column(name="opened", label=_("Opened"), kind=_TIME),
        Column(name="title", label=_("Situation")),
        Column(name="severity", label=_("Severity")),
        Column(name="affected", label=_("Desktops lost"), kind=_NUMBER),
        Column(name="members", label=_("Alarms"), kind=_NUMBER),
        Column(name="lasted", label=_("Lasted"), kind=_NUMBER, formatter=Formatter.DURATION),
    )
    return build_rows(
        "events",
        _("What struck most desktops"),
        columns,
        (
            (
                each.opened_at.isoformat(),
                say_title(each),
                say_severity(each.severity),
                each.affected,
                each.members,
                (each.closed_at - each.opened_at).total_seconds() if each.closed_at else None,
            )
            for each in _greatest(asking)
        ),
    )


def _days(asking: Asking) -> Rows:
    question = Question(measure=Measure.FAILURES, by=(Dimension.DAY,))
    told = [
        (cell.keys[0], cell.value)
        for _month, ground in asking.months
        for cell in exploring.explore(ground, question).cells
        if cell.value
    ]
    ranked = sorted(told, key=lambda each: (-(each[1] or 0.0), each[0]))[:_SHOWN]
    columns = (
        Column(name="day", label=_("Day"), kind=ColumnKind.DAY),
        Column(name="failed", label=_("Failed attempts"), kind=_NUMBER),
    )
    return build_rows("failed_days", _("Days on which most attempts failed"), columns, ranked)
