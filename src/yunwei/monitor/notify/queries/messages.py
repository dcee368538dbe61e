"""Questions about messages: who was told what, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import AlarmId, MessageId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.monitor.notify.facts.messages import Delivery, MessageRow, Told
from yunwei.monitor.notify.queries.lists import fetch_list, only
from yunwei.monitor.notify.store import messages as message_store

MESSAGE_FILTERS = ("alarm", "channel", "state", "kind", "search")


def fetch_messages(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[MessageRow]:
    """Return a page of messages, newest first, with what became of each."""
    return fetch_list(
        viewer,
        Permission.SEE_MONITORING,
        message_store.MESSAGES,
        message_store.build_message,
        (filters, page),
    )


def access_message(viewer: Viewer, message: MessageId) -> MessageRow:
    """Return one message; raises Refused when it is not there or not the viewer's."""
    return only(fetch_messages(viewer, filters={"id": message}))


def fetch_messages_of(viewer: Viewer, alarm: AlarmId) -> tuple[MessageRow, ...]:
    """Return every message about an alarm, newest first (the latest 200)."""
    return fetch_messages(viewer, filters={"alarm": alarm}, page=PageRequest(limit=200)).items


def system_told(conn: Connection, keys: Sequence[str]) -> dict[str, Told]:
    """Return what became of messages, by their keys (`actions.outbox.plan_notice`), for a part that
    has them written. Cost: one statement, none without keys."""
    found = message_store.told_by_keys(conn, keys) if keys else []
    return {each["key"]: msgspec.convert(each, Told) for each in found}


def fetch_my_messages(
    viewer: Viewer, *, only_unread: bool = False, page: PageRequest | None = None
) -> Page[MessageRow]:
    """Return what the viewer was told on screen, newest first."""
    if viewer.user_id is None:
        raise Refused()
    filters: dict[str, Any] = {"user": viewer.user_id, "on_screen": True}
    if only_unread:
        filters["is_unread"] = True
    return fetch_messages(viewer, filters=filters, page=page)


def count_unread(viewer: Viewer) -> int:
    """Return how many messages on screen the viewer has not read."""
    if viewer.user_id is None:
        return 0
    with transaction() as conn:
        return message_store.count_unread(conn, viewer.user_id)


def fetch_deliveries(viewer: Viewer, message: MessageId) -> tuple[Delivery, ...]:
    """Return every attempt to deliver a message, oldest first."""
    access_message(viewer, message)
    with transaction() as conn:
        return message_store.deliveries_of_message(conn, message)
