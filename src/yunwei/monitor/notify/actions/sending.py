"""What became of a message that a worker tried to send."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import SendError
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
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


def finish_message(
    conn: Connection,
    message: DueMessage,
    *,
    error: SendError | None,
    detail: str,
    duration_s: float,
    now: datetime,
) -> Verdict:
    """Write the attempt into the log and decide what becomes of the message.

    A receiver that asks to be left alone for a while is left alone by all of the channel.
    """
    delivery = Delivery(
        at=now,
        is_ok=error is None,
        detail=error.message if error else detail,
        duration_s=duration_s,
    )
    verdict = Verdict(state=MessageState.SENT)
    if error is not None:
        verdict = after_failure(
            error, attempts=message.attempts, created_at=message.created_at, now=now
        )
        if error.retry_after_s is not None:
            address = message.address if error.is_about_address else ""
            until = now + timedelta(seconds=error.retry_after_s)
            bucket_store.block(conn, message.channel, address, until=until, now=now)
    sending_store.add_delivery(conn, message.id, delivery)
    sending_store.finish_message(conn, message.id, verdict, now)
    if verdict.state is MessageState.SENT and message.kind is MessageKind.DIGEST:
        sending_store.note_members_told(conn, message.id, now)
    announce_live("messages", message.tenant)
    return verdict
