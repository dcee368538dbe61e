"""REST of load: storms of logons and of starts, black-hole machines, sizes that would do."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.faces.api.usage import KnownOut, UsageQuery, read_ground
from yunwei.operate.usage.queries import boots, load

router = Router()


class RushOut(Schema):
    day: date
    at: datetime = Field(description="Beginning of its busiest five minutes.")
    attempts: float = Field(description="Median of the same weekday before it; starts, of boots.")
    low: int
    high: int


class LogonStormOut(Schema):
    from_at: datetime
    until_at: datetime
    attempts: int
    usual: float = Field(description="Attempts at that time of such days.")
    per_minute: float = Field(description="In its busiest five minutes.")
    failures: int
    users: int
    logon_p50_s: float | None


class LogonStormsOut(Schema):
    storms: list[LogonStormOut] = Field(description="Newest first.")
    rush: RushOut | None = Field(description="Of the day after; null: too few days are known.")
    days_known: int = Field(description="Days before the time that usual is worked out from.")
    error_ratio: float | None = Field(description="Median error of such forecasts of past days.")
    tried: int
    known: KnownOut


class BootStormOut(Schema):
    from_at: datetime
    until_at: datetime
    starts: int
    usual: float = Field(description="Starts at that time of such days.")
    per_minute: float = Field(description="In its busiest five minutes.")
    desktops: int
    hosts: int = Field(description="On how many hosts they started.")
    busiest_host: str
    busiest_starts: int
    busiest_pool: str


class BootStormsOut(Schema):
    storms: list[BootStormOut] = Field(description="Newest first, at most 100.")
    rush: RushOut | None = Field(description="Of the day after; null: too few days are known.")
    days_known: int
    error_ratio: float | None
    tried: int
    times: list[datetime] = Field(description="Steps of five minutes of the busiest day.")
    starts: list[int] = Field(description="Desktops that began to run in each.")


class BlackHoleOut(Schema):
    id: int | None = Field(description="null: the desktop is gone.")
    source: int
    native_id: str
    name: str
    pool: str
    attempts: int
    failures: int
    users: int
    last_at: datetime
    others_ratio: float = Field(description="Share that fails on the others of its pool.")


class RightSizeOut(Schema):
    pool: int
    name: str
    source_name: str
    desktops: int
    logons: int
    peak: int
    size: int = Field(description="The smallest that refuses at most 1 of 1,000 logons.")
    refused: int
    spare: int = Field(description="Below 0: it had too few.")


@router.get("/logon-storms", response=LogonStormsOut, summary="Get storms of logons")
def get_logon_storms(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    ground = read_ground(request, query)
    found = load.fetch_storms(ground)
    names = (name for name in LogonStormsOut.model_fields if name != "known")
    return {name: getattr(found, name) for name in names} | {"known": ground.known}


@router.get("/boot-storms", response=BootStormsOut, summary="Get storms of starts of desktops")
def get_boot_storms(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    return boots.fetch_boot_storms(read_ground(request, query))


@router.get(
    "/black-holes", response=list[BlackHoleOut], summary="Get machines that fail whoever comes"
)
def get_black_holes(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    return load.fetch_black_holes(read_ground(request, query))


@router.get(
    "/sizes", response=list[RightSizeOut], summary="Get sizes of pools that would have done"
)
def get_sizes(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    return load.fetch_right_sizes(read_ground(request, query))
