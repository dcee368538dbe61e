"""Keeps child processes running: starts them, starts them again, stops them. Not which ones."""

import asyncio
import logging
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from yunwei.base.core.errors import EngineAway, Misconfigured, YunweiError
from yunwei.base.infra.engines.process import ChildProcess
from yunwei.run.names import MISCONFIGURED_EXIT_CODE

logger = logging.getLogger(__name__)

_MAX_BACKOFF_S = 10.0
# Who lives this long was well: its next end is news, not the same trouble.
_STEADY_S = 20.0


# A proxy that the environment names is for the world outside, not for our own processes.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Unit(Protocol):
    """Something that runs as one child process; the embedded engines are such."""

    @property
    def name(self) -> str: ...

    @property
    def child(self) -> ChildProcess: ...

    def prepare(self) -> None: ...

    def spawn(self) -> None: ...

    def wait_ready(self, timeout_s: float = 60.0) -> None: ...


@dataclass(kw_only=True)
class Program:
    """A process of ours as a unit. health_url: answers 200 once it is ready."""

    child: ChildProcess
    health_url: str

    @property
    def name(self) -> str:
        return self.child.name

    def prepare(self) -> None:
        """Nothing is left behind by a process of ours: its sockets are the supervisor's."""

    def spawn(self) -> None:
        self.child.spawn()

    def wait_ready(self, timeout_s: float = 240.0) -> None:
        """Return once it answers; a first start on a busy machine takes a minute or two.

        Raises Misconfigured when it ended for that, EngineAway when it does not get ready.
        """
        deadline = time.monotonic() + timeout_s
        while not answers_ok(self.health_url):
            code = self.child.wait(0.05)
            if code == MISCONFIGURED_EXIT_CODE:
                raise Misconfigured(f"{self.name} can not start; its line above says why")
            if code is not None:
                raise EngineAway(f"{self.name} {_how_it_ended(code)}")
            if time.monotonic() > deadline:
                raise EngineAway(f"{self.name} is not ready after {timeout_s:.0f} s")


def answers_ok(url: str, timeout_s: float = 5.0) -> bool:
    try:
        with _direct.open(url, timeout=timeout_s) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


class Keeper:
    """Keeps one unit running until `stop`. Create it in the process's main thread."""

    def __init__(self, unit: Unit, threads: ThreadPoolExecutor) -> None:
        self._unit = unit
        self._threads = threads
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._unit.name

    @property
    def task(self) -> asyncio.Task[None] | None:
        """Ends only by a defect of ours."""
        return self._task

    async def start(self) -> None:
        """Start the unit and wait until it is ready; raises what is wrong with it."""
        await self._start_once()
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def stop(self, timeout_s: float) -> None:
        """Stop keeping it, ask it to end, kill it when it has not ended in time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        try:
            child = self._unit.child
        except EngineAway:
            return
        await self._in_thread(lambda: child.stop(timeout_s))

    async def _start_once(self) -> None:
        await self._in_thread(self._unit.prepare)
        # In this thread: Linux ends a child with the thread that started it.
        self._unit.spawn()
        await self._in_thread(self._unit.wait_ready)

    async def _keep(self) -> None:
        backoff_s = 0.0
        while True:
            began = time.monotonic()
            code = await self._in_thread(self._unit.child.wait)
            logger.warning("%s %s; starts again", self.name, _how_it_ended(code or 0))
            is_steady = time.monotonic() - began > _STEADY_S
            backoff_s = 0.0 if is_steady else _grown(backoff_s)
            await asyncio.sleep(backoff_s)
            while not await self._try_start():
                backoff_s = _grown(backoff_s)
                await asyncio.sleep(backoff_s)
            logger.info("%s runs again", self.name)

    async def _try_start(self) -> bool:
        try:
            await self._start_once()
        except (YunweiError, OSError) as error:
            logger.warning("%s does not start: %s", self.name, error)
            await self._in_thread(lambda: self._unit.child.stop(1))
            return False
        return True

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _grown(backoff_s: float) -> float:
    return min(_MAX_BACKOFF_S, backoff_s * 2 or 0.25)


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
