"""What people on the canary's desktops meet after a script, beside before and beside desktops that
were not touched. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """watching: not decided yet. fine: nothing got worse. harmful: something did. blind: nothing
    was measured on the canary."""

    WATCHING = "watching"
    FINE = "fine"
    HARMFUL = "harmful"
    BLIND = "blind"


class GuardMeasure(StrEnum):
    """cpu: share of it in use. logon: seconds from asking to a usable session. round_trip: seconds
    of a session. failures: attempts to connect that failed, per desktop and hour."""

    CPU = "cpu"
    LOGON = "logon"
    ROUND_TRIP = "round_trip"
    FAILURES = "failures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One measure of one desktop before and after."""

    before: float
    after: float


type Measured = Mapping[GuardMeasure, tuple[Pair, ...]]
"""Of a group of desktops: those that were measured both before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One measure, as means over desktops. canary, control: of how many. control_*: None where no
    untouched desktop was measured. excess: by how much the canary rose more than the others."""

    measure: GuardMeasure
    canary: int
    canary_before: float
    canary_after: float
    control: int
    control_before: float | None
    control_after: float | None
    excess: float
    is_worse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a run's guard saw, as it was looked at last."""

    verdict: Verdict
    looked_at: datetime
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a guard compares. canary, control: desktops as (source, number in it). before: from the
    first instant until the canary was begun; after: since it was over."""

    canary: frozenset[tuple[int, str]]
    control: frozenset[tuple[int, str]]
    begun_at: datetime
    over_at: datetime
