"""Messages into the outbox, in the transaction of what they tell. What becomes of them is in
`sending`; what people do with them in `messages`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import AlarmId, ChannelId, RouteId, UserId
from yunwei.base.core.times import to_rfc3339
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Judgement, Occasion
from yunwei.monitor.governance.stages.masks import build_row
from yunwei.monitor.notify.facts.messages import (
    MessageDraft,
    MessageKind,
)
from yunwei.monitor.notify.facts.notices import Notice, NoticeWay
from yunwei.monitor.notify.facts.routes import Snapshot, Target
from yunwei.monitor.notify.rules.notices import find_ways
from yunwei.monitor.notify.rules.routing import Router
from yunwei.monitor.notify.rules.words import render_alarm, render_notice
from yunwei.monitor.notify.store import messages as message_store

_KINDS = {
    Occasion.CLEARED: MessageKind.CLEAR,
    Occasion.FLAPPING: MessageKind.FLAPPING,
    Occasion.SETTLED: MessageKind.SETTLED,
}
_ENDS = frozenset({Occasion.CLEARED, Occasion.SETTLED})
"""What only those hear of who heard of the beginning."""


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
    ended: list[Judgement] = []
    for judgement in judgements:
        if not judgement.is_to_be_told:
            continue
        if judgement.telling in _ENDS:
            ended.append(judgement)
            continue
        targets = router(judgement.case.alarm.tenant, build_row(judgement.case))
        if not targets:
            unrouted.append(judgement.case.alarm)
        drafts.extend(_build_draft(judgement, target, snapshot, now) for target in targets)
    # raises first: a clear of the same batch finds the raise that it ends
    message_store.add_messages(conn, drafts)
    ends = _build_ends(conn, ended, snapshot, now)
    message_store.add_messages(conn, ends)
    for tenant in {draft.tenant for draft in drafts + ends}:
        announce_live("messages", tenant)
    return tuple(unrouted)


def _build_draft(
    judgement: Judgement, target: Target, snapshot: Snapshot, now: datetime
) -> MessageDraft:
    alarm, contact, channel = judgement.case.alarm, target.contact, target.channel
    kind = _KINDS.get(judgement.telling, MessageKind.RAISE)
    way = f"c{channel.id}" if channel else "screen"
    return MessageDraft(
        dedupe=f"{_build_key(judgement)}-{way}-u{contact.user if contact else 0}",
        tenant=alarm.tenant,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        kind=kind,
        route=target.route.id,
        route_name=target.route.name,
        channel=channel.id if channel else None,
        user=contact.user if contact else None,
        recipient=contact.name if contact else (channel.name if channel else ""),
        address=contact.email if contact and channel else "",
        content=render_alarm(
            alarm,
            kind,
            language=target.language,
            time_zone=contact.time_zone if contact else snapshot.time_zone,
            source_name=judgement.case.source_name,
            tenant_name=snapshot.tenant_names.get(alarm.tenant, ""),
            route_name=target.route.name,
        ),
        severity=alarm.severity.value,
        data=_build_data(judgement, kind, snapshot),
        at=now,
    )


def _build_key(judgement: Judgement) -> str:
    """Return what tells this news apart from every other: told again, it is the same message."""
    alarm = judgement.case.alarm
    match judgement.telling:
        case Occasion.CLEARED:
            return f"{alarm.occurrence}-clear"
        case Occasion.FLAPPING:
            return _flapping_key(alarm.id, alarm.flapping.since if alarm.flapping else None)
        case Occasion.SETTLED:
            return f"{_flapping_key(alarm.id, judgement.case.flapped_since)}-settled"
        case _:
            # each severity is news of its own; the same raise reconsidered is not
            return f"{alarm.occurrence}-raise-{alarm.severity.value}"


def _flapping_key(alarm: AlarmId, since: datetime | None) -> str:
    return f"{alarm}-flapping-{since.timestamp() if since else 0:.3f}"


def _build_ends(
    conn: Connection, ended: Sequence[Judgement], snapshot: Snapshot, now: datetime
) -> list[MessageDraft]:
    """Return the end of each raise, or of each flapping, that somebody was told of, to the same
    people by the same ways."""
    by_occurrence = {
        each.case.alarm.occurrence: each for each in ended if each.telling is Occasion.CLEARED
    }
    by_flapping = {
        _flapping_key(each.case.alarm.id, each.case.flapped_since): each
        for each in ended
        if each.case.flapped_since is not None
    }
    told = [
        *((by_occurrence[row["occurrence"]], row) for row in _told_of(conn, by_occurrence)),
        *((by_flapping[row["key"]], row) for row in _told_of_flapping(conn, by_flapping)),
    ]
    ends = (
        _build_end(judgement, row, snapshot, now) for judgement, row in told if row["tells_clear"]
    )
    return list({draft.dedupe: draft for draft in ends}.values())


def _told_of(conn: Connection, occurrences: Iterable[int]) -> list[dict[str, Any]]:
    wanted = list(occurrences)
    return message_store.told_of(conn, wanted) if wanted else []


def _told_of_flapping(conn: Connection, keys: Iterable[str]) -> list[dict[str, Any]]:
    wanted = list(keys)
    return message_store.told_of_flapping(conn, wanted) if wanted else []


def _build_end(
    judgement: Judgement, told: dict[str, Any], snapshot: Snapshot, now: datetime
) -> MessageDraft:
    alarm, kind = judgement.case.alarm, _KINDS[judgement.telling]
    user, channel = told["user"], told["channel"]
    contact = next((each for each in snapshot.contacts if each.user == user), None)
    known = snapshot.channels.get(ChannelId(channel)) if isinstance(channel, int) else None
    way = f"c{channel}" if channel else "screen"
    language = contact.language if contact else (known.language if known else "zh-hans")
    return MessageDraft(
        dedupe=f"{_build_key(judgement)}-{way}-u{user or 0}",
        tenant=alarm.tenant,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        kind=kind,
        route=RouteId(told["route"]) if isinstance(told["route"], int) else None,
        route_name=str(told["route_name"]),
        channel=ChannelId(channel) if isinstance(channel, int) else None,
        user=UserId(user) if isinstance(user, int) else None,
        recipient=str(told["recipient"]),
        address=str(told["address"]),
        content=render_alarm(
            alarm,
            kind,
            language=language,
            time_zone=contact.time_zone if contact else snapshot.time_zone,
            source_name=judgement.case.source_name,
            tenant_name=snapshot.tenant_names.get(alarm.tenant, ""),
            route_name=str(told["route_name"]),
        ),
        severity=alarm.severity.value,
        data=_build_data(judgement, kind, snapshot),
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


def build_link(public_url: str, alarm: AlarmId | None, *, path: str = "") -> str:
    """Return the address of a page, `path` or else the alarm's; "" without either."""
    page = path or (f"/alarms/{alarm}" if alarm else "")
    return f"{public_url.rstrip('/')}{page}" if public_url and page else ""


