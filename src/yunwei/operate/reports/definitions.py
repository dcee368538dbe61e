"""What a report is made of, as data: its sections in their order. The built-in ones stand here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.condition import Condition
from yunwei.operate.reports.periods import PeriodKind
from yunwei.operate.usage.facts.use import Dimension, Measure

type Words = str | Promise
"""A text, or one that is said in the language of who reads it."""


class About(StrEnum):
    """What findings and key figures may be about."""

    USE = "use"
    LOGONS = "logons"
    EXPERIENCE = "experience"
    LICENCES = "licences"
    POSTURE = "posture"
    ALARMS = "alarms"
    SERVICE = "service"
    RUNS = "runs"
    INSPECTIONS = "inspections"
    YEAR = "year"


class SectionKind(StrEnum):
    """What may stand in a report. FINDINGS, KEY_FIGURES: about everything that the report is
    about. MEASURE: one measure of use by what its author chose. TEXT: words of its author."""

    FINDINGS = "findings"
    KEY_FIGURES = "key_figures"
    ACTIVITY = "activity"
    PARTS = "parts"
    USERS = "users"
    LOGONS = "logons"
    EXPERIENCE = "experience"
    LICENCES = "licences"
    POSTURE = "posture"
    ALARMS = "alarms"
    SERVICE_LEVELS = "service_levels"
    SERVICE_WORK = "service_work"
    SERVICE_AHEAD = "service_ahead"
    RUNS = "runs"
    INSPECTIONS = "inspections"
    MONTHS = "months"
    EVENTS = "events"
    MEASURE = "measure"
    TEXT = "text"


class Half(StrEnum):
    """What a section is made of and may leave out."""

    FIGURES = "figures"
    CHARTS = "charts"
    TABLES = "tables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One section as it is wanted. title, text: of the author, "" takes the usual ones. most_rows:
    of each table, 0 for all. measure, by: of sections that take them; () for the usual. only: of
    what alone it tells, by the fields of its kind (`filters`), None for all."""

    kind: SectionKind
    title: str = ""
    text: str = ""
    starts_page: bool = False
    most_rows: int = 0
    hides: frozenset[Half] = frozenset()
    measure: Measure | None = None
    by: tuple[Dimension, ...] = ()
    only: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """key: unique. title, purpose: said when the report is made. period: the usual one."""

    key: str
    title: Words
    purpose: Words
    period: PeriodKind
    about: tuple[About, ...]
    wishes: tuple[Wish, ...]


ABOUT: Mapping[SectionKind, tuple[About, ...]] = {
    SectionKind.FINDINGS: (),
    SectionKind.KEY_FIGURES: (),
    SectionKind.ACTIVITY: (About.USE,),
    SectionKind.PARTS: (About.USE,),
    SectionKind.USERS: (About.USE,),
    SectionKind.LOGONS: (About.LOGONS,),
    SectionKind.EXPERIENCE: (About.EXPERIENCE,),
    SectionKind.LICENCES: (About.LICENCES,),
    SectionKind.POSTURE: (About.POSTURE,),
    SectionKind.ALARMS: (About.ALARMS,),
    SectionKind.SERVICE_LEVELS: (About.SERVICE,),
    SectionKind.SERVICE_WORK: (About.SERVICE,),
    SectionKind.SERVICE_AHEAD: (About.SERVICE,),
    SectionKind.RUNS: (About.RUNS,),
    SectionKind.INSPECTIONS: (About.INSPECTIONS,),
    SectionKind.MONTHS: (About.YEAR,),
    SectionKind.EVENTS: (),
    SectionKind.MEASURE: (),
    SectionKind.TEXT: (),
}
"""What the findings and key figures of a report with such a section are about."""

HEAD = frozenset({SectionKind.FINDINGS, SectionKind.KEY_FIGURES, SectionKind.TEXT})
FILTERED = HEAD | {
    SectionKind.ACTIVITY,
    SectionKind.PARTS,
    SectionKind.USERS,
    SectionKind.LOGONS,
    SectionKind.EXPERIENCE,
    SectionKind.MEASURE,
}
"""Sections whose figures are of connections, so that a condition on connections narrows them."""

_OF_USE = (
    About.USE,
    About.LOGONS,
    About.EXPERIENCE,
    About.LICENCES,
    About.POSTURE,
    About.ALARMS,
)
_HEAD = (Wish(kind=SectionKind.FINDINGS), Wish(kind=SectionKind.KEY_FIGURES))


def _wishes(*kinds: SectionKind) -> tuple[Wish, ...]:
    return (*_HEAD, *(Wish(kind=kind) for kind in kinds))


