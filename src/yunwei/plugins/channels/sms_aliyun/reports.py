"""What Aliyun says of messages that it took: pushed (SmsReport), or asked for. Pure.

Source: Aliyun 短信服务 SmsReport（HTTP 批量推送）and QuerySendDetails.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.plugins.sdk.receipts import LaterReceipt, ReceiptState, TakenMessage, shorten

# Aliyun's times have no zone; they are China's
CHINA = timezone(timedelta(hours=8))
_DELIVERED = "DELIVERED"
_FAILED, _ARRIVED = 2, 3


class Report(msgspec.Struct):
    """One report of a push; others of its fields are not ours to read."""

    biz_id: str
    success: bool
    report_time: str = ""
    err_code: str = ""
    err_msg: str = ""


class Detail(msgspec.Struct, rename="pascal"):
    """One message of an answer. send_status: 1 waits for the carrier, 2 failed, 3 arrived."""

    send_status: int
    err_code: str = ""
    receive_date: str = ""


class Details(msgspec.Struct):
    found: list[Detail] = msgspec.field(default_factory=list, name="SmsSendDetailDTO")


class Asked(msgspec.Struct, rename="pascal"):
    """An answer to QuerySendDetails."""

    code: str
    message: str = ""
    details: Details = msgspec.field(default_factory=Details, name="SmsSendDetailDTOs")


def read_reports(body: bytes) -> tuple[LaterReceipt, ...]:
    """Return what a push says; raises Invalid."""
    try:
        reports = msgspec.json.decode(body, type=list[Report], strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("body", f"off the documented shape of SmsReport: {error}") from error
    return tuple(
        LaterReceipt(
            native_id=each.biz_id,
            state=ReceiptState.DELIVERED if each.success else ReceiptState.UNDELIVERED,
            reason="" if each.success else say_failure(each.err_code, each.err_msg),
            at=read_time(each.report_time),
        )
        for each in reports
    )


def build_query(taken: TakenMessage) -> dict[str, str]:
    """Return the parameters that ask for one message. Of China's numbers Aliyun wants eleven
    digits, of others the digits alone; the day is China's."""
    return {
        "PhoneNumber": re.sub(r"^(?:\+|00)?86(?=1\d{10}$)|^\+|^00", "", taken.address),
        "BizId": taken.native_id,
        "SendDate": taken.sent_at.astimezone(CHINA).strftime("%Y%m%d"),
        "PageSize": "10",
        "CurrentPage": "1",
    }


def read_details(asked: Asked, native_id: str) -> LaterReceipt | None:
    """Return what an answer says; None while the carrier has said nothing."""
    decided = [each for each in asked.details.found if each.send_status in (_FAILED, _ARRIVED)]
    if not decided:
        return None
    worst = min(decided, key=lambda each: each.send_status)
    has_arrived = worst.send_status == _ARRIVED
    return LaterReceipt(
        native_id=native_id,
        state=ReceiptState.DELIVERED if has_arrived else ReceiptState.UNDELIVERED,
        reason="" if has_arrived else say_failure(worst.err_code, ""),
        at=read_time(worst.receive_date),
    )


def say_failure(code: str, text: str) -> str:
    return shorten(" ".join(each for each in (code, text) if each and each != _DELIVERED))


def read_time(text: str) -> datetime | None:
    """Return an instant in UTC; None for what is no time."""
    try:
        found = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    return found.replace(tzinfo=CHINA).astimezone(UTC)
