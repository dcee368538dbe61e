"""Builds SNMP v1 and v2c notifications byte by byte, for tests and benchmarks. Not the codec's."""

from collections.abc import Sequence

type Value = tuple[int, bytes]

UP_TIME = "1.3.6.1.2.1.1.3.0"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"


def tlv(tag: int, content: bytes) -> bytes:
    """Return one element with the shortest length."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(number: int) -> bytes:
    return tlv(2, _signed(number))


def octets(content: bytes | str) -> Value:
    return 0x04, content.encode() if isinstance(content, str) else content


def number(value: int) -> Value:
    return 0x02, _signed(value)


def ticks(value: int) -> Value:
    return 0x43, _signed(value)


def address(dotted: str) -> Value:
    return 0x40, bytes(int(part) for part in dotted.split("."))


def oid(dotted: str) -> Value:
    numbers = [int(part) for part in dotted.split(".")]
    return 0x06, b"".join(_base128(each) for each in (numbers[0] * 40 + numbers[1], *numbers[2:]))


def varbinds(pairs: Sequence[tuple[str, Value]]) -> bytes:
    return tlv(0x30, b"".join(tlv(0x30, tlv(*oid(name)) + tlv(*value)) for name, value in pairs))


def build_trap_v2c(
    trap_oid: str,
    pairs: Sequence[tuple[str, Value]] = (),
    *,
    community: str = "public",
    request_id: int = 1,
    pdu: int = 0xA7,
    up_time: int = 4711,
) -> bytes:
    """Return a v2c trap; pdu 0xA6 makes it an inform."""
    first = [(UP_TIME, ticks(up_time)), (TRAP_OID, oid(trap_oid))]
    body = integer(request_id) + integer(0) + integer(0) + varbinds([*first, *pairs])
    return tlv(0x30, integer(1) + tlv(4, community.encode()) + tlv(pdu, body))


def build_inform(
    trap_oid: str,
    pairs: Sequence[tuple[str, Value]] = (),
    *,
    community: str = "public",
    request_id: int = 1,
) -> bytes:
    return build_trap_v2c(trap_oid, pairs, community=community, request_id=request_id, pdu=0xA6)


def build_trap_v1(
    enterprise: str,
    generic: int,
    specific: int,
    pairs: Sequence[tuple[str, Value]] = (),
    *,
    agent: str = "192.0.2.7",
    community: str = "public",
) -> bytes:
    head = tlv(*oid(enterprise)) + tlv(*address(agent)) + integer(generic) + integer(specific)
    body = head + tlv(*ticks(4711)) + varbinds(pairs)
    return tlv(0x30, integer(0) + tlv(4, community.encode()) + tlv(0xA4, body))


def _signed(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, signed=True)


def _base128(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


IMAP = "1.3.6.1.4.1.2011.2.15.2.4.3.3"


def imap_pairs(
    *, csn: str = "2000143", category: str = "1", level: int = 2, restore: int = 2, **more: Value
) -> list[tuple[str, Value]]:
    """Return the variables of a family A alarm; more: e.g. `v28=octets("…")` sets variable 28."""
    values: dict[int, Value] = {
        1: octets(csn),
        2: octets(category),
        3: octets("2026-11-22 08:35:00"),
        4: octets("FusionAccess-ITA-01"),
        5: number(5),
        6: octets("VDI"),
        7: octets("NE=34603236"),
        8: octets("550142"),
        9: number(1100138),
        10: number(5),
        11: number(level),
        12: number(restore),
        15: octets(""),
        27: octets("Address=10.137.63.227, Port=161"),
        28: octets("虚拟机注册失败"),
    }
    values |= {int(name[1:]): value for name, value in more.items()}
    return [(f"{IMAP}.{item}.0", value) for item, value in sorted(values.items()) if value[0]]
