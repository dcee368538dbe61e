"""BER as SNMP uses it: lengths, integers, object identifiers. Knows no messages and no text.

Every function that reads takes the whole datagram and positions in it, so that nothing is copied
before it is wanted. Only definite lengths are taken, and none may pass the end of what encloses it.
Source: ITU-T X.690 8.1-8.19 as restricted by RFC 3417 section 8.
"""

from typing import Literal

from yunwei.base.core.errors import YunweiError

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIME_TICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46

# 64 unsigned bits and a leading zero byte
_LONGEST_INTEGER_BYTES = 9
_LONGEST_LENGTH_BYTES = 4
# RFC 2578 3.5: at most 128 sub-identifiers of at most 32 bits
_LONGEST_OID_BYTES = 128 * 5
_LARGEST_SUB_IDENTIFIER = 2**32 - 1

# A device names the same few hundred objects over and over; a hostile one is stopped by the bounds.
_OID_CACHE_SIZE = 32_768
_LONGEST_CACHED_OID_BYTES = 64
_oid_cache: dict[bytes, str] = {}

type RejectedBecause = Literal["malformed", "unsupported_version"]


class BadDatagram(YunweiError):
    """The datagram is not a notification that can be read.

    reason: the word under which it is counted, as in `base.core.intake.Rejection`.
    """

    def __init__(self, why: str, *, reason: RejectedBecause = "malformed") -> None:
        super().__init__(why)
        self.reason: RejectedBecause = reason


def read_span(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the content of the element at `at` starts and stops.

    end: where the enclosing element stops. Raises BadDatagram when the element passes it.
    """
    start = at + 2
    if start > end:
        raise BadDatagram("cut short")
    length = data[at + 1]
    if length > 127:
        start, length = _read_long_length(data, at + 1, end)
    stop = start + length
    if stop > end:
        raise BadDatagram("a length passes the end of what encloses it")
    return start, stop


def _read_long_length(data: bytes, at: int, end: int) -> tuple[int, int]:
    count = data[at] & 0x7F
    if not 0 < count <= _LONGEST_LENGTH_BYTES:
        raise BadDatagram("a length of a form that SNMP does not use")
    start = at + 1 + count
    if start > end:
        raise BadDatagram("cut short")
    return start, int.from_bytes(data[at + 1 : start])


def read_expected(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return the span of the element at `at`; raises BadDatagram when its tag is another."""
    start, stop = read_span(data, at, end)
    if data[at] != tag:
        raise BadDatagram(f"tag {data[at]:#04x} where {tag:#04x} belongs")
    return start, stop


def read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the INTEGER at `at` and where it stops."""
    start, stop = read_expected(data, at, end, INTEGER)
    return decode_integer(data[start:stop]), stop


def decode_integer(content: bytes) -> int:
    """Return the signed number; raises BadDatagram when it has no or more than 9 bytes."""
    if not 0 < len(content) <= _LONGEST_INTEGER_BYTES:
        raise BadDatagram("a number of an impossible length")
    return int.from_bytes(content, signed=True)


def decode_unsigned(content: bytes) -> int:
    """Return a counter, gauge or time. Agents that forget the leading zero byte are understood."""
    if not 0 < len(content) <= _LONGEST_INTEGER_BYTES:
        raise BadDatagram("a number of an impossible length")
    return int.from_bytes(content)


def decode_oid(content: bytes) -> str:
    """Return the dotted form, no leading dot; nothing at all is `0.0`, as net-snmp reads it."""
    known = _oid_cache.get(content)
    if known is not None:
        return known
    text = _decode_new_oid(content)
    if len(content) > _LONGEST_CACHED_OID_BYTES:
        return text
    if len(_oid_cache) >= _OID_CACHE_SIZE:
        _oid_cache.clear()
    _oid_cache[content] = text
    return text


def _decode_new_oid(content: bytes) -> str:
    if not content:
        return "0.0"
    if len(content) > _LONGEST_OID_BYTES or content[-1] & 0x80:
        raise BadDatagram("an object identifier that does not end")
    numbers: list[int] = []
    number = 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte & 0x80:
            continue
        if number > _LARGEST_SUB_IDENTIFIER:
            raise BadDatagram("an object identifier with a number over 32 bits")
        numbers.append(number)
        number = 0
    # X.690 8.19.4: the first two arcs share a number; only arc 2 may have a second over 39
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def encode(tag: int, content: bytes) -> bytes:
    """Return one element, with the shortest length."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def encode_integer(number: int, tag: int = INTEGER) -> bytes:
    """Return a signed number, or with `tag` a counter, which needs its leading zero as well."""
    return encode(tag, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def encode_oid(dotted: str) -> bytes:
    """Return an object identifier, from its dotted form."""
    first, second, *rest = map(int, dotted.split("."))
    return encode(OBJECT_IDENTIFIER, b"".join(map(_base128, (first * 40 + second, *rest))))


def _base128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
