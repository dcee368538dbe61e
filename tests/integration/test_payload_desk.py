"""The desk for posts: what is taken is stored first, what is not is told to both sides."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.receiving import MemoryStream
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.monitor.collect.facts import PayloadSource
from yunwei.monitor.collect.payload_desk import DeskLimits, NotTaken, PayloadDesk
from yunwei.monitor.collect.payload_sources import PayloadSources

TOKEN = "a-token-that-nobody-guesses"


def source(number: int = 1, **more: object) -> PayloadSource:
    made = {"source": SourceId(number), "tenant": TenantId(number), "token": TOKEN, **more}
    return PayloadSource(**made)  # type: ignore[arg-type]


@asynccontextmanager
async def open_desk(
    *sources: PayloadSource, limits: DeskLimits | None = None
) -> AsyncIterator[tuple[PayloadDesk, MemoryStream]]:
    stream = MemoryStream()
    desk = PayloadDesk(
        sources=PayloadSources(sources or (source(),)),
        append=stream.append,
        clock=SystemClock(),
        limits=limits,
    )
    try:
        yield desk, stream
    finally:
        stream.is_away = False
        stream.gate.set()
        await desk.close()


async def post(desk: PayloadDesk, body: bytes, *, token: str = TOKEN, signature: str = "") -> None:
    await desk.take(token, body, address="192.0.2.7", header=lambda name: signature)


async def test_a_post_is_taken_only_when_it_is_stored():
    async with open_desk() as (desk, stream):
        stream.gate.clear()
        posting = asyncio.create_task(post(desk, b"{}"))
        await stream.was_asked(1)
        assert not posting.done()

        stream.gate.set()
        await posting

        ((payload,),) = [batch.payloads for batch in stream.batches.values()]
        assert (payload.source, payload.tenant, payload.address) == (1, 1, "192.0.2.7")
        assert (payload.data, desk.taken) == (b"{}", 1)


async def test_posts_that_come_together_share_an_append():
    async with open_desk(source(per_minute=6000.0)) as (desk, stream):
        await asyncio.gather(*(post(desk, str(number).encode()) for number in range(100)))

        assert len(stream.batches) <= 3
        taken = [each.data for batch in stream.batches.values() for each in batch.payloads]
        assert taken == [str(number).encode() for number in range(100)]


async def test_a_batch_stays_within_its_bytes():
    limits = DeskLimits(batch_bytes=1000)
    async with open_desk(limits=limits) as (desk, stream):
        await asyncio.gather(*(post(desk, b"x" * 400) for _ in range(6)))

        assert [len(batch.payloads) for batch in stream.batches.values()] == [2, 2, 2]


async def test_what_is_not_stored_in_time_is_not_taken():
    async with open_desk(limits=DeskLimits(patience_s=0.1)) as (desk, stream):
        stream.is_away = True

        with pytest.raises(EngineAway):
            await post(desk, b"{}")

        assert desk.taken == 0


async def test_while_the_stream_is_away_for_a_moment_senders_wait():
    async with open_desk(limits=DeskLimits(again_after_s=0.02)) as (desk, stream):
        stream.is_away = True
        posting = asyncio.create_task(post(desk, b"{}"))
        await stream.was_asked(3)
        stream.is_away = False

        await posting

        assert len(set(stream.begun)) == 1


async def test_too_many_at_once_are_sent_away():
    async with open_desk(limits=DeskLimits(waiting=2)) as (desk, stream):
        stream.gate.clear()
        first = [asyncio.create_task(post(desk, b"1")) for _ in range(2)]
        await stream.was_asked(1)

        with pytest.raises(EngineAway):
            await post(desk, b"3")

        stream.gate.set()
        await asyncio.gather(*first)


async def test_a_sender_that_goes_away_takes_nobody_elses_post_along():
    async with open_desk() as (desk, stream):
        stream.gate.clear()
        leaving, staying = (asyncio.create_task(post(desk, body)) for body in (b"1", b"2"))
        await stream.was_asked(1)
        leaving.cancel()
        stream.gate.set()

        await staying

        assert len(next(iter(stream.batches.values())).payloads) == 2


async def test_a_wrong_token_is_refused_and_told_without_what_was_posted():
    async with open_desk() as (desk, stream):
        with pytest.raises(NotTaken) as refused:
            await post(desk, b"a secret", token="guess")
        (told,) = await stream.tells()

        assert refused.value.reason == "unknown_token"
        assert (told.reason, told.address, told.source) == ("unknown_token", "192.0.2.7", None)
        assert told.sample == b""


def signed(body: bytes, secret: str = "words") -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("prefix", ["", "sha256=", "SHA256="])
async def test_a_right_signature(prefix: str):
    async with open_desk(source(signature_secret="words")) as (desk, _stream):
        await post(desk, b"{}", signature=prefix + signed(b"{}").upper())

        assert desk.taken == 1


@pytest.mark.parametrize("signature", ["", "sha256=", signed(b"other"), signed(b"{}", "x"), "é"])
async def test_a_wrong_signature_is_refused_and_told(signature: str):
    async with open_desk(source(signature_secret="words")) as (desk, stream):
        with pytest.raises(NotTaken) as refused:
            await post(desk, b"{}", signature=signature)
        (told,) = await stream.tells()

        assert refused.value.reason == told.reason == "wrong_signature"
        assert (told.source, told.tenant) == (1, 1)


async def test_a_large_post_is_refused():
    async with open_desk(limits=DeskLimits(payload_bytes=10)) as (desk, _stream):
        with pytest.raises(NotTaken, match="too_large"):
            await post(desk, b"x" * 11)


async def test_one_source_that_posts_too_often_does_not_stop_another():
    busy, calm = source(1, per_minute=60.0), source(2, token="another-token")
    async with open_desk(busy, calm) as (desk, stream):
        for _ in range(10):
            await post(desk, b"{}")
        with pytest.raises(NotTaken, match="too_often"):
            await post(desk, b"{}")
        await post(desk, b"{}", token="another-token")
        (told,) = await stream.tells()

        assert (told.reason, told.source) == ("too_often", 1)
        assert desk.taken == 11


async def test_a_flood_of_refused_posts_is_told_together():
    async with open_desk(limits=DeskLimits(tell_every_s=0.2)) as (desk, stream):
        for _ in range(50):
            with pytest.raises(NotTaken):
                await post(desk, b"{}", token="guess")
        told = await stream.tells()

        assert [each.count for each in told] == [50]


async def test_a_closing_desk_stores_what_it_took():
    async with open_desk(limits=DeskLimits(linger_s=30)) as (desk, stream):
        posting = asyncio.create_task(post(desk, b"{}"))
        await asyncio.sleep(0)
        await desk.close()
        await posting

        assert len(stream.batches) == 1
        with pytest.raises(NotTaken):
            await post(desk, b"{}")


async def test_a_newer_snapshot_counts():
    async with open_desk() as (desk, _stream):
        desk.replace(PayloadSources([source(token="the-new-one")]))

        with pytest.raises(NotTaken):
            await post(desk, b"{}")
        await post(desk, b"{}", token="the-new-one")
