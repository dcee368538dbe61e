"""What a poll's page means for the inventory: what is believed, and what is counted. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import cast

from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.metrics import At
from yunwei.base.core.readings import (
    SEEN_TYPES,
    ConnectionRecord,
    LoginState,
    Observation,
    Reading,
    Seen,
    SeenKind,
    SessionSeen,
)

# An answer without a single desktop where there were this many is not believed. Of licences there
# are few, and that all of them end at once is not believed of two.
MANY = 20
_MANY_LICENCES = 2
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


def choose_used(readings: Iterable[Reading]) -> list[ConnectionRecord]:
    """Return the connections that became usable and say of which desktop they are."""
    return [
        each
        for each in readings
        if isinstance(each, ConnectionRecord)
        and each.desktop
        and each.setup_at is not None
        and not each.failure
    ]


def check_completeness(kind: SeenKind, *, known: int, seen: int) -> None:
    """Raise SourceBabbled when a complete reading says that all of many are gone at once."""
    many = _MANY_LICENCES if kind is SeenKind.LICENCE else MANY
    if kind is not SeenKind.SESSION and seen == 0 and known >= many:
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
