"""SNMP v3 messages: what stands around the PDU, read and written. Knows no keys and no users.

Pure. Reading raises BadDatagram for whatever is not such a message, and nothing else.
Source: RFC 3412 6 (message), RFC 3414 2.4 (security parameters), RFC 3412 6.8 (scoped PDU).
"""

from typing import NamedTuple

from yunwei.plugins.sdk.snmp import ber
from yunwei.plugins.sdk.snmp.ber import BadDatagram

AUTH_FLAG = 0x01
PRIVACY_FLAG = 0x02
REPORTABLE_FLAG = 0x04
LEVEL_FLAGS = AUTH_FLAG | PRIVACY_FLAG

_VERSION = 3
_USM = 3
# what every engine must be able to take, and what ours takes (RFC 3412 6.3)
_OWN_MAX_SIZE = 65_507
_LONGEST_ENGINE_ID = 32
_LONGEST_USER = 32


class MessageV3(NamedTuple):
    """What stands before the data of a message. A NamedTuple: one is made for each datagram.

    head_at: position of msgGlobalData. flags_at: of the flags within it. names_at, names_stop:
    where engine id, boots, time and user stand, from the first's tag to the last's end.
    security_at: position of the security parameters, where msgGlobalData stops.
    mac_at, mac_stop: where the authentication parameters stand. salt: the privacy parameters.
    data_at: position of the scoped PDU's tag, or of the octet string that holds it encrypted.
    end: of the message, which is that of the datagram.
    """

    message_id: int
    flags: int
    engine_id: bytes
    boots: int
    time_s: int
    user: bytes
    head_at: int
    flags_at: int
    names_at: int
    names_stop: int
    security_at: int
    mac_at: int
    mac_stop: int
    salt: bytes
    data_at: int
    end: int


class ScopedPdu(NamedTuple):
    """The place of a PDU in `data`: pdu_at of its tag, body_at after its length."""

    context_engine_id: bytes
    context_name: bytes
    pdu_tag: int
    pdu_at: int
    body_at: int
    end: int


def is_version_3(data: bytes) -> bool:
    """Return whether this says of itself that it is v3. Cheap: it is asked of every datagram."""
    if len(data) < 8 or data[0] != ber.SEQUENCE:
        return False
    length = data[1]
    at = 2 if length < 128 else 2 + (length & 0x7F)
    return data[at : at + 3] == b"\x02\x01\x03"


def read_message(data: bytes) -> MessageV3:
    """Return what stands before the message's data, which is not looked at."""
    end = len(data)
    at, stop = ber.read_expected(data, 0, end, ber.SEQUENCE)
    if stop != end:
        raise BadDatagram("the message is not as long as the datagram")
    version, at = ber.read_integer(data, at, end)
    if version != _VERSION:
        raise BadDatagram(f"SNMP version number {version}", reason="unsupported_version")
    head_at = at
    message_id, flags_at, security_at = _read_global(data, at, end)
    at, data_at = ber.read_expected(data, security_at, end, ber.OCTET_STRING)
    names_at, stop = ber.read_expected(data, at, data_at, ber.SEQUENCE)
    if stop != data_at:
        raise BadDatagram("bytes after the security parameters")
    engine_at, engine_stop = ber.read_expected(data, names_at, stop, ber.OCTET_STRING)
    boots, at = ber.read_integer(data, engine_stop, stop)
    time_s, at = ber.read_integer(data, at, stop)
    user_at, user_stop = ber.read_expected(data, at, stop, ber.OCTET_STRING)
    mac_at, mac_stop = ber.read_expected(data, user_stop, stop, ber.OCTET_STRING)
    salt_at, salt_stop = ber.read_expected(data, mac_stop, stop, ber.OCTET_STRING)
    if salt_stop != stop or boots < 0 or time_s < 0:
        raise BadDatagram("security parameters of an impossible form")
    if engine_stop - engine_at > _LONGEST_ENGINE_ID or user_stop - user_at > _LONGEST_USER:
        raise BadDatagram("an engine id or a user name over 32 bytes")
    return MessageV3(
        message_id,
        data[flags_at],
        data[engine_at:engine_stop],
        boots,
        time_s,
        data[user_at:user_stop],
        head_at,
        flags_at,
        names_at,
        user_stop,
        security_at,
        mac_at,
        mac_stop,
        data[salt_at:salt_stop],
        data_at,
        end,
    )


