"""The role `receive`: SNMP traps and informs to the durable intake. Nothing else."""

import asyncio
import contextlib
import socket
from functools import partial

from yunwei.base.core.codec import encode
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.health import Health, register
from yunwei.base.infra.loop import run_for_ever
from yunwei.monitor.collect import facts
from yunwei.monitor.collect.actions.heard import system_keep_engines
from yunwei.monitor.collect.queries import sources as queries
from yunwei.monitor.collect.queries.heard import system_snmp_engines
from yunwei.monitor.collect.receive import TrapReceiver
from yunwei.monitor.collect.receive_engines import OwnEngine
from yunwei.monitor.collect.trap_sources import TrapSources
from yunwei.run import figures
from yunwei.run.doors import Doors, patiently
from yunwei.run.snmp_engine import start_engine
from yunwei.run.sockets import open_traps

_LOOK_AGAIN_S = 5.0
_DRAIN_S = 3.0
_KEEP_ENGINES_EVERY_S = 10.0


async def run(doors: Doors) -> None:
    """Receive until cancelled; what was taken from the socket by then is stored first."""
    # Known before the first datagram is read: one of an unknown sender would be refused.
    sources = await patiently(lambda: asyncio.to_thread(_fetch_sources))
    handed = doors.handed.trap_socket
    receiving = handed or open_traps(doors.settings)
    receiver = TrapReceiver(
        receiving,
        sources=sources,
        own=await _start_engine(doors, receiving),
        append=partial(append_intake, doors.bus),
        clock=doors.clock,
    )
    engines = await patiently(lambda: asyncio.to_thread(_fetch_engines, doors))
    receiver.engines.load(engines, asyncio.get_running_loop().time())
    figures.show_receiver(receiver)
    forget = register("receive", lambda: _health(receiver))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_for_ever("receive traps", receiver.run, pause_s=0.2))
            group.create_task(_follow_sources(doors, receiver))
            group.create_task(_keep_engines(doors, receiver))
    finally:
        forget()
        await receiver.close(timeout_s=_DRAIN_S)
        if handed is None:
            receiving.close()


async def _start_engine(doors: Doors, receiving: socket.socket) -> OwnEngine:
    now_s = asyncio.get_running_loop().time()
    port = receiving.getsockname()[1]
    return await asyncio.to_thread(start_engine, doors.settings.data_dir, port, now_s=now_s)


async def append_intake(bus: Bus, batch: IntakeBatch) -> None:
    """Append a batch to the durable intake; raises EngineAway when that is not certain."""
    await bus.append("yunwei.intake.batch", encode(batch), message_id=batch.batch_id)


async def _follow_sources(doors: Doors, receiver: TrapReceiver) -> None:
    changed = asyncio.Event()

    async def hear(subject: str, data: bytes) -> None:
        changed.set()

    async def look() -> float:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await changed.wait()
        is_told = changed.is_set()
        changed.clear()
        receiver.replace(await asyncio.to_thread(_fetch_sources))
        if is_told:
            known = await asyncio.to_thread(_fetch_engines, doors)
            receiver.engines.forget_all_but({(each.source, each.engine_id) for each in known})
        return 0.0

    stop = await doors.bus.listen(facts.SOURCES_CHANGED, hear)
    try:
        await run_for_ever("follow trap sources", look)
    finally:
        await stop()


async def _keep_engines(doors: Doors, receiver: TrapReceiver) -> None:
    """Keep the clocks of SNMP v3 senders, so that a restart lets no replay in."""

    async def keep() -> float:
        heard = receiver.engines.take_changed(asyncio.get_running_loop().time())
        try:
            await asyncio.to_thread(system_keep_engines, heard, now=doors.clock.now())
        except EngineAway:
            receiver.engines.change_again(heard)
            raise
        return _KEEP_ENGINES_EVERY_S

    await run_for_ever("keep SNMP engines", keep)


def _fetch_sources() -> TrapSources:
    return TrapSources(queries.system_trap_sources())


def _fetch_engines(doors: Doors) -> tuple[facts.HeardEngine, ...]:
    return system_snmp_engines(doors.clock.now())


def _health(receiver: TrapReceiver) -> Health:
    counts = receiver.counts
    return Health(
        is_ok=not counts.is_paused,
        text="the queue is full: the bus does not take it" if counts.is_paused else "",
        figures={
            "received": counts.received,
            "stored": counts.stored,
            "queued": counts.queued_items,
        },
    )
