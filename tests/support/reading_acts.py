"""Reading a customer's sources, as the table of every act tries it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from unittest.mock import patch

import msgspec

from tests.integration.collect.support import NOTHING, ScriptedCloud, eventually, hands_on, running
from tests.support.acting import World
from yunwei.base.infra.clock import SystemClock
from yunwei.monitor.collect.actions import probes
from yunwei.monitor.inventory.actions import system_choose_desktops
from yunwei.plugins.sdk.contract import CurrentAlarms, Read
from yunwei.plugins.sdk.manifest import Manifest

type Try = Callable[[], bool]


class _Listing(ScriptedCloud):
    """A scripted cloud that lists its alarms and is read in no other way."""

    listed = 0

    def manifest(self, slug: str) -> Manifest:
        usual = super().manifest(slug)
        return msgspec.structs.replace(usual, reads=(), every_s={}, reconcile_every_s=0.01)

    def connector(self, slug: str) -> type:
        cloud = self

        class Connector(super().connector(slug)):  # type: ignore[misc]
            async def list_current_alarms(self) -> CurrentAlarms:
                cloud.listed += 1
                return CurrentAlarms(alarms=(), is_complete=True)

        return Connector


def collect(world: World) -> Try:
    def go() -> bool:
        cloud = ScriptedCloud({Read.INVENTORY: [[NOTHING]]})
        return _polled(world, cloud, lambda: bool(cloud.asked))

    return go


def reconcile(world: World) -> Try:
    def go() -> bool:
        cloud = _Listing({Read.INVENTORY: [[NOTHING]]})
        return _polled(world, cloud, lambda: bool(cloud.listed))

    return go


class _Wall(SystemClock):
    """A clock that shows the world's time and yet goes on."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.now


def _polled(world: World, cloud: ScriptedCloud, is_done: Callable[[], bool]) -> bool:
    before = len(world.refusals())

    async def poll() -> None:
        async with running(hands_on(cloud, clock=_Wall(world))):
            await eventually(lambda: is_done() or len(world.refusals()) > before)

    asyncio.run(poll())
    return is_done()


def measure(world: World) -> Try:
    source = world.stage.cloud.source
    return lambda: bool(system_choose_desktops(source, clock=world.clock))


def probe(world: World) -> Try:
    root, source = world.stage.cloud.people["root"], world.stage.cloud.source

    def go() -> bool:
        with patch.object(probes, "SystemClock", lambda: world.clock):
            return bool(asyncio.run(probes.probe_source(root, source)))

    return go
