"""REST's door for other systems: what they post is stored durably, and only then accepted.

No sign-in: the token in the address says whose it is. What is posted is read later, by `govern`.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from yunwei.base.core.errors import EngineAway, Refused
from yunwei.faces.api.errors import ErrorOut, error_body
from yunwei.monitor.collect.payload_desk import LARGEST_PAYLOAD_BYTES, NotTaken, PayloadDesk
from yunwei.monitor.collect.receive_tally import RejectReason

router = Router()

_STATUSES = {
    RejectReason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RejectReason.WRONG_SIGNATURE: HTTPStatus.FORBIDDEN,
    # not 429: Alertmanager, for one, says again only what was answered 5xx
    RejectReason.TOO_OFTEN: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TEXTS = {
    RejectReason.TOO_LARGE: f"more than {LARGEST_PAYLOAD_BYTES} bytes",
    RejectReason.WRONG_SIGNATURE: "the signature is not the body's",
    RejectReason.TOO_OFTEN: "more requests than this source may send; try again later",
}


class AcceptedOut(Schema):
    status: str = "accepted"


class Door:
    """This process's desk; `run` sets it. Without one nothing is taken."""

    desk: PayloadDesk | None = None


@router.post(
    "/{token}",
    auth=None,
    response={202: AcceptedOut, 403: ErrorOut, 404: ErrorOut, 413: ErrorOut, 503: ErrorOut},
    summary="Post alarms of another system to a source",
    description="Any JSON, or Prometheus Alertmanager's webhook. 202: it is on disk.",
)
async def post_payload(request: HttpRequest, token: str) -> Any:
    desk = Door.desk
    if desk is None:
        raise EngineAway("nothing is taken here yet")
    is_large = int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_PAYLOAD_BYTES
    # one byte more than is allowed says all that the rest would
    body = request.read(LARGEST_PAYLOAD_BYTES + 1) if is_large else request.body
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        await desk.take(
            token, body, address=address, header=lambda name: request.headers.get(name, "")
        )
    except NotTaken as refused:
        if refused.reason is RejectReason.UNKNOWN_TOKEN:
            raise Refused() from None
        status = _STATUSES[refused.reason]
        return Status(status, error_body(refused.reason.value, _TEXTS[refused.reason]))
    return Status(202, AcceptedOut())
