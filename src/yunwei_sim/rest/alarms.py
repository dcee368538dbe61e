"""The cloud's own alarm records, as Cloud Eye keeps them. Paths /alarms and /statistics/alarms.

A fault is two records: one with status `alarm`, later one with status `ok`; there is no end time.
"""

import hashlib

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import calendar
from yunwei_sim.world.alarms import AlarmRecord, RecordStatus
from yunwei_sim.world.faults import Rule, Target

type Answer = dict[str, object]
type Path = dict[str, str]

DIMENSIONS = {Target.DESKTOP: "instance_id", Target.POOL: "pool_id", Target.QUOTA: "quota_type"}
PERIOD_S = 300


def list_alarms(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /alarms (ListAlarms): newest first, limit default 100."""
    level = query.optional_number("level")
    if level is not None:
        level = query.number("level", 1, low=1, high=4)
    offset, limit = query.page(default=100, most=1000)
    records = cloud.world.alarms.at_level(level)
    page = [_describe(cloud, record) for record in records[offset : offset + limit]]
    return {"alarm_histories": page, "count": len(records)}


def show_statistics(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /statistics/alarms (ListAlarmStatistics): how many records of each level."""
    book = cloud.world.alarms
    counts = {
        name: len(book.at_level(level))
        for level, name in enumerate(
            ("critical_count", "major_count", "minor_count", "info_count"), start=1
        )
    }
    return {**counts, "total": len(book.records)}


def _code(prefix: str, *parts: object) -> str:
    """Return an id as Cloud Eye forms them: two letters and 22 letters or digits."""
    return prefix + hashlib.sha256(repr(parts).encode()).hexdigest()[:22]


def _describe(cloud: Cloud, record: AlarmRecord) -> Answer:
    kind = record.kind
    rule = kind.rule or Rule(metric=kind.name)
    is_event = not rule.operator
    return {
        "record_id": _code("ah", cloud.world.seed, record.serial, record.at_s),
        "alarm_id": _code("al", kind.name),
        "name": kind.title,
        "status": record.status.value,
        "type": "EVENT.SYS" if is_event else "ALL_INSTANCE",
        "level": record.level,
        "begin_time": calendar.iso_utc(record.at_s),
        "metric": {
            "namespace": "SYS.Workspace",
            "metric_name": rule.metric,
            "dimensions": [{"name": DIMENSIONS[kind.target], "value": record.resource_id}],
        },
        "condition": {
            "period": 0 if is_event else PERIOD_S,
            "filter": "average",
            "comparison_operator": rule.operator or ">=",
            "value": rule.threshold or 1.0,
            "unit": rule.unit,
            "count": 1 if is_event else 3,
            "suppress_duration": 0,
        },
        "additional_info": {
            "resource_id": record.resource_id,
            "resource_name": record.resource_name,
            "event_id": _code("ev", record.fault.serial, record.resource_id) if is_event else "",
        },
        "data_points": [] if is_event else _points(record, rule),
    }


def _points(record: AlarmRecord, rule: Rule) -> list[Answer]:
    raised = record.status == RecordStatus.ALARM
    value = rule.value if raised else rule.threshold * 0.7
    return [
        {
            "time": calendar.iso_utc(record.at_s - back * PERIOD_S),
            "value": round(value - 0.3 * back, 2),
        }
        for back in (2, 1, 0)
    ]
