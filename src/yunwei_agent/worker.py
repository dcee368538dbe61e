"""What an agent does with commands: believes or refuses them, writes them down, carries them out,
and says what became of them."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from yunwei_agent.clock import now_ms, now_s
from yunwei_agent.journal import Journal
from yunwei_agent.places import Place
from yunwei_agent.runner import Run
from yunwei_agent.trees import kill_tree
from yunwei_wire.commands import Act, Believed, Command, believe, check_script
from yunwei_wire.errors import WireError
from yunwei_wire.events import End, Event, What

logger = logging.getLogger(__name__)

type Fetch = Callable[[bytes], Awaitable[str]]
"""Returns the script of a digest; raises WireError or LinkAway."""


class Worker:
    """trusted, agent: whose signature and which name are believed. changed: rings when there is
    something to tell. quiet: nothing is carried out, and nothing waits to be."""

    def __init__(self, journal: Journal, place: Place, *, agent: str, parallel: int) -> None:
        self._journal = journal
        self._place = place
        self._agent = agent
        self._free = asyncio.Semaphore(parallel)
        self._scripts: dict[bytes, str] = {}
        self._runs: dict[int, Run] = {}
        self._resting: set[int] = set()
        self._is_resting = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.trusted: dict[str, bytes] = {}
        self.fetch: Fetch | None = None
        self.refusals: Counter[str] = Counter()
        self.changed = asyncio.Event()
        self.quiet = asyncio.Event()
        self.quiet.set()

    def recover(self) -> None:
        """After a start: what had begun is over, whatever became of it; what had not is begun when
        it is said again, as all that is open is: it may not be wanted any more."""
        for task in self._journal.begun():
            kill_tree(task, None)
            self._journal.interrupt(task, "the agent or its machine went down")
        self._place.sweep()
        for task, data in self._journal.accepted():
            try:
                self._believe(data)
            except WireError as error:
                self._close(task, error.reason)
                continue
            self._resting.add(task)
        self.changed.set()

    async def take(self, data: bytes) -> None:
        """Take a command; one that is not to be believed is counted and let go."""
        try:
            believed = self._believe(data)
        except WireError as error:
            self.refusals[error.reason] += 1
            logger.warning("a command was refused: %s", error)
            if error.reason == "expired":
                self._note_expired(data)
            return
        if believed.command.act is not Act.RUN:
            self._cancel(believed.command)
        elif believed.command.task in self._resting:
            self._resting.discard(believed.command.task)
            self._begin_later(believed)
        elif self._journal.accept(believed.command.task, data):
            self._begin_later(believed)
        else:
            self.refusals["replayed"] += 1
            self.changed.set()  # whoever asks again may lack what became of it

    def _believe(self, data: bytes) -> Believed:
        return believe(data, self.trusted, agent=self._agent, now_s=now_s())

    def _note_expired(self, data: bytes) -> None:
        """A true command that came too late and was never begun is over: say so."""
        with contextlib.suppress(WireError):
            late = believe(data, self.trusted, agent=self._agent, now_s=None)
            self._expire(late.command, data)

    def _expire(self, command: Command, data: bytes) -> None:
        is_waiting = command.task in self._resting
        if command.act is Act.RUN and (is_waiting or self._journal.accept(command.task, data)):
            self._resting.discard(command.task)
            self._close(command.task, "", end=End.EXPIRED)

    def rest(self) -> None:
        """Begin nothing more: what comes is written down, and begun when it is said again."""
        self._is_resting = True

    def _begin_later(self, believed: Believed) -> None:
        if self._is_resting:
            self._resting.add(believed.command.task)
            return
        task = asyncio.create_task(self._carry_out(believed))
        self._tasks.add(task)
        self.quiet.clear()
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self.quiet.set()

    async def _carry_out(self, believed: Believed) -> None:
        command = believed.command
        async with self._free:
            try:
                script = believed.script or await self._fetch(command)
            except WireError as error:
                self._close(command.task, error.reason)
                return
            if now_s() > command.deadline_s:
                self._close(command.task, "", end=End.EXPIRED)
                return
            await self._run(command, script)

    async def _run(self, command: Command, script: str) -> None:
        # on disk before anything happens: a task that stands there is never begun again
        if not self._journal.start(command.task, now_ms()):
            return
        self.changed.set()
        run = Run(command, script, self._place, self._keep)
        self._runs[command.task] = run
        try:
            end, pieces = await run.run()
        except asyncio.CancelledError:
            self._journal.interrupt(command.task, "the agent was stopped")
            raise
        finally:
            self._runs.pop(command.task, None)
        self._journal.end(end, pieces)
        if command.secrets:
            self._journal.wipe()
        self.changed.set()

    def _keep(self, piece: Event) -> None:
        self._journal.keep_piece(piece)
        self.changed.set()

    async def _fetch(self, command: Command) -> str:
        known = self._scripts.get(command.digest)
        if known is None:
            if self.fetch is None:
                raise WireError("there is nobody to ask for the script", reason="no_script")
            known = check_script(command, await self.fetch(command.digest))
            if len(self._scripts) > 8:
                self._scripts.clear()
            self._scripts[command.digest] = known
        return known

    def _cancel(self, command: Command) -> None:
        run = self._runs.get(command.task)
        self._resting.discard(command.task)
        if run is not None:
            if command.act is Act.CANCEL:
                run.call_off()
        elif self._journal.state_of(command.task) in ("", "accepted"):
            # it may still come, late: then it is known to be over
            self._journal.accept(command.task, b"")
            self._close(command.task, "", end=End.CANCELLED)
        self.changed.set()

    def _close(self, task: int, reason: str, *, end: End = End.REFUSED) -> None:
        at_ms = now_ms()
        self._journal.end(Event(task=task, what=What.ENDED, at_ms=at_ms, end=end, reason=reason))
        self._journal.wipe()  # what was not carried out is rare, and may have had secrets
        self.changed.set()

    async def stop(self) -> None:
        """Kill what runs, and write down that nobody knows how far it came."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
