"""Desktops that one copy reaches over WinRM. What speaks it blocks, so each has a thread of its own
while something runs there; who finds none free waits, with nothing begun."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from yunwei.base.core.far import Offer, Ran, Task
from yunwei.base.infra.winrm.meeting import meet
from yunwei.base.infra.winrm.scripts import WindowsProgram
from yunwei.operate.runs.jobs.ways import Place, Take
from yunwei.operate.ssh.actions.reaching import windows_at
from yunwei.operate.ssh.facts import Opened

_MOST = 100
_PARTING_S = 20.0


class ReachedWindows:
    """A desktop on which the program waits for its task."""

    def __init__(self, home: "WinrmConnections", program: WindowsProgram, take: Take) -> None:
        self._home = home
        self._program = program
        self._take = take
        self._is_left = threading.Event()
        self._running: Future[Ran] | None = None

    async def run(self, task: Task, stop: asyncio.Event) -> Ran:
        loop = asyncio.get_running_loop()

        def take(data: bytes) -> None:
            if not self._is_left.is_set():
                _tell(loop, lambda: self._take(data))

        def is_unwanted() -> bool:
            return stop.is_set() or self._is_left.is_set()

        def begin() -> Ran:
            return self._program.run_windows_task(task, take=take, is_unwanted=is_unwanted)

        self._running = self._home.threads.submit(begin)
        return await asyncio.wrap_future(self._running)

    def give_back(self, ran: Ran) -> None:
        """Be done with it: a shell is for one task."""
        self.close()

    def close(self) -> None:
        """Part from the desktop; the thread that has something run there ends it."""
        if not self._is_left.is_set():
            self._is_left.set()
            self._home.part(self._program, self._running)


class WinrmConnections:
    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(_MOST, thread_name_prefix="winrm")
        self._room = asyncio.Semaphore(_MOST)
        self._parting: set[Future[bool] | Future[Ran] | Future[None]] = set()

    async def reach(self, opened: Opened, at: Place, offer: Offer, take: Take) -> ReachedWindows:
        """As of `Way`."""
        machine = windows_at(opened, at.address, at.name, at.trusted)
        timeout_s = opened.profile.connect_timeout_s
        await self._room.acquire()
        starting: Future[None] | None = None
        try:
            digest = await meet(machine, offer, timeout_s=timeout_s)
            program = WindowsProgram(machine, digest, timeout_s=timeout_s)
            starting = self.threads.submit(program.start)
            await asyncio.wrap_future(starting)
        except asyncio.CancelledError:
            if starting is None:
                self._room.release()
            else:
                starting.add_done_callback(lambda _done: program.leave())
                self._leave_room_after(starting)
            raise
        except BaseException:
            self._room.release()
            raise
        return ReachedWindows(self, program, take)

    def part(self, program: WindowsProgram, running: Future[Ran] | None) -> None:
        """Let go of a desktop. running: what runs there, which ends by itself then."""
        if running is None or running.cancelled():
            self._leave_room_after(self.threads.submit(program.leave))
        else:
            self._leave_room_after(running)

    def _leave_room_after(self, last: Future[bool] | Future[Ran] | Future[None]) -> None:
        loop = asyncio.get_running_loop()

        def leave() -> None:
            self._parting.discard(last)
            self._room.release()

        self._parting.add(last)
        last.add_done_callback(lambda _done: _tell(loop, leave))

    def sweep(self) -> None:
        """Nothing is kept that could grow old."""

    async def close(self) -> None:
        """As of `Way`."""
        parting = [asyncio.wrap_future(each) for each in self._parting]
        if parting:
            await asyncio.wait(parting, timeout=_PARTING_S)
        self.threads.shutdown(wait=False, cancel_futures=True)


def _tell(loop: asyncio.AbstractEventLoop, say: Callable[[], None]) -> None:
    """Call something in the loop, from a thread; who has closed the loop does not want to know."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(say)
