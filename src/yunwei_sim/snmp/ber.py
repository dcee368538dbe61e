"""Writes the BER of SNMP messages: only what trap senders need, only encoding. Pure.

Source: RFC 1157 and RFC 3416 on X.690 definite lengths.
"""

import ipaddress

INTEGER, OCTET_STRING, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, TIME_TICKS = 0x40, 0x43
TRAP_V1, TRAP_V2 = 0xA4, 0xA7


def encode(tag: int, content: bytes) -> bytes:
    """Return tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Return a whole number in the fewest two's-complement bytes."""
    return encode(
        tag, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True)
    )


def octets(value: bytes) -> bytes:
    """Return an OCTET STRING."""
    return encode(OCTET_STRING, value)


def oid(dotted: str) -> bytes:
    """Return an object identifier; `dotted` has at least two numbers, without a leading dot."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytearray(_base128(first * 40 + second))
    for number in rest:
        content += _base128(number)
    return encode(OID, bytes(content))


def _base128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def ip_address(text: str) -> bytes:
    """Return an IPv4 address."""
    return encode(IP_ADDRESS, ipaddress.IPv4Address(text).packed)


def time_ticks(hundredths: int) -> bytes:
    """Return hundredths of a second, which wrap after 497 days."""
    return integer(hundredths % (1 << 32), TIME_TICKS)


def sequence(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    """Return parts in a row."""
    return encode(tag, b"".join(parts))
