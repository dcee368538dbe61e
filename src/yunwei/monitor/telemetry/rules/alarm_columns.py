"""What the fields of conditions on alarms mean for raw alarms of the past. Pure.

A raw alarm is looked at as the alarm was right after it: severity and text are as reported,
before any rule made them milder; operator state, count and start are those of the alarm then, and
for rows from before these were kept: not taken up, once, the report's own time. A source goes by
its present name, because a rule that is tried on the past would go by it.
"""

from collections.abc import Mapping

_PARTS = "splitByChar('/', managed_object)"
_OLD = "toUnixTimestamp64Milli(raised_at) = 0"

COLUMNS: Mapping[str, str] = {
    "source": "toString(source)",
    "source_name": "transform(source, {source_ids:Array(UInt64)},"
    " {source_names:Array(String)}, '')",
    "managed_object": "managed_object",
    "alarm_type": "alarm_type",
    "qualifier": "qualifier",
    "severity": "severity",
    "reported_severity": "severity",
    "text": "text",
    "operator_state": "if(operator_state = '', 'none', operator_state)",
    "count": "if(count = 0, 1, count)",
    "raised_at": f"if({_OLD}, event_at, raised_at)",
    "object_kind": f"if(length({_PARTS}) > 2, {_PARTS}[-2], NULL)",
    "object_name": f"{_PARTS}[-1]",
    "address": f"if({_PARTS}[2] = 'device' AND length({_PARTS}) > 2, {_PARTS}[3],"
    " if(mapContains(raw, 'address'), raw['address'], NULL))",
    "raw": "raw",
}
"""Field → expression over the table raw_alarms, for `condition_to_sql`."""


def parameters_of_columns(source_names: Mapping[int, str]) -> dict[str, object]:
    """Return the values that `COLUMNS` needs beside a condition's own."""
    return {"source_ids": list(source_names), "source_names": list(source_names.values())}
