"""REST's door for receivers: what they say later of messages that they took.

No sign-in: the signed token in the address says which message, or whose channel, it is about.
"""

from functools import cache
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Router, Status

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.infra.signing import Signer, open_signer
from yunwei.faces.api.errors import ErrorOut, error_body
from yunwei.monitor.notify.actions.receipts import take_receipts
from yunwei.monitor.notify.rules.receipts import PURPOSE
from yunwei.plugins.sdk.receipts import ReceiptPost

router = Router()
_clock = SystemClock()
_LARGEST_BYTES = 256 * 1024


@cache
def receipt_signer() -> Signer:
    """This installation's signer of addresses for receipts; its key is read once per process."""
    return open_signer(load_settings(), PURPOSE)


@cache
def _box() -> SecretBox:
    return open_secret_box(load_settings())


@router.post(
    "/{token}",
    auth=None,
    response={200: dict[str, Any], 403: ErrorOut, 404: ErrorOut, 413: ErrorOut},
    summary="Post what became of messages",
    description="Of the form that the channel's kind documents. Messages that are not known, and "
    "what is known already, do no harm. The answer is what the receiver expects.",
)
def post_receipts(request: HttpRequest, token: str) -> Any:
    if int(request.META.get("CONTENT_LENGTH") or 0) > _LARGEST_BYTES:
        return Status(413, error_body("too_large", f"more than {_LARGEST_BYTES} bytes"))
    headers = {name.lower(): value for name, value in request.headers.items()}
    post = ReceiptPost(body=request.body, headers=headers)
    try:
        answer = take_receipts(receipt_signer(), token, post, box=_box(), now=_clock.now())
    except Invalid as error:
        if error.field == "token":
            raise Refused() from None
        if error.field == "signature":
            return Status(403, error_body("wrong_signature", error.why))
        raise
    return JsonResponse(dict(answer))
