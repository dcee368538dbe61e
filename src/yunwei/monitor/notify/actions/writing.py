"""Writes messages into the outbox: whoever sends is woken, open pages look again."""

from collections.abc import Sequence

from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.notify.facts.messages import MessageDraft
from yunwei.monitor.notify.store import messages as store

OUTBOX = "outbox"


def write_messages(conn: Connection, drafts: Sequence[MessageDraft]) -> None:
    """Write messages in the caller's transaction, each dedupe key once. Cost: one statement."""
    if not drafts:
        return
    store.add_messages(conn, drafts)
    for tenant in {draft.tenant for draft in drafts}:
        announce_live("messages", tenant)
    announce_work(OUTBOX)
