"""The codec against what nobody would send: no error but its own, no hang, no wrong round trip."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.support import snmp_packets as packets
from tests.support.receiving import ENGINE_ID, source
from tests.support.snmp_v3 import Agent, trap_user
from tests.unit.snmp import recorded
from yunwei.monitor.collect.receive_engines import OwnEngine
from yunwei.monitor.collect.receive_v3 import Taken, V3Gate
from yunwei.monitor.collect.trap_sources import TrapSources
from yunwei.plugins.sdk.snmp.ber import BadDatagram, decode_oid
from yunwei.plugins.sdk.snmp.message_v3 import read_message
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
UNPROVEN = Agent(user=trap_user("nina", auth=None, privacy=None), boots=3, time_s=0)
PROVEN = Agent(user=trap_user(), boots=3, time_s=0)
V3_SEEDS = (
    recorded.V3,
    UNPROVEN.trap(),
    UNPROVEN.inform(1, to=ENGINE_ID),
    PROVEN.trap(),
    PROVEN.inform(1, to=ENGINE_ID),
    Agent(user=trap_user("nina", auth=None, privacy=None)).say(0xA0, 1, engine_id=b"", flags=4),
)

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


def new_gate() -> V3Gate:
    own = OwnEngine(engine_id=ENGINE_ID, boots=3, started_s=0.0)
    return V3Gate(own, TrapSources([source(users=[UNPROVEN.user, PROVEN.user])]))


def judge(gate: V3Gate, data: bytes) -> Taken | None:
    """Return what is taken of `data`; whatever is raised besides BadDatagram fails the test."""
    try:
        judged = gate.judge(data, "192.0.2.1", 1.0)
    except BadDatagram:
        return None
    return judged if isinstance(judged, Taken) else None


def test_mutated_v3_messages_are_judged_and_nothing_else():
    gate, chance = new_gate(), random.Random(9)

    changed = (mutate(chance.choice(V3_SEEDS), chance) for _ in range(20_000))
    taken = [found for data in changed if data not in V3_SEEDS and (found := judge(gate, data))]

    # what nobody signed is taken where it can be read; of what was signed, no changed bit is
    assert 500 < len(taken) < 20_000
    for each in taken:
        read(each.data)
        if each.answer is not None:
            each.answer(1.0)
    assert {read_message(each.data).user for each in taken} == {b"nina"}


@given(st.binary(max_size=400))
def test_any_octets_are_judged(octets: bytes):
    judge(new_gate(), octets)


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
