"""What a poll's page means for the inventory: what is believed, and what is counted. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.metrics import At
from yunwei.base.core.readings import (
    SEEN_TYPES,
    LoginState,
    Observation,
    Reading,
    Seen,
    SeenKind,
    SessionSeen,
)
from yunwei.base.core.severity import Severity
from yunwei.monitor.collect.facts import Poll

# An answer without a single desktop where there were this many is not believed.
MANY = 20
_LIVE = (LoginState.CONNECTED, LoginState.DISCONNECTED)
_KINDS = {seen_type: kind for kind, seen_type in SEEN_TYPES.items()}
_SESSION_METRICS = {
    "users.online": "users_online",
    "sessions.connected": "connected",
    "sessions.disconnected": "disconnected",
}
_DESKTOP_METRICS = {
    "desktops.total": "total",
    "desktops.running": "running",
    "desktops.stopped": "stopped",
    "desktops.hibernated": "hibernated",
    "desktops.error": "error",
    "desktops.unregistered": "unregistered",
}


def sort_seen(readings: Iterable[Reading]) -> dict[SeenKind, list[Seen]]:
    """Return what exists by kind, each object once (its last mention), live sessions only."""
    found: dict[SeenKind, dict[object, Seen]] = {}
    for reading in readings:
        kind = _KINDS.get(cast("type[Seen]", type(reading)))
        if kind is None:
            continue
        seen = cast("Seen", reading)
        if isinstance(seen, SessionSeen):
            if seen.state in _LIVE:
                found.setdefault(kind, {})[seen.desktop, seen.login] = seen
        else:
            found.setdefault(kind, {})[seen.native_id] = seen
    return {kind: list(found[kind].values()) for kind in SeenKind if kind in found}


def check_completeness(kind: SeenKind, *, known: int, seen: int) -> None:
    """Raise SourceBabbled when a complete reading says that all of many are gone at once."""
    if kind is not SeenKind.SESSION and seen == 0 and known >= MANY:
        raise SourceBabbled(
            f"the answer has no {kind.value.replace('_', ' ')} at all where there were {known};"
            " they are kept (if they are gone for good, remove the source)"
        )


def count_observations(
    kind: SeenKind,
    rows: Iterable[Mapping[str, object]],
    *,
    given: frozenset[str],
    at: datetime,
) -> Iterator[Observation]:
    """Yield the counts of sessions or desktops per pool, and of the source where not `given`.

    rows: one per pool with its native id as `pool`, "" for the source itself.
    """
    metrics = _SESSION_METRICS if kind is SeenKind.SESSION else _DESKTOP_METRICS
    for row in rows:
        pool = str(row["pool"])
        for metric, column in metrics.items():
            if not pool and metric in given:
                continue
            yield Observation(
                metric=metric,
                object_kind=At.POOL if pool else At.SOURCE,
                object_id=pool,
                at=at,
                value=float(cast("int", row[column])),
            )


def licence_alarms(
    poll: Poll, rows: Iterable[Mapping[str, Any]], *, at: datetime
) -> Iterator[RawAlarm]:
    """Yield an alarm for each licence that expired, and its end for each that is valid again.

    rows: native_id, name, expires_at, is_expired of those that changed.
    """
    for row in rows:
        act = AlarmAct.RAISE if row["is_expired"] else AlarmAct.CLEAR
        until = row["expires_at"].strftime("%Y-%m-%d") if row["expires_at"] else "-"
        texts = f"许可“{row['name']}”已于 {until} 过期 / Licence “{row['name']}” expired on {until}"
        yield RawAlarm(
            tenant=poll.tenant,
            source=poll.source,
            native_id=f"licence-{row['native_id']}-{act}-{at.timestamp():.3f}",
            act=act,
            managed_object=f"/licence/{row['name'].replace('/', '_')}",
            alarm_type="licence.expired",
            qualifier=row["native_id"],
            severity=Severity.MAJOR,
            text=texts,
            event_at=at,
            received_at=at,
            raw={"licence": row["name"], "expires_at": until},
        )
