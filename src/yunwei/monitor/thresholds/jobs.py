"""Runs trials of threshold rules: in threads of the process that has ClickHouse, few at a time."""

import functools
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor

from yunwei.base.core.errors import EngineAway, Invalid, YunweiError
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import end_thread, transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.thresholds.facts import TrialState
from yunwei.monitor.thresholds.queries.trials import access_trial, try_rule
from yunwei.monitor.thresholds.store import trials as store

logger = logging.getLogger(__name__)

_AT_ONCE = 2
_SAID_EVERY_S = 0.5


class Cancelled(YunweiError):
    """Somebody gave the trial up."""


class TrialRunner:
    """Runs trials in threads. is_inline: in the caller's, for tests that look at once."""

    def __init__(self, clock: Clock, *, is_inline: bool = False) -> None:
        self._clock = clock
        self._is_inline = is_inline
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="trial")
        self._running: dict[int, Future[None]] = {}

    def submit(self, viewer: Viewer, id: int) -> None:
        """Let a trial that was started run."""
        if self._is_inline:
            self._run(viewer, id)
            return
        self._running = {key: each for key, each in self._running.items() if not each.done()}
        self._running[id] = self._threads.submit(self._run_in_thread, viewer, id)

    def wait(self, id: int, timeout_s: float) -> None:
        """Wait until a trial is over, but not for ever."""
        future = self._running.get(id)
        if future is not None:
            attempt(lambda: future.result(timeout=timeout_s))

    def _run_in_thread(self, viewer: Viewer, id: int) -> None:
        try:
            self._run(viewer, id)
        finally:
            end_thread()

    def _run(self, viewer: Viewer, id: int) -> None:
        try:
            _done, error = attempt(lambda: self._try(viewer, id))
        except EngineAway as away:
            error = away
        if error is None or isinstance(error, Cancelled):
            return
        if isinstance(error, EngineAway):
            text = "measurements can not be read at the moment"
        elif isinstance(error, Invalid):
            text = error.message
        else:
            logger.error("trial %d failed", id, exc_info=error)
            text = "it failed; see the log"
        with transaction() as conn:
            store.finish(conn, id, TrialState.FAILED, now=self._clock.now(), error=text)

    def _try(self, viewer: Viewer, id: int) -> None:
        said = _Said(id, self._clock)
        said.note(0.0)
        record = access_trial(viewer, id)
        trial = try_rule(
            viewer,
            record.tenant,
            record.content,
            days=record.days,
            now=record.started_at,
            note=said.note,
        )
        with transaction() as conn:
            store.finish(conn, id, TrialState.DONE, now=self._clock.now(), trial=trial)


class _Said:
    """Says how far a trial has come, twice a second at most. Raises Cancelled when nobody wants
    it any more."""

    def __init__(self, id: int, clock: Clock) -> None:
        self._id = id
        self._clock = clock
        self._next_s = 0.0

    def note(self, progress: float) -> None:
        now_s = time.perf_counter()
        if now_s < self._next_s:
            return
        self._next_s = now_s + _SAID_EVERY_S
        with transaction() as conn:
            if not store.touch(conn, self._id, round(progress, 3), self._clock.now()):
                raise Cancelled()


@functools.cache
def shared_runner() -> TrialRunner:
    """Return the runner of this process; its threads begin with the first trial."""
    return TrialRunner(SystemClock())
