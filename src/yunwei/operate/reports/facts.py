"""What a figure is made of: kinds, axes, series, thresholds. No colours, no HTML, no framework."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.times import require_aware


class ChartKind(StrEnum):
    """LINE, AREA and STACKED run over time; BAR and HEAT over named categories."""

    LINE = "line"
    AREA = "area"
    STACKED = "stacked"
    BAR = "bar"
    HEAT = "heat"


class Formatter(StrEnum):
    """How a number is written. Exists in Python (`formatters.py`) and in `js/formatters.js`."""

    COUNT = "count"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DURATION = "duration"
    BYTES = "bytes"
    BYTE_RATE = "byte_rate"
    RATE = "rate"


class Emphasis(StrEnum):
    """What a series is in the figure's sentence, from which a theme derives line and colour."""

    MAIN = "main"
    USUAL = "usual"
    LIMIT = "limit"
    QUIET = "quiet"


class Tone(StrEnum):
    """Whether a value is good or bad, where the figure says so; NONE leaves it to the palette."""

    NONE = ""
    GOOD = "good"
    IDLE = "idle"
    WARNING = "warning"
    MAJOR = "major"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The value axis. unit: as written in the table's heading, e.g. `s`, `%`, `sessions`.

    minimum, maximum: fixed ends; None lets the data decide.
    """

    title: str
    unit: str
    formatter: Formatter = Formatter.COUNT
    minimum: float | None = 0.0
    maximum: float | None = None

    def __post_init__(self) -> None:
        if not self.unit:
            raise ValueError("an axis has a unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One named row of values. values[i] belongs to times[i], or to the figure's categories[i].

    None is a gap: nothing was measured. Zero is a zero.
    """

    name: str
    values: tuple[float | None, ...]
    times: tuple[datetime, ...] = ()
    emphasis: Emphasis = Emphasis.MAIN
    tone: Tone = Tone.NONE
    is_stepped: bool = False

    def __post_init__(self) -> None:
        if self.times and len(self.times) != len(self.values):
            raise ValueError(f"{self.name}: {len(self.times)} times, {len(self.values)} values")
        for each in self.times:
            require_aware(each, "times")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point that the figure is about, such as its peak, with what is written at it."""

    label: str
    at: datetime
    value: float

    def __post_init__(self) -> None:
        require_aware(self.at, "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A level that means something, drawn as a line with its label."""

    label: str
    value: float
    tone: Tone = Tone.WARNING
