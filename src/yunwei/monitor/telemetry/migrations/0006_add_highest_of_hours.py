"""The highest value of each hour stands beside the measurements of every minute."""

from yunwei.monitor.telemetry.facts import Projection
from yunwei.monitor.telemetry.migrations.operations import (
    AddProjection,
    AllowProjections,
    FillProjection,
)

OPERATIONS = (
    AllowProjections(table="observations"),
    AddProjection(
        table="observations",
        projection=Projection(
            name="hours",
            groups=("tenant", "source", "metric", "object_kind", "object_id", "toStartOfHour(at)"),
            sums=("max(value)",),
        ),
    ),
    FillProjection(table="observations", projection="hours"),
)
