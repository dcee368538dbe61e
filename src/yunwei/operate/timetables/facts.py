"""Timetables, their starts and when these are due, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import RunId, ScriptId, TenantId, TimetableId
from yunwei.operate.runs.facts.runs import Choice, FollowUpDraft, Offline, Plan, RunState


class Rhythm(StrEnum):
    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class OnDays(StrEnum):
    """On which kinds of day, by the tenant's calendar. workdays: make-up days are among them.
    rest_days: weekends and statutory holidays."""

    ANY = "any"
    WORKDAYS = "workdays"
    REST_DAYS = "rest_days"


class Missed(StrEnum):
    """What is done about a start whose window went by while nobody looked. catch_up: the latest of
    them is started after all, once, with a window as long."""

    SKIP = "skip"
    CATCH_UP = "catch_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a script is run, by the clock on the wall of `time_zone`.

    at_minute: after midnight. window_minutes: so long may its run begin things. day: of `once`.
    weekdays: of `weekly`, 0 Monday … 6 Sunday. month_day: of `monthly`, 1 to 31; in a shorter
    month its last day.
    """

    rhythm: Rhythm
    time_zone: str
    at_minute: int
    window_minutes: int = 240
    on_days: OnDays = OnDays.ANY
    day: date | None = None
    weekdays: tuple[int, ...] = ()
    month_day: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A time at which a start is due, and until when it may be. is_known: its day's kind is
    published, or does not matter."""

    at: datetime
    until: datetime
    is_known: bool = True


_USUAL_PLAN = Plan(offline=Offline.WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableDraft:
    """What a person wants run, when, and on which desktops: who these are is asked at each start.
    values: of the script's parameters; never secrets. then: what follows each of its runs, of the
    versions that may run then."""

    name: str
    script: ScriptId
    times: Times
    choice: Choice
    plan: Plan = _USUAL_PLAN
    values: Mapping[str, str] = field(default_factory=dict)
    missed: Missed = Missed.SKIP
    note: str = ""
    is_enabled: bool = True
    then: tuple[FollowUpDraft, ...] = ()


class StartState(StrEnum):
    """intended: written down, its run is not there yet. The others are ends: started, refused (a
    run could not be started, or was not allowed), skipped (the last one was still running, or the
    day's kind is not published), missed (its window went by)."""

    INTENDED = "intended"
    STARTED = "started"
    REFUSED = "refused"
    SKIPPED = "skipped"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A timetable. acts_for: in whose name its runs are started, who saved it last. since: nothing
    that was due before is started or called missed. last_*: of its latest start."""

    id: TimetableId
    tenant: TenantId
    tenant_name: str
    name: str
    script: ScriptId
    script_name: str
    times: Times
    choice: Choice
    plan: Plan
    values: Mapping[str, str]
    missed: Missed
    note: str
    is_enabled: bool
    acts_for: str
    since: datetime
    changed_at: datetime
    starts: int
    last_due_at: datetime | None
    last_state: StartState | None
    last_reason: str
    last_run: RunId | None
    last_run_state: RunState | None
    then: tuple[FollowUpDraft, ...] = ()

    @property
    def is_last_open(self) -> bool:
        """The run of its latest start is not over."""
        return self.last_run_state is not None and self.last_run_state.is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One time at which a timetable was due, and what became of it. until: when it may be started
    at the latest. reason: why it was not started; of one that was, how it came late. left_out: of
    the names that were listed, those that no desktop has any more."""

    id: int
    timetable: TimetableId
    timetable_name: str
    tenant: TenantId
    due_at: datetime
    until_at: datetime
    noted_at: datetime
    state: StartState
    reason: str
    left_out: int
    by: str
    run: RunId | None
    run_state: RunState | None
    total: int | None
    counts: Mapping[str, int] | None

    def count(self, *states: str) -> int:
        return sum((self.counts or {}).get(state, 0) for state in states)

    @property
    def succeeded(self) -> int:
        return self.count("succeeded")

    @property
    def failed(self) -> int:
        return self.count("failed", "timed_out", "interrupted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is done about a time that is due."""

    due: Due
    state: StartState
    reason: str = ""
