"""Rows of what threshold rules remember of objects that are not at rest."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from yunwei.base.core.ids import ThresholdRuleId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.thresholds.facts import (
    ObjectKey,
    Remembered,
    Standing,
    StandingRow,
    StandingState,
)

SQL = load_statements("yunwei.monitor.thresholds", "standings")

STANDINGS = Listing(
    base=SQL["list_standings"],
    filters={
        "rule": "rule = %(rule)s",
        "state": "state = %(state)s",
        "severity": "severity = %(severity)s",
        "source": "source = %(source)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "id": "id",
        "name": "lower(name)",
        "state": "state",
        "value": "value",
        "changed_at": "changed_at",
        "source": "lower(source_name)",
    },
    default_sort="state",
)


def build_row(row: Mapping[str, Any]) -> StandingRow:
    return msgspec.convert({key: row[key] for key in StandingRow.__dataclass_fields__}, StandingRow)


def fetch_remembered(conn: Connection, rule: ThresholdRuleId) -> dict[ObjectKey, Remembered]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["standings_of_rule"], {"rule": rule}).fetchall()
    told = (
        Remembered(**{**row, "standing": msgspec.convert(row["standing"], Standing)})
        for row in rows
    )
    return {each.key: each for each in told}


def keep(conn: Connection, rule: ThresholdRuleId, kept: Iterable[Remembered]) -> None:
    rows = [_columns(each) for each in kept]
    if rows:
        with cursor(conn) as opened:
            opened.execute(SQL["keep_standings"], {"rule": rule, "rows": to_json(rows)})


def drop(conn: Connection, rule: ThresholdRuleId, keys: Iterable[ObjectKey]) -> None:
    listed = list(keys)
    if listed:
        asked = {
            "rule": rule,
            "sources": [source for source, _ in listed],
            "names": [object_id for _, object_id in listed],
        }
        with cursor(conn) as opened:
            opened.execute(SQL["drop_standings"], asked)


def _columns(each: Remembered) -> dict[str, Any]:
    return {
        "tenant": each.tenant,
        "source": each.source,
        "object_id": each.object_id,
        "version": each.version,
        "managed_object": each.managed_object,
        "name": each.name,
        "standing": msgspec.to_builtins(each.standing),
        "state": state_of(each.standing).value,
        "severity": each.severity,
        "value": each.value,
        "changed_at": each.changed_at.isoformat(),
    }


def state_of(standing: Standing) -> StandingState:
    if standing.level:
        return StandingState.ALARM
    return StandingState.NO_DATA if standing.is_missing else StandingState.PENDING
