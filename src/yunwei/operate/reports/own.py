"""Reports that people put together themselves, as data: what a version says, and what may stand in
one. No I/O."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from yunwei.base.core.condition import Op, walk_terms
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId, UserId
from yunwei.base.people.facts import Language
from yunwei.operate.reports.definitions import (
    ABOUT,
    FILTERED,
    HEAD,
    Definition,
    Half,
    SectionKind,
    Wish,
)
from yunwei.operate.reports.filters import read_section_condition
from yunwei.operate.reports.periods import PeriodKind
from yunwei.operate.usage.facts.use import By, Dimension, Measure
from yunwei.operate.usage.rules.choosing import read_connection_condition

PREFIX = "own-"
MOST_SECTIONS, MOST_ROWS = 30, 5000
_LONGEST_TITLE, _LONGEST_TEXT = 120, 5000
_COLOUR = re.compile(r"#[0-9a-f]{6}")
PARTS = (By.DEPARTMENT, By.POOL, By.CLIENT)
"""What the section of parts may be told apart by."""


class ComparedWith(StrEnum):
    """What figures are put beside. BEFORE: the time right before. LAST_YEAR: the same of then."""

    NOTHING = "nothing"
    BEFORE = "before"
    LAST_YEAR = "last_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSection:
    """One section as its author wants it. title, text: in either language or both; without a title
    it has its usual one. most_rows: of each of its tables, 0 for all. hides: halves that are left
    out. by: what it is told apart by, where it is; measure: of the section that takes one.
    condition: of what alone it tells, as text over the fields of its kind; "" for all."""

    kind: SectionKind
    title_zh: str = ""
    title_en: str = ""
    text_zh: str = ""
    text_en: str = ""
    starts_page: bool = False
    most_rows: int = 0
    hides: tuple[Half, ...] = ()
    measure: Measure | None = None
    by: tuple[Dimension, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContent:
    """What one version of a report says. title: in either language or both. period, compared_with,
    language: the usual ones. condition: over connections, as text; "" for all of them. colour:
    `#rrggbb`, "" for the usual. logo: the hash of one that was given, or ""."""

    title_zh: str = ""
    title_en: str = ""
    purpose_zh: str = ""
    purpose_en: str = ""
    period: PeriodKind = PeriodKind.MONTH
    compared_with: ComparedWith = ComparedWith.BEFORE
    language: Language = Language.CHINESE
    condition: str = ""
    colour: str = ""
    logo: str = ""
    sections: tuple[OwnSection, ...] = ()

    def title(self, language: str) -> str:
        return _either(language, self.title_zh, self.title_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVersion:
    """What a report said from a time on, for good. number: counts from 1. note: of its author."""

    id: int
    definition: int
    number: int
    content: OwnContent
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDefinition:
    """A report of one's own. is_shared: others of the tenant who make reports see it. version: its
    newest. owner: who made it."""

    id: int
    tenant: TenantId
    tenant_name: str
    is_shared: bool
    owner: UserId | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    removed_at: datetime | None
    title_zh: str
    title_en: str
    version: int
    version_id: int

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.id}"

    def title(self, language: str) -> str:
        return _either(language, self.title_zh, self.title_en)


class Difference(StrEnum):
    """What one version did to the one before."""

    BEGUN = "begun"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    TITLE = "title"
    PERIOD = "period"
    COMPARED = "compared"
    LANGUAGE = "language"
    CONDITION = "condition"
    COVER = "cover"


def own_id(key: str) -> int | None:
    """Return which report of one's own a key names; None for a built-in one."""
    tail = key.removeprefix(PREFIX)
    return int(tail) if key.startswith(PREFIX) and tail.isdecimal() and len(tail) < 18 else None


def _either(language: str, zh: str, en: str) -> str:
    return (zh or en) if language.startswith("zh") else (en or zh)


