"""Many small writes as few large ones: what comes while one is written goes with the next."""

import asyncio
from collections.abc import Callable, Sequence


class Together[Item, Answer]:
    """write: takes several items in a thread and answers each, in their order; what it raises, all
    of them get."""

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Answer:
        """Return the answer once it is written."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._go_on())
        return await answer

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write_one(batch)
        finally:
            self._writing = None

    async def _write_one(self, batch: list[tuple[Item, "asyncio.Future[Answer]"]]) -> None:
        writing = asyncio.to_thread(self._write, [item for item, _answer in batch])
        (written,) = await asyncio.gather(writing, return_exceptions=True)
        for place, (_item, answer) in enumerate(batch):
            if answer.done():  # who asked is gone
                continue
            if isinstance(written, BaseException):
                answer.set_exception(written)
            else:
                answer.set_result(written[place])
