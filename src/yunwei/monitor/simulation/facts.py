"""A mask rule tried on the past, and what that showed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from yunwei.base.core.ids import AlarmId, MaskRuleId, OccurrenceId, TenantId, UserId

SPANS = (7, 30, 90)
"""How many days back people look with one click."""


class SimulationState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What a simulation does, in order."""

    HISTORY = "history"
    GROUPS = "groups"
    OVERLAPS = "overlaps"
    MESSAGES = "messages"
    REGRETS = "regrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of one word: a severity, an alarm type, a managed object."""

    word: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Occurrences of a day of the asker's calendar: those that the rule would treat, and all."""

    day: date
    hidden: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regret:
    """An occurrence that the rule would have hidden and that a person cared about.

    deed: acknowledged, commented, shelved, cleared. root: it was the root of a situation.
    """

    alarm: AlarmId
    occurrence: OccurrenceId
    at: datetime
    deed: str
    by: str
    note: str
    severity: str
    managed_object: str
    text: str
    alarm_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Another live rule, and how many occurrences both would treat. covers: the other treats all
    that this one would, so that this one would be shadowed by it."""

    rule: MaskRuleId
    name: str
    effect: str
    both: int
    covers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One occurrence that the rule would have treated."""

    at: datetime
    alarm: AlarmId | None
    severity: str
    alarm_type: str
    managed_object: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What people would not have been told. total: of the stretch; saved: without the rule's.

    wakeups: a person, told by a channel between 22:00 and 07:00 of their own clock; several
    within a quarter of an hour are one. people: whom it would have let sleep, most first.
    """

    total: int = 0
    saved: int = 0
    wakeups: int = 0
    wakeups_saved: int = 0
    people: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the rule would have done. hidden: occurrences it would treat, of `total`.

    types, objects: how many different ones; by_type, by_object: the most frequent. marginal:
    those that no other live rule would treat; compared: with how many of these. regret_count may
    exceed the regrets listed. is_upper_bound: a flexible rule, taken to hold whenever it may.
    """

    hidden: int
    total: int
    by_day: tuple[DayCount, ...]
    by_severity: tuple[Count, ...]
    by_type: tuple[Count, ...]
    by_object: tuple[Count, ...]
    types: int
    objects: int
    samples: tuple[Sample, ...]
    marginal: int
    compared: int
    overlaps: tuple[Overlap, ...]
    messages: Messages
    regrets: tuple[Regret, ...]
    regret_count: int
    is_upper_bound: bool = False
    took_s: float = 0.0

    @property
    def share(self) -> float:
        """Of all occurrences, those it would treat: 0 to 1."""
        return self.hidden / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One trial. version: of the rule, None for a rule that is not saved. step: what it is at.

    content: what the rule says, as `governance` describes rules. days: how far back.
    """

    id: int
    tenant: TenantId
    rule: MaskRuleId | None
    version: int | None
    content: dict[str, Any]
    days: int
    time_zone: str
    state: SimulationState
    step: str
    by: str
    started_at: datetime
    finished_at: datetime | None
    error: str
    outcome: Outcome | None

    @property
    def progress(self) -> float:
        """0 to 1."""
        steps = [step.value for step in Step]
        if self.state is not SimulationState.RUNNING:
            return 1.0
        return steps.index(self.step) / len(steps) if self.step in steps else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOccurrence:
    """An occurrence that people were told of. row: as conditions see it. at: of the first word."""

    occurrence: OccurrenceId
    at: datetime
    messages: int
    row: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wakeup:
    """A person was told of an occurrence at night. quarter: of an hour, since 1970."""

    occurrence: OccurrenceId
    user: UserId
    name: str
    quarter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a person did about an occurrence. row: as conditions see it; at: when it was raised."""

    regret: Regret
    raised_at: datetime
    row: dict[str, Any]
