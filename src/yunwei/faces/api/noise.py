"""REST of noise: from what was reported to what reached people, and what kept the rest quiet."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.severity import Severity
from yunwei.faces.api.measured import SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.noise import queries

router = Router()


class FunnelOut(Schema):
    reports: int = Field(description="Raises as sources said them.")
    occurrences: int = Field(description="Stretches from raise to clear that they are.")
    late: int = Field(description="Of those, what was over when it was first heard of.")
    late_reports: int = Field(description="Their reports.")
    told: int = Field(description="Of those, what somebody was told of by itself.")
    situations: int = Field(description="Told as a whole.")
    messages: int = Field(description="By channels.")
    on_screen: int
    noise_reduction: float | None = Field(
        description="1 - (told + situations) / (reports - late_reports)."
    )
    repeats_ratio: float | None


class QuietedOut(Schema):
    kind: str
    rule: int | None
    rule_name: str
    occurrences: int
    ratio: float | None = Field(description="0-1 of the occurrences that were heard of in time.")


class LastingOut(Schema):
    severity: Severity | None
    count: int
    median_s: float | None
    p90_s: float | None


class InterruptedOut(Schema):
    name: str
    by_channel: int
    on_screen: int
    asleep: int = Field(description="Of all, between 22 and 7 o'clock in one's own zone.")


class TalkerOut(Schema):
    alarm: int
    text: str
    managed_object: str
    alarm_type: str
    occurrences: int
    reports: int


class StandingOut(Schema):
    alarm: int
    text: str
    managed_object: str
    severity: Severity
    raised_at: datetime


class UnmappedOut(Schema):
    alarm_type: str
    alarms: int


class NoiseOut(Schema):
    funnel: FunnelOut
    by_stage: list[QuietedOut]
    by_rule: list[QuietedOut]
    acknowledged: LastingOut = Field(description="From raise to being taken up.")
    cleared: list[LastingOut] = Field(description="From raise to clear, of what was not quiet.")
    people: list[InterruptedOut]
    talkers: list[TalkerOut]
    standing: list[StandingOut] = Field(description="The oldest of more than a day.")
    standing_total: int
    unmapped: list[UnmappedOut]


class NoiseStepOut(Schema):
    at: datetime
    occurrences: int
    told: int
    late: int = Field(description="Over when it was first heard of.")


@router.get("", response=NoiseOut, summary="Get how much noise there was and what became of it")
def get_noise(request: HttpRequest, query: Query[SpanQuery]) -> Any:
    since, until = read_span(request, query)
    return queries.fetch_noise(viewer_of_request(request), since, until)


@router.get(
    "/over-time",
    response=list[NoiseStepOut],
    summary="Get what began in each hour or day, and what of it was told",
)
def get_noise_over_time(request: HttpRequest, query: Query[SpanQuery]) -> Any:
    since, until = read_span(request, query)
    return queries.fetch_noise_over_time(viewer_of_request(request), since, until)
