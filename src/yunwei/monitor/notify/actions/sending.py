"""What became of a message that a worker tried to send."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import SendError
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.notify.actions.fallback import find_fallback, replace_message
from yunwei.monitor.notify.actions.receipts import await_receipt
from yunwei.monitor.notify.facts.messages import (
    Delivery,
    DueMessage,
    MessageKind,
    MessageState,
    Verdict,
)
from yunwei.monitor.notify.rules.retry import after_failure
from yunwei.monitor.notify.store import buckets as bucket_store
from yunwei.monitor.notify.store import sending as sending_store


def is_last_attempt(
    conn: Connection, message: DueMessage, error: SendError, *, now: datetime
) -> bool:
    """Say whether a message is given up after this failure, with no other way to go."""
    has_fallback = find_fallback(conn, message) is not None
    verdict = after_failure(error, message, has_fallback=has_fallback, now=now)
    return verdict.state is MessageState.DEAD


def finish_message(
    conn: Connection,
    message: DueMessage,
    *,
    error: SendError | None,
    detail: str,
    duration_s: float,
    now: datetime,
    native_id: str = "",
) -> Verdict:
    """Write the attempt into the log and decide what becomes of the message.

    A receiver that asks to be left alone for a while is left alone by all of the channel.
    native_id: by which it will tell what became of a message that it took.
    """
    delivery = Delivery(
        at=now,
        is_ok=error is None,
        detail=error.message if error else detail,
        duration_s=duration_s,
    )
    verdict = Verdict(state=MessageState.SENT)
    if error is not None:
        fallback = find_fallback(conn, message)
        verdict = after_failure(error, message, has_fallback=fallback is not None, now=now)
        if fallback is not None and verdict.state is MessageState.REPLACED:
            replace_message(conn, message, fallback, now=now)
        if error.retry_after_s is not None:
            address = message.address if error.is_about_address else ""
            until = now + timedelta(seconds=error.retry_after_s)
            bucket_store.block(conn, message.channel, address, until=until, now=now)
    sending_store.add_delivery(conn, message.id, delivery)
    sending_store.finish_message(conn, message.id, verdict, now)
    if native_id:
        await_receipt(conn, message, native_id, now)
    if verdict.state is MessageState.SENT and message.kind is MessageKind.DIGEST:
        sending_store.note_members_told(conn, message.id, now)
    announce_live("messages", message.tenant)
    return verdict
