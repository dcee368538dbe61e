"""Acknowledging by a link in a message: signed, for one person and occurrence, once, for a day."""

import secrets
from datetime import datetime

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import AlarmId, OccurrenceId, UserId
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.signing import Signer
from yunwei.base.people.facts import Permission
from yunwei.base.people.queries import viewer_of
from yunwei.base.people.rules import may
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.notify.facts.links import AckLink, LinkState, OpenedLink
from yunwei.monitor.notify.rules.links import LIFE, judge_link, pack_link, unpack_link
from yunwei.monitor.notify.store import links as link_store

BY_LINK = "by link"


def make_token(
    signer: Signer, *, alarm: AlarmId, occurrence: OccurrenceId, user: UserId, now: datetime
) -> str:
    """Return the last part of a link's address, for one message."""
    link = AckLink(
        alarm=alarm,
        occurrence=occurrence,
        user=user,
        nonce=secrets.randbits(48),
        expires_at=now + LIFE,
    )
    return signer.sign(pack_link(link))


def open_link(signer: Signer, token: str, *, address: str, now: datetime) -> OpenedLink:
    """Return what a link is about; changes nothing. Raises Invalid when it was not made here,
    Refused when the person may not acknowledge the alarm (any more)."""
    link = unpack_link(signer.read(token))
    viewer = viewer_of(link.user, address=address)
    if viewer is None:
        raise Refused()
    row = access_alarm(viewer, link.alarm)
    if not may(viewer, Permission.OPERATE_ALARMS, row.alarm.tenant):
        raise Refused()
    with transaction() as conn:
        used_at = link_store.used_at(conn, link)
    state = judge_link(link, row.alarm, is_used=used_at is not None, now=now)
    return OpenedLink(link=link, state=state, viewer=viewer, row=row, used_at=used_at)


def acknowledge_by_link(
    signer: Signer, token: str, *, address: str, now: datetime, until: datetime | None = None
) -> Alarm:
    """Acknowledge as the person that the link was sent to. Raises Invalid, Refused; Conflict when
    the link was used, has expired, or its occurrence is over."""
    opened = open_link(signer, token, address=address, now=now)
    if opened.state is not LinkState.READY:
        raise Conflict(f"the link is {opened.state.value}")
    with transaction() as conn:
        if not link_store.use_link(conn, opened.link, now):
            raise Conflict(f"the link is {LinkState.USED.value}")
        return alarm_actions.acknowledge_alarm(
            opened.viewer, opened.link.alarm, now=now, until=until, detail=BY_LINK
        )
