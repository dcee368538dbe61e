"""Batches reach the stream in order, each once, however often the stream is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from yunwei.base.core.errors import Bug, EngineAway
from yunwei.base.core.intake import IntakeBatch
from yunwei.monitor.collect.receive_queue import AppendQueue, Pending


class Stream:
    """Ends an append when the test says how."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.open: dict[str, asyncio.Future[None]] = {}
        self.changed = asyncio.Condition()

    async def append(self, batch: IntakeBatch) -> None:
        self.open[batch.batch_id] = asyncio.get_running_loop().create_future()
        self.begun.append(batch.batch_id)
        async with self.changed:
            self.changed.notify_all()
        await self.open[batch.batch_id]

    async def begins(self, count: int) -> list[str]:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.begun) >= count)
        return self.begun

    def end(self, *batch_ids: str, error: Exception | None = None) -> None:
        for batch_id in batch_ids:
            if error is None:
                self.open[batch_id].set_result(None)
            else:
                self.open[batch_id].set_exception(error)


class Line:
    """A queue that is being run, its stream, and what was stored."""

    def __init__(self, *, in_flight: int = 3) -> None:
        self.stream = Stream()
        self.queue = AppendQueue(self.stream.append, in_flight=in_flight)
        self.stored: list[str] = []

    def submit(self, *batch_ids: str) -> None:
        for each in batch_ids:
            self.queue.submit(
                Pending(
                    batch=IntakeBatch(batch_id=each),
                    items=1,
                    size_bytes=10,
                    on_stored=lambda each=each: self.stored.append(each),
                )
            )

    async def settles(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


@asynccontextmanager
async def line(*, in_flight: int = 3) -> AsyncIterator[Line]:
    made = Line(in_flight=in_flight)
    running = asyncio.create_task(made.queue.run())
    await asyncio.sleep(0)
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_several_are_on_their_way_and_no_more():
    async with line() as made:
        made.submit(*"abcde")

        assert await made.stream.begins(3) == ["a", "b", "c"]
        made.stream.end("b")
        await made.settles()
        assert made.stream.begun == ["a", "b", "c"]
        made.stream.end("a")
        assert await made.stream.begins(5) == list("abcde")
        assert made.stored == ["a", "b"]
        assert (made.queue.items, made.queue.size_bytes) == (3, 30)


async def test_one_that_comes_while_another_is_on_its_way_does_not_wait_for_it():
    async with line() as made:
        made.submit("a")
        await made.stream.begins(1)
        made.submit("b")

        assert await made.stream.begins(2) == ["a", "b"]


async def test_after_a_failure_the_oldest_goes_first_and_alone_with_the_same_id():
    async with line() as made:
        made.submit(*"abcd")
        await made.stream.begins(3)
        made.stream.end("a", "c", error=EngineAway())
        await made.settles()
        assert made.stream.begun == ["a", "b", "c"]
        made.stream.end("b")

        assert (await made.stream.begins(4))[3:] == ["a"]
        assert made.stored == ["b"]
        made.stream.end("a")
        assert (await made.stream.begins(6))[4:] == ["c", "d"]
        assert made.stored == ["b", "a"]
        assert made.queue.retries == 1


async def test_finish_waits_for_all_and_ends_the_run():
    made = Line()
    running = asyncio.create_task(made.queue.run())
    made.submit(*"ab")
    await made.stream.begins(2)
    finishing = asyncio.create_task(made.queue.finish())
    made.stream.end("a")
    await made.settles()
    assert not finishing.done()

    made.stream.end("b")
    await asyncio.wait_for(finishing, 5)
    await asyncio.wait_for(running, 5)

    assert made.stored == ["a", "b"]
    assert made.queue.items == 0


async def test_finish_runs_the_queue_when_nobody_does():
    made = Line()
    made.submit("a")
    finishing = asyncio.create_task(made.queue.finish())
    await made.stream.begins(1)
    made.stream.end("a")
    await asyncio.wait_for(finishing, 5)

    assert made.stored == ["a"]


async def test_a_cancelled_run_loses_nothing():
    made = Line()
    running = asyncio.create_task(made.queue.run())
    made.submit(*"abc")
    await made.stream.begins(3)
    made.stream.end("b")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert made.queue.items >= 2

    made.stream.begun.clear()
    again = asyncio.create_task(made.queue.finish())
    await made.stream.begins(made.queue.items)
    made.stream.end(*made.stream.begun)
    await asyncio.wait_for(again, 5)

    assert sorted(made.stored) == ["a", "b", "c"]


async def test_another_error_comes_out_and_loses_nothing():
    made = Line()
    running = asyncio.create_task(made.queue.run())
    made.submit(*"ab")
    await made.stream.begins(2)
    made.stream.end("a", error=ValueError("a defect"))
    with pytest.raises(ValueError, match="a defect"):
        await asyncio.wait_for(running, 5)

    made.stream.begun.clear()
    again = asyncio.create_task(made.queue.finish())
    assert await made.stream.begins(2) == ["a", "b"]
    made.stream.end("a", "b")
    await asyncio.wait_for(again, 5)
    assert made.stored == ["a", "b"]


async def test_two_can_not_run_one_queue():
    async with line() as made:
        with pytest.raises(Bug):
            await made.queue.run()
