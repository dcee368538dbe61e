"""Digests: several messages of one recipient become one, and each says in which it was told."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.notify.facts.messages import (
    DigestMember,
    DueMessage,
    Hold,
    MessageKind,
    MessageState,
    Verdict,
)
from yunwei.monitor.notify.rules.digests import render_digest, worst_of
from yunwei.monitor.notify.rules.relevance import Gone, find_gone
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.monitor.notify.store import sending as sending_store

_GATHERED = 1000
_SHOWN_TO_MACHINES = 100


def gather_held(conn: Connection, channel: int, now: datetime) -> None:
    """Merge what was held back until now, for each recipient; one alone goes as it is.

    channel: 0 is the screen, where a digest is told at once.
    """
    ids = sending_store.held_ids(conn, channel, now, _GATHERED)
    held = sending_store.weigh_messages(conn, ids)
    gone = find_gone(held)
    sending_store.cancel_messages(conn, gone)
    queues: dict[tuple[str, int], list[DueMessage]] = {}
    for each in held:
        if each.id not in gone:
            # on screen people see their tenants' messages: one digest for each tenant
            queues.setdefault((each.queue, 0 if channel else each.tenant), []).append(each)
    for members in queues.values():
        if len(members) == 1 and members[0].hold is not Hold.QUIET:
            sending_store.release_held(conn, [members[0].id])
            if not channel:
                _tell_on_screen(conn, members[0].id, now)
            continue
        digest = merge(conn, members, into=None, at=now, now=now)
        if not channel:
            [told] = sending_store.weigh_messages(conn, [digest])
            fill(conn, told)
            _tell_on_screen(conn, digest, now)
    for tenant in {each.tenant for each in held}:
        announce_live("messages", tenant)


def merge(
    conn: Connection,
    members: Sequence[DueMessage],
    *,
    into: int | None,
    at: datetime,
    now: datetime,
) -> int:
    """Let a digest tell of messages of one queue, a new one unless `into` is given; returns it."""
    digest = into
    if digest is None:
        described = [_describe(each) for each in members]
        like = replace(members[0], severity=worst_of(described))
        tenant = _find_tenant(conn, members)
        digest = sending_store.add_digest(conn, like, tenant, now=now, next_at=at)
    sending_store.merge_messages(conn, digest, [each.id for each in members])
    for tenant in {each.tenant for each in members}:
        announce_live("messages", tenant)
    return digest


def drop_gone_members(conn: Connection, found: Iterable[int]) -> dict[int, Gone]:
    """Cancel members that are no longer worth telling; returns the digests that are empty now."""
    wanted = list(found)
    if not wanted:
        return {}
    by_digest = sending_store.member_ids(conn, wanted)
    members = sending_store.weigh_messages(conn, [id for ids in by_digest.values() for id in ids])
    gone = find_gone(members)
    sending_store.cancel_messages(conn, gone)
    empty = [each for each in wanted if set(by_digest.get(each, ())) <= gone.keys()]
    return dict.fromkeys(empty, Gone.NOTHING_LEFT)


def fill(conn: Connection, message: DueMessage) -> DueMessage:
    """Return a digest with the words of its members, written down; other messages as they are.

    What was sent once is never put into other words: a receiver may have it already.
    """
    if message.kind is not MessageKind.DIGEST or message.attempts > 1:
        return message
    ids = sending_store.member_ids(conn, [message.id]).get(message.id, [])
    members = sending_store.weigh_messages(conn, ids)
    described = [_describe(each) for each in members]
    content = render_digest(described, language=message.language)
    severity = worst_of(described)
    data = {
        "kind": MessageKind.DIGEST.value,
        "count": len(members),
        "severity": severity or None,
        "text": content.subject,
        "messages": [each.data for each in members[:_SHOWN_TO_MACHINES]],
    }
    sending_store.fill_digest(conn, message.id, content, severity, data)
    return replace(message, content=content, severity=severity, data=data, link="/messages")


def _tell_on_screen(conn: Connection, message: int, now: datetime) -> None:
    sending_store.finish_message(conn, message, Verdict(state=MessageState.SENT), now)
    sending_store.note_members_told(conn, message, now)


def _find_tenant(conn: Connection, members: Sequence[DueMessage]) -> int:
    """Return whose message a digest is: its members', when they are of one tenant; else the
    channel's, so that no customer reads of another."""
    tenants = {int(each.tenant) for each in members}
    if len(tenants) == 1 or not members[0].channel:
        return tenants.pop()
    access = channel_store.channel_access(conn, members[0].channel)
    return int(access["tenant"]) if access else tenants.pop()


def _describe(message: DueMessage) -> DigestMember:
    return DigestMember(
        id=message.id,
        kind=message.kind,
        severity=message.severity,
        subject=message.content.subject,
    )