def copy_built_in(definition: Definition, titles: Mapping[str, str]) -> OwnContent:
    """Return what a built-in report says as the beginning of one's own. titles: by language."""
    return OwnContent(
        title_zh=titles.get(Language.CHINESE.value, ""),
        title_en=titles.get(Language.ENGLISH.value, ""),
        period=definition.period,
        sections=tuple(
            OwnSection(kind=wish.kind, starts_page=wish.starts_page) for wish in definition.wishes
        ),
    )


def build_definition(key: str, content: OwnContent, language: str) -> Definition:
    """Return a report of one's own as reports are made, in one language."""
    kinds = {each.kind for each in content.sections}
    about = tuple(
        dict.fromkeys(each for kind in SectionKind if kind in kinds for each in ABOUT[kind])
    )
    return Definition(
        key=key,
        title=content.title(language),
        purpose=_either(language, content.purpose_zh, content.purpose_en),
        period=content.period,
        about=about,
        wishes=tuple(_wish(each, language) for each in content.sections),
    )


def _wish(section: OwnSection, language: str) -> Wish:
    return Wish(
        kind=section.kind,
        title=_either(language, section.title_zh, section.title_en),
        text=_either(language, section.text_zh, section.text_en),
        starts_page=section.starts_page,
        most_rows=section.most_rows,
        hides=frozenset(section.hides),
        measure=section.measure,
        by=section.by,
        only=read_section_condition(section.kind, section.condition),
    )


def check_content(content: OwnContent) -> OwnContent:
    """Return what can stand in a report, in its one form; raises Invalid at the field."""
    content = replace(
        content,
        title_zh=content.title_zh.strip(),
        title_en=content.title_en.strip(),
        purpose_zh=content.purpose_zh.strip(),
        purpose_en=content.purpose_en.strip(),
        condition=content.condition.strip(),
        colour=content.colour.strip().lower(),
        sections=tuple(map(_check_section, content.sections)),
    )
    _check_titles("title", content.title_zh, content.title_en)
    _check_titles("purpose", content.purpose_zh, content.purpose_en)
    if not (content.title_zh or content.title_en):
        raise Invalid("title_zh", "a title in one of the languages")
    if content.colour and not _COLOUR.fullmatch(content.colour):
        raise Invalid("colour", "a colour such as #0b5fd8")
    if not content.sections:
        raise Invalid("sections", "a report has at least one section")
    if len(content.sections) > MOST_SECTIONS:
        raise Invalid("sections", "at most 30 sections")
    check_condition(content)
    check_period(content.sections, content.period)
    return content


def check_condition(content: OwnContent) -> None:
    """Raise Invalid unless every section of a filtered report can be filtered."""
    if not content.condition:
        return
    condition = read_connection_condition(content.condition)
    if any(term.op is Op.IN_SET for term in walk_terms(condition)):
        raise Invalid("condition", "named sets can not be used here")
    if unfiltered(content.sections):
        raise Invalid("condition", "some sections are of everything and can not be filtered")


def unfiltered(sections: Iterable[OwnSection]) -> tuple[SectionKind, ...]:
    """Return the kinds of sections here that a filter can not narrow."""
    return tuple(dict.fromkeys(each.kind for each in sections if each.kind not in FILTERED))


def check_period(sections: Iterable[OwnSection], period: PeriodKind) -> None:
    """Raise Invalid for a year with sections that are worked out exactly, connection by
    connection."""
    if period is PeriodKind.YEAR and any(each.kind in FILTERED - HEAD for each in sections):
        raise Invalid("period", "sections of use are of at most a quarter; a year has its months")


def _check_section(section: OwnSection) -> OwnSection:
    section = replace(
        section,
        title_zh=section.title_zh.strip(),
        title_en=section.title_en.strip(),
        text_zh=section.text_zh.strip(),
        text_en=section.text_en.strip(),
        condition=section.condition.strip(),
        hides=tuple(each for each in Half if each in section.hides),
    )
    _check_titles("sections", section.title_zh, section.title_en)
    if max(len(section.text_zh), len(section.text_en)) > _LONGEST_TEXT:
        raise Invalid("sections", "a text of at most 5,000 characters")
    if section.kind is SectionKind.TEXT and not (section.text_zh or section.text_en):
        raise Invalid("sections", "a section of text says something")
    if not 0 <= section.most_rows <= MOST_ROWS:
        raise Invalid("sections", "between 0 and 5,000 rows")
    read_section_condition(section.kind, section.condition)
    return _check_question(section)


