"""Questions about alarms that others may ask."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import AlarmId, SourceId
from yunwei.base.core.managed_object import read_object
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.alarms import store
from yunwei.monitor.alarms.facts import (
    Alarm,
    AlarmRow,
    AlarmTypeRow,
    AlarmView,
    Change,
    DayCount,
    Occurrence,
    TypeNote,
)
from yunwei.monitor.alarms.rules import types
from yunwei.plugins.sdk.alarm_texts import alarm_texts

FILTERS = tuple(name for name in store.ALARMS.filters if not name.startswith(("view_", "id")))
SORTS = tuple(store.ALARMS.sorts)


def fetch_alarms(
    viewer: Viewer,
    *,
    view: AlarmView | None = AlarmView.OPEN,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[AlarmRow]:
    """Return a page of one of the four lists, or of all alarms when `view` is None.

    filters: names in `FILTERS`; `severity` takes a list, `about` a list of names (of a desktop:
    its name, native id, address) of which one is a part of the managed object's path. Raises
    Invalid for unknown ones.
    """
    require(viewer, Permission.SEE_MONITORING)
    wanted = dict(filters or {})
    if view is not None:
        wanted[f"view_{view.value}"] = True
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.ALARMS,
            tenants=viewer.tenants,
            filters=wanted,
            request=page or PageRequest(),
        )
    rows = tuple(store.build_alarm_row(row) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_alarm(viewer: Viewer, alarm: AlarmId) -> AlarmRow:
    """Return one alarm; raises Refused when it is not there or not the viewer's."""
    found = fetch_alarms(viewer, view=None, filters={"id": alarm}, page=PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_changes(viewer: Viewer, alarm: AlarmId, *, limit: int = 200) -> tuple[Change, ...]:
    """Return an alarm's history, newest first."""
    access_alarm(viewer, alarm)
    with transaction() as conn:
        return store.changes_of_alarm(conn, alarm, limit)


def fetch_occurrences(viewer: Viewer, alarm: AlarmId, *, limit: int = 50) -> tuple[Occurrence, ...]:
    """Return an alarm's occurrences, newest first."""
    access_alarm(viewer, alarm)
    with transaction() as conn:
        return store.occurrences_of_alarm(conn, alarm, limit)


def count_open_by_severity(viewer: Viewer) -> dict[Severity, int]:
    """Return how many alarms stand open, every severity present, worst first."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        counted = store.count_open(conn, viewer.tenants)
    return {severity: counted.get(severity.value, 0) for severity in Severity}


def count_views(viewer: Viewer) -> dict[AlarmView, int]:
    """Return how many alarms stand in each list of uncleared ones."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        counted = store.count_views(conn, viewer.tenants)
    return {view: counted[view.value] for view in AlarmView if view.value in counted}


def fetch_alarm_types(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[AlarmTypeRow]:
    """Return alarm types that were heard of, those with most open alarms first.

    filters: alarm_type, is_unmapped, is_open, has_note, search (also in titles that connectors
    give, in both languages). Cost: linear in the viewer's alarms.
    """
    require(viewer, Permission.SEE_MONITORING)
    wanted = dict(filters or {})
    if wanted.get("search"):
        wanted["known"] = types.find_types(str(wanted["search"]), alarm_texts())
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.ALARM_TYPES,
            tenants=viewer.tenants,
            filters=wanted,
            request=page or PageRequest(),
        )
    return Page(
        items=tuple(map(store.build_alarm_type, found.items)), next=found.next, total=found.total
    )


def access_alarm_type(viewer: Viewer, alarm_type: str) -> AlarmTypeRow:
    """Return one alarm type; raises Refused when no alarm that the viewer sees was of it."""
    found = fetch_alarm_types(viewer, {"alarm_type": alarm_type}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_traps_like(
    viewer: Viewer, oids: Sequence[str], *, limit: int = 10
) -> tuple[dict[str, str], ...]:
    """Return what the latest traps of some identifiers said, as their alarms keep it (`raw`).

    Cost: linear in the viewer's alarms; for a page that people seldom open.
    """
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.traps_like(conn, viewer.tenants, oids, limit)


def fetch_known_values(viewer: Viewer, *, limit: int = 1000) -> dict[str, tuple[str, ...]]:
    """Return what the latest alarms say in the fields that conditions name, the most frequent
    first: alarm_type, managed_object, qualifier, object_kind, object_name, raw_keys."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        rows = store.known_values(conn, viewer.tenants, limit)
    counts: dict[str, Counter[str]] = {name: Counter() for name in _KNOWN}
    for row in rows:
        parts = read_object(row["managed_object"])
        counts["object_kind"][parts.kind or ""] += 1
        counts["object_name"][parts.name] += 1
        counts["raw_keys"].update(row["raw_keys"])
        for name in ("alarm_type", "managed_object", "qualifier"):
            counts[name][row[name]] += 1
    return {
        name: tuple(value for value, _ in counter.most_common(_SUGGESTED) if value)
        for name, counter in counts.items()
    }


_KNOWN = ("alarm_type", "managed_object", "qualifier", "object_kind", "object_name", "raw_keys")
_SUGGESTED = 100


def fetch_type_notes(viewer: Viewer, alarm_type: str) -> tuple[TypeNote, ...]:
    """Return what people of the viewer's tenants wrote about an alarm type."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.type_notes(conn, viewer.tenants, alarm_type)


def count_raised_by_day(
    viewer: Viewer, alarm_type: str, *, since: datetime, time_zone: str
) -> tuple[DayCount, ...]:
    """Return raises by day of `time_zone`, oldest first; days without any are left out."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.count_raised_by_day(conn, viewer.tenants, alarm_type, since, time_zone)


def system_quiet_alarms(
    conn: Connection, *, source: SourceId, prefix: str, before: datetime
) -> tuple[Alarm, ...]:
    """Return the open alarms of a source, of types beginning so, not raised since `before`."""
    return tuple(store.quiet_alarms(conn, source, prefix, before))


def system_alarms_of_source(
    conn: Connection, source: SourceId, keys: Iterable[str]
) -> tuple[Alarm, ...]:
    """Return the open alarms of a source, and those of `keys` (see `machine.build_key`) that are
    over. Cost: one statement."""
    return tuple(store.alarms_of_source(conn, source, keys))


def system_alarms(conn: Connection, alarms: Iterable[AlarmId]) -> dict[AlarmId, AlarmRow]:
    """Return alarms of whatever tenant, as they are now. Cost: one statement."""
    return store.fetch_alarm_rows(conn, alarms)


def system_acknowledgers(
    conn: Connection, alarms: Iterable[AlarmId]
) -> dict[AlarmId, frozenset[str]]:
    """Return who has acknowledged, by sign-in name, of alarms that are acknowledged now."""
    return store.fetch_acknowledgers(conn, alarms)


def system_standing_alarms(conn: Connection, *, since: datetime) -> list[Alarm]:
    """Return every uncleared alarm, and those that cleared since a time. Cost: linear in them."""
    return store.standing_alarms(conn, since)
