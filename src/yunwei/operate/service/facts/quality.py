"""How service was in a time, as plain data: tickets, each clock that was decided, outages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.ids import AlarmId
from yunwei.operate.service.facts.clocks import Metric, Priority
from yunwei.operate.service.facts.contracts import ServiceType


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """One clock that was decided: stopped in time, or past its goal. wall: from its start to its
    end, or to the end of the time where it still ran. waited: of that, paused, for these reasons.
    elapsed: what counts. hours: in which service is owed. said: the provider's last word."""

    code: str
    title: str
    type: ServiceType
    priority: Priority
    metric: Metric
    started_at: datetime
    decided_at: datetime
    is_met: bool
    is_open: bool
    goal: timedelta
    hours: CalendarTimes
    wall: timedelta
    waited: timedelta
    elapsed: timedelta
    reasons: tuple[str, ...] = ()
    said: str = ""

    @property
    def not_owed(self) -> timedelta:
        """Of the time on the wall, what lies outside the service hours, or after it was solved."""
        return self.wall - self.waited - self.elapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    """A ticket of which something happened in a time. opened_in, solved_in: it was reported, or
    solved, in it. is_open: at its end. reopened: how often, in it. waits_for: a reason, where it
    waits. merged_at: since when it goes on in another."""

    code: str
    title: str
    type: ServiceType
    priority: Priority
    reported_at: datetime
    solved_at: datetime | None
    due_at: datetime | None
    state: str
    opened_in: bool
    solved_in: bool
    is_open: bool
    reopened: int
    minutes: int
    merged_at: datetime | None = None
    alarm: AlarmId | None = None
    window: str = ""
    waits_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A stretch in which everything stood still, by a ticket of the first priority."""

    code: str
    title: str
    from_at: datetime
    to_at: datetime

    @property
    def length(self) -> timedelta:
        return self.to_at - self.from_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """from_at, to_at: the time, which ends when it was asked where it was not over. agreed: the
    availability of the contracts in force, the highest; None: none is agreed. down: that
    everything stood still, what overlaps counted once. presumed: years whose working days nobody
    has published."""

    from_at: datetime
    to_at: datetime
    tickets: tuple[TicketLine, ...] = ()
    clocks: tuple[ClockLine, ...] = ()
    outages: tuple[Outage, ...] = ()
    down: timedelta = timedelta()
    agreed: float | None = None
    presumed: tuple[int, ...] = ()

    @property
    def availability(self) -> float | None:
        whole = self.to_at - self.from_at
        return 1 - self.down / whole if whole > timedelta() else None

    def of(self, metric: Metric) -> tuple[ClockLine, ...]:
        return tuple(each for each in self.clocks if each.metric is metric)
