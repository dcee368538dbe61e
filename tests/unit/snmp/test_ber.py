"""Numbers and object identifiers at their edges."""

import pytest

from tests.support import snmp_packets as packets
from yunwei.plugins.sdk.snmp import ber


@pytest.mark.parametrize(
    "dotted", ["0.0", "0.39", "1.0", "1.3.6.1.4.1.2011", "2.5.4.3", "2.999.1", "1.3.4294967295"]
)
def test_object_identifiers(dotted: str):
    assert ber.decode_oid(packets.oid(dotted)[1]) == dotted


def test_an_empty_object_identifier_is_zero_dot_zero():
    assert ber.decode_oid(b"") == "0.0"


def test_the_cache_of_identifiers_does_not_grow_without_end():
    for number in range(ber._OID_CACHE_SIZE + 10):
        ber.decode_oid(b"\x2b" + packets._base128(number))

    assert len(ber._oid_cache) <= ber._OID_CACHE_SIZE


@pytest.mark.parametrize(
    ("content", "signed", "unsigned"),
    [
        (b"\x00", 0, 0),
        (b"\x7f", 127, 127),
        (b"\x80", -128, 128),
        (b"\x00\x80", 128, 128),
        (b"\xff\xff\xff\xfb", -5, 4294967291),
    ],
)
def test_numbers(content: bytes, signed: int, unsigned: int):
    assert ber.decode_integer(content) == signed
    assert ber.decode_unsigned(content) == unsigned
