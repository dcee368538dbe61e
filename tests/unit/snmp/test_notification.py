"""Datagrams of net-snmp and of other senders become traps; what is no notification is refused."""

import dataclasses

import pytest

from tests.support import snmp_packets as packets
from tests.unit.snmp import recorded
from yunwei.plugins.sdk.contract import Trap, VarBind
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.notification import (
    PduKind,
    decode_trap,
    encode_inform_response,
    peek,
)

SENDER = "203.0.113.9"
TRAP_OID = "1.3.6.1.4.1.99999.0.7"


def values(trap: Trap) -> dict[str, tuple[str, str]]:
    return {each.oid: (each.kind, each.value) for each in trap.varbinds}


def test_v2c_trap_of_net_snmp_with_every_kind_of_value():
    trap = decode_trap(recorded.V2C_ALL_KINDS, address=SENDER)

    prefix = "1.3.6.1.4.1.99999.1."
    assert values(trap) == {
        f"{prefix}1": ("integer", "-5"),
        f"{prefix}2": ("gauge32", "4294967295"),
        f"{prefix}3": ("counter32", "7"),
        f"{prefix}4": ("counter64", "18446744073709551615"),
        f"{prefix}5": ("timeticks", "360000"),
        f"{prefix}6": ("address", "10.1.2.3"),
        f"{prefix}7": ("oid", "1.3.6.1.6.3.1.1.5.3"),
        f"{prefix}8": ("null", ""),
        f"{prefix}9": ("octets", "主机宕机"),
        f"{prefix}10": ("octets", "存储空间不足"),
        f"{prefix}11": ("octets", "0x07ea0b170e2f1e002b0800"),
        # BITS that happen to be a text; without the MIB nobody can know
        f"{prefix}12": ("octets", "`@"),
    }
    assert (trap.version, trap.community, trap.oid) == ("2c", "public", TRAP_OID)
    assert (trap.address, trap.uptime_ticks, trap.is_inform) == (SENDER, 123456, False)


def test_v1_generic_trap_has_its_rfc_3584_name_and_the_agents_address():
    trap = decode_trap(recorded.V1_LINK_DOWN, address=SENDER)

    assert trap.oid == "1.3.6.1.6.3.1.1.5.3"
    assert (trap.version, trap.address, trap.uptime_ticks) == ("1", "192.0.2.7", 4711)
    assert trap.enterprise == "1.3.6.1.4.1.8072.3.2.10"
    assert values(trap) == {
        "1.3.6.1.2.1.2.2.1.1.3": ("integer", "3"),
        "1.3.6.1.2.1.2.2.1.2.3": ("octets", "GigabitEthernet0/0/3"),
    }


def test_v1_specific_trap_without_an_agent_address_is_the_senders():
    trap = decode_trap(recorded.V1_SPECIFIC, address=SENDER)

    assert trap.oid == f"{packets.IMAP}.0.1"
    assert (trap.address, trap.community) == (SENDER, "北区")


@pytest.mark.parametrize("generic", range(6))
def test_each_generic_trap_of_v1(generic: int):
    data = packets.build_trap_v1("1.3.6.1.4.1.9", generic, 0)

    assert decode_trap(data, address=SENDER).oid == f"1.3.6.1.6.3.1.1.5.{generic + 1}"


def test_a_proxied_v1_trap_keeps_its_agents_address_and_enterprise():
    data = packets.build_trap_v2c(
        TRAP_OID,
        [
            ("1.3.6.1.6.3.18.1.3.0", packets.address("192.0.2.44")),
            ("1.3.6.1.6.3.1.1.4.3.0", packets.oid("1.3.6.1.4.1.99999")),
        ],
    )

    trap = decode_trap(data, address=SENDER)

    assert (trap.address, trap.enterprise) == ("192.0.2.44", "1.3.6.1.4.1.99999")
    assert len(trap.varbinds) == 2


def test_a_notification_without_a_trap_oid_still_comes_through():
    pairs = [(packets.UP_TIME, packets.octets("no time")), ("1.3.6.1.4.1.9.1", packets.number(1))]
    body = packets.integer(1) * 3 + packets.varbinds(pairs)
    data = packets.tlv(0x30, packets.integer(1) + packets.tlv(4, b"x") + packets.tlv(0xA7, body))

    trap = decode_trap(data, address=SENDER)

    assert (trap.oid, trap.uptime_ticks) == ("0.0", None)
    assert [each.oid for each in trap.varbinds] == [packets.UP_TIME, "1.3.6.1.4.1.9.1"]


def test_a_value_of_an_unknown_kind_is_shown_in_hex():
    data = packets.build_trap_v2c(TRAP_OID, [("1.3.6.1.4.1.9.1", (0x47, b"\x01\x02"))])

    assert decode_trap(data, address=SENDER).varbinds == (
        VarBind(oid="1.3.6.1.4.1.9.1", kind="tag_47", value="0x0102", octets=b"\x01\x02"),
    )


def test_an_unsigned_number_without_its_leading_zero_is_not_negative():
    data = packets.build_trap_v2c(TRAP_OID, [("1.3.6.1.4.1.9.1", (0x42, b"\xff\xff\xff\xff"))])

    assert decode_trap(data, address=SENDER).varbinds[0].value == "4294967295"


def test_long_values_have_long_lengths():
    trap = decode_trap(recorded.V2C_LONG, address=SENDER)

    assert trap.varbinds[0].value == "长" * 200


