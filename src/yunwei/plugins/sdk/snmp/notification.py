"""SNMP traps and informs: datagram to `Trap`, and the answer to an inform.

Pure. Every function raises BadDatagram for whatever is not such a notification, and nothing else.
Of v3 only the plain form is read, into which the receiver brings it (`message_v3.build_plain`).
Source: RFC 1157 4.1.6 (v1), RFC 3416 3 (v2c, v3), RFC 3584 3.1 (v1 as v2c).
"""

from collections.abc import Callable
from enum import StrEnum
from ipaddress import ip_address
from typing import NamedTuple

from yunwei.plugins.sdk.contract import Trap, VarBind
from yunwei.plugins.sdk.snmp import ber
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.message_v3 import (
    PRIVACY_FLAG,
    is_version_3,
    read_message,
    read_scoped,
)
from yunwei.plugins.sdk.snmp.text import octets_to_text

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SNMP_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
SNMP_TRAP_ENTERPRISE = "1.3.6.1.6.3.1.1.4.3.0"
# RFC 3584 3.1: put there by a proxy that turned a v1 trap into a v2c one
SNMP_TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0"
# what a notification without snmpTrapOID.0 is called; it must become visible all the same
NO_TRAP_OID = "0.0"

_GENERIC_TRAPS = "1.3.6.1.6.3.1.1.5"
_ENTERPRISE_SPECIFIC = 6
_RESPONSE = 0xA2
_VERSIONS = ("1", "2c", "3")


class PduKind(StrEnum):
    """The three protocol data units that notify."""

    TRAP_V1 = "trap_v1"
    TRAP = "trap"
    INFORM = "inform"


_PDU_KINDS = {
    (0, 0xA4): PduKind.TRAP_V1,
    (1, 0xA6): PduKind.INFORM,
    (1, 0xA7): PduKind.TRAP,
}
# what notifies in v3, by its PDU's tag
NOTIFYING = {0xA6: PduKind.INFORM, 0xA7: PduKind.TRAP}


class Envelope(NamedTuple):
    """What the receiver needs of a datagram. A NamedTuple: one is made for each datagram.

    version: 0 is v1, 1 is v2c, as on the wire. request_id: None in v1, which has none.
    pdu_at: position of the PDU's tag. body_at: of what follows in v1 the PDU's length, in v2c the
    request id. end: of the PDU, which is that of the datagram.
    """

    version: int
    community: bytes
    pdu_kind: PduKind
    request_id: int | None
    pdu_at: int
    body_at: int
    end: int


def peek(data: bytes) -> Envelope:
    """Return what stands before a notification's variables; they are not looked at."""
    end = len(data)
    at, stop = ber.read_expected(data, 0, end, ber.SEQUENCE)
    if stop != end:
        raise BadDatagram("the message is not as long as the datagram")
    version, at = ber.read_integer(data, at, end)
    if version not in (0, 1):
        raise BadDatagram(f"SNMP version number {version}", reason="unsupported_version")
    start, pdu_at = ber.read_expected(data, at, end, ber.OCTET_STRING)
    body_at, stop = ber.read_span(data, pdu_at, end)
    if stop != end:
        raise BadDatagram("the PDU is not as long as the message")
    kind = _PDU_KINDS.get((version, data[pdu_at]))
    if kind is None:
        raise BadDatagram(f"PDU {data[pdu_at]:#04x} of version {_VERSIONS[version]} is no trap")
    request_id = None
    if version:
        request_id, body_at = ber.read_integer(data, body_at, end)
    return Envelope(version, data[start:pdu_at], kind, request_id, pdu_at, body_at, end)


def hide_community(data: bytes) -> bytes:
    """Return the datagram with its community overwritten, as long as before; what can not be read
    so far stays as it is. For whatever is kept for people to look at."""
    try:
        community = peek(data).community
    except BadDatagram:
        return data
    at = data.index(community)
    return b"".join((data[:at], b"*" * len(community), data[at + len(community) :]))


def decode_trap(data: bytes, *, address: str) -> Trap:
    """Return the whole notification.

    address: of the sender; the trap's own address (v1 agent-addr, snmpTrapAddress.0) goes before
    it. The variables come without sysUpTime.0 and snmpTrapOID.0, which are fields of the Trap.
    """
    if is_version_3(data):
        return _decode_v3(data, address)
    envelope = peek(data)
    if envelope.pdu_kind is PduKind.TRAP_V1:
        return _decode_v1(data, envelope, address)
    head = _Head(_VERSIONS[envelope.version], octets_to_text(envelope.community))
    return _decode_v2c(data, envelope.body_at, envelope.pdu_kind, head, address)


