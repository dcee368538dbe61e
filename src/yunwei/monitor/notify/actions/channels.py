"""Channels: added, changed, tried out and taken out of use by people."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid, Refused, SendError
from yunwei.base.core.ids import ChannelId, TenantId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.facts.channels import Channel, ChannelDraft
from yunwei.monitor.notify.rules.limits import parse_limits, render_limits
from yunwei.monitor.notify.rules.words import render_test
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, Manifest, get_manifest, load
from yunwei.plugins.sdk.settings import check_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A channel's settings, split into what may be seen and what may not."""

    shown: Mapping[str, str]
    secrets: Mapping[str, str]


def add_channel(
    viewer: Viewer, tenant: TenantId, draft: ChannelDraft, *, box: SecretBox, now: datetime
) -> ChannelId:
    """Add a channel. Raises Refused, Invalid (also when the name is taken)."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    manifest = get_manifest(CHANNELS, draft.kind)
    opened = _split(manifest, check_settings(manifest, draft.settings))
    channel = _build(ChannelId(0), tenant, draft, opened, now)
    with transaction() as conn:
        _check_name(conn, channel)
        id = channel_store.save_channel(conn, channel, box.seal(dict(opened.secrets)), is_new=True)
        _record(conn, viewer, "notify.add_channel", (None, channel), id=id)
    return ChannelId(id)


def change_channel(
    viewer: Viewer, channel: ChannelId, draft: ChannelDraft, *, box: SecretBox, now: datetime
) -> None:
    """Change a channel; a secret left empty stays as it is. Raises Refused, Invalid."""
    with transaction() as conn:
        before = _lock(conn, viewer, channel)
        manifest = get_manifest(CHANNELS, before.kind)
        cleaned = check_settings(
            manifest, draft.settings, kept_secrets=frozenset(before.secrets_set)
        )
        access = channel_store.channel_access(conn, channel)
        kept = box.open(access["secrets"]) if access else {}
        opened = _split(manifest, {**kept, **cleaned})
        after = _build(channel, before.tenant, draft, opened, now)
        _check_name(conn, after)
        channel_store.save_channel(conn, after, box.seal(dict(opened.secrets)), is_new=False)
        _record(conn, viewer, "notify.change_channel", (before, after), id=channel)


def remove_channel(viewer: Viewer, channel: ChannelId, *, now: datetime) -> None:
    """Take a channel out of use; routes that name it send by it no more."""
    with transaction() as conn:
        before = _lock(conn, viewer, channel)
        channel_store.remove_channel(conn, channel, now)
        _record(conn, viewer, "notify.remove_channel", (before, None), id=channel)


def fetch_test_settings(
    viewer: Viewer, channel: ChannelId, *, box: SecretBox
) -> tuple[str, dict[str, str]]:
    """Return kind and settings, secrets among them, of a channel that the viewer may try out.

    For `test_channel` alone: what it returns is never shown.
    """
    with transaction() as conn:
        found = _lock(conn, viewer, channel)
        access = channel_store.channel_access(conn, channel)
        record(
            conn,
            viewer,
            "notify.test_channel",
            object_kind="channel",
            object_id=str(channel),
            object_name=found.name,
            tenant=found.tenant,
        )
    secrets = box.open(access["secrets"]) if access else {}
    return found.kind, {**found.settings, **secrets}


async def test_channel(
    kind: str, settings: Mapping[str, str], *, address: str, language: str, key: str
) -> Receipt:
    """Send a test message, at most 20 s. Raises SendError with what the receiver said."""
    content = render_test(language)
    message = OutgoingMessage(key=key, subject=content.subject, body=content.body)
    channel = load(CHANNELS, kind)(settings)
    try:
        async with asyncio.timeout(20):
            receipt: Receipt = await channel.send(message, Recipient(name="", address=address))
    except TimeoutError as error:
        raise SendError("no answer within 20 s") from error
    finally:
        await channel.close()
    return receipt


def _build(
    id: ChannelId, tenant: TenantId, draft: ChannelDraft, opened: _Opened, now: datetime
) -> Channel:
    if not draft.name.strip():
        raise Invalid("name", "a channel needs a name")
    if draft.language not in ("zh-hans", "en"):
        raise Invalid("language", "zh-hans or en")
    return Channel(
        id=id,
        tenant=tenant,
        kind=draft.kind,
        name=draft.name.strip(),
        settings=opened.shown,
        secrets_set=tuple(sorted(key for key, value in opened.secrets.items() if value)),
        language=draft.language,
        limits=render_limits(parse_limits(draft.limits)),
        fallback=draft.fallback,
        is_enabled=draft.is_enabled,
        changed_at=now,
    )


def _split(manifest: Manifest, cleaned: Mapping[str, str]) -> _Opened:
    return _Opened(
        shown={key: value for key, value in cleaned.items() if key not in manifest.secrets},
        secrets={key: value for key, value in cleaned.items() if key in manifest.secrets},
    )


def _check_name(conn: Connection, channel: Channel) -> None:
    known = channel_store.current_channels(conn)
    if channel.fallback is not None:
        ours = {each.id for each in known if each.tenant == channel.tenant}
        if channel.fallback not in ours - {channel.id}:
            raise Invalid("fallback", "another channel of the same tenant")
    for other in known:
        is_same = other.name.casefold() == channel.name.casefold()
        if is_same and other.tenant == channel.tenant and other.id != channel.id:
            raise Invalid("name", "there is a channel of this name")


def _lock(conn: Connection, viewer: Viewer, channel: ChannelId) -> Channel:
    require(viewer, Permission.MANAGE_RULES)
    found = channel_store.lock_channel(conn, channel, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    change: tuple[Channel | None, Channel | None],
    *,
    id: int,
) -> None:
    before, after = change
    named = after or before
    record(
        conn,
        viewer,
        verb,
        object_kind="channel",
        object_id=str(id),
        object_name=named.name if named else "",
        tenant=named.tenant if named else None,
        before=_summary(before),
        after=_summary(after),
    )
    announce_config("notify")


def _summary(channel: Channel | None) -> dict[str, Any] | None:
    if channel is None:
        return None
    return {
        "name": channel.name,
        "kind": channel.kind,
        "settings": dict(channel.settings),
        "language": channel.language,
        "limits": channel.limits,
        "fallback": channel.fallback,
        "is_enabled": channel.is_enabled,
    }
