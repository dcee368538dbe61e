"""What people do with messages: read them, send a dead one again."""

from datetime import datetime

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import MessageId
from yunwei.base.infra.announce import announce_work
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.facts.messages import (
    MessageState,
)
from yunwei.monitor.notify.store import messages as message_store
from yunwei.monitor.notify.store import receipts as receipt_store


def retry_message(viewer: Viewer, message: MessageId, *, now: datetime) -> None:
    """Send a dead message again. Raises Refused; Conflict unless it is dead."""
    require(viewer, Permission.OPERATE_ALARMS)
    with transaction() as conn:
        found = message_store.lock_message(conn, message, viewer.tenants)
        if found is None:
            raise Refused()
        if found["state"] != MessageState.DEAD.value:
            raise Conflict("only a message that was given up can be sent again")
        message_store.retry_message(conn, message, now)
        receipt_store.drop_receipt(conn, message)
        announce_work("outbox")
        record(
            conn,
            viewer,
            "notify.retry_message",
            object_kind="message",
            object_id=str(message),
        )


def mark_read(viewer: Viewer, message: MessageId | None = None, *, now: datetime) -> None:
    """Say that the viewer has read one of their messages on screen, or all of them."""
    if viewer.user_id is None:
        raise Refused()
    with transaction() as conn:
        message_store.mark_read(conn, viewer.user_id, message, now)
