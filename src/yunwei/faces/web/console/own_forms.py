"""The editor of a report of one's own: what was typed to a draft and back, its acts and its undo.

What is posted: `title_zh` … of the whole; for each section N in its order `s.N.kind`, `.uid`,
`.title_zh`, … . `base`: the draft as it was drawn last; `history`: those before, for undo;
`saved`: what the newest version says. A button says what to do as `act`: `add`, `up:UID`,
`down:UID`, `drop:UID`, `open:UID`, `order:UID,UID`, `undo`; of a section's filter (`own_filters`)
`row:UID`, `unrow:UID:ROW`, `fit:UID`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.http import QueryDict

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Language
from yunwei.faces.web.console.own_filters import FilterForm, read_filter, show_filter
from yunwei.faces.web.shared.words import Text, options, word
from yunwei.operate.reports.definitions import FILTERED, Half, SectionKind
from yunwei.operate.reports.filters import FIELDS_OF
from yunwei.operate.reports.own import (
    MOST_SECTIONS,
    PARTS,
    ComparedWith,
    OwnContent,
    OwnSection,
    read_content,
    unfiltered,
    write_content,
)
from yunwei.operate.reports.periods import PeriodKind
from yunwei.operate.usage.facts.use import Dimension, Measure

_MOST_UNDO = 20
_LONGEST_STATE = 100_000
_TEXTS = ("title_zh", "title_en", "text_zh", "text_en")
_KEPT = (*_TEXTS, "condition")
_HEAD = ("title_zh", "title_en", "purpose_zh", "purpose_en", "condition", "colour", "logo")


@dataclass(frozen=True, kw_only=True)
class DrawnSection:
    """One section as the editor draws it. place: from 1. inputs: of a closed one."""

    uid: int
    place: int
    section: OwnSection
    is_open: bool
    is_first: bool
    is_last: bool
    filter: FilterForm | None

    @property
    def prefix(self) -> str:
        return f"s.{self.place}"

    @property
    def name(self) -> Text:
        return word("report_section", self.section.kind).label

    @property
    def has_filter(self) -> bool:
        """Whether a filter of the whole report narrows it."""
        return self.section.kind in FILTERED

    @property
    def said(self) -> str:
        """The section's own filter as a sentence."""
        return self.filter.said if self.filter else ""

    @property
    def has_rows(self) -> bool:
        return self.section.kind is not SectionKind.TEXT

    @property
    def has_halves(self) -> bool:
        return self.section.kind not in {
            SectionKind.TEXT,
            SectionKind.FINDINGS,
            SectionKind.KEY_FIGURES,
        }

    @property
    def halves(self) -> list[tuple[str, Text, bool]]:
        return [
            (each.value, word("report_half", each).label, each not in self.section.hides)
            for each in Half
        ]

    @property
    def measures(self) -> list[tuple[str, Text, bool]]:
        return [
            (value, text, value == (self.section.measure or Measure.USERS).value)
            for value, text in options("measure")
        ]

    @property
    def is_measure(self) -> bool:
        return self.section.kind is SectionKind.MEASURE

    @property
    def dimensions(self) -> list[tuple[str, list[tuple[str, Text, bool]]]]:
        """The choices of the first dimension and of the second."""
        by = [each.value for each in self.section.by]
        chosen = (by[0] if by else "day", by[1] if len(by) > 1 else "")
        return [
            (key, [(value, text, value == now) for value, text in options("dimension")])
            for key, now in zip(("by", "and"), chosen, strict=True)
        ]

    @property
    def parts(self) -> list[tuple[str, Text, bool]]:
        if self.section.kind is not SectionKind.PARTS:
            return []
        chosen = {each.value for each in self.section.by}
        return [
            (each.value, word("dimension", each).label, not chosen or each.value in chosen)
            for each in PARTS
        ]

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """What a closed section is posted with."""
        section = self.section
        told = [(name, getattr(section, name)) for name in _KEPT if getattr(section, name)]
        told += [("starts_page", "true")] if section.starts_page else []
        told += [("most_rows", str(section.most_rows))] if section.most_rows else []
        told += [("hides", each.value) for each in section.hides]
        told += [("measure", section.measure.value)] if section.measure else []
        told += [("by", each.value) for each in section.by]
        return [(f"{self.prefix}.{name}", value) for name, value in told]


