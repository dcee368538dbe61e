"""The live evaluation of threshold rules: what was measured since the last step, judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.thresholds.facts import (
    REST,
    Change,
    ObjectKey,
    Points,
    Remembered,
    Standing,
    Target,
    ThresholdRule,
)
from yunwei.monitor.thresholds.rules import words
from yunwei.monitor.thresholds.rules.deciding import replay
from yunwei.monitor.thresholds.rules.telling import tell_change, tell_end
from yunwei.monitor.thresholds.rules.usual import UsualBook, earlier_hours, hour_of
from yunwei.monitor.thresholds.store import points as point_store
from yunwei.monitor.thresholds.store import rules as rule_store
from yunwei.monitor.thresholds.store import standings as standing_store
from yunwei.monitor.thresholds.store.meant import Meant, fetch_meant

DELAY = timedelta(seconds=90)
"""A step is judged so long after its end: measurements travel."""
LEASE = timedelta(minutes=5)
CATCH_UP = timedelta(hours=6)
"""Older steps are not made up for after a stop; people would hear of what is long over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What an evaluation found: raw alarms to be told, and what is to be remembered once they
    are. objects, points: how many were judged."""

    rule: ThresholdRule
    until: datetime
    raw_alarms: tuple[RawAlarm, ...]
    kept: tuple[Remembered, ...]
    dropped: tuple[ObjectKey, ...]
    objects: int
    points: int


def system_claim_due(*, now: datetime) -> tuple[ThresholdRule, ...]:
    """Return the rules that are due, each for this process alone for `LEASE`."""
    with transaction() as conn:
        return rule_store.claim_rules(conn, now=now, until=now - DELAY, lease_until=now + LEASE)


def system_let_go(rule: ThresholdRule) -> None:
    """Let others evaluate a claimed rule: this process could not."""
    with transaction() as conn:
        rule_store.end_lease(conn, rule.id)


def system_evaluate(rule: ThresholdRule, *, internal: SourceId, now: datetime) -> Evaluated:
    """Judge the steps of a claimed rule that ended since it was judged last.

    Changes nothing: `system_keep` does, once the raw alarms are durable. Cost: one statement of
    ClickHouse (a second each hour for what is usual), three of PostgreSQL, whatever the number of
    objects. Raises EngineAway.
    """
    places = _places_due(rule, now)
    since = datetime.fromtimestamp(places.start * rule.content.step_s, UTC)
    with transaction() as conn:
        remembered = standing_store.fetch_remembered(conn, rule.id)
        meant = _meant_now(conn, rule, since)
        tenants = rule_store.tenants_of(conn, rule.tenant) if meant.targets else ()
    judge = _Judge(rule, tenants, places, meant)
    found = _Found(rule, internal=internal, now=now)
    known: dict[ObjectKey, Standing] = {}
    for key, about in remembered.items():
        if about.version == rule.version and key in meant.targets:
            known[key] = about.standing
        else:
            found.end(about)
    for key, target in meant.targets.items():
        before = known.get(key, REST)
        after, changes = judge.replay(key, before)
        if after is not before or changes:
            found.take(target, remembered.get(key), (before, after, judge.latest(key)), changes)
    return Evaluated(
        rule=rule,
        until=datetime.fromtimestamp(places.stop * rule.content.step_s, UTC),
        raw_alarms=tuple(found.raw_alarms),
        kept=tuple(found.kept.values()),
        dropped=tuple(found.dropped - found.kept.keys()),
        objects=len(meant.targets),
        points=judge.count,
    )


class _Found:
    """Gathers what an evaluation finds."""

    def __init__(self, rule: ThresholdRule, *, internal: SourceId, now: datetime) -> None:
        self._rule, self._internal, self._now = rule, internal, now
        self.raw_alarms: list[RawAlarm] = []
        self.kept: dict[ObjectKey, Remembered] = {}
        self.dropped: set[ObjectKey] = set()

    def end(self, about: Remembered) -> None:
        """Of an object that the rule is no longer about, or not in this version."""
        self.raw_alarms += tell_end(self._rule, about, internal=self._internal, now=self._now)
        self.dropped.add(about.key)

    def take(
        self,
        target: Target,
        known: Remembered | None,
        steps: tuple[Standing, Standing, float | None],
        changes: list[Change],
    ) -> None:
        """steps: what stood before, what stands after, the latest value."""
        before, after, value = steps
        is_new = bool(changes) or before is REST
        about = _remember(
            self._rule, target, (after, value), known, changed_at=self._now if is_new else None
        )
        for each in changes:
            told = tell_change(self._rule, about, each, internal=self._internal, now=self._now)
            self.raw_alarms += told
        if after == REST:
            self.dropped.add(target.key)
        else:
            self.kept[target.key] = about


def system_keep(evaluated: Evaluated) -> bool:
    """Remember what an evaluation found; False, and nothing is, when the rule was changed since:
    its next evaluation begins anew."""
    rule = evaluated.rule
    with transaction() as conn:
        if not rule_store.keep_evaluated(conn, rule, evaluated.until):
            rule_store.end_lease(conn, rule.id)
            return False
        standing_store.drop(conn, rule.id, evaluated.dropped)
        standing_store.keep(conn, rule.id, evaluated.kept)
        if evaluated.kept or evaluated.dropped:
            announce_live("thresholds", rule.tenant)
    return True


def _places_due(rule: ThresholdRule, now: datetime) -> range:
    step_s = rule.content.step_s
    end = int((now - DELAY).timestamp()) // step_s
    oldest = int((now - CATCH_UP).timestamp()) // step_s
    begun = rule.evaluated_until
    start = end if begun is None else int(begun.timestamp()) // step_s
    return range(min(max(start, oldest), end), end)


def _meant_now(conn: Connection, rule: ThresholdRule, since: datetime) -> Meant:
    if not rule.is_enabled or rule.is_removed:
        return Meant(targets={}, out={}, lacking=())
    tenants = rule_store.tenants_of(conn, rule.tenant)
    return fetch_meant(conn, rule.content, rule.tenant, tenants, since=since)


def _remember(
    rule: ThresholdRule,
    target: Target,
    after: tuple[Standing, float | None],
    before: Remembered | None,
    *,
    changed_at: datetime | None,
) -> Remembered:
    """after: what stands, and the latest value. changed_at: None as long as nothing changed."""
    standing, value = after
    severity = words.severity_of(rule.content, standing.level, is_missing=standing.is_missing)
    known = before if before is not None and before.version == rule.version else None
    return Remembered(
        rule=rule.id,
        version=rule.version,
        tenant=target.tenant,
        source=target.source,
        object_id=target.object_id,
        # an alarm ends under the name that it began with
        managed_object=(
            known.managed_object if known and is_open(known) else target.managed_object
        ),
        name=target.name,
        standing=standing,
        severity=severity.value if severity else "",
        value=value if value is not None or known is None else known.value,
        changed_at=changed_at or (known.changed_at if known else rule.changed_at),
    )


def is_open(about: Remembered) -> bool:
    return bool(about.standing.level) or about.standing.is_missing


class _Judge:
    """The steps that are due, of every object: fetched once."""

    def __init__(
        self,
        rule: ThresholdRule,
        tenants: tuple[TenantId, ...],
        places: range,
        meant: Meant,
    ) -> None:
        self._content = content = rule.content
        self._places, self._meant = places, meant
        step_s = content.step_s
        self._points = Points(values={}, heard={})
        self._past: Mapping[ObjectKey, Mapping[int, float]] = {}
        if places and meant.targets:
            span = (float(places.start * step_s), float(places.stop * step_s))
            self._points = point_store.fetch_points(content, tenants, [span])
            if content.is_usual:
                spans = sorted(set(self._spans_of_usual()))
                self._past = point_store.fetch_points(content, tenants, spans).values
        self.count = sum(len(values) for values in self._points.values.values())

    def _spans_of_usual(self) -> Iterator[tuple[float, float]]:
        zone = ZoneInfo(self._content.time_zone)
        hours = {hour_of(place, self._content.step_s, zone) for place in self._places}
        for hour in hours:
            yield from earlier_hours(hour, self._content.weeks)

    def latest(self, key: ObjectKey) -> float | None:
        values = self._points.values.get(key)
        return values[max(values)] if values else None

    def replay(self, key: ObjectKey, before: Standing) -> tuple[Standing, list[Change]]:
        values = self._points.values.get(key, {})
        return replay(
            self._content,
            before,
            self._places,
            values=values,
            heard=self._points.heard.get(key[0], frozenset()),
            out=self._meant.out.get(key, ()),
            known_from_s=self._meant.targets[key].known_from_s,
            usual_at=UsualBook(self._content, self._past.get(key, {})).at,
        )
