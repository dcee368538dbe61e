"""When each stage of a logon began, and whether the attempt failed in it, stand beside its length."""

from yunwei.monitor.telemetry.facts import Column
from yunwei.monitor.telemetry.migrations.operations import AddColumn

_TIME = Column(name="began_at", type="DateTime64(3, 'UTC')", codec="DoubleDelta, ZSTD(1)")

OPERATIONS = (
    AddColumn(table="logon_stages", column=_TIME, after="seconds"),
    AddColumn(
        table="logon_stages", column=Column(name="has_failed", type="Bool"), after="began_at"
    ),
)
