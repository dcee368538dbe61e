"""The trap receiver on loopback: what is accepted is stored once, whatever the stream does."""

import asyncio
import socket
from contextlib import closing

import pytest

from tests.support import snmp_packets as packets
from tests.support.receiving import Receiving, own_engine, receiving, source
from yunwei.base.core.ids import SourceId
from yunwei.monitor.collect.receive import ReceiveLimits, TrapSources, open_trap_socket
from yunwei.plugins.sdk.snmp.notification import decode_trap, encode_inform_response

TRAP = "1.3.6.1.4.1.99999.0.7"
QUICK = ReceiveLimits(report_every_s=0.2)


def numbered(number: int, *, community: str = "public") -> bytes:
    pairs = [("1.3.6.1.4.1.99999.1.1.0", packets.number(number))]
    return packets.build_trap_v2c(TRAP, pairs, community=community)


def inform(number: int) -> bytes:
    pairs = [("1.3.6.1.4.1.99999.1.1.0", packets.number(number))]
    return packets.build_inform(TRAP, pairs, request_id=number)


def number_of(data: bytes) -> int:
    return int(decode_trap(data, address="").varbinds[0].value)


def numbers(got: Receiving) -> list[int]:
    return [number_of(each.data) for each in got.stream.datagrams]


async def test_every_trap_is_stored_once_and_in_order():
    async with receiving() as got:
        for number in range(3000):
            got.send(numbered(number))
            if number % 200 == 0:
                await asyncio.sleep(0)
        await got.stream.holds(3000)
        await got.receiver.close()

        assert numbers(got) == list(range(3000))
        assert len(got.stream.batches) >= 3000 // 256
        counts = got.receiver.counts
        assert (counts.received, counts.accepted, counts.stored) == (3000, 3000, 3000)
        assert (counts.queued_items, counts.queued_bytes) == (0, 0)


async def test_a_datagram_carries_its_source_tenant_and_sender():
    async with receiving(source(7)) as got:
        got.send(numbered(1))
        (datagram,) = await got.stream.holds(1)

        assert (datagram.source, datagram.tenant, datagram.address) == (7, 7, "127.0.0.1")
        assert datagram.data == numbered(1)


async def test_an_ipv4_sender_is_one_on_a_dual_stack_socket():
    async with receiving(source(networks=["127.0.0.0/8"]), host="::") as got:
        got.send(numbered(1))
        (datagram,) = await got.stream.holds(1)

        assert datagram.address == "127.0.0.1"


async def test_an_ipv6_sender():
    async with receiving(source(networks=["::1"]), host="::1") as got:
        got.send(inform(1))

        assert await got.answer() == encode_inform_response(inform(1))
        assert got.stream.datagrams[0].address == "::1"


async def test_an_inform_is_answered_only_when_it_is_stored():
    async with receiving() as got:
        got.stream.gate.clear()
        got.send(inform(5))
        await got.stream.was_asked(1)
        with pytest.raises(BlockingIOError):
            got.sender.recv(100)

        got.stream.gate.set()

        assert await got.answer() == encode_inform_response(inform(5))
        assert numbers(got) == [5]


async def test_an_inform_that_comes_again_is_answered_again_and_stored_once():
    async with receiving() as got:
        got.stream.gate.clear()
        got.send(inform(5), inform(5), inform(6))
        await got.stream.was_asked(1)
        got.stream.gate.set()
        first = {await got.answer(), await got.answer()}
        got.send(inform(5))
        again = await got.answer()

        assert first == {encode_inform_response(inform(5)), encode_inform_response(inform(6))}
        assert again == encode_inform_response(inform(5))
        assert numbers(got) == [5, 6]
        counts = got.receiver.counts
        assert (counts.informs_answered, counts.informs_repeated) == (3, 2)


async def test_informs_with_one_request_id_but_other_content_are_all_stored():
    informs = [
        packets.build_inform(TRAP, [("1.3.6.1.4.1.9.1.0", packets.number(each))], request_id=0)
        for each in range(3)
    ]
    async with receiving() as got:
        got.send(*informs)
        await got.stream.holds(3)

        assert {await got.answer() for _ in informs} == {*map(encode_inform_response, informs)}


async def test_while_the_stream_is_away_nothing_is_lost_and_the_order_is_kept():
    async with receiving(limits=ReceiveLimits(batch_items=10)) as got:
        got.stream.is_away = True
        got.send(*map(numbered, range(100)), inform(100))
        await got.stream.was_asked(ReceiveLimits().in_flight + 2)
        counts = got.receiver.counts
        assert (counts.stored, counts.queued_items) == (0, 101)
        assert counts.append_retries > 0

        got.stream.is_away = False
        await got.stream.holds(101)

        assert numbers(got) == list(range(101))
        assert await got.answer() == encode_inform_response(inform(100))


async def test_a_batch_whose_answer_was_lost_keeps_its_id_and_is_stored_once():
    async with receiving() as got:
        got.stream.loses_answers = 2
        got.send(inform(1))
        await got.answer()

        assert len(got.stream.begun) == 3
        assert len(set(got.stream.begun)) == 1
        assert numbers(got) == [1]


async def test_when_the_queue_is_full_the_socket_waits_and_nothing_is_lost():
    async with receiving(limits=ReceiveLimits(batch_items=10, queue_items=50)) as got:
        got.stream.gate.clear()
        got.send(*map(numbered, range(600)))
        await got.stream.was_asked(1)
        waiting = got.receiver.counts
        assert waiting.is_paused
        assert 50 <= waiting.received < 600

        got.stream.gate.set()
        await got.stream.holds(600)
        await got.receiver.close()

        assert numbers(got) == list(range(600))
        counts = got.receiver.counts
        assert (counts.is_paused, counts.paused > 0) == (False, True)


