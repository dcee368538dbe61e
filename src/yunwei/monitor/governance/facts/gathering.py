"""Too many at once, or many alike: when alarms are gathered into a situation instead of being told
one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.condition import Matcher
from yunwei.base.core.ids import TenantId
from yunwei.monitor.governance.facts.noise import GroupKey, NoiseRule
from yunwei.monitor.governance.facts.situations import SituationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterLimits:
    """When gathering begins and ends.

    The score grows by one with each alarm and falls to 1/e within `fade_s`; it begins at `enter`
    and is over below `leave`. The score is never more than `most`, so that the end of a flood does
    not depend on how great it was.
    """

    fade_s: float
    enter: float
    leave: float

    @property
    def most(self) -> float:
        return self.enter * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """How many came lately. score: as of `at`. since: when gathering began, None while off."""

    score: float = 0.0
    at: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """A rule of storms or of alike alarms, ready to be asked.

    matches: None for all alarms. keys: what alarms must have in common; of a storm `source`, or
    nothing. digest_s: how often people hear of it while it lasts. has_exceptions: a critical
    alarm that has no other of its type in it is told by itself.
    """

    rule: NoiseRule
    kind: SituationKind
    limits: MeterLimits
    digest_s: int
    keys: tuple[GroupKey, ...]
    matches: Matcher | None = None
    has_exceptions: bool = False


type GatheringsOf = Callable[[TenantId], tuple[Gathering, ...]]
"""tenant → the rules that hold for it, those of storms first"""
