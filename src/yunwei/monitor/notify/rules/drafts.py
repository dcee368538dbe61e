"""Messages about one alarm, as they go into the outbox. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from yunwei.base.core.ids import AlarmId, ChannelId, RouteId, UserId
from yunwei.base.core.times import to_rfc3339
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Judgement, Occasion
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    Because,
    Escalation,
    Need,
    Tell,
    Urgency,
)
from yunwei.monitor.notify.facts.messages import Hold, MessageDraft, MessageKind
from yunwei.monitor.notify.facts.routes import Contact, Snapshot, Target, Way
from yunwei.monitor.notify.rules.addresses import find_address, find_quiet_end, quiet_end_of
from yunwei.monitor.notify.rules.because import say_step, say_tell
from yunwei.monitor.notify.rules.timing import next_digest_at
from yunwei.monitor.notify.rules.words import render_alarm

_KINDS = {
    Occasion.CLEARED: MessageKind.CLEAR,
    Occasion.FLAPPING: MessageKind.FLAPPING,
    Occasion.SETTLED: MessageKind.SETTLED,
}


def build_draft(
    judgement: Judgement, target: Target, snapshot: Snapshot, now: datetime
) -> MessageDraft:
    """Return the message of a judgement that a route leads to at once."""
    alarm, contact, channel = judgement.case.alarm, target.contact, target.channel
    kind = _KINDS.get(judgement.telling, MessageKind.RAISE)
    way = Way(channel=channel, contact=contact)
    return MessageDraft(
        dedupe=f"{build_key(judgement)}-{way.key}",
        tenant=alarm.tenant,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        kind=kind,
        route=target.route.id,
        route_name=target.route.name,
        channel=channel.id if channel else None,
        user=contact.user if contact else None,
        recipient=contact.name if contact else (channel.name if channel else ""),
        address=find_address(contact, channel, snapshot),
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
        data=build_data(alarm, kind, snapshot, source_name=judgement.case.source_name),
        at=now,
        language=target.language,
        reason=target.skipped,
        **(_keep_quiet(target, alarm, now) or _hold_back(judgement, now)),
    )


def build_key(judgement: Judgement) -> str:
    """Return what tells this news apart from every other: told again, it is the same message."""
    alarm = judgement.case.alarm
    match judgement.telling:
        case Occasion.CLEARED:
            return f"{alarm.occurrence}-clear"
        case Occasion.FLAPPING:
            return build_flapping_key(alarm.id, alarm.flapping.since if alarm.flapping else None)
        case Occasion.SETTLED:
            return f"{build_flapping_key(alarm.id, judgement.case.flapped_since)}-settled"
        case _:
            # each severity is news of its own; the same raise reconsidered is not
            return f"{alarm.occurrence}-raise-{alarm.severity.value}"


def build_flapping_key(alarm: AlarmId, since: datetime | None) -> str:
    """Return what tells one stretch of flapping apart from every other."""
    return f"{alarm}-flapping-{since.timestamp() if since else 0:.3f}"


def build_told(
    escalation: Escalation,
    tell: Tell,
    way: Way,
    alarm: Alarm,
    *,
    source_name: str,
    snapshot: Snapshot,
    now: datetime,
) -> MessageDraft:
    """Return the message of one step to one person or group. Its key holds the step's place."""
    contact, channel = way.contact, way.channel
    time_zone = contact.time_zone if contact else snapshot.time_zone
    data = build_data(alarm, MessageKind.RAISE, snapshot, source_name=source_name)
    return MessageDraft(
        dedupe=f"{alarm.occurrence}-p{escalation.policy.id}-{tell.position}-{way.key}",
        tenant=alarm.tenant,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        kind=MessageKind.RAISE,
        route=escalation.route,
        route_name=escalation.route_name,
        channel=channel.id if channel else None,
        user=contact.user if contact else None,
        escalation=escalation.id,
        recipient=contact.name if contact else (channel.name if channel else ""),
        address=find_address(contact, channel, snapshot),
        content=render_alarm(
            alarm,
            MessageKind.RAISE,
            language=way.language,
            time_zone=time_zone,
            source_name=source_name,
            tenant_name=snapshot.tenant_names.get(alarm.tenant, ""),
            route_name=escalation.route_name,
            step=say_step(tell, way.language),
            because=say_tell(escalation, tell, language=way.language, time_zone=time_zone),
        ),
        severity=alarm.severity.value,
        data=data | _step_data(escalation, tell),
        at=now,
        language=way.language,
        reason=way.skipped,
        **(_keep_quiet(way, alarm, now) if tell.step.urgency is Urgency.LOW else {}),
    )