def encode_inform_response(data: bytes) -> bytes:
    """Return the Response to the v2c inform `data`: same request id and variables, no error.

    Source: RFC 3416 4.2.7. The inform itself is taken with its PDU's kind changed, so that
    what is echoed is what came.
    """
    envelope = peek(data)
    if envelope.pdu_kind is not PduKind.INFORM:
        raise BadDatagram("only an inform is answered")
    return _turn_into_response(data, envelope.pdu_at, envelope.body_at)


def encode_scoped_response(scoped: bytes) -> bytes:
    """Return the scoped PDU that answers the v3 inform in `scoped`: its context, no error."""
    place = read_scoped(scoped, 0, len(scoped))
    if NOTIFYING.get(place.pdu_tag) is not PduKind.INFORM:
        raise BadDatagram("only an inform is answered")
    _, body_at = ber.read_integer(scoped, place.body_at, place.end)
    return _turn_into_response(scoped, place.pdu_at, body_at)


def _turn_into_response(data: bytes, pdu_at: int, body_at: int) -> bytes:
    response = bytearray(data)
    response[pdu_at] = _RESPONSE
    at = body_at
    for _ in ("error-status", "error-index"):
        start, at = ber.read_expected(data, at, len(data), ber.INTEGER)
        response[start:at] = bytes(at - start)
    return bytes(response)


def _decode_v1(data: bytes, envelope: Envelope, sender: str) -> Trap:
    end = envelope.end
    start, at = ber.read_expected(data, envelope.body_at, end, ber.OBJECT_IDENTIFIER)
    enterprise = ber.decode_oid(data[start:at])
    start, at = ber.read_expected(data, at, end, ber.IP_ADDRESS)
    agent = _address(data[start:at])
    generic, at = ber.read_integer(data, at, end)
    specific, at = ber.read_integer(data, at, end)
    start, at = ber.read_expected(data, at, end, ber.TIME_TICKS)
    ticks = ber.decode_unsigned(data[start:at])
    return Trap(
        version=_VERSIONS[envelope.version],
        community=octets_to_text(envelope.community),
        oid=_v1_trap_oid(enterprise, generic, specific),
        address=sender if agent in ("", "0.0.0.0") else agent,  # noqa: S104
        uptime_ticks=ticks,
        varbinds=_read_varbinds(data, at, end)[0],
        enterprise=enterprise,
    )


def _v1_trap_oid(enterprise: str, generic: int, specific: int) -> str:
    """RFC 3584 3.1 (2) and (3)."""
    if 0 <= generic < _ENTERPRISE_SPECIFIC:
        return f"{_GENERIC_TRAPS}.{generic + 1}"
    if generic != _ENTERPRISE_SPECIFIC or specific < 0:
        raise BadDatagram(f"generic trap {generic}, specific {specific} does not exist")
    return f"{enterprise}.0.{specific}"


class _Head(NamedTuple):
    """What a Trap is told of its message, beside the PDU."""

    version: str
    community: str = ""
    user: str = ""
    engine_id: str = ""


def _decode_v3(data: bytes, sender: str) -> Trap:
    message = read_message(data)
    if message.flags & PRIVACY_FLAG:
        raise BadDatagram("a message that is still encrypted")
    place = read_scoped(data, message.data_at, message.end)
    kind = NOTIFYING.get(place.pdu_tag)
    if kind is None:
        raise BadDatagram(f"PDU {place.pdu_tag:#04x} of version 3 is no trap")
    # an inform names its receiver in the message, its sender in the context
    engine_id = place.context_engine_id if kind is PduKind.INFORM else message.engine_id
    head = _Head("3", "", octets_to_text(message.user), engine_id.hex())
    _, body_at = ber.read_integer(data, place.body_at, place.end)
    return _decode_v2c(data, body_at, kind, head, sender)


def _decode_v2c(data: bytes, body_at: int, kind: PduKind, head: _Head, sender: str) -> Trap:
    end = len(data)
    _, at = ber.read_integer(data, body_at, end)
    _, at = ber.read_integer(data, at, end)
    varbinds, fields = _read_varbinds(data, at, end)
    ticks = fields.get(SYS_UP_TIME)
    return Trap(
        version=head.version,
        community=head.community,
        oid=fields.get(SNMP_TRAP_OID, NO_TRAP_OID),
        address=fields.get(SNMP_TRAP_ADDRESS) or sender,
        uptime_ticks=None if ticks is None else int(ticks),
        varbinds=varbinds,
        is_inform=kind is PduKind.INFORM,
        enterprise=fields.get(SNMP_TRAP_ENTERPRISE, ""),
        user=head.user,
        engine_id=head.engine_id,
    )


