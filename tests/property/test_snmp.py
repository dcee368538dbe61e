"""The codec against what nobody would send: no error but its own, no hang, no wrong round trip."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.support import snmp_packets as packets
from tests.unit.snmp import recorded
from yunwei.plugins.sdk.snmp.ber import BadDatagram, decode_oid
from yunwei.plugins.sdk.snmp.notification import decode_trap, encode_inform_response, peek
from yunwei.plugins.sdk.snmp.text import octets_to_text

SEEDS = (
    recorded.V1_LINK_DOWN,
    recorded.V1_SPECIFIC,
    recorded.V2C_ALL_KINDS,
    recorded.V2C_LONG,
    recorded.INFORM,
    recorded.V3,
    packets.build_trap_v2c(f"{packets.IMAP}.0.1", packets.imap_pairs()),
)
MUTATIONS = 120_000

oids = st.builds(
    lambda first, rest: ".".join(map(str, (*first, *rest))),
    st.sampled_from([(0, 0), (0, 39), (1, 3), (2, 0), (2, 999)]),
    st.lists(st.integers(0, 2**32 - 1), max_size=20),
)
values = st.one_of(
    st.builds(packets.octets, st.binary(max_size=300)),
    st.builds(packets.number, st.integers(-(2**31), 2**31 - 1)),
    st.builds(packets.ticks, st.integers(0, 2**32 - 1)),
    st.builds(packets.oid, oids),
)


def read(data: bytes) -> bool:
    """Return whether `data` is a notification; whatever else is raised fails the test."""
    try:
        peek(data)
        decode_trap(data, address="192.0.2.1")
    except BadDatagram:
        return False
    return True


def answer(data: bytes) -> bool:
    try:
        encode_inform_response(data)
    except BadDatagram:
        return False
    return True


def mutate(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(changed))
        cut = chance.choice((0, 0, 0, 1, 2, 9))
        changed[at : at + cut] = bytes(chance.choices(range(256), k=chance.choice((0, 1, 1, 2))))
        changed = changed or bytearray(b"\x30")
        changed[at % len(changed)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def test_mutated_datagrams_are_read_or_refused_and_nothing_else():
    chance = random.Random(7)

    taken = sum(read(mutate(chance.choice(SEEDS), chance)) for _ in range(MUTATIONS))

    # both ways must have been taken for this to have tried anything
    assert MUTATIONS // 100 < taken < MUTATIONS


def test_mutated_informs_are_answered_or_refused_and_nothing_else():
    chance = random.Random(8)

    answered = sum(answer(mutate(recorded.INFORM, chance)) for _ in range(20_000))

    assert 200 < answered < 20_000


@given(st.binary(max_size=400))
def test_any_octets_are_read_or_refused(data: bytes):
    read(data)
    answer(data)


@given(st.binary(max_size=200))
def test_any_octets_have_a_text_that_can_be_stored(octets: bytes):
    text = octets_to_text(octets)

    text.encode()
    assert "\x00" not in text


@given(oids)
def test_an_object_identifier_survives(dotted: str):
    assert decode_oid(packets.oid(dotted)[1]) == dotted


@given(
    trap_oid=oids,
    pairs=st.lists(st.tuples(oids, values), max_size=20),
    community=st.text(max_size=30).filter(str.isprintable),
    request_id=st.integers(-(2**31), 2**31 - 1),
)
def test_what_was_sent_is_what_is_read(trap_oid, pairs, community, request_id):
    data = packets.build_trap_v2c(trap_oid, pairs, community=community, request_id=request_id)

    trap = decode_trap(data, address="192.0.2.1")

    assert peek(data).request_id == request_id
    assert (trap.oid, trap.community, trap.uptime_ticks) == (trap_oid, community, 4711)
    assert [(each.oid, each.octets) for each in trap.varbinds] == [
        (name, content if tag == 0x04 else b"") for name, (tag, content) in pairs
    ]
