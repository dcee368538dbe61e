"""The agent as a whole: comes in, hears, works, tells, and comes back after every break."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from yunwei_agent import VERSION, identity, machine
from yunwei_agent.clock import now_s
from yunwei_agent.identity import Identity, NotLetIn, PlatformAway
from yunwei_agent.journal import Journal
from yunwei_agent.link import Link, LinkAway, Refusal
from yunwei_agent.places import Place
from yunwei_agent.releases import Releases
from yunwei_agent.renewal import Renewal
from yunwei_agent.settings import Settings
from yunwei_agent.worker import Worker
from yunwei_wire.errors import WireError
from yunwei_wire.messages import SignOfLife

logger = logging.getLogger(__name__)

_MOST_EVENTS = 400
_MOST_BYTES = 300_000
_LONGEST_WAIT_S = 60.0
_REVOKED_WAIT_S = 600.0
_FACTS_EVERY_S = 3600.0
_LATEST_RENEWAL_S = 600.0
_GATHER_S = 0.25


class Agent:
    """One agent on its folder. starts_again: it stopped so that another release of it is started.
    stop: ends `run`."""

    def __init__(self, settings: Settings, who: Identity, releases: Releases) -> None:
        self._settings = settings
        self._who = who
        self._journal = Journal(settings.folder)
        place = Place(folder=settings.folder / "work", user=settings.run_as or None)
        self._worker = Worker(
            self._journal, place, agent=who.agent, parallel=max(1, settings.parallel)
        )
        self._worker.trusted = dict(who.trusted)
        self._worker.fetch = self._fetch
        self._sampler = machine.Sampler()
        self._boot = machine.read_boot()
        self._link: Link | None = None
        self._told_s = 0.0
        self._renewal = Renewal(settings, releases, self._worker, self._ask)
        self.stop: Callable[[], object] = lambda: None

    @property
    def starts_again(self) -> bool:
        return self._renewal.is_ready

    async def run(self) -> None:
        """Work until cancelled; then what runs is killed and said to be interrupted."""
        self._worker.recover()
        telling = asyncio.create_task(self._tell())
        renewing = asyncio.create_task(self._renewal.run(self.stop))
        wait_s = 0.0
        try:
            while True:
                await asyncio.sleep(wait_s)
                wait_s = self._next_wait(wait_s, is_open=await self._stay())
        finally:
            await self._worker.stop()
            with contextlib.suppress(TimeoutError, LinkAway, WireError):
                async with asyncio.timeout(3):
                    await self._tell_once()
            telling.cancel()
            renewing.cancel()
            await asyncio.gather(telling, renewing, return_exceptions=True)
            if self._link is not None:
                await self._link.close()
            self._journal.close()

    def _next_wait(self, before_s: float, *, is_open: bool) -> float:
        """After a break the wait is random, so that thousands do not come back at once."""
        jitter_s = random.uniform(0.05, 1.0) * self._settings.jitter_s  # noqa: S311
        if is_open:
            return jitter_s
        return min(_LONGEST_WAIT_S, before_s * 2) * random.uniform(0.5, 1.0) + jitter_s / 4  # noqa: S311

    async def _stay(self) -> bool:
        """Come in, and stay until the connection ends; False when it could not be opened."""
        link = Link(self._who)
        try:
            await link.open(self._worker.take)
        except Refusal:
            await self._renew_outside()
            return False
        except LinkAway as error:
            logger.info("the platform is away: %s", error)
            return False
        logger.info("connected as %s", self._who.agent)
        self._link = link
        self._worker.changed.set()
        try:
            async with asyncio.TaskGroup() as group:
                rounds = [
                    group.create_task(self._repeat(self._sync, self._settings.sync_s)),
                    group.create_task(self._repeat(self._say_alive, self._settings.heartbeat_s)),
                    group.create_task(self._renew_in_time(link)),
                ]
                await link.wait_closed()
                for each in rounds:
                    each.cancel()
        finally:
            self._link = None
            await link.close()
        logger.info("the connection ended")
        return True

    async def _repeat(self, act: Callable[[], Awaitable[None]], every_s: float) -> None:
        while True:
            try:
                await act()
            except LinkAway as error:
                logger.info("no answer: %s", error)
            except WireError as error:
                logger.warning("the platform says no: %s", error.reason)
            await asyncio.sleep(every_s * random.uniform(0.8, 1.2))  # noqa: S311

    async def _sync(self) -> None:
        """Ask what is open: whatever was said while nobody heard."""
        if self._link is None:
            return
        sign = self._sign_of_life(with_sample=False)
        told = {"version": sign.version, "boot": sign.boot, "told": dict(sign.told)}
        answer = await self._link.ask({"kind": "sync", **told})
        for data in answer.get("commands", []):
            await self._worker.take(data)
        self._renewal.hear(answer.get("release"))

    async def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if self._link is None:
            raise LinkAway("not connected")
        return await self._link.ask(question)

    async def _say_alive(self) -> None:
        if self._link is not None:
            sign = await asyncio.to_thread(self._sign_of_life, with_sample=True)
            await self._link.say_alive(sign.pack())

    def _sign_of_life(self, *, with_sample: bool) -> SignOfLife:
        told = {}
        if now_s() - self._told_s > _FACTS_EVERY_S:
            told = machine.read_facts(self._settings.run_as or machine.read_user())
            self._told_s = now_s()
        sample = self._sampler.sample() if with_sample else {}
        if self._worker.refusals and with_sample:
            sample["refusals"] = dict(self._worker.refusals)
        return SignOfLife(
            machine=self._who.machine, version=VERSION, boot=self._boot, told=told, sample=sample
        )

    async def _fetch(self, digest: bytes) -> str:
        while True:
            if self._link is not None:
                try:
                    answer = await self._link.ask({"kind": "script", "digest": digest})
                except LinkAway:
                    pass
                else:
                    return str(answer.get("script", ""))
            await asyncio.sleep(2)

    async def _tell(self) -> None:
        """Tell what happened for as long as there is something the platform does not have."""
        while True:
            await self._worker.changed.wait()
            # the beginning and the end of a short script are told at once, and as soon as it ended
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GATHER_S):
                    await self._worker.quiet.wait()
            self._worker.changed.clear()
            try:
                while await self._tell_once():
                    pass
            except (LinkAway, WireError) as error:
                logger.info("events wait: %s", error)
                self._worker.changed.set()
                await asyncio.sleep(random.uniform(0.5, 2.0))  # noqa: S311

    async def _tell_once(self) -> bool:
        """Tell the oldest events; False when there are none. What was answered is let go of."""
        waiting = self._journal.outbox(limit=_MOST_EVENTS, size_bytes=_MOST_BYTES)
        if not waiting:
            return False
        if self._link is None:
            raise LinkAway("not connected")
        events = [each.event.as_message() for each in waiting]
        await self._link.ask({"kind": "events", "events": events})
        self._journal.forget_until(waiting[-1].id)
        return True

    async def _renew_in_time(self, link: Link) -> None:
        """Be let in for longer at two thirds of the time, and come in anew before it ends."""
        while True:
            left_s = self._who.ends_at_s - now_s()
            await asyncio.sleep(max(1.0, left_s * 2 / 3))
            try:
                answer = await link.ask({"kind": "renew"})
            except (LinkAway, WireError) as error:
                logger.info("not let in for longer yet: %s", error)
                continue
            self._take(self._who.take(answer, int(answer["ends_at"])))
            await asyncio.sleep(random.uniform(0, min(_LATEST_RENEWAL_S, left_s / 6)))  # noqa: S311
            await link.close()

    async def _renew_outside(self) -> None:
        """NATS does not let us in: ask over HTTP, where an old JWT does no harm."""
        try:
            self._take(await asyncio.to_thread(identity.renew, self._who))
        except NotLetIn:
            logger.warning("this agent was cut off; enrol it anew")
            await asyncio.sleep(_REVOKED_WAIT_S)
        except PlatformAway as error:
            logger.info("%s", error)

    def _take(self, renewed: Identity) -> None:
        self._who = renewed
        self._worker.trusted = dict(renewed.trusted)
        identity.save_identity(self._settings.folder, renewed)
