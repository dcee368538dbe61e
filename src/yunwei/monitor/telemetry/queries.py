"""Questions about measurements that others may ask. All bounded in time, all for one viewer."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yunwei.base.core.condition import SqlText
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId, SourceId, TenantId
from yunwei.base.core.metrics import METRICS, At, Unit
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.facts import (
    AttemptRow,
    ConnectionRow,
    Experience,
    FailedDay,
    LogonHour,
    Past,
    PastGroups,
    Peak,
    RawAlarmRow,
    Series,
    Shared,
    UserActionRow,
    UsualConnections,
)
from yunwei.monitor.telemetry.rules import series as rules
from yunwei.monitor.telemetry.rules.alarm_columns import parameters_of_columns

MAX_ROWS = 1000
MAX_ATTEMPTS = 20_000
_SWEEP_STEP = timedelta(minutes=5)
_USUAL_STEP = timedelta(minutes=15)


def online_curve(
    viewer: Viewer, day: date, time_zone: str, *, clock: Clock | None = None
) -> Series:
    """Return how many desktop users were online on a day, summed over the viewer's sources.

    Exact at the instants of polling, where the points are. Before a source's first poll of the
    day its connection records tell, every 5 minutes. None from where a source that ought to
    measure does not. coverage: of the day so far.
    """
    require(viewer, Permission.SEE_MONITORING)
    from_at, to_at = rules.day_bounds(day, parse_zone(time_zone))
    now = (clock or SystemClock()).now()
    end = min(to_at, max(now, from_at))
    measured = _measured(viewer, "users.online", from_at, to_at)
    samples = _swept_before(viewer, measured, from_at, end)
    for source, told in measured.items():
        samples[source] = [*samples.get(source, []), *rules.stand_until_next(told)]
    expected = collect_queries.fetch_expected_sources(viewer)
    until = {source: end for source in samples if expected.get(source)}
    times, values = rules.add_up(samples, until)
    return Series(
        name="users.online",
        unit=Unit.COUNT,
        times=times,
        values=values,
        coverage=rules.measured_share(times, values, from_at, end),
    )


def _measured(
    viewer: Viewer, metric: str, from_at: datetime, to_at: datetime
) -> dict[SourceId, list[tuple[datetime, float]]]:
    asked = {"tenants": list(viewer.tenants), "metric": metric, **store.span(from_at, to_at)}
    found: dict[SourceId, list[tuple[datetime, float]]] = {}
    for row in store.ask("metric_of_sources", asked):
        point = rules.from_ms(row["at_ms"]), row["value"]
        found.setdefault(SourceId(row["source"]), []).append(point)
    return found


def _swept_before(
    viewer: Viewer,
    measured: dict[SourceId, list[tuple[datetime, float]]],
    from_at: datetime,
    end: datetime,
) -> dict[SourceId, list[rules.Sample]]:
    """Return what connection records say of the day before each source's first poll in it."""
    first_polls = {source: told[0][0] for source, told in measured.items()}
    until = max(first_polls.values(), default=end)
    swept = _sweep(viewer, from_at, until, _SWEEP_STEP)
    hold = _SWEEP_STEP * 1.01
    samples: dict[SourceId, list[rules.Sample]] = {}
    for source, counts in swept.items():
        stop = first_polls.get(source, until)
        known = [
            rules.Sample(from_at + place * _SWEEP_STEP, float(count), hold)
            for place, count in enumerate(counts)
            if count is not None
        ]
        samples[source] = [sample for sample in known if sample.at < stop]
    return samples


