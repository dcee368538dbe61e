"""What stands in a report once it is made: frozen with its figures, in one language. No I/O."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.operate.reports.branding import Brand
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Formatter


class FindingTone(StrEnum):
    """Whether what was found is good news. CRITICAL: somebody should act."""

    GOOD = "good"
    NEUTRAL = ""
    WARNING = "warning"
    CRITICAL = "critical"


class ColumnKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One plain sentence that was worked out from figures. code: which rule said it. rank: the
    lower the further up. why: why it matters, advice: what to do about it; each or ""."""

    code: str
    tone: FindingTone
    text: str
    why: str = ""
    advice: str = ""
    rank: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. name: its stable address in all formats. before: of the time before, None where
    that is not known or does not compare. definition: how it is worked out, for the annex."""

    name: str
    label: str
    value: float | None
    formatter: Formatter
    before: float | None = None
    note: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT
    formatter: Formatter = Formatter.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table. cells: texts, numbers, and times as ISO texts; None is not known. total: how many
    rows there are at all, where not all are here."""

    name: str
    title: str
    columns: tuple[Column, ...]
    cells: tuple[tuple[str | float | None, ...], ...]
    total: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a report. kind: which one of the catalogue. missing: why there is nothing. only:
    of what alone it tells, as a sentence, "" for all; its figures have names of their own then."""

    kind: str
    title: str
    text: str = ""
    findings: tuple[Finding, ...] = ()
    figures: tuple[Figure, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    tables: tuple[Rows, ...] = ()
    missing: str = ""
    starts_page: bool = False
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the time was measured. share, before: 0-1, None where nothing ever told."""

    share: float | None
    before: float | None
    as_of: datetime | None
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A whole report. first_day, last_day: local days of the time, the last included. made_at:
    when the figures were read; what has no past (posture, licences held) is of then. only: which
    connections alone count, as a sentence, "" for all. before_days: first and last day of what it
    is compared with. own_number: by which version of a report of one's own, 0 of a built-in."""

    definition: str
    title: str
    tenant_name: str
    language: str
    time_zone: str
    period: str
    first_day: date
    last_day: date
    from_at: datetime
    to_at: datetime
    made_at: datetime
    made_by: str
    coverage: Coverage
    sections: tuple[Section, ...]
    is_compared: bool = True
    is_last_year: bool = False
    before_days: tuple[date, date] | None = None
    only: str = ""
    own_number: int = 0
    brand: Brand | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(each for section in self.sections for each in section.figures)
