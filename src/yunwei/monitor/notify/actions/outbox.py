"""Messages: into the outbox with the decision, out of it by workers, read by people."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict, Refused, SendError
from yunwei.base.core.ids import AlarmId, ChannelId, MessageId, RouteId, UserId
from yunwei.base.core.times import to_rfc3339
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Judgement, Occasion
from yunwei.monitor.governance.stages.masks import build_row
from yunwei.monitor.notify.facts.messages import (
    Delivery,
    DueMessage,
    MessageDraft,
    MessageKind,
    MessageState,
    Verdict,
)
from yunwei.monitor.notify.facts.routes import Snapshot, Target
from yunwei.monitor.notify.rules.retry import after_failure
from yunwei.monitor.notify.rules.routing import Router
from yunwei.monitor.notify.rules.words import render_alarm
from yunwei.monitor.notify.store import messages as message_store

LEASE = timedelta(seconds=60)


def plan_messages(
    conn: Connection,
    judgements: Sequence[Judgement],
    router: Router,
    snapshot: Snapshot,
    *,
    now: datetime,
) -> tuple[Alarm, ...]:
    """Write into the outbox what judgements lead to, in the caller's transaction.

    Returns the alarms that ought to be told but have no route that leads to anybody.
    """
    unrouted: list[Alarm] = []
    drafts: list[MessageDraft] = []
    cleared: list[Judgement] = []
    for judgement in judgements:
        if not judgement.is_to_be_told:
            continue
        if judgement.case.occasion is Occasion.CLEARED:
            cleared.append(judgement)
            continue
        targets = router(judgement.case.alarm.tenant, build_row(judgement.case))
        if not targets:
            unrouted.append(judgement.case.alarm)
        drafts.extend(_build_draft(judgement, target, snapshot, now) for target in targets)
    # raises first: a clear of the same batch finds the raise that it ends
    message_store.add_messages(conn, drafts)
    clears = _build_clears(conn, cleared, snapshot, now)
    message_store.add_messages(conn, clears)
    for tenant in {draft.tenant for draft in drafts + clears}:
        announce_live("messages", tenant)
    return tuple(unrouted)


def _build_draft(
    judgement: Judgement, target: Target, snapshot: Snapshot, now: datetime
) -> MessageDraft:
    alarm, contact, channel = judgement.case.alarm, target.contact, target.channel
    # each severity is news of its own; the same raise reconsidered is not
    occasion = f"-{alarm.severity.value}"
    way = f"c{channel.id}" if channel else "screen"
    return MessageDraft(
        dedupe=f"{alarm.occurrence}-raise{occasion}-{way}-u{contact.user if contact else 0}",
        tenant=alarm.tenant,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        kind=MessageKind.RAISE,
        route=target.route.id,
        route_name=target.route.name,
        channel=channel.id if channel else None,
        user=contact.user if contact else None,
        recipient=contact.name if contact else (channel.name if channel else ""),
        address=contact.email if contact and channel else "",
        content=render_alarm(
            alarm,
            MessageKind.RAISE,
            language=target.language,
            time_zone=contact.time_zone if contact else snapshot.time_zone,
            source_name=judgement.case.source_name,
            tenant_name=snapshot.tenant_names.get(alarm.tenant, ""),
            route_name=target.route.name,
        ),
        severity=alarm.severity.value,
        data=_build_data(judgement, MessageKind.RAISE, snapshot),
        at=now,
    )


def _build_clears(
    conn: Connection, cleared: Sequence[Judgement], snapshot: Snapshot, now: datetime
) -> list[MessageDraft]:
    """Return the end of each raise that somebody was told of, to the same people by the same
    ways."""
    by_occurrence = {judgement.case.alarm.occurrence: judgement for judgement in cleared}
    if not by_occurrence:
        return []
    clears: dict[str, MessageDraft] = {}
    for row in message_store.told_of(conn, by_occurrence):
        if row["tells_clear"]:
            draft = _build_clear(by_occurrence[row["occurrence"]], row, snapshot, now)
            clears[draft.dedupe] = draft
    return list(clears.values())


def _build_clear(
    judgement: Judgement, told: dict[str, object], snapshot: Snapshot, now: datetime
) -> MessageDraft:
    alarm = judgement.case.alarm
    user, channel = told["user"], told["channel"]
    contact = next((each for each in snapshot.contacts if each.user == user), None)
    known = snapshot.channels.get(ChannelId(channel)) if isinstance(channel, int) else None
    way = f"c{channel}" if channel else "screen"
    language = contact.language if contact else (known.language if known else "zh-hans")
    return MessageDraft(
        dedupe=f"{alarm.occurrence}-clear-{way}-u{user or 0}",
        tenant=alarm.tenant,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        kind=MessageKind.CLEAR,
        route=RouteId(told["route"]) if isinstance(told["route"], int) else None,
        route_name=str(told["route_name"]),
        channel=ChannelId(channel) if isinstance(channel, int) else None,
        user=UserId(user) if isinstance(user, int) else None,
        recipient=str(told["recipient"]),
        address=str(told["address"]),
        content=render_alarm(
            alarm,
            MessageKind.CLEAR,
            language=language,
            time_zone=contact.time_zone if contact else snapshot.time_zone,
            source_name=judgement.case.source_name,
            tenant_name=snapshot.tenant_names.get(alarm.tenant, ""),
            route_name=str(told["route_name"]),
        ),
        severity=alarm.severity.value,
        data=_build_data(judgement, MessageKind.CLEAR, snapshot),
        at=now,
    )


def _build_data(judgement: Judgement, kind: MessageKind, snapshot: Snapshot) -> dict[str, object]:
    """Return the message for machines: the body of a webhook, stable names, times RFC 3339."""
    alarm = judgement.case.alarm
    return {
        "kind": kind.value,
        "id": alarm.id,
        "occurrence": alarm.occurrence,
        "tenant": snapshot.tenant_names.get(alarm.tenant, ""),
        "source": judgement.case.source_name,
        "managed_object": alarm.managed_object,
        "alarm_type": alarm.alarm_type,
        "qualifier": alarm.qualifier,
        "severity": alarm.severity.value,
        "is_cleared": alarm.is_cleared,
        "text": alarm.text,
        "raised_at": to_rfc3339(alarm.raised_at),
        "cleared_at": to_rfc3339(alarm.cleared_at) if alarm.cleared_at else None,
        "count": alarm.count,
        "link": build_link(snapshot.public_url, alarm.id),
    }


def build_link(public_url: str, alarm: AlarmId | None) -> str:
    return f"{public_url.rstrip('/')}/alarms/{alarm}" if public_url and alarm else ""


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
