"""Another way for a message that does not get through by its own."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import ChannelId
from yunwei.base.infra.postgres import Connection
from yunwei.base.people.facts import AddressKind
from yunwei.base.people.queries import system_reachable_one
from yunwei.monitor.notify.facts.messages import DueMessage, MessageKind
from yunwei.monitor.notify.rules.addresses import choose_address
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.monitor.notify.store import sending as sending_store
from yunwei.plugins.sdk.manifest import CHANNELS, manifests

_LONGEST_CHAIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    channel: ChannelId
    address: str


def find_fallback(conn: Connection, message: DueMessage) -> Fallback | None:
    """Return the way to go instead: the fallback of the message's channel, when it is in use and
    has an address for the person. None after three ways, so that no circle goes on for ever."""
    access = channel_store.channel_access(conn, message.channel)
    wanted = access["fallback"] if access else None
    other = channel_store.channel_access(conn, wanted) if wanted else None
    if other is None or not other["is_enabled"]:
        return None
    if sending_store.count_replaced(conn, message.id) >= _LONGEST_CHAIN - 1:
        return None
    manifest = manifests(CHANNELS).get(other["kind"])
    if manifest is None:
        return None
    if "person" not in manifest.supports:
        return Fallback(channel=ChannelId(other["id"]), address="")
    address = _find_address(conn, message, manifest.address_kind or AddressKind.EMAIL.value)
    return Fallback(channel=ChannelId(other["id"]), address=address) if address else None


def replace_message(
    conn: Connection, message: DueMessage, fallback: Fallback, *, now: datetime
) -> None:
    """Put the same message into the outbox by its fallback; a digest takes its members along."""
    made = sending_store.add_replacement(
        conn, message.id, channel=fallback.channel, address=fallback.address, now=now
    )
    if made is not None and message.kind is MessageKind.DIGEST:
        sending_store.move_members(conn, message.id, made)


def _find_address(conn: Connection, message: DueMessage, kind: str) -> str:
    if message.user is None:
        return ""
    return choose_address(system_reachable_one(conn, message.user).addresses, kind)