@dataclass(kw_only=True)
class OwnForm:
    """The editor's present state. uids: one for each section, so that a button follows it.
    said: what the last act did, for who does not see it. filter: rows of the open section that are
    not whole yet."""

    content: OwnContent
    uids: list[int]
    history: list[OwnContent] = field(default_factory=list)
    base: OwnContent | None = None
    saved: OwnContent | None = None
    opened: int = 0
    is_shared: bool = False
    note: str = ""
    version: int = 0
    said: str = ""
    filter: FilterForm | None = None

    @property
    def is_changed(self) -> bool:
        return self.content != self.saved

    @property
    def can_undo(self) -> bool:
        return bool(self.history)

    @property
    def sections(self) -> list[DrawnSection]:
        last = len(self.content.sections)
        return [
            DrawnSection(
                uid=uid,
                place=place,
                section=section,
                is_open=uid == self.opened,
                is_first=place == 1,
                is_last=place == last,
                filter=self._filter_of(uid, section),
            )
            for place, (uid, section) in enumerate(
                zip(self.uids, self.content.sections, strict=True), 1
            )
        ]

    def _filter_of(self, uid: int, section: OwnSection) -> FilterForm | None:
        fields = FIELDS_OF.get(section.kind)
        if fields is None:
            return None
        is_here = self.filter is not None and uid == self.opened and self.filter.of is fields
        return self.filter if is_here else show_filter(section.condition, fields)

    @property
    def kinds(self) -> list[tuple[str, Text]]:
        return options("report_section")

    @property
    def unfiltered(self) -> list[Text]:
        """Sections that the filter can not narrow, by name; () without a filter."""
        if not self.content.condition:
            return []
        found = unfiltered(self.content.sections)
        return [word("report_section", each).label for each in found]

    @property
    def state(self) -> str:
        return _write(self.content)

    @property
    def saved_state(self) -> str:
        return _write(self.saved) if self.saved is not None else ""

    @property
    def past(self) -> str:
        return json.dumps([write_content(each) for each in self.history], ensure_ascii=False)

    def act(self, act: str) -> None:
        """Do what a button said. What it does not know does nothing."""
        verb, _colon, uid = act.partition(":")
        if verb == "undo":
            self._undo()
            return
        if self.base is not None and self.base != self.content:
            self._remember(self.base)
        before = self.content
        uid, _colon, row = uid.partition(":")
        place = self.uids.index(int(uid)) if uid.isdecimal() and int(uid) in self.uids else None
        if verb == "order":
            self._order(uid)
        elif verb in {"row", "unrow"} and place is not None:
            self._change_filter(verb, place, _number(row))
        elif verb == "add" and len(self.uids) < MOST_SECTIONS:
            self._add(uid)
        elif place is not None:
            self._act_on(verb, place)
        if self.content != before:
            self._remember(before)

    def _remember(self, content: OwnContent) -> None:
        self.history = [*self.history, content][-_MOST_UNDO:]

    def _undo(self) -> None:
        """Take back what was typed since the last act, else the last act."""
        if self.base is not None and self.base != self.content:
            self.content = self.base
        elif self.history:
            self.content = self.history.pop()
        self.uids = list(range(1, len(self.content.sections) + 1))
        self.opened, self.filter = 0, None

    def _order(self, told: str) -> None:
        """Put sections in an order that names each of them once."""
        wanted = [_number(each) for each in told.split(",")]
        if sorted(wanted) != sorted(self.uids):
            return
        sections = [self.content.sections[self.uids.index(uid)] for uid in wanted]
        self.content, self.uids = replace(self.content, sections=tuple(sections)), wanted

    def _change_filter(self, verb: str, place: int, row: int) -> None:
        sections = list(self.content.sections)
        form = self._filter_of(self.uids[place], sections[place])
        if form is None:
            return
        self.opened, self.filter = self.uids[place], form
        if verb == "row":
            form.add()
        else:
            form.drop(row)
        sections[place] = replace(sections[place], condition=form.to_text())
        self.content = replace(self.content, sections=tuple(sections))

    def _add(self, kind: str) -> None:
        if kind not in set(SectionKind):
            return
        made = OwnSection(kind=SectionKind(kind))
        if made.kind is SectionKind.MEASURE:
            made = replace(made, measure=Measure.PEAK_USERS, by=(Dimension.DAY,))
        uid = max(self.uids, default=0) + 1
        self.filter = None
        self.content = replace(self.content, sections=(*self.content.sections, made))
        self.uids = [*self.uids, uid]
        self.opened = uid

    def _act_on(self, verb: str, place: int) -> None:
        uid, sections = self.uids[place], list(self.content.sections)
        if verb == "open":
            self.opened, self.filter = (0 if self.opened == uid else uid), None
        elif verb == "drop":
            del sections[place], self.uids[place]
        elif verb in {"up", "down"}:
            other = place - 1 if verb == "up" else place + 1
            if not 0 <= other < len(sections):
                return
            sections[place], sections[other] = sections[other], sections[place]
            self.uids[place], self.uids[other] = self.uids[other], self.uids[place]
        self.content = replace(self.content, sections=tuple(sections))