async def wait_for_overload(got: Receiving) -> None:
    """Send until the kernel had to drop some and the receiver noticed."""
    filling = packets.build_trap_v2c(TRAP, [("1.3.6.1.4.1.9.1.0", packets.octets("x" * 60_000))])
    async with asyncio.timeout(60):
        while not got.receiver.counts.rejected:
            got.send(*[filling] * 200)
            await asyncio.sleep(0.01)


async def test_what_the_kernel_had_no_room_for_is_told_as_overload():
    limits = ReceiveLimits(batch_items=1, queue_items=1, report_every_s=0.1)
    async with receiving(limits=limits) as got:
        got.stream.gate.clear()
        got.send(numbered(0))
        await got.stream.was_asked(1)
        await wait_for_overload(got)

        got.stream.gate.set()
        told = await got.stream.tells()

        assert (told[0].reason, told[0].address) == ("overload", "*")
        assert told[0].count > 0


async def test_close_stores_what_the_kernel_still_holds():
    async with receiving() as got:
        got.send(*map(numbered, range(500)))
        left = await got.receiver.close()

        assert left == 0
        assert numbers(got) == list(range(500))


async def test_close_says_how_much_could_not_be_stored():
    async with receiving() as got:
        got.stream.is_away = True
        got.send(*map(numbered, range(5)))

        assert await got.receiver.close(timeout_s=0.2) == 5


async def test_a_receiver_that_was_stopped_by_an_error_goes_on_with_nothing_lost():
    async with receiving() as got:
        await got.receiver.close()

    broken = iter([RuntimeError("a defect of the stream")])

    async def append(batch):
        for error in broken:
            raise error
        await got.stream.append(batch)

    got.stream.batches.clear()
    with open_trap_socket("127.0.0.1", 0) as bound:
        receiver = type(got.receiver)(
            bound,
            sources=TrapSources([source()]),
            own=own_engine(),
            append=append,
            clock=got.receiver._clock,
        )
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            sender.sendto(numbered(1), bound.getsockname())
            with pytest.raises(RuntimeError, match="a defect"):
                await receiver.run()
            sender.sendto(numbered(2), bound.getsockname())
            running = asyncio.create_task(receiver.run())
            await got.stream.holds(2)
            await receiver.close()
            await running

    assert numbers(got) == [1, 2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (numbered(1, community="guess"), "unknown_community"),
        (b"no SNMP at all", "malformed"),
        (numbered(1)[:-3], "malformed"),
        (bytes.fromhex("3003020103"), "unsupported_version"),
        (b"\x30" * 9000, "oversized"),
    ],
)
async def test_a_refused_datagram_is_told_with_its_reason_and_a_sample(data: bytes, reason: str):
    async with receiving() as got:
        got.send(data)
        (told,) = await got.stream.tells()

        assert (told.reason, told.address, told.count) == (reason, "127.0.0.1", 1)
        assert told.sample == data[:1500]
        assert got.receiver.counts.rejected == {reason: 1}
        assert got.stream.datagrams == []


async def test_a_flood_of_refused_datagrams_is_told_once_per_interval():
    async with receiving(limits=QUICK) as got:
        got.send(*[b"noise"] * 400, numbered(7))
        await got.stream.holds(1)
        await got.stream.tells()
        began_s = asyncio.get_running_loop().time()
        got.send(*[b"noise"] * 300)
        told = await got.stream.tells(2)

        assert sum(each.count for each in told) == 700
        assert len(told) == 2
        assert asyncio.get_running_loop().time() - began_s > QUICK.report_every_s / 2


async def test_a_source_is_found_by_its_network_and_a_newer_snapshot_counts():
    anywhere, here = source(1), source(2, networks=["127.0.0.1"])
    async with receiving(anywhere, here) as got:
        got.send(numbered(1))
        await got.stream.holds(1)
        got.receiver.replace(TrapSources([anywhere]))
        got.send(numbered(2))
        await got.stream.holds(2)
        got.receiver.replace(TrapSources([source(3, networks=["192.0.2.0/24"])]))
        got.send(numbered(3))
        (told,) = await got.stream.tells()

        assert [each.source for each in got.stream.datagrams] == [SourceId(2), SourceId(1)]
        assert told.reason == "unknown_community"


async def test_a_batch_stays_within_its_bytes():
    async with receiving(limits=ReceiveLimits(batch_bytes=20_000, linger_s=0.2)) as got:
        big = packets.build_trap_v2c(TRAP, [("1.3.6.1.4.1.9.1.0", packets.octets("x" * 7000))])
        got.send(*[big] * 9)
        await got.stream.holds(9)

        assert [len(batch.datagrams) for batch in got.stream.batches.values()] == [3, 3, 3]


def test_a_port_that_is_taken_is_an_error():
    with open_trap_socket("127.0.0.1", 0) as bound, pytest.raises(OSError, match="in use"):
        open_trap_socket("127.0.0.1", bound.getsockname()[1])


def test_the_buffer_is_large():
    with open_trap_socket("127.0.0.1", 0) as bound:
        granted = bound.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    # the kernel doubles what was asked for, and caps it by net.core.rmem_max
    assert granted >= 200_000