_BUILT_IN = (
    Definition(
        key="daily",
        title=_("Daily operations"),
        purpose=_("What happened yesterday: use, logons, alarms, and what is not well now."),
        period=PeriodKind.DAY,
        about=(About.USE, About.LOGONS, About.EXPERIENCE, About.POSTURE, About.ALARMS),
        wishes=_wishes(
            SectionKind.ACTIVITY, SectionKind.LOGONS, SectionKind.ALARMS, SectionKind.POSTURE
        ),
    ),
    Definition(
        key="weekly",
        title=_("Weekly customer report"),
        purpose=_("A week in figures for the customer: use, experience, alarms, licences."),
        period=PeriodKind.WEEK,
        about=_OF_USE,
        wishes=_wishes(
            SectionKind.ACTIVITY,
            SectionKind.PARTS,
            SectionKind.EXPERIENCE,
            SectionKind.LOGONS,
            SectionKind.ALARMS,
            SectionKind.LICENCES,
        ),
    ),
    Definition(
        key="monthly",
        title=_("Monthly customer report"),
        purpose=_("A month for the customer's management: everything that matters, in one paper."),
        period=PeriodKind.MONTH,
        about=_OF_USE,
        wishes=_wishes(
            SectionKind.ACTIVITY,
            SectionKind.PARTS,
            SectionKind.EXPERIENCE,
            SectionKind.LOGONS,
            SectionKind.LICENCES,
            SectionKind.POSTURE,
            SectionKind.ALARMS,
        ),
    ),
    Definition(
        key="activity",
        title=_("User activity"),
        purpose=_("Who works when and for how long, down to each user."),
        period=PeriodKind.MONTH,
        about=(About.USE, About.LOGONS),
        wishes=_wishes(SectionKind.ACTIVITY, SectionKind.PARTS, SectionKind.USERS),
    ),
    Definition(
        key="licences",
        title=_("Licence report"),
        purpose=_("What is owned, used and likely to run out; who was refused; what comes back."),
        period=PeriodKind.MONTH,
        about=(About.LICENCES, About.USE),
        wishes=_wishes(SectionKind.LICENCES, SectionKind.ACTIVITY),
    ),
    Definition(
        key="posture",
        title=_("Capacity and resource posture"),
        purpose=_("How full hosts, pools and quotas are, and when they will be full."),
        period=PeriodKind.MONTH,
        about=(About.POSTURE, About.LICENCES, About.USE),
        wishes=_wishes(SectionKind.POSTURE, SectionKind.LICENCES),
    ),
    Definition(
        key="experience",
        title=_("Experience report"),
        purpose=_("How well people work, what costs them points, and where logons take long."),
        period=PeriodKind.MONTH,
        about=(About.EXPERIENCE, About.LOGONS),
        wishes=_wishes(SectionKind.EXPERIENCE, SectionKind.LOGONS),
    ),
    Definition(
        key="alarms",
        title=_("Alarm analysis"),
        purpose=_("What came, what reached people, how fast it was taken up, what comes again."),
        period=PeriodKind.MONTH,
        about=(About.ALARMS,),
        wishes=_wishes(SectionKind.ALARMS),
    ),
    Definition(
        key="service",
        title=_("Service quality"),
        purpose=_("What was agreed and what became of it: targets, tickets, outages, inspections."),
        period=PeriodKind.MONTH,
        about=(About.SERVICE,),
        wishes=_wishes(
            SectionKind.SERVICE_LEVELS, SectionKind.SERVICE_WORK, SectionKind.SERVICE_AHEAD
        ),
    ),
    Definition(
        key="runs",
        title=_("Script runs"),
        purpose=_("What ran where, how often it succeeded, why not, and who approved it."),
        period=PeriodKind.MONTH,
        about=(About.RUNS,),
        wishes=_wishes(SectionKind.RUNS),
    ),
    Definition(
        key="inspections",
        title=_("Inspection report"),
        purpose=_("How healthy the desktop cloud is, what was found, and what changed."),
        period=PeriodKind.MONTH,
        about=(About.INSPECTIONS,),
        wishes=_wishes(SectionKind.INSPECTIONS),
    ),
    Definition(
        key="annual",
        title=_("Annual review"),
        purpose=_("A year month by month: use, experience, licences, capacity, alarms, events."),
        period=PeriodKind.YEAR,
        about=(
            About.YEAR,
            About.LICENCES,
            About.POSTURE,
            About.ALARMS,
            About.SERVICE,
            About.INSPECTIONS,
            About.RUNS,
        ),
        wishes=_wishes(
            SectionKind.MONTHS,
            SectionKind.EVENTS,
            SectionKind.LICENCES,
            SectionKind.POSTURE,
            SectionKind.ALARMS,
            SectionKind.SERVICE_LEVELS,
            SectionKind.INSPECTIONS,
            SectionKind.RUNS,
        ),
    ),
)

BUILT_IN: Mapping[str, Definition] = {each.key: each for each in _BUILT_IN}