def _sweep(
    viewer: Viewer, from_at: datetime, to_at: datetime, step: timedelta
) -> dict[SourceId, list[int | None]]:
    """Return how many were connected at from_at, from_at + step, … before to_at, by source.

    Only sources with connection records; None where their records do not reach.
    """
    places = max(0, -((from_at - to_at) // step))
    if not places:
        return {}
    counted: dict[SourceId, list[int | None]] = {}
    for source, (first_at, last_at) in known_connections(viewer).items():
        first = max(0, -((from_at - first_at) // step))
        last = min(places, (last_at - from_at) // step + 1)
        if first < last:
            counted[source] = [0 if first <= place < last else None for place in range(places)]
    asked = {
        "tenants": list(viewer.tenants),
        "step_ms": int(step.total_seconds() * 1000),
        "places": places,
        **store.span(from_at, to_at),
    }
    told: dict[SourceId, dict[int, int]] = {}
    for row in store.ask("concurrency", asked) if counted else ():
        told.setdefault(SourceId(row["source"]), {})[row["place"]] = row["online"]
    for source, counts in counted.items():
        standing, changes = 0, told.get(source, {})
        for place, known in enumerate(counts):
            standing = changes.get(place, standing)
            counts[place] = None if known is None else standing
    return counted


def known_connections(viewer: Viewer) -> dict[SourceId, tuple[datetime, datetime]]:
    """Return from when until when the connections of each source are known."""
    rows = store.ask("connections_known", {"tenants": list(viewer.tenants)})
    return {
        SourceId(row["source"]): (rules.from_ms(row["first_ms"]), rules.from_ms(row["until_ms"]))
        for row in rows
    }


def usual_curve(viewer: Viewer, day: date, time_zone: str) -> Series:
    """Return how many desktop users are usually online at each quarter of an hour of such a day.

    The median of the same weekday's exact concurrency (from connection records) over the last
    four weeks; of the latest days of its kind where the weekday was seen less than twice.
    Empty without such days. coverage: the share of four days that there was. Up to a minute old.
    """
    require(viewer, Permission.SEE_MONITORING)
    question = viewer.tenants, day, time_zone
    now_s = SystemClock().monotonic_s()
    return store.recall(question, lambda: _usual_curve(viewer, day, time_zone), now_s=now_s)


def _usual_curve(viewer: Viewer, day: date, time_zone: str) -> Series:
    zone = parse_zone(time_zone)
    known = known_connections(viewer)
    first = min((first_at for first_at, _ in known.values()), default=None)
    # the day of the first record is not whole
    first_day = first.astimezone(zone).date() + timedelta(days=1) if first else None
    past = rules.reference_days(day, first_day)
    totals = [_total_of_day(viewer, each, zone) for each in past]
    values = rules.median_of_days(totals)
    start, _ = rules.day_bounds(day, zone)
    return Series(
        name="users.online.usual",
        unit=Unit.COUNT,
        times=tuple(start + place * _USUAL_STEP for place in range(len(values))),
        values=values,
        bucket_s=int(_USUAL_STEP.total_seconds()),
        coverage=len(past) / rules.REFERENCE_DAYS,
    )


def _total_of_day(viewer: Viewer, day: date, zone: ZoneInfo) -> list[float]:
    from_at, to_at = rules.day_bounds(day, zone)

    def add_up() -> list[float]:
        swept = _sweep(viewer, from_at, to_at, _USUAL_STEP).values()
        return [float(sum(count or 0 for count in each)) for each in zip(*swept, strict=True)]

    return store.keep_day(viewer.tenants, (from_at, to_at), add_up)


def peak_online(
    viewer: Viewer, day: date, time_zone: str, *, clock: Clock | None = None
) -> Peak | None:
    """Return the highest point of `online_curve`, None when nothing was measured."""
    return online_curve(viewer, day, time_zone, clock=clock).peak


def desktop_samples(
    viewer: Viewer, source: SourceId, native_id: str, from_at: datetime, to_at: datetime
) -> tuple[Series, ...]:
    """Return every metric of one desktop, in the order of `METRICS`, measured ones only."""
    return _object_series(viewer, source, At.DESKTOP, native_id, from_at=from_at, to_at=to_at)


def host_samples(
    viewer: Viewer, source: SourceId, native_id: str, from_at: datetime, to_at: datetime
) -> tuple[Series, ...]:
    """Return every metric of one host, measured ones only."""
    return _object_series(viewer, source, At.HOST, native_id, from_at=from_at, to_at=to_at)


def pool_samples(
    viewer: Viewer, source: SourceId, native_id: str, from_at: datetime, to_at: datetime
) -> tuple[Series, ...]:
    """Return every metric of one pool, measured ones only."""
    return _object_series(viewer, source, At.POOL, native_id, from_at=from_at, to_at=to_at)


def source_samples(
    viewer: Viewer, source: SourceId, from_at: datetime, to_at: datetime
) -> tuple[Series, ...]:
    """Return every metric of a source itself, measured ones only."""
    return _object_series(viewer, source, At.SOURCE, "", from_at=from_at, to_at=to_at)


def licence_history(
    viewer: Viewer, source: SourceId, native_id: str, from_at: datetime, to_at: datetime
) -> tuple[Series, ...]:
    """Return `licence.used` and `licence.total` of a licence, measured ones only.

    The high-water mark is the highest of the maxima.
    """
    return _object_series(viewer, source, At.LICENCE, native_id, from_at=from_at, to_at=to_at)


def highest_by_day(
    viewer: Viewer, metric: str, kind: At, from_at: datetime, to_at: datetime, *, time_zone: str
) -> dict[tuple[SourceId, str], dict[date, float]]:
    """Return the highest value of a metric on each local day, by source and object.

    For questions about many objects. What days that are over held is up to ten minutes old. Raises
    EngineAway.
    """
    require(viewer, Permission.SEE_MONITORING)
    rules.check_range(from_at, to_at)
    zone = parse_zone(time_zone)
    asked = {
        "tenants": list(viewer.tenants),
        "metric": METRICS[metric].name,
        "object_kind": kind.value,
        "zone": zone.key,
        **store.span(from_at, to_at),
    }
    today = rules.day_bounds(to_at.astimezone(zone).date(), zone)[0]
    return store.highest_by_day(asked, today, now_s=SystemClock().monotonic_s())


def _object_series(
    viewer: Viewer,
    source: SourceId,
    kind: At,
    native_id: str,
    *,
    from_at: datetime,
    to_at: datetime,
) -> tuple[Series, ...]:
    require(viewer, Permission.SEE_MONITORING)
    rules.check_range(from_at, to_at)
    bucket_s = rules.choose_bucket_s(from_at, to_at)
    metrics = [metric.name for metric in METRICS.values() if kind in metric.at]
    asked = {
        "tenants": list(viewer.tenants),
        "source": source,
        "metrics": metrics,
        "object_kind": kind.value,
        "object_id": native_id,
        "bucket_ms": bucket_s * 1000,
        **store.span(from_at, to_at),
    }
    found: dict[str, dict[int, tuple[float, float]]] = {}
    for row in store.ask("series_of_object", asked):
        found.setdefault(row["metric"], {})[row["place"]] = row["mean"], row["highest"]
    return tuple(
        rules.build_buckets(name, METRICS[name].unit, found[name], from_at, to_at)
        for name in metrics
        if name in found
    )


def desktop_connections(
    viewer: Viewer,
    source: SourceId,
    native_id: str,
    from_at: datetime,
    to_at: datetime,
    *,
    limit: int = 200,
) -> tuple[ConnectionRow, ...]:
    """Return the connections to a desktop that began in a stretch of time, newest first."""
    asked = _rows_asked(viewer, from_at, to_at, limit)
    return store.connections(
        "connections_of_desktop", asked | {"source": source, "desktop": native_id}
    )


def system_experience(
    tenant: TenantId, desktops: Collection[tuple[int, str]], from_at: datetime, to_at: datetime
) -> dict[tuple[int, str], Experience]:
    """Return what people on some desktops met, by (source, number in it); what was not measured is
    not there. Raises EngineAway. Cost: two statements."""
    if not desktops or from_at >= to_at:
        return {}
    names = sorted({native for _source, native in desktops})
    asked = {"tenant": tenant, "desktops": names, **store.span(from_at, to_at)}
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for statement in ("cpu_of_desktops", "connecting_of_desktops"):
        for row in store.ask(statement, asked):
            key = int(row.pop("source")), str(row.pop("desktop"))
            found.setdefault(key, {}).update(row)
    return {key: Experience(**told) for key, told in found.items() if key in desktops}


def user_connections(
    viewer: Viewer,
    source: SourceId,
    login: str,
    from_at: datetime,
    to_at: datetime,
    *,
    limit: int = 200,
) -> tuple[ConnectionRow, ...]:
    """Return the connections of a desktop user that began in a stretch of time, newest first."""
    asked = _rows_asked(viewer, from_at, to_at, limit)
    return store.connections("connections_of_user", asked | {"source": source, "login": login})


def source_attempts(
    viewer: Viewer, source: SourceId, from_at: datetime, to_at: datetime, *, past: timedelta
) -> tuple[tuple[AttemptRow, ...], UsualConnections | None]:
    """Return the attempts at a source, newest first, and what was usual in the `past` before.
    Cost: linear in the past's connections; 0.2 s for a week of 10,000 desktops."""
    require(viewer, Permission.SEE_MONITORING)
    before = store.span(from_at - past, from_at)
    who = {"tenants": list(viewer.tenants), "source": source}
    asked = {"past_ms": before["from_ms"], "limit": MAX_ATTEMPTS, **store.span(from_at, to_at)}
    usual = store.usual_of_source({"hour": to_at.astimezone(UTC).hour, **who, **before})
    return store.attempts_of_source({**who, **asked}), usual


def user_actions(
    viewer: Viewer,
    source: SourceId,
    login: str,
    from_at: datetime,
    to_at: datetime,
    *,
    limit: int = 200,
) -> tuple[UserActionRow, ...]:
    """Return what a desktop user did in a stretch of time, newest first."""
    asked = _rows_asked(viewer, from_at, to_at, limit)
    return store.user_actions(asked | {"source": source, "login": login})


def raw_alarms_of(
    viewer: Viewer, alarm: AlarmId, from_at: datetime, to_at: datetime, *, limit: int = 200
) -> tuple[RawAlarmRow, ...]:
    """Return the raw alarms that went into an alarm, newest first. Times are of receiving."""
    asked = _rows_asked(viewer, from_at, to_at, limit)
    return store.raw_alarms(asked | {"alarm": alarm})


def logons_per_hour(viewer: Viewer, from_at: datetime, to_at: datetime) -> tuple[LogonHour, ...]:
    """Return the hours in which anybody tried to connect, in order."""
    asked = _rows_asked(viewer, from_at, to_at, MAX_ROWS)
    return tuple(
        LogonHour(
            at=rules.from_ms(row["at_ms"]),
            attempts=row["attempts"],
            failures=row["failures"],
            reconnects=row["reconnects"],
            logon_p50_s=row["p50_s"] if row["timed"] else None,
            logon_p95_s=row["p95_s"] if row["timed"] else None,
        )
        for row in store.ask("logons_per_hour", asked)
    )


def failures_by_day(
    viewer: Viewer, from_at: datetime, to_at: datetime, *, time_zone: str
) -> tuple[FailedDay, ...]:
    """Return failed attempts with a reason by local day, source and reason, the newest first."""
    zone = parse_zone(time_zone).key
    asked = _rows_asked(viewer, from_at, to_at, MAX_ROWS) | {"zone": zone}
    return tuple(
        FailedDay(
            day=row["day"],
            source=SourceId(row["source"]),
            reason=row["reason"],
            attempts=row["attempts"],
            users=row["users"],
            last_at=rules.from_ms(row["last_ms"]),
        )
        for row in store.ask("failures_by_day", asked)
    )


def last_uses_of_users(
    viewer: Viewer, since: datetime, now: datetime
) -> dict[tuple[SourceId, str], datetime]:
    """Return until when each desktop user was connected last, by source and login name, as far as
    connections that began since an instant tell. Raises EngineAway."""
    require(viewer, Permission.SEE_MONITORING)
    asked = {"tenants": list(viewer.tenants), **store.span(since, now)}
    return {
        (SourceId(row["source"]), row["login"]): rules.from_ms(row["until_ms"])
        for row in store.ask("last_uses_of_users", asked)
    }


def count_verdicts(
    viewer: Viewer, from_at: datetime, to_at: datetime
) -> dict[datetime, dict[str, int]]:
    """Return, by hour of receiving, how many raw alarms had which verdict."""
    asked = _rows_asked(viewer, from_at, to_at, MAX_ROWS)
    counted: dict[datetime, dict[str, int]] = {}
    for row in store.ask("count_verdicts", asked):
        counted.setdefault(rules.from_ms(row["at_ms"]), {})[row["verdict"]] = row["count"]
    return counted


def _rows_asked(viewer: Viewer, from_at: datetime, to_at: datetime, limit: int) -> dict[str, Any]:
    require(viewer, Permission.SEE_MONITORING)
    rules.check_range(from_at, to_at)
    if not 1 <= limit <= MAX_ROWS:
        raise Invalid("limit", f"between 1 and {MAX_ROWS}")
    return {"tenants": list(viewer.tenants), "limit": limit, **store.span(from_at, to_at)}


def parse_zone(name: str) -> ZoneInfo:
    """Return the time zone of a name such as `Asia/Shanghai`; raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid("time_zone", "there is no such time zone") from error


def count_past(viewer: Viewer, past: Past) -> dict[date, int]:
    """Return how many occurrences began on each day of a stretch of the past."""
    require(viewer, Permission.SEE_MONITORING, past.tenant)
    return {row["day"]: row["count"] for row in store.ask("past_days", _past_asked(past))}


def group_past(viewer: Viewer, past: Past, match: SqlText, *, limit: int) -> PastGroups:
    """Return those of the past that match, in groups. Cost: linear in the tenant's raw alarms of
    the time; half a second for a million on two cores."""
    require(viewer, Permission.SEE_MONITORING, past.tenant)
    # every day is wanted, of the others the most frequent
    most = max(limit, (past.to_at - past.from_at).days + 2)
    asked = _past_asked(past)
    groups: dict[str, list[tuple[Any, int]]] = {name: [] for name in _PAST_GROUPS}
    for row in store.ask_matching("past_groups", match, asked | {"limit": most}):
        name = _PAST_GROUPS[_PAST_BITS.index(row["what"])]
        groups[name].append((row[name], row["count"]))
    [kinds] = store.ask_matching("past_kinds", match, asked)
    return PastGroups(
        by_day=dict(groups["day"]),
        by_severity=tuple(groups["severity"][:limit]),
        by_type=tuple(groups["alarm_type"][:limit]),
        by_object=tuple(groups["managed_object"][:limit]),
        type_count=kinds["types"],
        object_count=kinds["objects"],
    )


_PAST_GROUPS = ("day", "severity", "alarm_type", "managed_object")
_PAST_BITS = (0b0111, 0b1011, 0b1101, 0b1110)
"""What ClickHouse's grouping() says of each: the columns that are not grouped by."""


def sample_past(
    viewer: Viewer, past: Past, match: SqlText, *, limit: int
) -> tuple[RawAlarmRow, ...]:
    """Return the newest of those that match."""
    require(viewer, Permission.SEE_MONITORING, past.tenant)
    return store.past_samples(match, _past_asked(past) | {"limit": limit})


def count_shared(viewer: Viewer, past: Past, match: SqlText, others: Sequence[SqlText]) -> Shared:
    """Return how many of those that match others match, too."""
    require(viewer, Permission.SEE_MONITORING, past.tenant)
    [row] = store.ask_matching("past_shared", match, _past_asked(past), others=others)
    return Shared(by_any=row["by_any"], each=tuple(row["each"]) or (0,) * len(others))


def _past_asked(past: Past) -> dict[str, Any]:
    return {
        "tenant": past.tenant,
        "zone": past.time_zone,
        **store.span(past.from_at, past.to_at),
        **parameters_of_columns(past.source_names),
    }
