"""An agent becomes a newer release of itself: fetched when the platform tells of one, started once
nothing runs, given up when it does not come through."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from yunwei_agent.clock import now_s
from yunwei_agent.link import LinkAway
from yunwei_agent.releases import Releases
from yunwei_agent.settings import Settings
from yunwei_agent.worker import Worker
from yunwei_wire.errors import WireError
from yunwei_wire.messages import read_bytes
from yunwei_wire.releases import Release

logger = logging.getLogger(__name__)

_PATIENCE_S = 600.0
"""So long it waits for a moment in which nothing runs; then nothing more is begun until it has."""
_SPREAD = 6.0

type Ask = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Returns the platform's answer; raises LinkAway, WireError."""


class Renewal:
    """is_ready: the agent is to stop, and another release of it to be started."""

    def __init__(self, settings: Settings, releases: Releases, worker: Worker, ask: Ask) -> None:
        self._settings = settings
        self._releases = releases
        self._worker = worker
        self._ask = ask
        self._told: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)
        self._spoke = asyncio.Event()
        self.is_ready = False

    def hear(self, message: object) -> None:
        """The platform has answered, and perhaps told of a release."""
        self._spoke.set()
        if isinstance(message, bytes) and message:
            with contextlib.suppress(asyncio.QueueFull):
                self._told.put_nowait(message)

    async def run(self, stop: Callable[[], object]) -> None:
        """Look after releases until cancelled, or until the agent is to stop."""
        if await self._is_tried_in_vain():
            self._releases.note_bad(now_s())
        else:
            await self._wait_for_newer()
        await self._wait_for_quiet()
        self.is_ready = True
        stop()

    async def _is_tried_in_vain(self) -> bool:
        if not self._releases.is_on_trial():
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.trial_s):
                await self._spoke.wait()
                self._releases.note_good()
                return False
        return True

    async def _wait_for_newer(self) -> None:
        while True:
            message = await self._told.get()
            try:
                release = self._releases.look_at(message, self._worker.trusted, now_s())
                if release is None:
                    continue
                logger.info("release %s is to be had", release.version)
                # not all fetch at once
                await asyncio.sleep(random.uniform(0, _SPREAD) * self._settings.jitter_s)  # noqa: S311
                self._releases.take(release, await self._fetch(release))
            except WireError as error:
                self._worker.refusals[f"release_{error.reason}"] += 1
                logger.warning("a release was refused: %s", error)
            except (LinkAway, OSError) as error:
                logger.info("the release is not here yet: %s", error)
            else:
                return

    async def _fetch(self, release: Release) -> bytes:
        """Raises LinkAway, WireError."""
        data = bytearray()
        while len(data) < release.size_bytes:
            question = {"kind": "release", "digest": release.digest, "offset": len(data)}
            piece = read_bytes(await self._ask(question), "piece")
            if not piece or len(data) + len(piece) > release.size_bytes:
                raise WireError("the release is not the one that was signed", reason="altered")
            data += piece
        return bytes(data)

    async def _wait_for_quiet(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._worker.quiet.wait()
        self._worker.rest()
        await self._worker.quiet.wait()
