"""REST of messages: who was told what, by which way, and what became of it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import MessageId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.notify.actions import messages
from yunwei.monitor.notify.facts.messages import Hold, MessageKind, MessageRow, MessageState
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.plugins.sdk.receipts import ReceiptState

router = Router()
_clock = SystemClock()


class MessageOut(Schema):
    id: int
    tenant: int
    alarm: int | None
    kind: MessageKind
    state: MessageState
    route_name: str = Field(description="Why it was sent: the route that matched.")
    channel_name: str = Field(description="Empty: on screen.")
    recipient: str
    address: str
    subject: str
    body: str
    severity: str
    link: str = Field(description="Path of the page it is about; empty: the alarm's.")
    attempts: int
    error: str
    reason: str = Field(description="A code: why it was not sent after all.")
    digest: int | None = Field(description="The message that tells of it.")
    hold: Hold = Field(description="What it waits for, when it is told with others.")
    is_doubtful: bool = Field(description="It may have arrived twice.")
    channel: int | None = Field(description="Absent: on screen.")
    replaces: int | None = Field(description="The message that did not get through instead.")
    receipt: ReceiptState | None = Field(
        description="What its receiver says became of it; absent where none says."
    )
    receipt_at: datetime | None = Field(description="When that was heard.")
    receipt_said_at: datetime | None = Field(description="When that was, by the receiver's clock.")
    receipt_reason: str = Field(description="The receiver's own words.")
    native_id: str = Field(description="The receiver's own number of the message.")
    created_at: datetime
    sent_at: datetime | None
    next_at: datetime | None = Field(description="When it is tried next.")
    read_at: datetime | None


class DeliveryOut(Schema):
    at: datetime
    is_ok: bool
    detail: str
    duration_s: float


class MessageQuery(ListQuery):
    mine: bool = Field(False, description="Only what one was told on screen oneself.")
    alarm: int | None = None
    channel: int | None = None
    state: MessageState | None = None
    kind: MessageKind | None = None
    receipt: ReceiptState | None = None
    digest: int | None = Field(None, description="Those that this digest tells of.")
    search: str | None = None


@router.get("", response=Listed[MessageOut], summary="List messages")
def list_messages(request: HttpRequest, query: Query[MessageQuery]) -> Any:
    check_parameters(request, query)
    viewer, filters = viewer_of_request(request), query.filters()
    if filters.pop("mine"):
        page = message_queries.fetch_my_messages(viewer, page=query.page_request())
    else:
        page = message_queries.fetch_messages(viewer, filters=filters, page=query.page_request())
    return as_listed(page) | {"items": [_out(row) for row in page.items]}


@router.get("/{int:message_id}", response=MessageOut, summary="Get a message")
def get_message(request: HttpRequest, message_id: int) -> Any:
    return _out(message_queries.access_message(viewer_of_request(request), MessageId(message_id)))


@router.get("/{int:message_id}/deliveries", response=list[DeliveryOut], summary="List the attempts")
def list_deliveries(request: HttpRequest, message_id: int) -> Any:
    return message_queries.fetch_deliveries(viewer_of_request(request), MessageId(message_id))


@router.post("/{int:message_id}/retry", response=MessageOut, summary="Send a dead one again")
def retry_message(request: HttpRequest, message_id: int) -> Any:
    viewer = viewer_of_request(request)
    messages.retry_message(viewer, MessageId(message_id), now=_clock.now())
    return _out(message_queries.access_message(viewer, MessageId(message_id)))


@router.post("/read", response={204: None}, summary="Say that one has read all one's messages")
def mark_read(request: HttpRequest) -> Any:
    messages.mark_read(viewer_of_request(request), now=_clock.now())
    return Status(204, None)


def _out(row: MessageRow) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in MessageOut.model_fields if hasattr(row, name)}
    return shown | {
        "subject": row.content.subject,
        "body": row.content.body,
        "receipt": row.receipt or None,
    }
