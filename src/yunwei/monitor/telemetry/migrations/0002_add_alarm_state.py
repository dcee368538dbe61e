"""What became of the alarm stands beside each raw alarm, so that rules can be tried on the past."""

from yunwei.monitor.telemetry.facts import Column
from yunwei.monitor.telemetry.migrations.operations import AddColumn

_TIME = Column(name="raised_at", type="DateTime64(3, 'UTC')", codec="DoubleDelta, ZSTD(1)")

OPERATIONS = (
    AddColumn(table="raw_alarms", column=Column(name="occurrence", type="UInt64"), after="alarm"),
    AddColumn(
        table="raw_alarms",
        column=Column(name="operator_state", type="LowCardinality(String)"),
        after="occurrence",
    ),
    AddColumn(
        table="raw_alarms", column=Column(name="count", type="UInt32"), after="operator_state"
    ),
    AddColumn(table="raw_alarms", column=_TIME, after="count"),
)