def test_lengths_that_are_longer_than_they_need_be_are_understood():
    name = packets.tlv(*packets.oid("1.3.6.1.4.1.9.1"))
    varbind = b"\x30\x82\x00" + bytes([len(name) + 5]) + name + b"\x02\x83\x00\x00\x01\x09"
    varbind = varbind.replace(bytes([len(name) + 5]), bytes([len(name) + 6]), 1)
    body = packets.integer(1) * 3 + packets.tlv(0x30, varbind)
    data = packets.tlv(0x30, packets.integer(1) + packets.tlv(4, b"x") + packets.tlv(0xA7, body))

    assert values(decode_trap(data, address=SENDER)) == {"1.3.6.1.4.1.9.1": ("integer", "9")}


def test_peek_reads_what_the_receiver_needs():
    envelope = peek(recorded.INFORM)

    assert envelope.community == b"public"
    assert (envelope.version, envelope.pdu_kind) == (1, PduKind.INFORM)
    assert envelope.request_id is not None
    assert recorded.INFORM[envelope.pdu_at] == 0xA6
    assert envelope.end == len(recorded.INFORM)


def test_peek_knows_no_request_id_in_v1():
    assert peek(recorded.V1_LINK_DOWN).request_id is None
    assert peek(recorded.V1_LINK_DOWN).pdu_kind is PduKind.TRAP_V1


def test_the_answer_to_an_inform_is_the_inform_as_a_response_without_error():
    pairs = [("1.3.6.1.4.1.9.1", packets.octets("x" * 300))]
    inform = packets.build_inform(TRAP_OID, pairs, request_id=-77)
    with_error = inform.replace(
        packets.integer(-77) + packets.integer(0), b"\x02\x01\xb3\x02\x01\x05"
    )

    response = encode_inform_response(with_error)

    at = peek(inform).pdu_at
    assert response == inform[:at] + b"\xa2" + inform[at + 1 :]


def test_only_an_inform_is_answered():
    with pytest.raises(BadDatagram, match="only an inform"):
        encode_inform_response(recorded.V2C_ALL_KINDS)


def test_version_3_is_told_apart():
    with pytest.raises(BadDatagram) as refused:
        peek(recorded.V3)

    assert refused.value.reason == "unsupported_version"


GOOD = packets.build_trap_v2c(TRAP_OID, [("1.3.6.1.4.1.9.1", packets.number(1))])
COMMUNITY = packets.tlv(4, b"public")


def trap_of(varbinds: bytes) -> bytes:
    body = packets.integer(1) * 3 + varbinds
    return packets.tlv(0x30, packets.integer(1) + COMMUNITY + packets.tlv(0xA7, body))


def one_variable(value: bytes) -> bytes:
    name = packets.tlv(*packets.oid("1.3.6.1.4.1.9.1"))
    return trap_of(packets.tlv(0x30, packets.tlv(0x30, name + value)))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30", id="one byte"),
        pytest.param(b"hello world", id="a text"),
        pytest.param(GOOD + b"\x00", id="bytes after the message"),
        pytest.param(GOOD[:-1], id="cut short"),
        pytest.param(b"\x30\x80" + GOOD[2:] + b"\0\0", id="indefinite length"),
        pytest.param(b"\x30\x85\0\0\0\0\1\0", id="length of five bytes"),
        pytest.param(GOOD.replace(b"\xa7", b"\xa0"), id="a GetRequest"),
        pytest.param(GOOD.replace(b"\xa7", b"\xa4"), id="a v1 PDU in v2c"),
        pytest.param(GOOD.replace(COMMUNITY, b"\x05\x06public"), id="no community"),
        pytest.param(trap_of(b""), id="no list of variables"),
        pytest.param(trap_of(packets.tlv(0x30, b"\x02\x01\x01")), id="a variable that is none"),
        pytest.param(one_variable(b""), id="no value"),
        pytest.param(one_variable(b"\x02\x00"), id="an empty number"),
        pytest.param(one_variable(b"\x02\x0a" + b"\x01" * 10), id="a number of ten bytes"),
        pytest.param(one_variable(b"\x40\x03abc"), id="an address of three bytes"),
        pytest.param(one_variable(b"\x06\x02\x2b\x81"), id="an identifier that does not end"),
        pytest.param(one_variable(b"\x06\x06\x2b\xff\xff\xff\xff\x7f"), id="a number over 32 bits"),
        pytest.param(one_variable(b"\x1f\x01\x00"), id="a tag of many bytes"),
        pytest.param(one_variable(b"\x02\x01\x01\x05\x00"), id="two values"),
        pytest.param(packets.build_trap_v1("1.3.6.1.4.1.9", 7, 0), id="generic trap 7"),
    ],
)
def test_what_is_no_notification_is_refused_with_one_error(data: bytes):
    with pytest.raises(BadDatagram) as refused:
        decode_trap(data, address=SENDER)

    assert refused.value.reason == "malformed"
    assert refused.value.message


def test_varbinds_are_built_with_all_their_fields():
    # notification.py sets the slots itself; a new field of VarBind has to be set there too
    assert [each.name for each in dataclasses.fields(VarBind)] == [
        "oid",
        "kind",
        "value",
        "octets",
    ]
    varbind = decode_trap(GOOD, address=SENDER).varbinds[0]
    assert varbind == VarBind(oid="1.3.6.1.4.1.9.1", kind="integer", value="1")
    assert hash(varbind) == hash(dataclasses.replace(varbind))
