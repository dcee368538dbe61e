"""The connections of one desktop user stand together, too."""

from yunwei.monitor.telemetry.facts import Projection
from yunwei.monitor.telemetry.migrations.operations import AddProjection, FillProjection

OPERATIONS = (
    AddProjection(
        table="connections",
        projection=Projection(name="of_login", order=("tenant", "source", "login", "started_at")),
    ),
    FillProjection(table="connections", projection="of_login"),
)
