"""Messages out of the outbox: claimed by one worker, and what became of each attempt."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from yunwei.base.core.errors import SendError
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.notify.facts.messages import (
    Delivery,
    DueMessage,
    MessageState,
    Verdict,
)
from yunwei.monitor.notify.rules.retry import after_failure
from yunwei.monitor.notify.store import messages as message_store

LEASE = timedelta(seconds=60)


def claim_messages(
    conn: Connection, *, now: datetime, limit: int, busy: Sequence[int] = ()
) -> tuple[DueMessage, ...]:
    """Take up to `limit` due messages for a minute, so that no other worker sends them.

    busy: channels that have enough under way already.
    """
    return message_store.claim_messages(
        conn, now=now, lease_until=now + LEASE, limit=limit, busy=busy
    )


def finish_message(
    conn: Connection,
    message: DueMessage,
    *,
    error: SendError | None,
    detail: str,
    duration_s: float,
    now: datetime,
) -> Verdict:
    """Write the attempt into the log and decide what becomes of the message."""
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
    message_store.add_delivery(conn, message.id, delivery)
    message_store.finish_message(conn, message.id, verdict, now)
    announce_live("messages", message.tenant)
    return verdict


def cancel_message(conn: Connection, message: DueMessage, *, reason: str, now: datetime) -> None:
    """Give up a message that is no longer worth sending."""
    verdict = Verdict(state=MessageState.CANCELLED, error=reason)
    message_store.finish_message(conn, message.id, verdict, now)
    announce_live("messages", message.tenant)
