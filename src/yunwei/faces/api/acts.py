"""REST of acts on desktops and of messages to support."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import DesktopId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.selfservice.actions import acts as actions
from yunwei.operate.selfservice.facts.acts import ActState
from yunwei.operate.selfservice.queries import acts as queries
from yunwei.plugins.sdk.contract import DesktopAct

router = Router()
messages = Router()
_clock = SystemClock()


class DesktopActOut(Schema):
    id: int
    tenant: int
    desktop: int
    desktop_name: str
    act: DesktopAct
    state: ActState = Field(description="`unknown`: sent, and nothing tells what became of it.")
    asked_by: str
    asked_at: datetime
    note: str
    is_repair: bool = Field(description="A desktop user asked for it in the portal.")
    diagnosis: int | None
    number: str = Field(description="The source's own; empty before it told one.")
    reason: str
    done_at: datetime | None = Field(description="Since when the cloud says that it is done.")
    seen_state: str = Field(description="The desktop as it was read after that; empty before.")
    seen_login: str
    ended_at: datetime | None


class ActQuery(ListQuery):
    desktop: int | None = None
    act: DesktopAct | None = None
    state: ActState | None = None
    is_open: bool | None = None
    by: str | None = None
    is_repair: bool | None = None
    tenant: int | None = None
    search: str | None = None


class NewDesktopActIn(Body):
    desktop: int = Field(ge=1, lt=2**63)
    act: DesktopAct
    note: str = Field("", max_length=2000)
    diagnosis: int | None = Field(None, ge=1, lt=2**63, description="Because of which it is done.")


class SupportMessageOut(Schema):
    id: int
    tenant: int
    desktop: int
    desktop_name: str
    by: str
    text: str
    is_automatic: bool = Field(description="Written when a repair did not succeed.")
    diagnosis: int | None
    act: int | None
    at: datetime
    closed_at: datetime | None
    closed_by: str


class SupportMessageQuery(ListQuery):
    is_open: bool | None = None
    by: str | None = None
    tenant: int | None = None
    search: str | None = None


@router.get("", response=Listed[DesktopActOut], summary="List acts on desktops")
def list_acts(request: HttpRequest, query: Query[ActQuery]) -> Any:
    return answer_list(request, query, queries.fetch_acts)


@router.post("", response={201: DesktopActOut}, summary="Do something to a desktop")
def add_act(request: HttpRequest, body: NewDesktopActIn) -> Any:
    viewer = viewer_of_request(request)
    made = actions.ask_act(
        viewer,
        DesktopId(body.desktop),
        body.act,
        note=body.note,
        diagnosis=body.diagnosis,
        now=_clock.now(),
    )
    return Status(201, queries.access_act(viewer, made))


@router.get("/{int:act_id}", response=DesktopActOut, summary="Get an act")
def get_act(request: HttpRequest, act_id: int) -> Any:
    return queries.access_act(viewer_of_request(request), act_id)


@messages.get("", response=Listed[SupportMessageOut], summary="List messages to support")
def list_messages(request: HttpRequest, query: Query[SupportMessageQuery]) -> Any:
    return answer_list(request, query, queries.fetch_messages)


@messages.get("/{int:message_id}", response=SupportMessageOut, summary="Get a message to support")
def get_message(request: HttpRequest, message_id: int) -> Any:
    return queries.access_message(viewer_of_request(request), message_id)


@messages.post(
    "/{int:message_id}/close", response=SupportMessageOut, summary="Say that it was dealt with"
)
def close_message(request: HttpRequest, message_id: int) -> Any:
    viewer = viewer_of_request(request)
    actions.close_message(viewer, message_id, now=_clock.now())
    return queries.access_message(viewer, message_id)
