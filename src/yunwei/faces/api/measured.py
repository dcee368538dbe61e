"""Shapes of measurements over REST, shared by the nouns that are measured. No operations."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.metrics import Unit
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import check_parameters

_USUAL_SPAN = timedelta(days=1)


class SeriesOut(Schema):
    """Values over time, equally long lists."""

    name: str = Field(description="The metric.")
    unit: Unit
    times: list[datetime]
    values: list[float | None] = Field(description="null: not measured, which is not zero.")
    maxima: list[float | None] = Field(
        description="Highest value within each bucket; [] when points are measurements themselves."
    )
    bucket_s: int | None = Field(description="Width of a point; null: the instants of measuring.")
    coverage: float = Field(description="Share (0-1) of the asked time that was measured.")


class SpanQuery(Schema):
    """A stretch of time, the last day when nothing is asked; at most 400 days."""

    since: datetime | None = None
    until: datetime | None = None


class RowsQuery(SpanQuery):
    limit: int = Field(200, ge=1, le=1000)


class ConnectionOut(Schema):
    source: int
    native_id: str
    login: str
    desktop: str = Field(description="Native id.")
    desktop_name: str
    started_at: datetime
    setup_at: datetime | None = Field(description="null: never became usable.")
    ended_at: datetime | None = Field(description="null: still open.")
    is_reconnect: bool
    failure: str
    rtt_s: float | None
    client_type: str
    client_name: str
    client_ip: str
    client_version: str
    logon_s: float | None = Field(description="From asking to usable.")
    duration_s: float | None = Field(description="From usable to the end.")
    stages_s: dict[str, float] = Field(description="Seconds by logon stage, where it was read.")


def read_span(request: HttpRequest, query: SpanQuery) -> tuple[datetime, datetime]:
    """Return the asked stretch; raises Invalid for a parameter nobody knows or a naive time."""
    check_parameters(request, query)
    for name in ("since", "until"):
        value = getattr(query, name)
        if value is not None and value.tzinfo is None:
            raise Invalid(name, "the time has no zone")
    until = query.until or SystemClock().now()
    return query.since or until - _USUAL_SPAN, until
