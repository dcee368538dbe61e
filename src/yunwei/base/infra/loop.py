"""The one loop that may catch every exception: it logs once per change of state, backs off
and goes on. Everything that runs for ever runs in it."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from yunwei.base.core.errors import EngineAway, YunweiError

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class LoopState:
    """What /healthz and /metrics tell of a loop."""

    name: str
    rounds: int = 0
    failures: int = 0
    failing_since_round: int | None = None
    last_error: str = ""


LOOPS: dict[str, LoopState] = {}


async def run_for_ever(
    name: str,
    step: Callable[[], Awaitable[float | None]],
    *,
    pause_s: float = 1.0,
    max_backoff_s: float = 30.0,
) -> None:
    """Call `step` again and again until cancelled.

    step returns the seconds to wait before the next round, or None for `pause_s`. When it
    raises, the error is logged once (with a trace unless it is one of ours) until it works
    again, and the wait grows up to `max_backoff_s` with jitter.
    """
    state = LOOPS.setdefault(name, LoopState(name=name))
    streak = 0
    while True:
        try:
            wait_s = await step()
            state.rounds += 1
            if streak:
                logger.info("%s works again after %d failures", name, streak)
            streak = 0
            state.failing_since_round = None
            await asyncio.sleep(pause_s if wait_s is None else wait_s)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            streak += 1
            note_failure(state, error, is_first=streak == 1)
            backoff_s = min(max_backoff_s, pause_s * 2 ** min(streak, 10))
            await asyncio.sleep(backoff_s * random.uniform(0.5, 1.0))  # noqa: S311


def note_failure(state: LoopState, error: Exception, *, is_first: bool) -> None:
    state.failures += 1
    state.last_error = f"{type(error).__name__}: {error}"[:300]
    if state.failing_since_round is None:
        state.failing_since_round = state.rounds
    if is_first and isinstance(error, YunweiError):
        logger.warning("%s fails: %s", state.name, error)
    elif is_first:
        logger.error("%s fails", state.name, exc_info=error)


def attempt[T](call: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """Call once; returns its result, or the exception whatever it was, EngineAway excepted.

    For one item of many, where the item that breaks must not stop the others: its caller puts
    it on a shelf for a person.
    """
    try:
        return call(), None
    except EngineAway:
        raise
    except Exception as error:
        logger.debug("one item failed", exc_info=error)
        return None, error


async def attempt_async[T](call: Callable[[], Awaitable[T]]) -> tuple[T | None, Exception | None]:
    """As `attempt`, for work that waits. Cancelling goes through."""
    try:
        return await call(), None
    except EngineAway:
        raise
    except Exception as error:
        logger.debug("one item failed", exc_info=error)
        return None, error