def _read_global(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return message id, where the flags stand, and where msgGlobalData stops."""
    at, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    message_id, at = ber.read_integer(data, at, stop)
    _, at = ber.read_integer(data, at, stop)
    flags_at, at = ber.read_expected(data, at, stop, ber.OCTET_STRING)
    if at - flags_at != 1:
        raise BadDatagram("flags are one byte")
    model, at = ber.read_integer(data, at, stop)
    if model != _USM or at != stop:
        raise BadDatagram(f"security model {model}", reason="unsupported_version")
    if data[flags_at] & LEVEL_FLAGS == PRIVACY_FLAG:
        raise BadDatagram("privacy without authentication")
    return message_id, flags_at, stop


def read_encrypted(data: bytes, message: MessageV3) -> bytes:
    """Return the encrypted scoped PDU of a message with the privacy flag."""
    start, stop = ber.read_expected(data, message.data_at, message.end, ber.OCTET_STRING)
    if stop != message.end:
        raise BadDatagram("bytes after the encrypted PDU")
    return data[start:stop]


def cut_scoped(data: bytes, at: int, end: int) -> bytes:
    """Return the scoped PDU that begins at `at`; what a block cipher padded it with is left."""
    _, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    return data[at:stop]


def read_scoped(data: bytes, at: int, end: int) -> ScopedPdu:
    """Return where the PDU of the scoped PDU at `at` stands; it must reach to `end`."""
    at, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    if stop != end:
        raise BadDatagram("the scoped PDU is not as long as the message")
    engine_at, engine_stop = ber.read_expected(data, at, end, ber.OCTET_STRING)
    name_at, pdu_at = ber.read_expected(data, engine_stop, end, ber.OCTET_STRING)
    body_at, stop = ber.read_span(data, pdu_at, end)
    if stop != end:
        raise BadDatagram("the PDU is not as long as the message")
    return ScopedPdu(
        data[engine_at:engine_stop], data[name_at:pdu_at], data[pdu_at], pdu_at, body_at, end
    )


def build_scoped(context_engine_id: bytes, context_name: bytes, pdu: bytes) -> bytes:
    """Return the scoped PDU around an encoded PDU."""
    engine = ber.encode(ber.OCTET_STRING, context_engine_id)
    return ber.encode(ber.SEQUENCE, engine + ber.encode(ber.OCTET_STRING, context_name) + pdu)


def build_message(
    *,
    message_id: int,
    flags: int,
    engine_id: bytes,
    boots: int,
    time_s: int,
    user: bytes,
    data: bytes,
    mac: bytes = b"",
    salt: bytes = b"",
) -> bytes:
    """Return a message. data: the scoped PDU, or the octet string that holds it encrypted."""
    head = (
        ber.encode_integer(message_id)
        + ber.encode_integer(_OWN_MAX_SIZE)
        + ber.encode(ber.OCTET_STRING, bytes((flags,)))
        + ber.encode_integer(_USM)
    )
    security = (
        ber.encode(ber.OCTET_STRING, engine_id)
        + ber.encode_integer(boots)
        + ber.encode_integer(time_s)
        + ber.encode(ber.OCTET_STRING, user)
        + ber.encode(ber.OCTET_STRING, mac)
        + ber.encode(ber.OCTET_STRING, salt)
    )
    return ber.encode(
        ber.SEQUENCE,
        ber.encode_integer(_VERSION)
        + ber.encode(ber.SEQUENCE, head)
        + ber.encode(ber.OCTET_STRING, ber.encode(ber.SEQUENCE, security))
        + data,
    )


_NO_SECURITY = b"\x04\x00\x04\x00"
_VERSION_ELEMENT = b"\x02\x01\x03"


def build_plain(data: bytes, message: MessageV3, scoped: bytes) -> bytes:
    """Return the message `data` as it would have come without any security: who reads it later
    needs no key. Engine, boots, time and user stay as they were written."""
    flags_at = message.flags_at
    names = ber.encode(ber.SEQUENCE, data[message.names_at : message.names_stop] + _NO_SECURITY)
    return ber.encode(
        ber.SEQUENCE,
        b"".join(
            (
                _VERSION_ELEMENT,
                data[message.head_at : flags_at],
                b"\x00",
                # what follows the flags in msgGlobalData: the security model
                data[flags_at + 1 : message.security_at],
                ber.encode(ber.OCTET_STRING, names),
                scoped,
            )
        ),
    )
