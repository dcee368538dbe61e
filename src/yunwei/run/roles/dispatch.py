"""The role `dispatch`: moves runs on, and talks with agents on desktops and with desktop clouds
that carry out scripts. Copies share the work."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import ReadingPage
from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.agent_keys import AgentKeys, open_agent_keys
from yunwei.base.infra.health import Health, register
from yunwei.base.infra.loop import run_for_ever
from yunwei.base.infra.secrets import open_secret_box
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.operate.agents.jobs.gate import Gate
from yunwei.operate.agents.jobs.ledger import Hands, Ledger
from yunwei.operate.agents.jobs.presence import Presence
from yunwei.operate.agents.jobs.revocations import Revocations
from yunwei.operate.runs.jobs.advancing import Runs
from yunwei.operate.runs.jobs.clouds import CloudOrders
from yunwei.operate.selfservice.jobs.acts import Acts
from yunwei.operate.selfservice.jobs.fulfilling import Fulfilment
from yunwei.operate.selfservice.jobs.telling import Teller
from yunwei.operate.service.jobs.updating import Updater
from yunwei.operate.service.jobs.warning import Warner
from yunwei.plugins.sdk.contract import Read
from yunwei.run import figures
from yunwei.run.doors import Doors, patiently

_CHANGED = "yunwei.config.agents"
_ORDERED = "yunwei.work.orders"
_RUNS = "yunwei.work.runs"
_CLOUDS = "yunwei.work.clouds"

type Step = Callable[[], Awaitable[float]]


async def run(doors: Doors) -> None:
    """Talk with agents until cancelled."""
    keys = await asyncio.to_thread(open_agent_keys, doors.settings)
    channel = AgentChannel(doors.settings, keys, name=doors.name)
    await patiently(channel.connect)
    gate = Gate(doors.settings, keys, doors.clock)
    forget = register("agents", lambda: Health(is_ok=channel.is_connected))
    try:
        await _work(doors, channel, keys, gate)
    finally:
        forget()
        await channel.close()


async def _work(doors: Doors, channel: AgentChannel, keys: AgentKeys, gate: Gate) -> None:
    presence = Presence(doors.clock, _publisher(doors))
    revocations = Revocations(channel, doors.clock)
    box = open_secret_box(doors.settings)
    ledger = Ledger(
        Hands(channel=channel, keys=keys, gate=gate, presence=presence, box=box, clock=doors.clock)
    )
    figures.show_ledger(ledger)
    runs = Runs(doors.clock)
    clouds = CloudOrders(doors.clock, box)
    rang, ordered = asyncio.Event(), asyncio.Event()
    started, intended = asyncio.Event(), asyncio.Event()

    async def changed(subject: str, data: bytes) -> None:
        presence.forget()
        rang.set()

    async def ordered_now(subject: str, data: bytes) -> None:
        ordered.set()

    async def started_now(subject: str, data: bytes) -> None:
        started.set()

    async def intended_now(subject: str, data: bytes) -> None:
        intended.set()

    stop = await patiently(lambda: doors.bus.listen(_CHANGED, changed))
    stop_clouds = await patiently(lambda: doors.bus.listen(_CLOUDS, intended_now))
    stop_runs = await patiently(lambda: doors.bus.listen(_RUNS, started_now))
    stop_orders = await patiently(lambda: doors.bus.listen(_ORDERED, ordered_now))
    await patiently(partial(channel.listen, presence.hear))
    await patiently(partial(channel.answer, ledger.answer))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_for_ever("dispatch: presence", presence.step))
            cut_off = _rung(rang, revocations.step)
            group.create_task(run_for_ever("dispatch: cut off", cut_off))
            ring = _rung(ordered, ledger.ring_step)
            group.create_task(run_for_ever("dispatch: hand out", ring, max_backoff_s=5))
            go_on = _rung(started, runs.step)
            group.create_task(run_for_ever("dispatch: runs", go_on, max_backoff_s=5))
            tell = _rung(intended, clouds.step)
            group.create_task(run_for_ever("dispatch: clouds", tell, max_backoff_s=15))
            for name, own in _self_service(doors).items():
                group.create_task(run_for_ever(name, own, max_backoff_s=5))
            for name, step in (
                ("dispatch: take", ledger.take_step),
                ("dispatch: answer", ledger.sync_step),
                ("dispatch: pages", ledger.pages_step),
            ):
                group.create_task(run_for_ever(name, step, pause_s=0.2, max_backoff_s=2))
    finally:
        await stop()
        await stop_orders()
        await stop_runs()
        await stop_clouds()


def _self_service(doors: Doors) -> dict[str, Step]:
    """Return what self-service has done, and whom service tells, by the name in the log."""
    public_url, time_zone = doors.public_url, doors.settings.time_zone
    return {
        "dispatch: acts": Acts(doors.clock).step,
        "dispatch: requests": Fulfilment(doors.clock, time_zone=time_zone).step,
        "dispatch: notices": Teller(doors.clock, public_url=public_url, time_zone=time_zone).step,
        "dispatch: targets": Warner(doors.clock, public_url=public_url, time_zone=time_zone).step,
        "dispatch: updates": Updater(doors.clock, public_url=public_url, time_zone=time_zone).step,
    }


def _rung(rang: asyncio.Event, step: Step) -> Step:
    """Return a step that is done when it is due, and at once when somebody rings."""

    async def go_round() -> float:
        rang.clear()
        wait_s = await step()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await rang.wait()
        return 0.0

    return go_round


def _publisher(doors: Doors) -> Callable[[TenantId, SourceId, ReadingPage], Awaitable[None]]:
    """Return what stores figures of desktops as the poll of their source would."""
    publisher = TelemetryPublisher(doors.bus.append, clock=doors.clock)

    async def publish(tenant: TenantId, source: SourceId, page: ReadingPage) -> None:
        poll = Poll(
            source=source,
            tenant=tenant,
            source_name="",
            connector="agent",
            read=Read.METRICS,
            started_at=page.read_at,
        )
        await publisher(poll, page)

    return publish
