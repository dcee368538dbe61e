"""A threshold rule tried on the past: what it would have raised, by the same decisions."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.thresholds.facts import (
    REST,
    Change,
    Missing,
    ObjectKey,
    Points,
    ThresholdContent,
    Trial,
    TrialRecord,
    TriedAlarm,
)
from yunwei.monitor.thresholds.rules.deciding import replay
from yunwei.monitor.thresholds.rules.drafts import check_content
from yunwei.monitor.thresholds.rules.trying import alarms_of, count_by_day, fit_days
from yunwei.monitor.thresholds.rules.usual import UsualBook
from yunwei.monitor.thresholds.store import points as point_store
from yunwei.monitor.thresholds.store import rules as rule_store
from yunwei.monitor.thresholds.store import trials as trial_store
from yunwei.monitor.thresholds.store.meant import Meant, fetch_meant

SPANS = (1, 7, 14, 30)
_MOST_LISTED = 200
_MOST_OBJECTS = 20
# measurements that are scanned at most, and values that are judged at most
_MOST_SCANNED = 30_000_000
_MOST_JUDGED = 1_500_000
_DAY = 86_400
# of the way, once the measurements were read
_READ = 0.5

type Note = Callable[[float], None]
"""Is told how far a trial has come, 0 to 1; what it raises ends the trial."""


def access_trial(viewer: Viewer, id: int) -> TrialRecord:
    """Return one trial; raises Refused when it is not there or not the viewer's."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        found = trial_store.fetch_trial(conn, id, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def try_rule(
    viewer: Viewer,
    tenant: TenantId,
    content: ThresholdContent,
    *,
    days: int,
    now: datetime,
    note: Note = lambda progress: None,
) -> Trial:
    """Return what a rule of a tenant would have done in the last days, had it held.

    Steps are judged as live ones are, by what is known now; what came late is there. Objects are
    those of now. Cost: one scan of the measurements; a rule that must look at every value of
    every object (by the usual, or missing measurements are an alarm) is cut to the newest days
    that hold three million values. Raises Refused, Invalid, EngineAway.
    """
    require(viewer, Permission.SEE_RULES, tenant)
    check_content(content)
    if days not in SPANS:
        raise Invalid("days", "this is not one of the choices")
    step_s = content.step_s
    stop = int(now.timestamp()) // step_s
    asked = datetime.fromtimestamp((stop - days * _DAY // step_s) * step_s, UTC)
    with transaction() as conn:
        # never more than the viewer's, even for the provider's rule
        about = rule_store.tenants_of(conn, tenant)
        tenants = tuple(each for each in about if each in viewer.tenants)
        meant = fetch_meant(conn, content, tenant, tenants, since=asked)
    note(0.05)
    start = _start(content, tenants, asked, now)
    note(0.1)
    places = range(int(start.timestamp()) // step_s, stop)
    history = timedelta(weeks=content.weeks) if content.is_usual else timedelta()
    span = ((start - history).timestamp(), float(stop * step_s))
    points = point_store.fetch_points(
        content, tenants, [span], is_filtered=content.missing is not Missing.ALARM
    )
    note(_READ)
    return _Trial(content, meant, points, places).run(asked, note)


def _start(
    content: ThresholdContent, tenants: tuple[TenantId, ...], asked: datetime, now: datetime
) -> datetime:
    counts = point_store.count_by_day(content, tenants, (asked.timestamp(), now.timestamp()))
    must_hold_all = content.is_usual or content.missing is Missing.ALARM
    cut = fit_days(counts, _MOST_JUDGED if must_hold_all else _MOST_SCANNED)
    if cut is None:
        return asked
    first = datetime.fromtimestamp(min(cut * _DAY, int(now.timestamp()) // _DAY * _DAY), UTC)
    return max(asked, first)


class _Trial:
    def __init__(
        self, content: ThresholdContent, meant: Meant, points: Points, places: range
    ) -> None:
        self._content, self._meant, self._points = content, meant, points
        self._places = places
        self._learning = self._judged = 0

    def run(self, asked: datetime, note: Note) -> Trial:
        content, meant = self._content, self._meant
        alarms: list[TriedAlarm] = []
        for number, (key, target) in enumerate(meant.targets.items()):
            note(_READ + (1 - _READ) * number / len(meant.targets))
            alarms += alarms_of(content, target, self._replay(key))
        alarms.sort(key=lambda each: each.raised_at, reverse=True)
        hit = Counter(each.managed_object for each in alarms)
        step_s = content.step_s
        from_at, to_at = (
            datetime.fromtimestamp(place * step_s, UTC)
            for place in (self._places.start, self._places.stop)
        )
        return Trial(
            from_at=from_at,
            to_at=to_at,
            asked_from_at=asked,
            objects=len(meant.targets),
            measured=sum(key in self._points.values for key in meant.targets),
            coverage=self._coverage(),
            learning=self._learning / self._judged if self._judged else 0.0,
            total=len(alarms),
            objects_hit=len(hit),
            by_day=count_by_day(alarms, from_at, to_at, content.time_zone),
            by_object=tuple(hit.most_common(_MOST_OBJECTS)),
            alarms=tuple(alarms[:_MOST_LISTED]),
            lacking=meant.lacking,
        )

    def _replay(self, key: ObjectKey) -> list[Change]:
        content = self._content
        values: Mapping[int, float] = self._points.values.get(key, {})
        book = UsualBook(content, values)
        if content.is_usual:
            within = [place for place in values if place in self._places]
            self._judged += len(within)
            self._learning += sum(book.at(place) is None for place in within)
        _, changes = replay(
            content,
            REST,
            self._places,
            values=values,
            heard=self._points.heard.get(key[0], frozenset()),
            out=self._meant.out.get(key, ()),
            known_from_s=self._meant.targets[key].known_from_s,
            usual_at=book.at,
        )
        return changes

    def _coverage(self) -> float:
        """Return the share of the steps in which the sources told of anything at all."""
        sources = {key[0] for key in self._meant.targets}
        if not sources or not self._places:
            return 0.0
        heard = self._points.heard
        told = sum(
            sum(place in self._places for place in heard.get(source, ())) for source in sources
        )
        return min(1.0, told / (len(sources) * len(self._places)))