def plan_notices(
    conn: Connection, notices: Sequence[Notice], snapshot: Snapshot, now: datetime
) -> tuple[Notice, ...]:
    """Write notices into the outbox, in the caller's transaction; each key once per person and way.

    Returns those that reach nobody. Cost: one statement, whatever their number.
    """
    lost: list[Notice] = []
    drafts: list[MessageDraft] = []
    for notice in notices:
        ways = find_ways(notice, snapshot)
        if not ways:
            lost.append(notice)
        drafts.extend(_build_notice(notice, way, snapshot, now) for way in ways)
    message_store.add_messages(conn, drafts)
    for tenant in {draft.tenant for draft in drafts}:
        announce_live("messages", tenant)
    return tuple(lost)


def _build_notice(
    notice: Notice, way: NoticeWay, snapshot: Snapshot, now: datetime
) -> MessageDraft:
    contact, channel = way.contact, way.channel
    by = f"c{channel.id}" if channel else "screen"
    content = render_notice(notice, language=way.language, route_name=way.route_name)
    return MessageDraft(
        dedupe=f"notice-{notice.tenant}-{notice.key}-{by}-u{contact.user if contact else 0}",
        tenant=notice.tenant,
        alarm=notice.alarm,
        occurrence=notice.occurrence,
        kind=MessageKind.NOTICE,
        route=None,
        route_name=way.route_name,
        channel=channel.id if channel else None,
        user=contact.user if contact else None,
        recipient=contact.name if contact else (channel.name if channel else ""),
        address=contact.email if contact and channel else "",
        content=content,
        severity=notice.severity.value if notice.severity else "",
        data={
            "kind": MessageKind.NOTICE.value,
            "key": notice.key,
            "tenant": snapshot.tenant_names.get(notice.tenant, ""),
            "severity": notice.severity.value if notice.severity else None,
            "text": content.subject,
            "link": build_link(snapshot.public_url, notice.alarm, path=notice.link),
        },
        at=now,
        link=notice.link,
    )
