"""A case as the row that conditions on alarms are asked of."""

from yunwei.base.core.condition import Row
from yunwei.base.core.managed_object import read_object
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Case


def build_row(case: Case) -> Row:
    """Return what conditions may name of a case's alarm."""
    return build_alarm_row(case.alarm, case.source_name)


def build_alarm_row(alarm: Alarm, source_name: str) -> Row:
    """Return the fields that conditions on alarms may name (`ALARM_FIELDS`).

    For the past the same stands in `telemetry.rules.alarm_columns`; a test holds both together.
    """
    parts = read_object(alarm.managed_object)
    return {
        "source": str(alarm.source),
        "source_name": source_name,
        "managed_object": alarm.managed_object,
        "object_kind": parts.kind,
        "object_name": parts.name,
        "address": parts.device or alarm.raw.get("address"),
        "alarm_type": alarm.alarm_type,
        "qualifier": alarm.qualifier,
        "severity": alarm.severity.value,
        "reported_severity": alarm.reported_severity.value,
        "text": alarm.text,
        "operator_state": alarm.operator_state.value,
        "count": alarm.count,
        "raised_at": alarm.raised_at,
        "raw": alarm.raw,
    }
