"""What each day comes to stands beside the rows, so that a page does not read a month to know that
nothing of it has changed."""

from yunwei.monitor.telemetry.facts import Projection
from yunwei.monitor.telemetry.migrations.operations import (
    AddProjection,
    AllowProjections,
    FillProjection,
)

_GROUPS = ("tenant", "source", "intDiv(toUnixTimestamp64Milli(started_at), 86400000)")

OPERATIONS = (
    AllowProjections(table="connections"),
    AddProjection(
        table="connections",
        projection=Projection(
            name="days",
            groups=_GROUPS,
            sums=(
                "count()",
                "sum(cityHash64(started_at, read_at))",
                "min(started_at)",
                "max(read_at)",
                "groupUniqArray(client_type)",
            ),
        ),
    ),
    FillProjection(table="connections", projection="days"),
    AllowProjections(table="logon_stages"),
    AddProjection(
        table="logon_stages",
        projection=Projection(
            name="days",
            groups=_GROUPS,
            sums=("count()", "sum(cityHash64(started_at, native_id, stage, written_at))"),
        ),
    ),
    FillProjection(table="logon_stages", projection="days"),
)
