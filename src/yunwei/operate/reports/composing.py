"""Makes the content of a report: its sections one by one, findings from what all of them say."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.utils import translation
from django.utils.translation import gettext as _

from yunwei.base.core.condition import All, Condition, say_condition
from yunwei.operate.reports.branding import Brand
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.content import Content, Figure, Section
from yunwei.operate.reports.definitions import About, Definition, Half, SectionKind, Wish
from yunwei.operate.reports.filters import FIELDS_OF
from yunwei.operate.reports.findings import find
from yunwei.operate.reports.numbers import Numbers
from yunwei.operate.reports.sections import (
    alarms,
    events,
    inspections,
    runs,
    service,
    service_work,
    stock,
    use,
    year,
)
from yunwei.operate.reports.sections.asking import Asking
from yunwei.operate.reports.sections.measure import measure_section
from yunwei.operate.usage.facts.use import By
from yunwei.operate.usage.rules.choosing import CONNECTION_FIELDS

type Progress = Callable[[int, int], None]
"""Told before each step: how many are done, of how many. Raises to have it stopped."""

_NUMBERS: Mapping[About, Callable[[Asking], Numbers]] = {
    About.USE: use.use_numbers,
    About.LOGONS: use.logon_numbers,
    About.EXPERIENCE: use.experience_numbers,
    About.LICENCES: stock.licence_numbers,
    About.POSTURE: stock.posture_numbers,
    About.ALARMS: alarms.alarm_numbers,
    About.SERVICE: service.service_numbers,
    About.RUNS: runs.run_numbers,
    About.INSPECTIONS: inspections.inspection_numbers,
    About.YEAR: year.year_numbers,
}
_FIGURES: Mapping[About, Callable[[Asking], tuple[Figure, ...]]] = {
    About.USE: use.use_figures,
    About.LOGONS: use.logon_figures,
    About.EXPERIENCE: use.experience_figures,
    About.LICENCES: stock.licence_figures,
    About.POSTURE: stock.posture_figures_of,
    About.ALARMS: alarms.alarm_figures,
    About.SERVICE: service.service_figures,
    About.RUNS: runs.run_figures,
    About.INSPECTIONS: inspections.inspection_figures,
    About.YEAR: year.year_figures,
}
_SECTIONS: Mapping[SectionKind, Callable[[Asking], Section]] = {
    SectionKind.ACTIVITY: use.activity_section,
    SectionKind.USERS: use.users_section,
    SectionKind.LOGONS: use.logons_section,
    SectionKind.EXPERIENCE: use.experience_section,
    SectionKind.LICENCES: stock.licences_section,
    SectionKind.POSTURE: stock.posture_section,
    SectionKind.ALARMS: alarms.alarms_section,
    SectionKind.SERVICE_LEVELS: service.levels_section,
    SectionKind.SERVICE_WORK: service_work.work_section,
    SectionKind.SERVICE_AHEAD: service_work.ahead_section,
    SectionKind.RUNS: runs.runs_section,
    SectionKind.INSPECTIONS: inspections.inspection_section,
    SectionKind.MONTHS: year.months_section,
    SectionKind.EVENTS: events.events_section,
}
_KEY = {
    About.USE: ("active_users", "peak_users"),
    About.LOGONS: ("failed_ratio", "logon_p95"),
    About.EXPERIENCE: ("experience_score",),
    About.LICENCES: ("give_back",),
    About.POSTURE: ("headroom", "failing"),
    About.ALARMS: ("occurrences", "noise_reduction", "mtta", "standing"),
    About.SERVICE: ("tickets_opened", "response_in_time", "resolution_in_time", "availability"),
    About.RUNS: ("runs", "run_targets", "run_success", "run_stopped"),
    About.INSPECTIONS: ("inspections", "inspection_score", "inspection_failed"),
    About.YEAR: ("year_users", "year_peak", "year_hours", "year_failed", "year_alarms"),
}
_MOST_KEY_FIGURES = 8


def compose(
    definition: Definition,
    asking: Asking,
    *,
    tenant_name: str,
    made_by: str,
    progress: Progress,
    own_number: int = 0,
    brand: Brand | None = None,
) -> Content:
    """Return a report with all its figures, in the viewer's language. Raises what its questions
    raise, and whatever `progress` does."""
    period = asking.period
    with translation.override(asking.viewer.language.value):
        steps = len(definition.wishes)
        sections: list[Section] = []
        for place, wish in enumerate(definition.wishes):
            progress(place, steps)
            sections.append(_build_narrowed(wish, definition, asking, place))
            asking.let_go()
        progress(steps, steps)
        return Content(
            definition=definition.key,
            title=str(definition.title),
            tenant_name=tenant_name,
            language=asking.viewer.language.value,
            time_zone=period.time_zone,
            period=period.kind.value,
            first_day=period.first,
            last_day=period.last,
            from_at=period.from_at,
            to_at=period.to_at,
            made_at=asking.now,
            made_by=made_by,
            coverage=asking.coverage,
            sections=tuple(sections),
            is_compared=asking.is_compared,
            is_last_year=asking.is_last_year,
            before_days=(asking.before.first, asking.before.last) if asking.is_compared else None,
            only=_say_only(asking),
            own_number=own_number,
            brand=brand,
        )


def _say_only(asking: Asking) -> str:
    if asking.condition is None:
        return ""
    language = asking.viewer.language.value
    return say_condition(asking.condition, language, fields=CONNECTION_FIELDS)


def _build_narrowed(wish: Wish, definition: Definition, asking: Asking, place: int) -> Section:
    """Return a section of what alone it is to tell of. The same figure of all and of some stands
    in one report, so that those of some have names of their own."""
    if wish.only is None:
        return _build(wish, definition, asking)
    narrowed = _narrow(asking, wish.kind, wish.only)
    section = _build(wish, definition, narrowed)
    narrowed.let_go()
    return replace(
        section,
        only=say_condition(wish.only, asking.viewer.language.value, fields=FIELDS_OF[wish.kind]),
        figures=tuple(replace(each, name=f"{each.name}_{place + 1}") for each in section.figures),
    )


def _narrow(asking: Asking, kind: SectionKind, only: Condition) -> Asking:
    """Return what asks only of some connections, alarms, or things."""
    match kind:
        case SectionKind.ALARMS:
            return replace(asking, only_alarms=only)
        case SectionKind.POSTURE:
            return replace(asking, only_things=only)
        case _:
            both = only if asking.condition is None else All(parts=(asking.condition, only))
            return replace(asking, condition=both)


def _build(wish: Wish, definition: Definition, asking: Asking) -> Section:
    match wish.kind:
        case SectionKind.FINDINGS:
            section = _findings(definition, asking)
        case SectionKind.KEY_FIGURES:
            section = _key_figures(definition, asking)
        case SectionKind.TEXT:
            section = Section(kind=wish.kind.value, title=wish.title, text=wish.text)
        case SectionKind.MEASURE:
            section = measure_section(asking, wish)
        case SectionKind.PARTS:
            section = use.parts_section(asking, tuple(By(each.value) for each in wish.by))
        case kind:
            section = _without_repeats(_SECTIONS[kind](asking), definition)
    return _trim(
        replace(
            section,
            title=wish.title or section.title,
            text=wish.text or section.text,
            starts_page=wish.starts_page,
        ),
        wish,
    )


def _trim(section: Section, wish: Wish) -> Section:
    """Return a section without what its author left out."""
    most = wish.most_rows
    tables = tuple(
        replace(each, cells=each.cells[:most]) if most else each for each in section.tables
    )
    return replace(
        section,
        findings=section.findings[:most] if most else section.findings,
        figures=() if Half.FIGURES in wish.hides else section.figures,
        charts=() if Half.CHARTS in wish.hides else tuple(filter(_shows, section.charts)),
        tables=() if Half.TABLES in wish.hides else tables,
    )


def _shows(chart: ChartSpec) -> bool:
    """Say whether there is anything to see: axes with nothing above zero are only ink."""
    return any(value for line in chart.lines for value in line.values)


def _without_repeats(section: Section, definition: Definition) -> Section:
    """Quotas are licences by another name: where these stand, they are not listed again."""
    kinds = {wish.kind for wish in definition.wishes}
    if section.kind != SectionKind.POSTURE or SectionKind.LICENCES not in kinds:
        return section
    return replace(section, tables=tuple(each for each in section.tables if each.name != "quotas"))


def _findings(definition: Definition, asking: Asking) -> Section:
    numbers = Numbers(is_last_year=asking.is_last_year)
    for about in definition.about:
        numbers = numbers.merged(_NUMBERS[about](asking))
    return Section(kind="findings", title=_("Conclusions"), findings=find(numbers))


def _key_figures(definition: Definition, asking: Asking) -> Section:
    found = [
        figure
        for about in definition.about
        for figure in _FIGURES[about](asking)
        if figure.name in _KEY[about]
    ]
    return Section(
        kind="key_figures", title=_("Key figures"), figures=tuple(found[:_MOST_KEY_FIGURES])
    )
