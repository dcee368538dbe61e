"""Codes by which people show that an address is theirs: sent at once, and kept nowhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.errors import Conflict, Refused, SendError
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.contacts import begin_code
from yunwei.base.people.facts import AddressKind, Viewer
from yunwei.base.people.queries import fetch_contacts, system_provider
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.rules.words import render_code
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, load, manifests

_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A channel that can be sent by, its secrets among the settings: never shown."""

    kind: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeToSend:
    """A code, the address that it confirms, and by what it goes there."""

    channel: Opened
    address: str
    code: str
    language: str
    key: str


def prepare_code(viewer: Viewer, contact: int, *, box: SecretBox, now: datetime) -> CodeToSend:
    """Make a code for one of the viewer's own addresses. Raises Refused; Conflict when no channel
    writes there, or codes were asked for too often."""
    own = fetch_contacts(viewer, viewer.user_id or 0)
    known = next((each for each in own if each.id == contact), None)
    if known is None:
        raise Refused()
    channel = _open_channel_for(viewer, known.kind, box=box)
    _, code = begin_code(viewer, contact, now=now)
    return CodeToSend(
        channel=channel,
        address=known.address,
        code=code,
        language=viewer.language.value,
        key=f"code-{contact}-{now.timestamp():.0f}",
    )


def _open_channel_for(viewer: Viewer, kind: AddressKind, *, box: SecretBox) -> Opened:
    """Return the first channel that writes to addresses of a kind: of the viewer's tenant, else
    of the provider. Raises Conflict when there is none."""
    provider = system_provider().id
    with transaction() as conn:
        usable = [each for each in channel_store.current_channels(conn) if _writes_to(each, kind)]
        for tenant in (viewer.tenant, provider):
            for channel in usable:
                access = channel_store.channel_access(conn, channel.id)
                if channel.tenant == tenant and access is not None:
                    secrets = box.open(access["secrets"])
                    return Opened(kind=channel.kind, settings={**channel.settings, **secrets})
    raise Conflict("no channel writes to such addresses yet; an administrator can vouch for it")


def _writes_to(channel: Channel, kind: AddressKind) -> bool:
    manifest = manifests(CHANNELS).get(channel.kind)
    return channel.is_enabled and manifest is not None and manifest.address_kind == kind


async def send_code(wanted: CodeToSend) -> None:
    """Send a code, at most 20 s. Raises SendError with what the receiver said."""
    content = render_code(wanted.code, wanted.language)
    message = OutgoingMessage(key=wanted.key, subject=content.subject, body=content.body)
    channel = load(CHANNELS, wanted.channel.kind)(wanted.channel.settings)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await channel.send(message, Recipient(name="", address=wanted.address))
    except TimeoutError as error:
        raise SendError(f"no answer within {_TIMEOUT_S} s") from error
    finally:
        await channel.close()
