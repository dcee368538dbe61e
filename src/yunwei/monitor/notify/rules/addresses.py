"""Where a channel writes to a person, and whether it waits for their quiet hours to end. Pure."""

from datetime import datetime

from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import AddressKind
from yunwei.base.people.rules import quiet_until
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.routes import Contact, Snapshot, Target, Way

NO_ADDRESS = "no_address"
"""Why a way is skipped: the person has no address of the channel's kind."""


def find_address(contact: Contact | None, channel: Channel | None, snapshot: Snapshot) -> str:
    """Return where a channel writes to a person, "" when it can not, or needs none."""
    kind = snapshot.kinds.get(channel.kind) if channel else None
    if contact is None or kind is None or not kind.is_personal:
        return ""
    return choose_address(contact.addresses, kind.address_kind) or (
        contact.email if kind.address_kind == AddressKind.EMAIL else ""
    )


def choose_address(addresses: tuple[tuple[str, str], ...], kind: str) -> str:
    """Return the preferred address of a kind, "" without one; a mobile number can be called."""
    wanted = (kind, AddressKind.MOBILE) if kind == AddressKind.VOICE else (kind,)
    for each in wanted:
        for known, address in addresses:
            if known == each:
                return address
    return ""


def find_quiet_end(
    contact: Contact | None, channel: Channel | None, severity: Severity | None, now: datetime
) -> datetime | None:
    """Return until when a message waits, None when it goes at once. Nothing on screen disturbs."""
    if contact is None or channel is None or contact.quiet is None:
        return None
    if severity is Severity.CRITICAL and contact.quiet.lets_critical:
        return None
    return quiet_until(contact.quiet, now)


def quiet_end_of(way: Way | Target, severity: Severity, now: datetime) -> datetime | None:
    """Return until when a way is quiet; whoever is on duty is there for it."""
    if way.is_on_duty or way.skipped:
        return None
    return find_quiet_end(way.contact, way.channel, severity, now)