def goes_despite_acknowledgement(tell: Tell) -> bool:
    """Say whether a telling that waits to be sent is still wanted when somebody acknowledges
    meanwhile: pressed by hand, told as long as it is not cleared, or owed by each person."""
    return (
        tell.because is Because.HURRIED
        or tell.step.needs is Need.NOT_CLEARED
        or tell.step.ack_mode is AckMode.EACH
    )


def _step_data(escalation: Escalation, tell: Tell) -> dict[str, object]:
    return {
        "escalation": {
            "id": escalation.id,
            "policy": escalation.policy.name,
            "policy_version": escalation.policy.version,
            "step": tell.position.step + 1,
            "repeat": tell.position.repeat,
            "loop": tell.position.loop,
            "urgency": tell.step.urgency.value,
            "because": tell.because.value,
            "due_at": to_rfc3339(tell.due_at),
            "missed": tell.missed,
            "despite_acknowledgement": goes_despite_acknowledgement(tell),
        }
    }


def build_end(
    judgement: Judgement, told: Mapping[str, Any], snapshot: Snapshot, now: datetime
) -> MessageDraft:
    """Return the end of what somebody was told of. told: a row of `told_of`."""
    alarm, kind = judgement.case.alarm, _KINDS[judgement.telling]
    user, channel = told["user"], told["channel"]
    contact = next((each for each in snapshot.contacts if each.user == user), None)
    known = snapshot.channels.get(ChannelId(channel)) if isinstance(channel, int) else None
    way = f"c{channel}" if channel else "screen"
    language = contact.language if contact else (known.language if known else "zh-hans")
    return MessageDraft(
        dedupe=f"{build_key(judgement)}-{way}-u{user or 0}",
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
        data=build_data(alarm, kind, snapshot, source_name=judgement.case.source_name),
        at=now,
        language=language,
        **(
            _hold_back(judgement, now)
            or _hold_as(told)
            or _keep_end_quiet(contact, known, alarm, (told["created_at"], now))
        ),
    )


class _Held(TypedDict, total=False):
    hold: Hold
    due_at: datetime


def _keep_quiet(way: Way | Target, alarm: Alarm, now: datetime) -> _Held:
    """Say until when a person is not to be disturbed."""
    end = quiet_end_of(way, alarm.severity, now)
    return {"hold": Hold.QUIET, "due_at": end} if end else {}


def _keep_end_quiet(
    contact: Contact | None, channel: Channel | None, alarm: Alarm, at: tuple[datetime, datetime]
) -> _Held:
    """Say until when an end waits. Who was disturbed by the beginning hears the end as well.
    at: when the beginning was told, and now."""
    began, now = at
    end = find_quiet_end(contact, channel, alarm.severity, now)
    if end is None or find_quiet_end(contact, channel, None, began) is not None:
        return {}
    return {"hold": Hold.QUIET, "due_at": end}


def _hold_back(judgement: Judgement, now: datetime) -> _Held:
    """Say until when an alarm waits that is told by a digest only."""
    if not judgement.is_digested:
        return {}
    # what a rule kept quiet until it ended is told at once, in one message
    has_ended = any(each.stage == "ending" for each in judgement.decisions)
    return {"hold": Hold.DIGEST, "due_at": now if has_ended else next_digest_at(now)}


def _hold_as(told: Mapping[str, Any]) -> _Held:
    """Let an end wait for as long as its beginning does: when that is never told, neither is it."""
    if told["due_at"] is None:
        return {}
    return {"hold": Hold(told["hold"]), "due_at": told["due_at"]}


def build_data(
    alarm: Alarm, kind: MessageKind, snapshot: Snapshot, *, source_name: str
) -> dict[str, object]:
    """Return the message for machines: the body of a webhook, stable names, times RFC 3339."""
    return {
        "kind": kind.value,
        "id": alarm.id,
        "occurrence": alarm.occurrence,
        "tenant": snapshot.tenant_names.get(alarm.tenant, ""),
        "source": source_name,
        "managed_object": alarm.managed_object,
        "alarm_type": alarm.alarm_type,
        "qualifier": alarm.qualifier,
        "severity": alarm.severity.value,
        "is_cleared": alarm.is_cleared,
        "text": alarm.text,
        "raised_at": to_rfc3339(alarm.raised_at),
        "cleared_at": to_rfc3339(alarm.cleared_at) if alarm.cleared_at else None,
        "count": alarm.count,
        "affected": alarm.affected,
        "link": build_link(snapshot.public_url, alarm.id),
    }


def build_link(public_url: str, alarm: AlarmId | None, *, path: str = "") -> str:
    """Return the address of a page, `path` or else the alarm's; "" without either."""
    page = path or (f"/alarms/{alarm}" if alarm else "")
    return f"{public_url.rstrip('/')}{page}" if public_url and page else ""
