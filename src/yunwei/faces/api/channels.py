"""REST of channels: the ways to reach people. Secrets go in and never come out."""

from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ChannelId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people.facts import Language
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.receipts import receipt_signer
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.notify.actions import channels
from yunwei.monitor.notify.actions.receipts import make_channel_token
from yunwei.monitor.notify.facts.channels import Channel, ChannelDraft
from yunwei.monitor.notify.queries import channels as channel_queries
from yunwei.monitor.notify.queries.figures import MeasuredChannel, fetch_measured_channels

router = Router()
_clock = SystemClock()


class ChannelOut(Schema):
    id: int
    tenant: int
    kind: str
    name: str
    settings: dict[str, str]
    secrets_set: list[str] = Field(description="Names of the secrets that hold a value.")
    language: Language
    limits: str = Field(
        description="How much it may send: `20/m; address 1/m 5/h 50/d`; empty: as its kind."
    )
    fallback: int | None = Field(description="Where messages go that do not get through here.")
    is_enabled: bool
    changed_at: datetime


class ChannelIn(Body):
    name: str
    settings: dict[str, str] = Field(description="By the plug-in's fields; secrets among them.")
    language: Language = Language.CHINESE
    limits: str = Field("", description="Empty: the limits that its kind declares.")
    fallback: int | None = Field(None, description="Another channel of the same tenant.")
    is_enabled: bool = True


class NewChannelIn(ChannelIn):
    kind: str = Field(description="`email`, `webhook`, `wecom_bot` or an installed plug-in.")
    tenant: int | None = Field(None, description="Absent: one's own.")


class ChannelQuery(ListQuery):
    kind: str | None = None
    is_enabled: bool | None = None
    search: str | None = None


class TestIn(Body):
    address: str = Field("", description="For channels that write to persons.")


class ChannelFiguresOut(Schema):
    channel: int
    sent: int
    dead: int = Field(description="Given up, or sent by the fallback channel instead.")
    waiting: int
    undelivered: int = Field(description="Sent, and the receipt says that it did not arrive.")
    success: float | None = Field(description="0 to 1; null before the first.")
    usual_s: float | None = Field(
        description="Median of the seconds from being written to being sent, of what nothing held."
    )
    slow_s: float | None = Field(description="Its 95th percentile.")


class ReceiptAddressOut(Schema):
    path: str = Field(description="To be kept secret; empty: its kind has no receipts.")


class TestOut(Schema):
    detail: str = Field(description="What the receiver answered.")


@router.get("", response=Listed[ChannelOut], summary="List channels")
def list_channels(request: HttpRequest, query: Query[ChannelQuery]) -> Any:
    return answer_list(
        request,
        query,
        lambda viewer, filters, page: channel_queries.fetch_channels(
            viewer, filters=filters, page=page
        ),
    )


@router.get("/figures", response=list[ChannelFiguresOut], summary="How channels do")
def list_channel_figures(request: HttpRequest) -> Any:
    """What became of the messages of the last seven days, for each of up to 200 channels."""
    found = fetch_measured_channels(
        viewer_of_request(request), page=PageRequest(limit=200), now=_clock.now()
    )
    return [_measured(each) for each in found.items]


@router.post("", response={201: ChannelOut}, summary="Add a channel")
def add_channel(request: HttpRequest, data: NewChannelIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    draft = ChannelDraft(**data.dict(exclude={"tenant"}))
    box = open_secret_box(load_settings())
    made = channels.add_channel(viewer, tenant, draft, box=box, now=_clock.now())
    return Status(201, _get(request, made))


@router.get("/{int:channel_id}", response=ChannelOut, summary="Get a channel")
def get_channel(request: HttpRequest, channel_id: int) -> Any:
    return _get(request, channel_id)


@router.put("/{int:channel_id}", response=ChannelOut, summary="Change a channel")
def change_channel(request: HttpRequest, channel_id: int, data: ChannelIn) -> Any:
    viewer = viewer_of_request(request)
    kind = _get(request, channel_id).kind
    draft = ChannelDraft(**data.dict(), kind=kind)
    box = open_secret_box(load_settings())
    channels.change_channel(viewer, ChannelId(channel_id), draft, box=box, now=_clock.now())
    return _get(request, channel_id)


@router.delete("/{int:channel_id}", response={204: None}, summary="Take a channel out of use")
def remove_channel(request: HttpRequest, channel_id: int) -> Any:
    channels.remove_channel(viewer_of_request(request), ChannelId(channel_id), now=_clock.now())
    return Status(204, None)


@router.post("/{int:channel_id}/test", response=TestOut, summary="Send a test message")
def test_channel(request: HttpRequest, channel_id: int, data: TestIn) -> Any:
    viewer = viewer_of_request(request)
    box = open_secret_box(load_settings())
    kind, settings = channels.fetch_test_settings(viewer, ChannelId(channel_id), box=box)
    now = _clock.now()
    receipt = async_to_sync(channels.test_channel)(
        kind,
        settings,
        address=data.address,
        language=viewer.language,
        key=f"test-{channel_id}-{now.timestamp():.0f}",
    )
    return {"detail": receipt.detail}


@router.get(
    "/{int:channel_id}/receipt-address",
    response=ReceiptAddressOut,
    summary="Get where its receiver posts delivery receipts",
)
def get_receipt_address(request: HttpRequest, channel_id: int) -> Any:
    viewer = viewer_of_request(request)
    token = make_channel_token(viewer, ChannelId(channel_id), receipt_signer())
    return {"path": f"/api/v1/receipts/{token}" if token else ""}


def _get(request: HttpRequest, channel_id: int) -> Channel:
    return channel_queries.access_channel(viewer_of_request(request), ChannelId(channel_id))


def _measured(row: MeasuredChannel) -> dict[str, Any]:
    names = set(ChannelFiguresOut.model_fields) - {"channel"}
    return {"channel": row.channel.id, **{name: getattr(row.figures, name) for name in names}}
