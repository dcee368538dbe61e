"""What a report is made of, as data: its sections in their order. The built-in ones stand here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yunwei.operate.reports.periods import PeriodKind

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


class SectionKind(StrEnum):
    """What may stand in a report. FINDINGS, KEY_FIGURES: about everything that the report is
    about. TEXT: words of its author."""

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
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One section as it is wanted. title, text: of the author, "" takes the usual ones."""

    kind: SectionKind
    title: str = ""
    text: str = ""
    starts_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """key: unique. title, purpose: said when the report is made. period: the usual one."""

    key: str
    title: Words
    purpose: Words
    period: PeriodKind
    about: tuple[About, ...]
    wishes: tuple[Wish, ...]


_OF_USE = tuple(each for each in About if each is not About.SERVICE)
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
)

BUILT_IN: Mapping[str, Definition] = {each.key: each for each in _BUILT_IN}