# the tag each must have; one of another kind stays an ordinary variable, for people to see
_FIELDS = {
    SYS_UP_TIME: ber.TIME_TICKS,
    SNMP_TRAP_OID: ber.OBJECT_IDENTIFIER,
    SNMP_TRAP_ENTERPRISE: ber.OBJECT_IDENTIFIER,
    SNMP_TRAP_ADDRESS: ber.IP_ADDRESS,
}
_OWN_FIELDS = frozenset((SYS_UP_TIME, SNMP_TRAP_OID))


def _read_varbinds(data: bytes, at: int, end: int) -> tuple[tuple[VarBind, ...], dict[str, str]]:
    """Return the variables, and the values of those in `_FIELDS` by object identifier."""
    at, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    if stop != end:
        raise BadDatagram("the variables are not as long as the PDU")
    found: list[VarBind] = []
    fields: dict[str, str] = {}
    while at < end:
        name_at, value_at, content_at, stop = _varbind_spans(data, at, end)
        oid = ber.decode_oid(data[name_at:value_at])
        varbind = _varbind(oid, data[value_at], data[content_at:stop])
        if oid in _FIELDS and data[value_at] == _FIELDS[oid]:
            fields[oid] = varbind.value
        if oid not in fields or oid not in _OWN_FIELDS:
            found.append(varbind)
        at = stop
    return tuple(found), fields


def _varbind_spans(data: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    """Return where the name, the value, the value's content start, and where all of it stops."""
    if at + 4 < end:
        # nearly every variable is short: its lengths are one byte each, read without any call
        size, name_size = data[at + 1], data[at + 3]
        stop, value_at = at + 2 + size, at + 4 + name_size
        is_short = size < 128 and value_at + 2 <= stop <= end
        is_pair = data[at] == ber.SEQUENCE and data[at + 2] == ber.OBJECT_IDENTIFIER
        if is_short and is_pair and value_at + 2 + data[value_at + 1] == stop:
            return at + 4, value_at, value_at + 2, stop
    start, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    name_at, value_at = ber.read_expected(data, start, stop, ber.OBJECT_IDENTIFIER)
    content_at, value_stop = ber.read_span(data, value_at, stop)
    if value_stop != stop:
        raise BadDatagram("bytes after a variable's value")
    return name_at, value_at, content_at, stop


def _varbind(oid: str, tag: int, content: bytes) -> VarBind:
    if tag == ber.OCTET_STRING:
        return _build_varbind(oid, "octets", octets_to_text(content), content)
    reader = _VALUES.get(tag)
    if reader is not None:
        kind, decode = reader
        return _build_varbind(oid, kind, decode(content), b"")
    if tag & 0x1F == 0x1F:
        raise BadDatagram("a tag of a form that SNMP does not use")
    # of a kind that no RFC of v1 and v2c knows: shown rather than lost
    return _build_varbind(oid, f"tag_{tag:02x}", f"0x{content.hex()}", content)


# A frozen dataclass's own __init__ costs 0.8 us, and a trap has a dozen variables or more: it was a
# third of all decoding. Setting the slots themselves costs 0.3 us.
_set_oid, _set_kind, _set_value, _set_octets = (
    VarBind.__dict__[name].__set__ for name in ("oid", "kind", "value", "octets")
)


def _build_varbind(oid: str, kind: str, value: str, octets: bytes) -> VarBind:
    varbind = object.__new__(VarBind)
    _set_oid(varbind, oid)
    _set_kind(varbind, kind)
    _set_value(varbind, value)
    _set_octets(varbind, octets)
    return varbind


def _address(content: bytes) -> str:
    """Return the dotted text of an IpAddress, "" when it is empty."""
    if len(content) not in (0, 4):
        raise BadDatagram("an IpAddress is four bytes")
    return str(ip_address(content)) if content else ""


def _integer(content: bytes) -> str:
    return str(ber.decode_integer(content))


def _unsigned(content: bytes) -> str:
    return str(ber.decode_unsigned(content))


def _nothing(_content: bytes) -> str:
    return ""


_VALUES: dict[int, tuple[str, Callable[[bytes], str]]] = {
    ber.INTEGER: ("integer", _integer),
    ber.OBJECT_IDENTIFIER: ("oid", ber.decode_oid),
    ber.NULL: ("null", _nothing),
    ber.IP_ADDRESS: ("address", _address),
    ber.COUNTER32: ("counter32", _unsigned),
    ber.GAUGE32: ("gauge32", _unsigned),
    ber.TIME_TICKS: ("timeticks", _unsigned),
    ber.COUNTER64: ("counter64", _unsigned),
    0x80: ("no_such_object", _nothing),
    0x81: ("no_such_instance", _nothing),
    0x82: ("end_of_mib_view", _nothing),
}