def show_form(
    content: OwnContent,
    *,
    saved: OwnContent | None = None,
    is_shared: bool = False,
    version: int = 0,
) -> OwnForm:
    """Return the editor of something that is kept, or of a beginning."""
    return OwnForm(
        content=content,
        uids=list(range(1, len(content.sections) + 1)),
        saved=saved,
        base=content,
        is_shared=is_shared,
        version=version,
    )


def read_form(typed: QueryDict) -> OwnForm:
    """Return the editor as it was posted; what is no choice takes the usual one."""
    places = sorted(
        int(key.split(".")[1])
        for key in typed
        if key.startswith("s.") and key.endswith(".kind") and key.split(".")[1].isdecimal()
    )[:MOST_SECTIONS]
    sections = [_read_section(typed, place) for place in places]
    content = OwnContent(
        **{name: typed.get(name, "").strip() for name in _HEAD},
        period=_choice(typed.get("period", ""), PeriodKind.MONTH),
        compared_with=_choice(typed.get("compared_with", ""), ComparedWith.BEFORE),
        language=_choice(typed.get("language", ""), Language.CHINESE),
        sections=tuple(sections),
    )
    if not typed.get("has_colour"):
        content = replace(content, colour="")
    told = [_number(typed.get(f"s.{place}.uid", "")) for place in places]
    is_told = len(set(told)) == len(told) and all(told)
    uids = told if is_told else list(range(1, len(sections) + 1))
    opened = _number(typed.get("opened", ""))
    return OwnForm(
        content=content,
        uids=uids,
        filter=_read_open(typed, dict(zip(uids, places, strict=True)).get(opened)),
        history=_read_past(typed.get("history", "")),
        base=_read_state(typed.get("base", "")),
        saved=_read_state(typed.get("saved", "")),
        opened=opened,
        is_shared=typed.get("is_shared") == "true",
        note=typed.get("note", "").strip(),
        version=_number(typed.get("version", "")),
    )


def _read_open(typed: QueryDict, place: int | None) -> FilterForm | None:
    """Return the filter of the open section with the rows that are not whole yet."""
    if place is None or not typed.get(f"s.{place}.has_rows"):
        return None
    kind = _choice(typed.get(f"s.{place}.kind", ""), SectionKind.TEXT)
    fields = FIELDS_OF.get(kind)
    return read_filter(typed, f"s.{place}", fields) if fields else None


def _read_section(typed: QueryDict, place: int) -> OwnSection:
    def text(name: str) -> str:
        return typed.get(f"s.{place}.{name}", "").strip().replace("\r\n", "\n")

    kind = _choice(text("kind"), SectionKind.TEXT)
    if typed.get(f"s.{place}.has_shows"):
        shows = typed.getlist(f"s.{place}.shows")
        hides = tuple(each for each in Half if each.value not in shows)
    else:
        hides = tuple(each for each in Half if each.value in typed.getlist(f"s.{place}.hides"))
    is_measure = kind is SectionKind.MEASURE
    chosen = [*typed.getlist(f"s.{place}.by"), *typed.getlist(f"s.{place}.and")]
    known = {each.value: each for each in Dimension}
    by = tuple(dict.fromkeys(known[each] for each in chosen if each in known))
    if kind is SectionKind.PARTS and len(by) == len(PARTS):
        by = ()
    fields = FIELDS_OF.get(kind)
    return OwnSection(
        kind=kind,
        **{name: text(name) for name in _TEXTS},
        condition=read_filter(typed, f"s.{place}", fields).to_text() if fields else "",
        starts_page=text("starts_page") == "true",
        most_rows=_number(text("most_rows")),
        hides=hides,
        measure=_choice(text("measure"), Measure.USERS) if is_measure else None,
        by=by,
    )


def _choice[Word: StrEnum](text: str, usual: Word) -> Word:
    try:
        return type(usual)(text)
    except ValueError:
        return usual


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _write(content: OwnContent) -> str:
    return json.dumps(write_content(content), ensure_ascii=False)


def _read_state(text: str) -> OwnContent | None:
    try:
        return read_content(json.loads(text)) if 0 < len(text) < _LONGEST_STATE else None
    except (ValueError, Invalid):
        return None


def _read_past(text: str) -> list[OwnContent]:
    try:
        told: Any = json.loads(text) if text else []
        listed: Sequence[Any] = told if isinstance(told, list) else ()
        return [read_content(each) for each in listed[-_MOST_UNDO:]]
    except (ValueError, Invalid):
        return []
