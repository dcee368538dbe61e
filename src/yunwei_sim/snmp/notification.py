"""One SNMP notification and its two forms on the wire, v1 and v2c. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yunwei_sim.snmp import ber

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SNMP_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
SNMP_TRAPS = "1.3.6.1.6.3.1.1.5"
ENTERPRISE_SPECIFIC = 6


class Address(str):
    """An IPv4 address that goes as an IpAddress, not as a text."""

    __slots__ = ()


type Value = int | str | Address


class Version(StrEnum):
    """The SNMP versions that traps can be sent in."""

    V1 = "1"
    V2C = "2c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What is told: `trap_oid` in the v2 form, and the bound values by their full OIDs.

    Texts become OCTET STRINGs in the sender's character set, numbers INTEGERs.
    """

    trap_oid: str
    values: Mapping[str, Value]
    agent: str = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How an agent speaks: version, community and the character set of its texts."""

    version: Version = Version.V2C
    community: str = "public"
    charset: str = "utf-8"


def encode(notification: Notification, dialect: Dialect, *, uptime_s: float, serial: int) -> bytes:
    """Return the datagram. serial: the request id, which traps do not need but must carry."""
    ticks = ber.time_ticks(int(uptime_s * 100))
    bound = [
        ber.sequence(ber.oid(name), _value(value, dialect.charset))
        for name, value in notification.values.items()
    ]
    if dialect.version == Version.V1:
        number, pdu = 0, _trap_v1(notification, ticks, bound)
    else:
        number = 1
        head = [
            ber.sequence(ber.oid(SYS_UP_TIME), ticks),
            ber.sequence(ber.oid(SNMP_TRAP_OID), ber.oid(notification.trap_oid)),
        ]
        pdu = ber.sequence(
            ber.integer(serial & 0x7FFFFFFF),
            ber.integer(0),
            ber.integer(0),
            ber.sequence(*head, *bound),
            tag=ber.TRAP_V2,
        )
    return ber.sequence(ber.integer(number), ber.octets(dialect.community.encode()), pdu)


def _trap_v1(notification: Notification, ticks: bytes, bound: list[bytes]) -> bytes:
    """RFC 3584 section 3.2: standard traps become generic ones, others lose their `.0`."""
    parent, _, last = notification.trap_oid.rpartition(".")
    if parent == SNMP_TRAPS:
        enterprise, generic, specific = parent, int(last) - 1, 0
    else:
        enterprise, generic, specific = parent.removesuffix(".0"), ENTERPRISE_SPECIFIC, int(last)
    return ber.sequence(
        ber.oid(enterprise),
        ber.ip_address(notification.agent),
        ber.integer(generic),
        ber.integer(specific),
        ticks,
        ber.sequence(*bound),
        tag=ber.TRAP_V1,
    )


def _value(value: Value, charset: str) -> bytes:
    if isinstance(value, int):
        return ber.integer(value)
    if isinstance(value, Address):
        return ber.ip_address(value)
    return ber.octets(value.encode(charset, "replace"))
