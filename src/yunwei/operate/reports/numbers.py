"""The numbers that findings are worked out from: what the sections of a report read. No I/O."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from yunwei.operate.reports.service_numbers import ServiceNumbers
from yunwei.operate.reports.work_numbers import WorkNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """Something that is owned in a number. full_on: the likely day, None when it is not foretold
    within a year."""

    name: str
    used: float
    total: float
    days_until_full: int | None = None
    full_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A certificate or licence that ends."""

    name: str
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """None: it was not read, or is not known. …_before: of the time before. Shares are 0 to 1.

    peak_at: local time. top_failure: the reason that most failed attempts gave, top_failures: how
    many of them. slowest_stage_share: of the time of all logons. worst_cause: in the reader's
    words, worst_points: what it costs the score. give_back: accounts that hold what nobody misses.
    after_loss: desktops that still fit had the fullest host gone. standing: alarms of more than a
    day. talker_share: of all alarms, what the one that came most often makes up. is_last_year: the
    time before is the same time of last year. work: of scripts, inspections and months.
    """

    coverage: float | None = None
    coverage_before: float | None = None
    users: int | None = None
    users_before: int | None = None
    peak: int | None = None
    peak_at: datetime | None = None
    peak_before: int | None = None
    attempts: int | None = None
    failures: int | None = None
    attempts_before: int | None = None
    failures_before: int | None = None
    top_failure: str = ""
    top_failures: int = 0
    logon_p95_s: float | None = None
    logon_p95_before_s: float | None = None
    slowest_stage: str = ""
    slowest_stage_share: float | None = None
    score: float | None = None
    score_before: float | None = None
    worst_cause: str = ""
    worst_points: float = 0.0
    poor_users: int | None = None
    scored_users: int | None = None
    licences: tuple[Filling, ...] = ()
    refused: int | None = None
    accounts: int | None = None
    give_back: int | None = None
    hosts: int | None = None
    hosts_unwell: int | None = None
    after_loss: int | None = None
    desktops: int | None = None
    failing: int | None = None
    idle_returnable: int | None = None
    quotas: tuple[Filling, ...] = ()
    ending: tuple[Ending, ...] = ()
    occurrences: int | None = None
    occurrences_before: int | None = None
    told: int | None = None
    noise_reduction: float | None = None
    acknowledged: int | None = None
    acknowledged_s: float | None = None
    acknowledged_before_s: float | None = None
    standing: int | None = None
    talker: str = ""
    service: ServiceNumbers | None = None
    talker_share: float | None = None
    is_last_year: bool = False
    work: WorkNumbers | None = None

    def merged(self, other: "Numbers") -> "Numbers":
        """Return both together; what `other` says goes before."""
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        said = {
            each.name: getattr(other, each.name)
            for each in fields(other)
            if getattr(other, each.name) != each.default
        }
        if self.work and other.work:
            said["work"] = self.work.merged(other.work)
        return Numbers(**own | said)
