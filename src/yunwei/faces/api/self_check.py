"""REST of the self-check: whether the platform's own work is in time, and the outside heartbeat."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.faces.api.lists import Body
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.notify.actions import audit as actions
from yunwei.monitor.notify.facts.audit import Overdue
from yunwei.monitor.notify.queries.audit import fetch_audit

router = Router()
_clock = SystemClock()


class FindingOut(Schema):
    kind: Overdue
    count: int
    oldest_at: datetime = Field(description="Since when the oldest of them is overdue.")
    example: str = Field(description='Id of the oldest; "" for the intake.')


class SelfCheckOut(Schema):
    at: datetime | None = Field(description="Of the last look; null before the first.")
    findings: list[FindingOut] = Field(description="What is overdue; [] when all is well.")
    duration_s: float
    heartbeat_host: str = Field(description='Where the heartbeat goes; "": nowhere.')
    is_set_by_environment: bool = Field(description="YUNWEI_HEARTBEAT_URL goes first.")
    heartbeat_at: datetime | None = Field(description="When the outside monitor heard it last.")
    heartbeat_error: str = Field(description='Why it heard nothing at the last look; "": it did.')


class HeartbeatIn(Body):
    url: str = Field(description='Asked every minute while all is well; "": nothing is sent.')


@router.get("", response=SelfCheckOut, summary="Get whether the platform's own work is in time")
def get_self_check(request: HttpRequest) -> Any:
    audit = fetch_audit(viewer_of_request(request))
    names = SelfCheckOut.model_fields.keys() - {"is_set_by_environment"}
    from_environment = {"is_set_by_environment": bool(load_settings().heartbeat_url)}
    return {name: getattr(audit, name) for name in names} | from_environment


@router.put("/heartbeat", response={204: None}, summary="Let the heartbeat go somewhere else")
def change_heartbeat(request: HttpRequest, data: HeartbeatIn) -> Any:
    box = open_secret_box(load_settings())
    actions.change_heartbeat(viewer_of_request(request), data.url, box=box, now=_clock.now())
    return Status(204, None)
