"""What a link in a message holds, and what may come of it. Pure."""

from datetime import UTC, datetime, timedelta

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId, OccurrenceId, UserId
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.notify.facts.links import AckLink, LinkState

LIFE = timedelta(hours=24)
PURPOSE = "acknowledge by link"
_VERSION = 1
_FIELDS = 6


def pack_link(link: AckLink) -> bytes:
    """Return a link as few bytes: it has to fit into a short message."""
    expires_s = int(link.expires_at.timestamp())
    return msgspec.msgpack.encode(
        [_VERSION, link.alarm, link.occurrence, link.user, link.nonce, expires_s]
    )


def unpack_link(payload: bytes) -> AckLink:
    """Return the link of a payload whose signature is right; raises Invalid."""
    try:
        found = msgspec.msgpack.decode(payload, type=list[int])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Invalid("token", "this was not signed here") from error
    if len(found) != _FIELDS or found[0] != _VERSION:
        raise Invalid("token", "this was not signed here")
    _version, alarm, occurrence, user, nonce, expires_s = found
    return AckLink(
        alarm=AlarmId(alarm),
        occurrence=OccurrenceId(occurrence),
        user=UserId(user),
        nonce=nonce,
        expires_at=datetime.fromtimestamp(expires_s, UTC),
    )


def judge_link(link: AckLink, alarm: Alarm, *, is_used: bool, now: datetime) -> LinkState:
    """Return what can come of a link now."""
    if is_used:
        return LinkState.USED
    if now >= link.expires_at:
        return LinkState.EXPIRED
    is_over = alarm.is_cleared or alarm.occurrence != link.occurrence
    return LinkState.OVER if is_over else LinkState.READY