def _check_question(section: OwnSection) -> OwnSection:
    if section.kind is SectionKind.MEASURE:
        if section.measure is None:
            raise Invalid("sections", "say what is measured")
        if not 1 <= len(section.by) <= 2 or len(set(section.by)) != len(section.by):
            raise Invalid("sections", "one or two different dimensions")
        return section
    if section.measure is not None:
        raise Invalid("sections", "this section measures what it measures")
    if section.kind is SectionKind.PARTS:
        if any(each.value not in PARTS for each in section.by):
            raise Invalid("sections", "by department, pool or client")
        return section
    if section.by:
        raise Invalid("sections", "this section can not be told apart")
    return section


def _check_titles(field: str, *titles: str) -> None:
    for each in titles:
        if len(each) > _LONGEST_TITLE or not each.isprintable():
            raise Invalid(field, "at most 120 characters, on one line")


def find_differences(
    before: OwnContent | None, after: OwnContent
) -> tuple[tuple[Difference, SectionKind | None], ...]:
    """Return what a version changed, sections by their kind, in the order in which they stand."""
    if before is None:
        return ((Difference.BEGUN, None),)
    return (*_of_whole(before, after), *_of_sections(before.sections, after.sections))


def _of_whole(before: OwnContent, after: OwnContent) -> Iterator[tuple[Difference, None]]:
    pairs = (
        (Difference.TITLE, ("title_zh", "title_en", "purpose_zh", "purpose_en")),
        (Difference.PERIOD, ("period",)),
        (Difference.COMPARED, ("compared_with",)),
        (Difference.LANGUAGE, ("language",)),
        (Difference.CONDITION, ("condition",)),
        (Difference.COVER, ("colour", "logo")),
    )
    for what, names in pairs:
        if any(getattr(before, name) != getattr(after, name) for name in names):
            yield what, None


def _of_sections(
    before: tuple[OwnSection, ...], after: tuple[OwnSection, ...]
) -> Iterator[tuple[Difference, SectionKind]]:
    """The nth section of a kind is the same as the nth of it before."""
    old, new = _numbered(before), _numbered(after)
    for key in new:
        if key not in old:
            yield Difference.ADDED, key[0]
        elif old[key] != new[key]:
            yield Difference.CHANGED, key[0]
    for key in old:
        if key not in new:
            yield Difference.REMOVED, key[0]
    stayed, order = [each for each in old if each in new], [each for each in new if each in old]
    for key in moved(stayed, order):
        yield Difference.MOVED, key[0]


def moved[Key](before: list[Key], after: list[Key]) -> list[Key]:
    """Return the fewest of the same things that change places to make one order of the other."""
    place = {key: number for number, key in enumerate(before)}
    longest: list[list[Key]] = []
    for key in after:
        best = max((each for each in longest if place[each[-1]] < place[key]), key=len, default=[])
        longest.append([*best, key])
    kept = max(longest, key=len, default=[])
    return [key for key in after if key not in kept]


def _numbered(sections: Iterable[OwnSection]) -> dict[tuple[SectionKind, int], OwnSection]:
    found: dict[tuple[SectionKind, int], OwnSection] = {}
    for each in sections:
        number = sum(kind is each.kind for kind, _number in found)
        found[each.kind, number] = each
    return found


def write_content(content: OwnContent) -> dict[str, Any]:
    """Return a version's content as it is kept and told."""
    told: dict[str, Any] = msgspec.to_builtins(content)
    return told


def read_content(told: object) -> OwnContent:
    """Return what `write_content` wrote; raises Invalid for what is no report."""
    try:
        return msgspec.convert(told, OwnContent)
    except msgspec.ValidationError as error:
        raise Invalid("sections", "this is no report") from error
