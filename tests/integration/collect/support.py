"""A desktop cloud made of a script, and a runner on it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from yunwei.base.core.readings import ReadingPage
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.collect.facts import SourceHealth
from yunwei.monitor.collect.hands import Hands
from yunwei.monitor.collect.runner import SourceRunner
from yunwei.plugins.sdk.contract import ProbeResult, Read, SourceContext, Wanted
from yunwei.plugins.sdk.manifest import Label, Manifest

type Answer = Sequence[ReadingPage] | Exception | None

NOTHING = ReadingPage(readings=(), read_at=datetime(2026, 11, 23, 6, 0, tzinfo=UTC))


@dataclass
class ScriptedCloud:
    """answers: what each poll of a read gets, in order; the last one is repeated.

    None hangs until cancelled. asked: every poll as (read, wanted).
    """

    answers: dict[Read, list[Answer]]
    every_s: float = 0.02
    asked: list[tuple[Read, Wanted]] = field(default_factory=list)
    contexts: list[SourceContext] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    closed: int = 0

    def manifest(self, slug: str) -> Manifest:
        return Manifest(
            slug=slug,
            name=Label(zh="脚本", en="Script"),
            vendor="test",
            summary=Label(zh="", en=""),
            reads=tuple(read.value for read in self.answers),
            every_s={read.value: self.every_s for read in self.answers},
        )

    def connector(self, slug: str) -> type:
        cloud = self

        class Connector:
            def __init__(self, context: SourceContext) -> None:
                cloud.contexts.append(context)

            async def probe(self) -> ProbeResult:
                return ProbeResult()

            async def read(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]:
                async for page in cloud.answer(what, wanted):
                    yield page

            async def close(self) -> None:
                cloud.closed += 1

        return Connector

    async def answer(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]:
        self.asked.append((what, wanted))
        told = self.answers[what]
        answer = told.pop(0) if len(told) > 1 else told[0]
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(0)
            for page in await _pages(answer):
                yield page
        finally:
            self.running -= 1


async def _pages(answer: Answer) -> Iterable[ReadingPage]:
    if answer is None:
        await asyncio.Event().wait()
    if isinstance(answer, Exception):
        raise answer
    return answer or ()


@dataclass
class Said:
    """What the runner said of sources: (before, after) of each change."""

    changes: list[tuple[SourceHealth, SourceHealth]] = field(default_factory=list)

    async def __call__(self, before: SourceHealth, after: SourceHealth, at: datetime) -> None:
        self.changes.append((before, after))

    @property
    def states(self) -> list[str]:
        return [after.state.value for _, after in self.changes]


def hands_on(cloud: ScriptedCloud, **others: Any) -> Hands:
    return replace(Hands(), manifest_of=cloud.manifest, connector_of=cloud.connector, **others)


@asynccontextmanager
async def running(
    hands: Hands, name: str = "copy-1", **options: Any
) -> AsyncIterator[SourceRunner]:
    runner = SourceRunner(name, hands)
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        task.cancel()
        await asyncio.wait([task])
        await runner.close()


async def eventually(condition: Callable[[], object], *, within_s: float = 60.0) -> None:
    """Wait until a condition holds; fails when it does not in time."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  the condition is in a database
            await asyncio.sleep(0.03)  # rule: waits for a condition


def rows(query: str, *parameters: object) -> list[dict[str, Any]]:
    with transaction() as conn, cursor(conn) as opened:
        return opened.execute(query.encode(), parameters).fetchall()
